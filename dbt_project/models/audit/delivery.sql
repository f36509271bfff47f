select
    release_id,
    index_id,
    year,
    revision,
    state,
    n_rows,
    n_findings,
    source_folder
from {{ ref('stg_landing__delivery') }}
