select
    release_id,
    province_code
from {{ source('landing', 'coverage') }}
