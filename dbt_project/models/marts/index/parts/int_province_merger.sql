-- Pairs of releases between which a province kept its key and took in others: the same name for another place.
with releases as (
    select * from {{ ref('dim_release') }}
)

select distinct
    earlier.index_id,
    earlier.year as from_year,
    later.year as to_year,
    provinces.province_key
from releases as earlier
inner join releases as later on earlier.index_id = later.index_id and earlier.year < later.year
inner join {{ ref('dim_province_period') }} as provinces
    on
        earlier.provinces_as_of >= provinces.valid_from
        and earlier.provinces_as_of <= provinces.valid_to
        and later.provinces_as_of > provinces.valid_to
where provinces.successor_relation <> 'unchanged'
