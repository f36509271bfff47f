with answers as (
    select * from {{ ref('stg_office__task_progress') }}
)

select
    report_id,
    task_id,
    answer,
    result,
    evidence,
    reason,
    source_cell
from answers
