-- What the rules said of each delivery; those on built tables run after dbt and add their own rows.
with source as (
    select * from {{ source('landing', 'check_result') }}
)

select
    table_name,
    rule_id,
    release_id,
    expectation,
    severity,
    outcome,
    observed,
    n_failed,
    failing,
    because,
    remedy
from source
