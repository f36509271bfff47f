select
    unit_key,
    code,
    level,
    type as unit_type,
    name_vi,
    full_name_vi,
    name_en,
    parent_key,
    territory_key,
    inherits,
    in_reporting as is_reporting,
    valid_from,
    valid_to,
    start_act,
    end_act,
    certainty,
    source
from {{ ref('unit') }}
