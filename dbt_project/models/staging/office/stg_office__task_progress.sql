select
    report_id,
    task_id,
    answer,
    result,
    evidence,
    reason,
    source_cell
from {{ source('office', 'task_progress') }}
