-- Sub-dimensions of each release's own method: what was delivered, or why it was not.
with releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
    where level = 'sub_dimension'
),

scores as (
    select * from {{ ref('stg_landing__score') }}
),

not_published as (
    select * from {{ ref('stg_landing__not_published') }}
)

select
    releases.release_id,
    releases.index_id,
    releases.year,
    releases.method,
    provinces.province_key,
    indicators.indicator_key,
    indicators.parent_key,
    indicators.code,
    scores.score,
    case when scores.score is null then 'Q' else 'A' end as obs_status,
    not_published.not_published_form,
    not_published.obs_reason,
    scores.source_file,
    scores.source_cell,
    scores.sha256
from releases
inner join provinces on releases.release_id = provinces.release_id
inner join indicators
    on
        releases.index_id = indicators.index_id
        and releases.method = indicators.method
left join scores
    on
        releases.release_id = scores.release_id
        and provinces.province_code = scores.province_code
        and indicators.code = scores.code
left join not_published
    on
        releases.release_id = not_published.release_id
        and provinces.province_code = not_published.province_code
        and indicators.code = not_published.code
