select
    obligation_id,
    target_id
from {{ source('office', 'target_owed') }}
