with source as (
    select * from {{ source('office', 'target_owed') }}
)

select
    obligation_id,
    target_id
from source
