with source as (
    select * from {{ source('office', 'plan_task_indicator') }}
)

select
    plan_id,
    task_id,
    indicator_key,
    link,
    basis
from source
