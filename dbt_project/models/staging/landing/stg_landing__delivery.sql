with source as (
    select * from {{ source('landing', 'delivery') }}
)

select
    release_id,
    index_id,
    year,
    revision,
    state,
    n_rows,
    n_findings,
    source_folder
from source
