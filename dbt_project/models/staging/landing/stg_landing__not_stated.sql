select
    release_id,
    province_code,
    code,
    obs_status,
    form as not_published_form,
    reason as obs_reason,
    reason_certainty
from {{ source('landing', 'not_stated') }}
