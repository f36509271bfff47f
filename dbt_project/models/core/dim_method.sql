with seed as (
    select * from {{ ref('method') }}
)

select
    index_id,
    method,
    first_year,
    last_year,
    aggregation,
    description,
    certainty,
    source
from seed
