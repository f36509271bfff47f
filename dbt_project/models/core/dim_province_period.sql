select
    provinces.province_key,
    provinces.code as province_code,
    provinces.name_vi as province_name_vi,
    provinces.name_en as province_name_en,
    provinces.full_name_vi,
    provinces.province_type,
    provinces.region_code,
    provinces.region as region_name_vi,
    provinces.region_en as region_name_en,
    provinces.valid_from,
    provinces.valid_to,
    successors.successor_key,
    successors.relation as successor_relation,
    provinces.source,
    provinces.note
from {{ ref('province') }} as provinces
left join {{ ref('province_successor') }} as successors
    on
        provinces.province_key = successors.province_key
        and provinces.valid_to < successors.effective_on
