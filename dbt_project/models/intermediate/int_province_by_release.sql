with releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('dim_province') }}
)

select
    releases.release_id,
    provinces.code as province_code,
    provinces.province_key
from releases
inner join provinces
    on
        releases.provinces_as_of >= provinces.valid_from
        and (provinces.valid_to is null or releases.provinces_as_of <= provinces.valid_to)
