with plans as (
    select * from {{ ref('dim_plan') }}
),

scored as (
    select
        obligations.*,
        units.unit_level,
        reports.items_owed,
        reports.items_answered,
        case
            when not coalesce(obligations.is_expected, false) then null
            when obligations.timely_on is null then 0
            else greatest(0, 1 - cast(obligations.days_late as decimal(18, 6)) / plans.late_days_to_zero)
        end as timeliness_share,
        case
            when not coalesce(obligations.is_expected, false) then null
            when reports.report_id is null then 0
            else
                (
                    2 * coalesce(cast(reports.tasks_evidenced as decimal(18, 6)) / nullif(reports.tasks_owed, 0), 0)
                    + coalesce(cast(reports.targets_answered as decimal(18, 6)) / nullif(reports.targets_owed, 0), 0)
                    + coalesce(cast(reports.communes_covered as decimal(18, 6)) / nullif(reports.communes_owed, 0), 0)
                )
                / nullif(
                    case when reports.tasks_owed > 0 then 2 else 0 end
                    + case when reports.targets_owed > 0 then 1 else 0 end
                    + case when reports.communes_owed > 0 then 1 else 0 end, 0
                )
        end as completeness_share,
        case
            when reports.n_checks > 0 then 1 - cast(reports.n_remarks as decimal(18, 6)) / reports.n_checks
        end as quality_share
    from {{ ref('fct_obligation') }} as obligations
    inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
    inner join plans using (plan_id)
    left join {{ ref('fct_report') }} as reports on obligations.report_id = reports.report_id
),

spans as (
    select
        *,
        period as span,
        'period' as span_kind
    from scored
    union all
    select
        *,
        cast(year as varchar) as span,
        'year' as span_kind
    from scored
),

summed as (
    select
        plan_id,
        unit_key,
        max(unit_level) as unit_level,
        span as period,
        max(span_kind) as span_kind,
        max(year) as year,
        case when max(span_kind) = 'period' then max(state) end as state,
        case when max(span_kind) = 'period' then max(state_vi) end as state_vi,
        {{ reports_counted() }},
        max(days_late) as worst_days_late,
        cast(sum(items_owed) as integer) as items_owed,
        cast(sum(items_answered) as integer) as items_answered,
        bool_or(is_simulated) as is_simulated,
        cast(avg(timeliness_share) as decimal(9, 6)) as timeliness_share,
        cast(avg(completeness_share) as decimal(9, 6)) as completeness_share,
        cast(avg(quality_share) as decimal(9, 6)) as quality_share
    from spans
    group by plan_id, unit_key, span
),

composed as (
    select
        summed.*,
        plans.cap_missing,
        plans.cap_unverified,
        -- Nothing is verified yet: that part is left out of the product, and the cap for it applies.
        100 * power(cast(summed.timeliness_share as double precision), plans.weight_timeliness)
        * power(cast(summed.completeness_share as double precision), plans.weight_completeness)
        * power(cast(summed.quality_share as double precision), plans.weight_quality) as product
    from summed
    inner join plans using (plan_id)
)

select
    plan_id,
    unit_key,
    unit_level,
    period,
    span_kind,
    year,
    state,
    state_vi,
    expected,
    actual,
    actual_on_time,
    actual_on_time_strict,
    complete,
    accepted,
    missing,
    unreadable,
    worst_days_late,
    {{ reporting_rates() }},
    items_owed,
    items_answered,
    cast(100.0 * items_answered / nullif(items_owed, 0) as decimal(9, 4)) as answer_rate_pct,
    timeliness_share,
    completeness_share,
    quality_share,
    cast(case
        when coalesce(expected, 0) = 0 then null
        when actual = 0 or product is null then 0
        when missing > 0 then least(product, cap_missing, cap_unverified)
        else least(product, cap_unverified)
    end as decimal(9, 4)) as composite,
    is_simulated
from composed
