select
    day,
    is_working,
    working_day_number,
    holiday_vi
from {{ source('office', 'calendar_day') }}
