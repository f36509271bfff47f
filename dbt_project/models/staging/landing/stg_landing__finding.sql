select
    finding_id,
    release_id,
    rule_id,
    source_file,
    sheet,
    source_row,
    source_column,
    source_cell,
    found,
    expected,
    remedy
from {{ source('landing', 'finding') }}
