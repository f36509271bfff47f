with measures as (
    select
        release_id,
        province_code,
        code,
        max(case when measure = 'rank' then score end) as rank_stated,
        max(case when measure = 'n_ranked' then score end) as n_ranked_stated
    from {{ ref('stg_landing__score') }}
    where measure in ('rank', 'n_ranked')
    group by release_id, province_code, code
),

releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
)

select
    measures.release_id,
    releases.index_id,
    releases.year,
    provinces.province_key,
    indicators.indicator_key,
    cast(measures.rank_stated as integer) as rank_stated,
    cast(measures.n_ranked_stated as integer) as n_ranked_stated,
    releases.known_from
from measures
inner join releases on measures.release_id = releases.release_id
inner join provinces
    on
        measures.release_id = provinces.release_id
        and measures.province_code = provinces.province_code
inner join indicators
    on
        releases.index_id = indicators.index_id
        and releases.method = indicators.method
        and measures.code = indicators.code
