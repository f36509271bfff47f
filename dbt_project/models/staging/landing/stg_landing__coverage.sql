with source as (
    select * from {{ source('landing', 'coverage') }}
)

select
    release_id,
    province_code
from source
