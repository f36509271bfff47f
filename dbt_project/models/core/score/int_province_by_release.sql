with releases as (
    select * from {{ ref('dim_release') }}
),

coverage as (
    select * from {{ ref('stg_landing__coverage') }}
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
left join coverage
    on
        releases.release_id = coverage.release_id
        and provinces.code = coverage.province_code
where releases.covers_all or coverage.release_id is not null
