select
    plan_id,
    task_id,
    kind,
    anchor,
    dimension,
    title_vi,
    title_en,
    units,
    frequency,
    is_reported
from {{ source('office', 'plan_task') }}
