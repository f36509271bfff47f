with measures as (
    select
        release_id,
        province_code,
        code,
        max(score) filter (where measure = 'rank') as rank_stated,
        max(score) filter (where measure = 'n_ranked') as n_ranked_stated
    from {{ ref('stg_landing__score') }}
    where measure in ('rank', 'n_ranked')
    group by release_id, province_code, code
)

select
    release_id,
    index_id,
    releases.year,
    provinces.province_key,
    indicators.indicator_key,
    cast(measures.rank_stated as integer) as rank_stated,
    cast(measures.n_ranked_stated as integer) as n_ranked_stated,
    releases.known_from
from measures
inner join {{ ref('dim_release') }} as releases using (release_id)
inner join {{ ref('int_province_by_release') }} as provinces using (release_id, province_code)
inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, code)
