select
    plan_id,
    task_id,
    kind as task_kind,
    anchor,
    dimension,
    title_vi,
    title_en,
    units,
    frequency,
    is_reported
from {{ ref('stg_office__plan_task') }}
