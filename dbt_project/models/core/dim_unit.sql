-- One row for each key, as its last period has it.
with periods as (
    select
        *,
        min(valid_from) over (partition by unit_key) as first_valid_from,
        row_number() over (partition by unit_key order by valid_from desc) as place
    from {{ ref('dim_unit_period') }}
)

select
    unit_key,
    unit_code,
    unit_level,
    unit_type,
    unit_name_vi,
    full_name_vi,
    unit_name_en,
    parent_unit_key,
    province_key,
    first_valid_from as valid_from,
    valid_to,
    valid_to is null as is_current
from periods
where place = 1
