-- What holds now, once for each cell. is_field: the year's releases speak of every province, so
-- that ranks can be computed.
with fields as (
    select distinct
        index_id,
        year
    from {{ ref('dim_release') }}
    where has_all_provinces
)

select
    scores.release_id,
    index_id,
    year,
    scores.province_key,
    scores.indicator_key,
    scores.code,
    scores.level,
    scores.parent_key,
    scores.method,
    scores.score,
    scores.obs_status,
    scores.not_published_form,
    scores.obs_reason,
    fields.year is not null as is_field
from {{ ref('fct_score') }} as scores
left join fields using (index_id, year)
where scores.known_to is null and scores.level <> 'indicator'
