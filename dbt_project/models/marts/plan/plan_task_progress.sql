select
    plan_id,
    task_id,
    obligations.period,
    max(obligations.year) as year,
    cast(count(*) as integer) as n_owing,
    cast(count(obligations.report_id) as integer) as n_reporting,
    cast(count(answers.answer) as integer) as n_answered,
    cast(count(*) filter (where answers.answer = 'done') as integer) as n_done,
    cast(count(*) filter (where answers.answer = 'in_progress') as integer) as n_in_progress,
    cast(count(*) filter (where answers.answer = 'not_started') as integer) as n_not_started,
    cast(count(*) filter (where answers.answer = 'nothing_arose') as integer) as n_nothing_arose,
    cast(count(*) filter (where answers.answer = 'not_applicable') as integer) as n_not_applicable,
    cast(count(*) filter (where answers.answer = 'done' and answers.evidence is not null) as integer)
        as n_done_with_evidence,
    bool_or(obligations.is_simulated) as is_simulated
from {{ ref('fct_obligation') }} as obligations
inner join {{ ref('stg_office__plan_task_unit') }} as owners using (plan_id, unit_key)
left join {{ ref('fct_task_progress') }} as answers using (report_id, task_id)
where
    obligations.is_expected
    and obligations.deliverable = 'report'
    and obligations.unit_valid_from = owners.valid_from
group by plan_id, task_id, obligations.period
