select
    release_id,
    province_code,
    code,
    measure,
    cast(score as decimal(15, 9)) as score,
    interval_pct,
    parent_code,
    label_vi,
    label_en,
    scale_label,
    unit,
    source_file,
    source_cell,
    sha256
from {{ source('landing', 'score') }}
