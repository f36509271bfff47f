select
    cast(row_number() over (
        order by obligations.working_days_left asc, obligations.due_counted asc, obligation_id asc
    ) as integer) as due_order,
    obligation_id,
    obligations.plan_id,
    obligations.unit_key,
    units.full_name_vi as unit_name_vi,
    units.unit_level,
    obligations.recipient_key,
    units.recipient_name_vi,
    obligations.deliverable,
    obligations.period,
    obligations.due_nominal,
    obligations.due_counted,
    obligations.working_days_left,
    obligations.state,
    obligations.state_vi,
    obligations.last_sent_on,
    obligations.returned_on,
    obligations.is_simulated
from {{ ref('fct_obligation') }} as obligations
inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
where
    obligations.state = 'due_soon'
    or (obligations.state in ('returned', 'unreadable') and obligations.working_days_left is not null)
