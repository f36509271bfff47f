select
    event_id,
    obligation_id,
    happened_at,
    event,
    decision_no,
    reason,
    done_by
from {{ source('office', 'report_event') }}
