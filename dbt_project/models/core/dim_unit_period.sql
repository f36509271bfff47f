select
    unit_key,
    code as unit_code,
    level as unit_level,
    type as unit_type,
    name_vi as unit_name_vi,
    full_name_vi,
    name_en as unit_name_en,
    parent_key as parent_unit_key,
    territory_key as province_key,
    inherits,
    in_reporting as is_reporting,
    valid_from,
    valid_to,
    start_act,
    end_act,
    certainty,
    source
from {{ ref('unit') }}
