with merged as (
    select * from {{ ref('int_score_merged') }}
),

pairs as (
    select * from {{ ref('int_indicator_pair') }}
),

provinces as (
    select
        *,
        row_number() over (partition by province_key order by valid_from desc) as place
    from {{ ref('dim_province') }}
),

ranked as (
    select
        *,
        case
            when score is not null
                then rank() over (partition by index_id, year, indicator_key order by score desc nulls last)
        end as score_rank,
        count(score) over (partition by index_id, year, indicator_key) as n_scored
    from merged
),

compared as (
    select
        ranked.*,
        previous.score as previous_score,
        {{ comparable_reason('ranked.obs_status', 'previous.obs_status', 'pairs.break_reason') }} as comparable_reason
    from ranked
    left join merged as previous
        on
            ranked.index_id = previous.index_id
            and ranked.year = previous.year + 1
            and ranked.province_key = previous.province_key
            and ranked.indicator_key = previous.indicator_key
    left join pairs
        on
            ranked.index_id = pairs.index_id
            and ranked.year = pairs.year
            and ranked.indicator_key = pairs.indicator_key
)

select
    compared.index_id,
    compared.year,
    compared.province_key,
    provinces.name_vi as province_name_vi,
    compared.indicator_key,
    compared.code,
    compared.level,
    compared.parent_key,
    cast(compared.score as decimal(15, 9)) as score,
    cast(round(compared.score, 2) as decimal(9, 2)) as score_printed,
    compared.obs_status,
    compared.derivation,
    compared.weight_basis,
    cast(compared.n_members as integer) as n_members,
    cast(compared.n_published_members as integer) as n_published_members,
    compared.members,
    case when compared.obs_status <> 'M' then compared.unpublished_members end as unpublished_members,
    cast(compared.score_rank as integer) as rank,
    cast(compared.n_scored as integer) as n_ranked,
    cast(
        (compared.n_scored - compared.score_rank + cast(0.5 as decimal(15, 9))) / nullif(compared.n_scored, 0)
        as decimal(9, 6)
    ) as percentile,
    compared.previous_score,
    cast(compared.score - compared.previous_score as decimal(15, 9)) as change,
    compared.comparable_reason is null as comparable,
    compared.comparable_reason
from compared
inner join provinces
    on
        compared.province_key = provinces.province_key
        and provinces.place = 1
