with plans as (
    select * from {{ ref('stg_office__plan') }}
)

select
    plan_id,
    plan_version,
    title_vi,
    title_en,
    issuer_vi,
    issuer_en,
    province_key,
    standing_agency,
    issued_from,
    issued_until,
    issued_basis,
    supersedes,
    obligations_until,
    due_counts,
    due_soon_days,
    grace_working_days,
    tracking_from,
    late_days_to_zero,
    weight_timeliness,
    weight_completeness,
    weight_quality,
    weight_verification,
    cap_missing,
    cap_unverified,
    source
from plans
