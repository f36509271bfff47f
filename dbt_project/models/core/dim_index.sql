select
    index_id,
    name_vi,
    name_en,
    role,
    publisher,
    first_year,
    overdue_after,
    source
from {{ ref('index') }}
