select
    release_id,
    index_id,
    year,
    revision,
    state as delivery_state,
    n_rows,
    n_findings,
    source_folder
from {{ ref('stg_landing__delivery') }}
