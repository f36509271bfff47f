with ranked as (
    select
        *,
        case
            when score is not null
                then rank() over (partition by index_id, year, indicator_key order by score desc nulls last)
        end as score_rank,
        count(score) over (partition by index_id, year, indicator_key) as n_scored
    from {{ ref('int_score_merged') }}
),

last_year as (
    select
        index_id,
        year + 1 as year,
        province_key,
        indicator_key,
        score,
        obs_status
    from ranked
),

places as (
    select
        province_key,
        names.province_name_vi,
        periods.region_code,
        periods.region_name_vi
    from {{ ref('dim_province_period') }} as periods
    inner join {{ ref('dim_province') }} as names using (province_key)
    where periods.valid_to is null
),

compared as (
    select
        ranked.*,
        places.province_name_vi,
        places.region_code,
        places.region_name_vi,
        indicators.indicator_name_vi,
        indicators.indicator_name_en,
        last_year.score as previous_score,
        {{ not_comparable_reason('ranked.obs_status', 'last_year.obs_status', 'pairs.break_reason') }}
            as not_comparable_reason
    from ranked
    inner join places using (province_key)
    left join {{ ref('dim_indicator') }} as indicators using (index_id, indicator_key)
    left join last_year using (index_id, year, province_key, indicator_key)
    left join {{ ref('int_indicator_pair') }} as pairs using (index_id, year, indicator_key)
)

select
    index_id,
    year,
    province_key,
    province_name_vi,
    region_code,
    region_name_vi,
    indicator_key,
    code,
    level,
    parent_key,
    indicator_name_vi,
    indicator_name_en,
    cast(score as decimal(15, 9)) as score,
    cast(round(score, 2) as decimal(9, 2)) as score_printed,
    obs_status,
    derivation,
    weight_basis,
    cast(n_members as integer) as n_members,
    cast(n_published_members as integer) as n_published_members,
    members,
    case when obs_status <> 'M' then unpublished_members end as unpublished_members,
    cast(score_rank as integer) as rank,
    case when score_rank is not null then cast(n_scored as integer) end as n_ranked,
    cast(
        (n_scored - score_rank + cast(0.5 as decimal(15, 9))) / nullif(n_scored, 0) as decimal(9, 6)
    ) as percentile_share,
    previous_score,
    case when not_comparable_reason is null then cast(score - previous_score as decimal(15, 9)) end as change,
    not_comparable_reason is null as is_comparable,
    not_comparable_reason
from compared
