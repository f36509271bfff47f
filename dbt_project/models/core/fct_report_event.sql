select
    event_id,
    obligation_id,
    happened_at,
    event,
    decision_no,
    reason,
    done_by
from {{ ref('stg_office__report_event') }}
