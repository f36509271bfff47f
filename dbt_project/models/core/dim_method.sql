select
    index_id,
    method,
    first_year,
    last_year,
    aggregation,
    description,
    certainty,
    source
from {{ ref('method') }}
