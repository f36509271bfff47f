select
    obligations.plan_id,
    obligations.unit_key,
    max(units.full_name_vi) as unit_name_vi,
    max(units.district_key) as district_key,
    obligations.year,
    {{ how_many('is_expected', of='obligations') }} as expected,
    {{ how_many('is_actual', of='obligations') }} as actual,
    {{ how_many('is_on_time', of='obligations') }} as actual_on_time,
    {{ how_many('is_complete', of='obligations') }} as complete,
    {{ how_many('is_accepted', of='obligations') }} as accepted,
    {{ how_many("state = 'missing'", of='obligations') }} as missing,
    {{ how_many("state = 'unreadable'", of='obligations') }} as unreadable,
    {{ how_many("state = 'reported_by_district'", of='obligations') }} as reported_by_district,
    max(obligations.state) filter (where obligations.deliverable = 'unit_plan') as own_plan_state,
    max(obligations.state_vi) filter (where obligations.deliverable = 'unit_plan') as own_plan_state_vi,
    cast(sum(reports.tasks_owed) filter (where obligations.deliverable = 'report') as integer) as tasks_owed,
    cast(sum(reports.tasks_answered) filter (where obligations.deliverable = 'report') as integer)
        as tasks_answered,
    cast(sum(reports.tasks_evidenced) filter (where obligations.deliverable = 'report') as integer)
        as tasks_evidenced,
    bool_or(obligations.is_simulated) as is_simulated
from {{ ref('fct_obligation') }} as obligations
inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
left join {{ ref('fct_report') }} as reports on obligations.report_id = reports.report_id
where units.unit_level = 'commune'
group by obligations.plan_id, obligations.unit_key, obligations.year
