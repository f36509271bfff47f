select
    report_id,
    target_id,
    answer,
    numerator,
    denominator,
    cast(case when denominator > 0 then 100 * numerator / denominator end as decimal(9, 4)) as value_pct,
    reason,
    source_cell
from {{ ref('stg_office__target_value') }}
