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
    where level <> 'indicator'
),

measured as (
    select
        release_id,
        province_key,
        indicator_key,
        code,
        level,
        parent_key,
        score,
        obs_status,
        not_published_form,
        obs_reason,
        reason_certainty,
        derivation,
        source_file,
        source_cell,
        sha256,
        is_effective
    from delivered
    union all
    select
        release_id,
        province_key,
        indicator_key,
        code,
        level,
        parent_key,
        score,
        obs_status,
        not_published_form,
        obs_reason,
        reason_certainty,
        'sum_of_parts' as derivation,
        null as source_file,
        null as source_cell,
        null as sha256,
        true as is_effective
    from summed
),

every_cell as (
    select
        releases.release_id,
        provinces.province_key,
        concepts.indicator_key,
        concepts.level,
        concepts.parent_key
    from releases
    inner join provinces on releases.release_id = provinces.release_id
    inner join concepts on releases.index_id = concepts.index_id
    union all
    select
        release_id,
        province_key,
        indicator_key,
        level,
        parent_key
    from delivered
    where level = 'indicator'
),

replacements as (
    select
        earlier.release_id,
        min(later.known_from) as replaced_from
    from releases as earlier
    inner join releases as later
        on
            earlier.index_id = later.index_id
            and earlier.year = later.year
            and earlier.revision < later.revision
    where later.replaces_year or later.withdraws = earlier.release_id
    group by earlier.release_id
),

stated as (
    select
        releases.release_id,
        releases.index_id,
        releases.year,
        releases.revision,
        releases.method,
        every_cell.province_key,
        every_cell.indicator_key,
        measured.code,
        every_cell.level,
        every_cell.parent_key,
        measured.score,
        coalesce(measured.obs_status, 'M') as obs_status,
        measured.not_published_form,
        measured.obs_reason,
        measured.reason_certainty,
        case when measured.score is not null then measured.derivation end as derivation,
        releases.known_from,
        replacements.replaced_from,
        coalesce(measured.is_effective, true) as is_effective,
        measured.source_file,
        measured.source_cell,
        measured.sha256
    from every_cell
    inner join releases on every_cell.release_id = releases.release_id
    left join measured
        on
            every_cell.release_id = measured.release_id
            and every_cell.province_key = measured.province_key
            and every_cell.indicator_key = measured.indicator_key
    left join replacements on every_cell.release_id = replacements.release_id
),

followed as (
    select
        *,
        lead(known_from) over (
            partition by index_id, year, province_key, indicator_key, is_effective
            order by revision
        ) as followed_from
    from stated
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
    reason_certainty,
    derivation,
    known_from,
    -- A later release that leaves a cell out does not replace it: its own row is valid for no day.
    case when is_effective then least(followed_from, replaced_from) else known_from end as known_to,
    source_file,
    source_cell,
    sha256
from followed
