select
    report_id,
    obligation_id,
    unit_key,
    has_reported,
    received_on as district_received_on,
    source_cell
from {{ ref('stg_office__commune_answer') }}
