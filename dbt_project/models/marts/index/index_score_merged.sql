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

names as (
    select
        province_key,
        name_vi as province_name_vi,
        row_number() over (partition by province_key order by valid_from desc) as place
    from {{ ref('dim_province') }}
),

compared as (
    select
        ranked.*,
        names.province_name_vi,
        last_year.score as previous_score,
        {{ comparable_reason('ranked.obs_status', 'last_year.obs_status', 'pairs.break_reason') }} as comparable_reason
    from ranked
    inner join names using (province_key)
    left join last_year using (index_id, year, province_key, indicator_key)
    left join {{ ref('int_indicator_pair') }} as pairs using (index_id, year, indicator_key)
    where names.place = 1
)

select
    index_id,
    year,
    province_key,
    province_name_vi,
    indicator_key,
    code,
    level,
    parent_key,
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
    cast(n_scored as integer) as n_ranked,
    cast(
        (n_scored - score_rank + cast(0.5 as decimal(15, 9))) / nullif(n_scored, 0) as decimal(9, 6)
    ) as percentile,
    previous_score,
    cast(score - previous_score as decimal(15, 9)) as change,
    comparable_reason is null as comparable,
    comparable_reason
from compared
