with obligations as (
    select * from {{ ref('fct_obligation') }}
),

units as (
    select * from {{ ref('dim_unit') }}
)

select
    obligations.obligation_id,
    obligations.unit_key,
    units.level,
    units.full_name_vi,
    units.parent_key,
    case when units.level = 'district' then units.unit_key when units.level = 'commune' then units.parent_key end
        as district_key
from obligations
inner join units
    on
        obligations.unit_key = units.unit_key
        and obligations.unit_valid_from = units.valid_from
