with source as (
    select * from {{ source('office', 'plan_target') }}
)

select
    plan_id,
    target_id,
    anchor,
    kind,
    title_vi,
    title_en,
    operator,
    value,
    unit,
    measured_by,
    units,
    periods,
    is_cumulative,
    numerator_vi,
    numerator_en,
    denominator_vi,
    denominator_en,
    note
from source
