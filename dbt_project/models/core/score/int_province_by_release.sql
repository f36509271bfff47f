select
    releases.release_id,
    provinces.province_code,
    provinces.province_key,
    names.province_name_vi,
    provinces.region_code,
    provinces.region_name_vi,
    provinces.region_name_en,
    provinces.valid_to,
    provinces.successor_key,
    provinces.successor_relation
from {{ ref('dim_release') }} as releases
inner join {{ ref('dim_province_period') }} as provinces
    on
        releases.provinces_as_of >= provinces.valid_from
        and (provinces.valid_to is null or releases.provinces_as_of <= provinces.valid_to)
inner join {{ ref('dim_province') }} as names on provinces.province_key = names.province_key
left join {{ ref('stg_landing__coverage') }} as coverage
    on
        releases.release_id = coverage.release_id
        and provinces.province_code = coverage.province_code
where releases.has_all_provinces or coverage.release_id is not null
