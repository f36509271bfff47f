with districts as (
    select unit_key
    from {{ ref('dim_unit') }}
    where unit_level = 'district'
),

-- One name for whom it answers to, whatever it was called when.
recipients as (
    select
        unit_key as recipient_key,
        max(full_name_vi) as recipient_name_vi
    from {{ ref('dim_unit_period') }}
    group by unit_key
)

select
    obligations.obligation_id,
    units.unit_level,
    units.full_name_vi,
    case
        when units.unit_level = 'district' then units.unit_key
        when units.unit_level = 'commune' then districts.unit_key
    end as district_key,
    recipients.recipient_name_vi
from {{ ref('fct_obligation') }} as obligations
inner join {{ ref('dim_unit_period') }} as units
    on
        obligations.unit_key = units.unit_key
        and obligations.unit_valid_from = units.valid_from
left join districts on units.parent_unit_key = districts.unit_key
left join recipients using (recipient_key)
