select
    report_id,
    task_id,
    answer,
    result,
    evidence,
    reason,
    source_cell
from {{ ref('stg_office__task_progress') }}
