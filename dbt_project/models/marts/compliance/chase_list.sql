select
    cast(row_number() over (
        order by obligations.days_late desc, obligations.due_counted asc, obligation_id asc
    ) as integer) as chase_order,
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
    obligations.state,
    obligations.state_vi,
    obligations.last_sent_on,
    obligations.returned_on,
    obligations.days_late,
    obligations.is_simulated
from {{ ref('fct_obligation') }} as obligations
inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
where
    obligations.is_expected
    and (
        obligations.state in ('missing', 'returned')
        or (obligations.state = 'unreadable' and obligations.days_late > 0)
    )
