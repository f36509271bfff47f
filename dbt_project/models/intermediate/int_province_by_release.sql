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
        provinces.valid_from <= releases.provinces_as_of
        and (provinces.valid_to is null or provinces.valid_to >= releases.provinces_as_of)
