select
    plan_id,
    task_id,
    unit_key,
    valid_from
from {{ source('office', 'plan_task_unit') }}
