select
    plan_id,
    task_id,
    holder,
    holder_name_vi,
    unit_key
from {{ source('office', 'plan_task_holder') }}
