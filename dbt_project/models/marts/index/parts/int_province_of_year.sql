-- What a province was called, and its region, in a year of an index.
select
    index_id,
    year,
    province_key,
    provinces.province_name_vi,
    provinces.region_code,
    provinces.region_name_vi
from {{ ref('int_score_current') }} as scores
inner join {{ ref('int_province_by_release') }} as provinces using (release_id, province_key)
where scores.level = 'total'
