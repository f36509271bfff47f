with releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
),

delivered as (
    select * from {{ ref('int_score_delivered') }}
),

summed as (
    select * from {{ ref('int_score_summed') }}
),

concepts as (
    select distinct
        index_id,
        indicator_key,
        level,
        parent_key
    from {{ ref('dim_indicator') }}
),

measured as (
    select
        release_id,
        province_key,
        indicator_key,
        code,
        score,
        obs_status,
        not_published_form,
        obs_reason,
        'delivered' as derivation,
        source_file,
        source_cell,
        sha256
    from delivered
    union all
    select
        release_id,
        province_key,
        indicator_key,
        code,
        score,
        obs_status,
        not_published_form,
        obs_reason,
        'sum_of_parts' as derivation,
        null as source_file,
        null as source_cell,
        null as sha256
    from summed
),

stated as (
    select
        releases.release_id,
        releases.index_id,
        releases.year,
        releases.revision,
        releases.method,
        provinces.province_key,
        concepts.indicator_key,
        measured.code,
        concepts.level,
        concepts.parent_key,
        measured.score,
        coalesce(measured.obs_status, 'M') as obs_status,
        measured.not_published_form,
        measured.obs_reason,
        case when measured.score is not null then measured.derivation end as derivation,
        releases.known_from,
        measured.source_file,
        measured.source_cell,
        measured.sha256
    from releases
    inner join provinces on releases.release_id = provinces.release_id
    inner join concepts on releases.index_id = concepts.index_id
    left join measured
        on
            releases.release_id = measured.release_id
            and provinces.province_key = measured.province_key
            and concepts.indicator_key = measured.indicator_key
)

select
    release_id,
    index_id,
    year,
    province_key,
    indicator_key,
    code,
    level,
    parent_key,
    method,
    cast(score as decimal(15, 9)) as score,
    obs_status,
    not_published_form,
    obs_reason,
    derivation,
    known_from,
    lead(known_from) over (
        partition by index_id, year, province_key, indicator_key
        order by revision
    ) as known_to,
    source_file,
    source_cell,
    sha256
from stated
