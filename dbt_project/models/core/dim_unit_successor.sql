with successors as (
    select * from {{ ref('unit_successor') }}
)

select
    unit_key,
    successor_key,
    effective_on,
    legal_act,
    certainty
from successors
