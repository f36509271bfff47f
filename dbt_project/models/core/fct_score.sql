with releases as (
    select * from {{ ref('dim_release') }}
),

delivered as (
    select * from {{ ref('int_score_delivered') }}
),

concepts as (
    select distinct
        index_id,
        indicator_key,
        level,
        parent_key
    from {{ ref('dim_indicator_method') }}
    where level <> 'indicator'
),

every_cell as (
    select
        release_id,
        provinces.province_key,
        concepts.indicator_key,
        concepts.level,
        concepts.parent_key
    from releases
    inner join {{ ref('int_province_by_release') }} as provinces using (release_id)
    inner join concepts using (index_id)
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
    where later.is_replacing_year or later.withdraws = earlier.release_id
    group by earlier.release_id
),

-- A score is delivered or summed, never both.
stated as (
    select
        release_id,
        releases.index_id,
        releases.year,
        releases.revision,
        releases.method,
        province_key,
        indicator_key,
        coalesce(delivered.code, summed.code) as code,
        every_cell.level,
        every_cell.parent_key,
        coalesce(delivered.score, summed.score) as score,
        coalesce(delivered.obs_status, summed.obs_status, 'M') as obs_status,
        coalesce(delivered.not_published_form, summed.not_published_form) as not_published_form,
        coalesce(delivered.obs_reason, summed.obs_reason) as obs_reason,
        coalesce(delivered.reason_certainty, summed.reason_certainty) as reason_certainty,
        case
            when delivered.score is not null then delivered.derivation
            when summed.score is not null then 'sum_of_parts'
        end as derivation,
        releases.known_from,
        replacements.replaced_from,
        coalesce(delivered.is_effective, summed.is_effective, true) as is_effective,
        delivered.source_file,
        delivered.source_cell,
        delivered.sha256
    from every_cell
    inner join releases using (release_id)
    left join delivered using (release_id, province_key, indicator_key)
    left join {{ ref('int_score_summed') }} as summed using (release_id, province_key, indicator_key)
    left join replacements using (release_id)
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
    -- A later release that leaves a cell out, or states it again, does not replace it: its own row is valid for no day.
    case when is_effective then least(followed_from, replaced_from) else known_from end as known_to,
    source_file,
    source_cell,
    sha256
from followed
