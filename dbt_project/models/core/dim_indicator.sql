-- One row for each concept of an index, as its last version of the method has it.
with versions as (
    select
        *,
        min(first_year) over (partition by index_id, indicator_key) as first_measured_year,
        row_number() over (partition by index_id, indicator_key order by first_year desc) as place
    from {{ ref('dim_indicator_method') }}
)

select
    index_id,
    indicator_key,
    level,
    parent_key,
    code as last_code,
    indicator_name_vi,
    indicator_name_en,
    first_measured_year as first_year,
    last_year,
    unit
from versions
where place = 1
