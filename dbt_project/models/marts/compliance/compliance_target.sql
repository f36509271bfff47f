with targets as (
    select * from {{ ref('dim_target') }}
),

-- What is expected by now, with the unit that owes it and the province of its plan.
obligations as (
    select
        owed.*,
        units.unit_level,
        units.district_key,
        plans.province_key
    from {{ ref('fct_obligation') }} as owed
    inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
    inner join {{ ref('dim_plan') }} as plans using (plan_id)
    where owed.is_expected
),

own as (
    select
        obligations.*,
        target_id,
        answers.answer,
        answers.numerator,
        answers.denominator
    from {{ ref('stg_office__target_owed') }}
    inner join obligations using (obligation_id)
    left join {{ ref('fct_target_value') }} as answers using (report_id, target_id)
),

scopes as (
    select
        *,
        unit_key as scope_key,
        'own' as scope
    from own
    union all
    select
        *,
        district_key as scope_key,
        'with_communes' as scope
    from own
    where district_key is not null
    union all
    select
        *,
        province_key as scope_key,
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
        cast(count(*) filter (where answer = 'reported') as integer) as n_reporting,
        cast(count(*) filter (
            where answer in ('nothing_arose', 'not_applicable', 'not_measurable')
        ) as integer) as n_without_figures,
        cast(sum(numerator) filter (where answer = 'reported') as decimal(18, 6)) as numerator,
        cast(sum(denominator) filter (where answer = 'reported') as decimal(18, 6)) as denominator,
        bool_or(is_simulated) as is_simulated
    from scopes
    group by plan_id, target_id, scope_key, scope, period
),

-- Targets that are about reporting itself are counted from obligations.
counted as (
    select
        plan_id,
        targets.target_id,
        obligations.province_key as scope_key,
        'province' as scope,
        obligations.period,
        max(obligations.year) as year,
        cast(count(*) as integer) as n_owing,
        cast(count(*) as integer) as n_reporting,
        0 as n_without_figures,
        cast(count(*) filter (
            where case
                when targets.measured_by = 'accepted_communes' then obligations.is_accepted
                else obligations.is_on_time
            end
        ) as decimal(18, 6)) as numerator,
        cast(count(*) as decimal(18, 6)) as denominator,
        bool_or(obligations.is_simulated) as is_simulated
    from obligations
    inner join targets using (plan_id)
    where
        case targets.measured_by
            when 'accepted_communes' then obligations.deliverable = 'report' and obligations.unit_level = 'commune'
            when 'plans_on_time' then obligations.deliverable = 'unit_plan'
            when 'reports_on_time' then obligations.deliverable = 'report'
        end
    group by plan_id, targets.target_id, obligations.province_key, obligations.period
),

united as (
    select * from reported
    union all
    select * from counted
),

valued as (
    select
        *,
        cast(100 * numerator / nullif(denominator, 0) as decimal(9, 4)) as value_pct
    from united
),

judged as (
    select
        valued.*,
        targets.value as target_value,
        case
            when valued.value_pct is null or targets.value is null then 'not_evaluable'
            when valued.value_pct >= targets.value and valued.n_reporting + valued.n_without_figures < valued.n_owing
                then 'on_track'
            when valued.value_pct >= targets.value and valued.period like '%-FY' then 'achieved'
            when valued.value_pct >= targets.value then 'on_track'
            when valued.period like '%-FY' then 'missed'
            else 'behind'
        end as target_state
    from valued
    inner join targets using (plan_id, target_id)
)

select
    plan_id,
    target_id,
    scope_key as unit_key,
    scope,
    period,
    year,
    numerator,
    denominator,
    value_pct,
    target_value,
    n_owing,
    n_reporting,
    n_without_figures,
    target_state,
    case target_state
        when 'achieved' then 'đạt'
        when 'missed' then 'không đạt'
        when 'on_track' then 'đúng tiến độ'
        when 'behind' then 'chậm'
        when 'not_evaluable' then 'chưa đánh giá được'
    end as target_state_vi,
    is_simulated
from judged
