with source as (
    select * from {{ source('landing', 'not_published') }}
)

select
    release_id,
    province_code,
    code,
    form as not_published_form,
    reason as obs_reason,
    reason_certainty
from source
