select
    plan_id,
    task_id,
    indicator_key,
    link,
    basis
from {{ source('office', 'plan_task_indicator') }}
