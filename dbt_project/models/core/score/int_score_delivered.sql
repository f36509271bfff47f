-- The rows of each release: its own statements, or what holds again where it withdraws another release.
-- is_effective: the row holds from the day of the release.
with in_force as (
    select * from {{ ref('int_score_in_force') }}
)

select
    release_id,
    province_key,
    indicator_key,
    stated.level,
    stated.parent_key,
    stated.code,
    stated.score,
    stated.obs_status,
    stated.not_published_form,
    stated.obs_reason,
    stated.reason_certainty,
    stated.derivation,
    stated.source_file,
    stated.source_cell,
    stated.sha256,
    in_force.stating_release_id = release_id as is_effective
from {{ ref('int_score_stated') }} as stated
inner join in_force using (release_id, province_key, indicator_key)
union all
select
    release_id,
    province_key,
    in_force.indicator_key,
    in_force.level,
    in_force.parent_key,
    in_force.code,
    in_force.score,
    in_force.obs_status,
    in_force.not_published_form,
    in_force.obs_reason,
    in_force.reason_certainty,
    in_force.derivation,
    in_force.source_file,
    in_force.source_cell,
    in_force.sha256,
    true as is_effective
from in_force
inner join {{ ref('dim_release') }} as releases using (release_id)
inner join {{ ref('int_province_by_release') }} using (release_id, province_key)
where releases.withdraws is not null
