select
    obligation_id,
    plan_id,
    rule_id,
    deliverable,
    period,
    year,
    unit_key,
    unit_valid_from,
    recipient_key,
    due_nominal,
    due_strict,
    due_rolled,
    due_counted,
    not_applicable_reason,
    communes_existing,
    is_simulated
from {{ source('office', 'obligation') }}
