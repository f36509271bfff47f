select
    day,
    is_simulated
from {{ source('office', 'reporting_day') }}
