select
    index_id,
    name_vi as index_name_vi,
    name_en as index_name_en,
    role,
    publisher,
    first_year,
    overdue_after,
    source
from {{ ref('index') }}
