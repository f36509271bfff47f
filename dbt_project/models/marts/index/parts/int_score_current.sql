-- What holds now, once for each cell. is_field: the year's releases speak of every province, so
-- that ranks can be computed.
with scores as (
    select * from {{ ref('fct_score') }}
    where known_to is null and level <> 'indicator'
),

releases as (
    select * from {{ ref('dim_release') }}
),

fields as (
    select
        index_id,
        year
    from releases
    where covers_all
    group by index_id, year
)

select
    scores.release_id,
    scores.index_id,
    scores.year,
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
    scores.derivation,
    fields.year is not null as is_field
from scores
left join fields
    on
        scores.index_id = fields.index_id
        and scores.year = fields.year
