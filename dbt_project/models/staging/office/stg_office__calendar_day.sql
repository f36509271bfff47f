with source as (
    select * from {{ source('office', 'calendar_day') }}
)

select
    day,
    is_working,
    working_day_number,
    holiday_vi
from source
