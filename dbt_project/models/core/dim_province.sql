-- One row for each key: its last names, and no region, since a province that stays may change its region.
with periods as (
    select
        *,
        min(valid_from) over (partition by province_key) as first_valid_from,
        row_number() over (partition by province_key order by valid_from desc) as place
    from {{ ref('dim_province_period') }}
),

-- A name that passes to another province says from when, so that no name stands for two places.
named as (
    select
        *,
        min(first_valid_from) over (partition by province_name_vi) < first_valid_from as is_used_again,
        lpad(cast(extract(month from first_valid_from) as varchar), 2, '0')
        || '/' || cast(extract(year from first_valid_from) as varchar) as first_month
    from periods
    where place = 1
)

select
    province_key,
    province_code,
    case
        when is_used_again then province_name_vi || ' (từ ' || first_month || ')'
        else province_name_vi
    end as province_name_vi,
    case
        when is_used_again then province_name_en || ' (from ' || first_month || ')'
        else province_name_en
    end as province_name_en,
    full_name_vi,
    province_type,
    first_valid_from as valid_from,
    valid_to,
    valid_to is null as is_current,
    successor_key
from named
