with obligations as (
    select * from {{ ref('fct_obligation') }}
),

owners as (
    select * from {{ ref('stg_office__plan_task_unit') }}
),

in_force as (
    select * from {{ ref('int_report_in_force') }}
),

answers as (
    select * from {{ ref('fct_task_progress') }}
)

select
    obligations.plan_id,
    owners.task_id,
    obligations.period,
    max(obligations.year) as year,
    cast(count(*) as integer) as n_owing,
    cast(count(in_force.report_id) as integer) as n_reporting,
    cast(count(answers.answer) as integer) as n_answered,
    cast(sum(case when answers.answer = 'done' then 1 else 0 end) as integer) as n_done,
    cast(sum(case when answers.answer = 'in_progress' then 1 else 0 end) as integer) as n_in_progress,
    cast(sum(case when answers.answer = 'not_started' then 1 else 0 end) as integer) as n_not_started,
    cast(sum(case when answers.answer = 'nothing_arose' then 1 else 0 end) as integer) as n_nothing_arose,
    cast(sum(case when answers.answer = 'not_applicable' then 1 else 0 end) as integer) as n_not_applicable,
    cast(sum(case when answers.answer = 'done' and answers.evidence is not null then 1 else 0 end) as integer)
        as n_done_with_evidence,
    max(case when obligations.is_simulated then 1 else 0 end) = 1 as is_simulated
from obligations
inner join owners
    on
        obligations.plan_id = owners.plan_id
        and obligations.unit_key = owners.unit_key
        and obligations.unit_valid_from = owners.valid_from
left join in_force on obligations.obligation_id = in_force.obligation_id
left join answers
    on
        in_force.report_id = answers.report_id
        and owners.task_id = answers.task_id
where obligations.is_expected and obligations.deliverable = 'report'
group by obligations.plan_id, owners.task_id, obligations.period
