-- Each current score beside last year's score of the same concept and place.
with this_year as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

last_year as (
    select
        index_id,
        year + 1 as year,
        province_key,
        indicator_key,
        score,
        obs_status
    from this_year
),

mergers as (
    select
        index_id,
        to_year as year,
        province_key,
        'province_merged' as break_reason
    from {{ ref('int_province_merger') }}
    where from_year = to_year - 1
),

compared as (
    select
        index_id,
        year,
        province_key,
        indicator_key,
        this_year.score,
        this_year.obs_status,
        last_year.score as previous_score,
        last_year.obs_status as previous_obs_status,
        coalesce(mergers.break_reason, pairs.break_reason) as break_reason,
        case when mergers.break_reason is null then pairs.break_certainty end as break_certainty,
        case when mergers.break_reason is null then pairs.break_decided_on end as break_decided_on
    from this_year
    left join last_year using (index_id, year, province_key, indicator_key)
    left join {{ ref('int_indicator_pair') }} as pairs using (index_id, year, indicator_key)
    left join mergers using (index_id, year, province_key)
),

reasoned as (
    select
        *,
        {{ not_comparable_reason('obs_status', 'previous_obs_status', 'break_reason') }} as not_comparable_reason
    from compared
),

directed as (
    select
        *,
        case
            when score is null or previous_score is null then null
            when score - previous_score > {{ var('unchanged_tolerance') }} then 'up'
            when score - previous_score < -{{ var('unchanged_tolerance') }} then 'down'
            else 'unchanged'
        end as direction
    from reasoned
)

select
    index_id,
    year,
    province_key,
    indicator_key,
    previous_score,
    case when not_comparable_reason is null then cast(score - previous_score as decimal(15, 9)) end as change,
    cast(score - previous_score as decimal(15, 9)) as change_as_published,
    -- Readers subtract printed figures, so the printed change is the difference of printed figures.
    cast(round(score, 2) - round(previous_score, 2) as decimal(9, 2)) as change_printed,
    case when not_comparable_reason is null then direction end as change_direction,
    direction as change_direction_as_published,
    not_comparable_reason is null as is_comparable,
    not_comparable_reason,
    case when not_comparable_reason = break_reason then break_certainty end as break_certainty,
    case when not_comparable_reason = break_reason then break_decided_on end as break_decided_on,
    case
        when not_comparable_reason = break_reason and break_certainty = 'uncertain'
            then cast(score - previous_score as decimal(15, 9))
    end as change_if_no_break
from directed
