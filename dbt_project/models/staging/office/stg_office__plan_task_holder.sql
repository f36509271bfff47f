with source as (
    select * from {{ source('office', 'plan_task_holder') }}
)

select
    plan_id,
    task_id,
    holder,
    holder_name_vi,
    unit_key
from source
