select
    obligations.plan_id,
    obligations.unit_key,
    max(units.full_name_vi) as unit_name_vi,
    max(units.district_key) as district_key,
    obligations.year,
    cast(count(*) filter (where obligations.is_expected) as integer) as expected,
    cast(count(*) filter (where obligations.is_actual) as integer) as actual,
    cast(count(*) filter (where obligations.is_on_time) as integer) as actual_on_time,
    cast(count(*) filter (where obligations.is_complete) as integer) as complete,
    cast(count(*) filter (where obligations.is_accepted) as integer) as accepted,
    cast(count(*) filter (where obligations.state = 'missing') as integer) as missing,
    cast(count(*) filter (where obligations.state = 'unreadable') as integer) as unreadable,
    cast(count(*) filter (where obligations.state = 'reported_by_district') as integer) as reported_by_district,
    max(obligations.state) filter (where obligations.deliverable = 'unit_plan') as own_plan_state,
    cast(sum(reports.tasks_owed) filter (where obligations.deliverable = 'report') as integer) as tasks_owed,
    cast(sum(reports.tasks_answered) filter (where obligations.deliverable = 'report') as integer)
        as tasks_answered,
    cast(sum(reports.tasks_evidenced) filter (where obligations.deliverable = 'report') as integer)
        as tasks_evidenced,
    bool_or(obligations.is_simulated) as is_simulated
from {{ ref('fct_obligation') }} as obligations
inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
left join {{ ref('fct_report') }} as reports on obligations.report_id = reports.report_id
where units.level = 'commune'
group by obligations.plan_id, obligations.unit_key, obligations.year
