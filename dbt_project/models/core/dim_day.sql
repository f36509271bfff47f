select
    day,
    is_working,
    working_day_number,
    holiday_vi
from {{ ref('stg_office__calendar_day') }}
