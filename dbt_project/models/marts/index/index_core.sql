-- The windows of two years in a row alone, so that nothing is counted over more than a year.
select * -- noqa: AM04
from {{ ref('index_core_window') }}
where to_year = from_year + 1
