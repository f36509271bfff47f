with targets as (
    select * from {{ ref('dim_target') }}
),

obligations as (
    select * from {{ ref('fct_obligation') }}
),

units as (
    select * from {{ ref('int_unit_on_duty') }}
),

owed as (
    select * from {{ ref('stg_office__target_owed') }}
),

in_force as (
    select * from {{ ref('int_report_in_force') }}
),

answers as (
    select * from {{ ref('fct_target_value') }}
),

plans as (
    select * from {{ ref('dim_plan') }}
),

own as (
    select
        obligations.plan_id,
        obligations.period,
        obligations.year,
        owed.target_id,
        obligations.unit_key,
        units.district_key,
        plans.province_key,
        obligations.is_simulated,
        answers.answer,
        answers.numerator,
        answers.denominator
    from owed
    inner join obligations on owed.obligation_id = obligations.obligation_id
    inner join units on owed.obligation_id = units.obligation_id
    inner join plans on obligations.plan_id = plans.plan_id
    left join in_force on owed.obligation_id = in_force.obligation_id
    left join answers
        on
            in_force.report_id = answers.report_id
            and owed.target_id = answers.target_id
    where obligations.is_expected
),

scopes as (
    select
        own.*,
        own.unit_key as scope_key,
        'own' as scope
    from own
    union all
    select
        own.*,
        own.district_key as scope_key,
        'with_communes' as scope
    from own
    where own.district_key is not null
    union all
    select
        own.*,
        own.province_key as scope_key,
        'province' as scope
    from own
),

reported as (
    select
        plan_id,
        target_id,
        scope_key,
        scope,
        period,
        max(year) as year,
        cast(count(*) as integer) as n_owing,
        cast(sum(case when answer = 'reported' then 1 else 0 end) as integer) as n_reporting,
        cast(sum(
            case when answer in ('nothing_arose', 'not_applicable', 'not_measurable') then 1 else 0 end
        ) as integer) as n_without_figures,
        cast(sum(case when answer = 'reported' then numerator end) as decimal(18, 6)) as numerator,
        cast(sum(case when answer = 'reported' then denominator end) as decimal(18, 6)) as denominator,
        max(case when is_simulated then 1 else 0 end) = 1 as is_simulated
    from scopes
    group by plan_id, target_id, scope_key, scope, period
),

-- Targets that are about reporting itself are counted from obligations.
counted as (
    select
        obligations.plan_id,
        targets.target_id,
        plans.province_key as scope_key,
        'province' as scope,
        obligations.period,
        max(obligations.year) as year,
        cast(count(*) as integer) as n_owing,
        cast(count(*) as integer) as n_reporting,
        0 as n_without_figures,
        cast(sum(
            case
                when targets.measured_by = 'accepted_communes' and obligations.is_accepted then 1
                when targets.measured_by <> 'accepted_communes' and obligations.is_on_time then 1
                else 0
            end
        ) as decimal(18, 6)) as numerator,
        cast(count(*) as decimal(18, 6)) as denominator,
        max(case when obligations.is_simulated then 1 else 0 end) = 1 as is_simulated
    from obligations
    inner join units on obligations.obligation_id = units.obligation_id
    inner join plans on obligations.plan_id = plans.plan_id
    inner join targets
        on
            obligations.plan_id = targets.plan_id
            and (
                (
                    targets.measured_by = 'accepted_communes'
                    and obligations.deliverable = 'report'
                    and units.level = 'commune'
                )
                or (targets.measured_by = 'plans_on_time' and obligations.deliverable = 'unit_plan')
                or (targets.measured_by = 'reports_on_time' and obligations.deliverable = 'report')
            )
    where obligations.is_expected
    group by obligations.plan_id, targets.target_id, plans.province_key, obligations.period
),

valued as (
    select
        united.*,
        cast(100 * united.numerator / nullif(united.denominator, 0) as decimal(9, 4)) as value_pct
    from (
        select * from reported
        union all
        select * from counted
    ) as united
)

select
    valued.plan_id,
    valued.target_id,
    valued.scope_key as unit_key,
    valued.scope,
    valued.period,
    valued.year,
    valued.numerator,
    valued.denominator,
    valued.value_pct,
    targets.value as target_value,
    valued.n_owing,
    valued.n_reporting,
    valued.n_without_figures,
    case
        when valued.value_pct is null or targets.value is null then 'not_evaluable'
        when valued.value_pct >= targets.value and valued.n_reporting + valued.n_without_figures < valued.n_owing
            then 'on_track'
        when valued.value_pct >= targets.value and valued.period like '%-FY' then 'achieved'
        when valued.value_pct >= targets.value then 'on_track'
        when valued.period like '%-FY' then 'missed'
        else 'behind'
    end as state,
    valued.is_simulated
from valued
inner join targets
    on
        valued.plan_id = targets.plan_id
        and valued.target_id = targets.target_id
