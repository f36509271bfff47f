with source as (
    select * from {{ source('office', 'reporting_day') }}
)

select
    day,
    is_simulated
from source
