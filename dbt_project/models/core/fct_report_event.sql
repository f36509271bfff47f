select
    event_id,
    obligation_id,
    report_id,
    happened_at,
    event,
    decision_no,
    reason,
    done_by,
    source_row
from {{ ref('stg_office__report_event') }}
