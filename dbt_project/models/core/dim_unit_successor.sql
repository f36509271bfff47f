select
    unit_key,
    successor_key as successor_unit_key,
    effective_on,
    legal_act,
    certainty
from {{ ref('unit_successor') }}
