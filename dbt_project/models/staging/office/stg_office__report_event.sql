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
from {{ source('office', 'report_event') }}
