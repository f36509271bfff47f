select
    finding_id,
    report_id,
    rule_id,
    severity,
    source_file,
    sheet,
    source_row,
    source_column,
    source_cell,
    found,
    expected,
    remedy
from {{ ref('stg_office__report_finding') }}
