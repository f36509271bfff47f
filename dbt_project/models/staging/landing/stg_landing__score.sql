with source as (
    select * from {{ source('landing', 'score') }}
)

select
    release_id,
    province_code,
    code,
    cast(score as decimal(15, 9)) as score,
    source_file,
    source_cell,
    sha256
from source
