select
    releases.release_id,
    provinces.code as province_code,
    provinces.province_key,
    provinces.name_vi as province_name_vi,
    provinces.region_code,
    provinces.valid_to,
    provinces.successor_key,
    provinces.successor_relation
from {{ ref('dim_release') }} as releases
inner join {{ ref('dim_province') }} as provinces
    on
        releases.provinces_as_of >= provinces.valid_from
        and (provinces.valid_to is null or releases.provinces_as_of <= provinces.valid_to)
left join {{ ref('stg_landing__coverage') }} as coverage
    on
        releases.release_id = coverage.release_id
        and provinces.code = coverage.province_code
where releases.covers_all or coverage.release_id is not null
