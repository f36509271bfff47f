with obligations as (
    select * from {{ ref('fct_obligation') }}
),

units as (
    select * from {{ ref('int_unit_on_duty') }}
),

in_force as (
    select * from {{ ref('int_report_in_force') }}
),

reports as (
    select * from {{ ref('fct_report') }}
)

select
    obligations.plan_id,
    obligations.unit_key,
    max(units.full_name_vi) as unit_name_vi,
    max(units.district_key) as district_key,
    obligations.year,
    cast(sum(case when obligations.is_expected then 1 else 0 end) as integer) as expected,
    cast(sum(case when obligations.is_actual then 1 else 0 end) as integer) as actual,
    cast(sum(case when obligations.is_on_time then 1 else 0 end) as integer) as actual_on_time,
    cast(sum(case when obligations.is_complete then 1 else 0 end) as integer) as complete,
    cast(sum(case when obligations.is_accepted then 1 else 0 end) as integer) as accepted,
    cast(sum(case when obligations.state = 'missing' then 1 else 0 end) as integer) as missing,
    max(case when obligations.deliverable = 'unit_plan' then obligations.state end) as own_plan_state,
    cast(sum(case when obligations.deliverable = 'report' then reports.tasks_owed end) as integer) as tasks_owed,
    cast(sum(case when obligations.deliverable = 'report' then reports.tasks_answered end) as integer)
        as tasks_answered,
    cast(sum(case when obligations.deliverable = 'report' then reports.tasks_evidenced end) as integer)
        as tasks_evidenced,
    max(case when obligations.is_simulated then 1 else 0 end) = 1 as is_simulated
from obligations
inner join units on obligations.obligation_id = units.obligation_id
left join in_force on obligations.obligation_id = in_force.obligation_id
left join reports on in_force.report_id = reports.report_id
where units.level = 'commune'
group by obligations.plan_id, obligations.unit_key, obligations.year
