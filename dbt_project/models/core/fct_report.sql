with reports as (
    select * from {{ ref('stg_office__report') }}
)

select
    report_id,
    obligation_id,
    period,
    unit_key,
    version,
    received_at,
    received_source,
    state,
    plan_version,
    document_number,
    signed_on,
    cut_off_on,
    difficulties,
    proposals,
    prepared_by,
    head_of_unit,
    tasks_owed,
    tasks_answered,
    tasks_evidenced,
    targets_owed,
    targets_answered,
    communes_owed,
    communes_covered,
    is_complete,
    n_checks,
    n_remarks,
    n_findings,
    copied_from,
    is_simulated,
    source_file,
    original_name,
    sha256
from reports
