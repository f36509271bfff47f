-- Which releases of a year hold after each of them: those not withdrawn, from the last that replaces the year on.
with releases as (
    select * from {{ ref('dim_release') }}
),

held as (
    select
        after_release.release_id,
        stating.release_id as stating_release_id,
        stating.revision as stating_revision,
        stating.is_replacing_year
    from releases as after_release
    inner join releases as stating
        on
            after_release.index_id = stating.index_id
            and after_release.year = stating.year
            and after_release.revision >= stating.revision
    left join releases as withdrawal
        on
            stating.release_id = withdrawal.withdraws
            and after_release.revision >= withdrawal.revision
    where stating.withdraws is null and withdrawal.release_id is null
),

replaced as (
    select
        release_id,
        max(stating_revision) as first_revision
    from held
    where is_replacing_year
    group by release_id
)

select
    release_id,
    held.stating_release_id,
    held.stating_revision
from held
left join replaced using (release_id)
where held.stating_revision >= coalesce(replaced.first_revision, 0)
