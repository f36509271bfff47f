-- Each current score beside last year's score of the same concept and place.
with current_score as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

pairs as (
    select * from {{ ref('int_indicator_pair') }}
),

mergers as (
    select * from {{ ref('int_province_merger') }}
),

compared as (
    select
        this_year.index_id,
        this_year.year,
        this_year.province_key,
        this_year.indicator_key,
        this_year.score,
        this_year.obs_status,
        last_year.score as previous_score,
        last_year.obs_status as previous_obs_status,
        case when mergers.province_key is not null then 'province_merged' else pairs.break_reason end as break_reason
    from current_score as this_year
    left join current_score as last_year
        on
            this_year.index_id = last_year.index_id
            and this_year.province_key = last_year.province_key
            and this_year.indicator_key = last_year.indicator_key
            and this_year.year = last_year.year + 1
    left join pairs
        on
            this_year.index_id = pairs.index_id
            and this_year.year = pairs.year
            and this_year.indicator_key = pairs.indicator_key
    left join mergers
        on
            this_year.index_id = mergers.index_id
            and this_year.province_key = mergers.province_key
            and this_year.year = mergers.to_year
            and last_year.year = mergers.from_year
),

reasoned as (
    select
        index_id,
        year,
        province_key,
        indicator_key,
        score,
        previous_score,
        {{ comparable_reason('obs_status', 'previous_obs_status', 'break_reason') }} as comparable_reason
    from compared
)

select
    index_id,
    year,
    province_key,
    indicator_key,
    previous_score,
    cast(score - previous_score as decimal(15, 9)) as change,
    -- Readers subtract printed figures, so the printed change is the difference of printed figures.
    cast(round(score, 2) - round(previous_score, 2) as decimal(9, 2)) as change_printed,
    case
        when score is null or previous_score is null then null
        when score - previous_score > {{ var('unchanged_tolerance') }} then 'up'
        when score - previous_score < -{{ var('unchanged_tolerance') }} then 'down'
        else 'unchanged'
    end as change_direction,
    comparable_reason is null as comparable,
    comparable_reason
from reasoned
