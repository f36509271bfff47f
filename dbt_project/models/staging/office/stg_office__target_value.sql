select
    report_id,
    target_id,
    answer,
    numerator,
    denominator,
    reason,
    source_cell
from {{ source('office', 'target_value') }}
