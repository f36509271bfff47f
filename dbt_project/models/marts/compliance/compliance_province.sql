with owed as (
    select
        obligations.*,
        plans.province_key,
        units.unit_level,
        reports.items_owed,
        reports.items_answered
    from {{ ref('fct_obligation') }} as obligations
    inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
    inner join {{ ref('dim_plan') }} as plans using (plan_id)
    left join {{ ref('fct_report') }} as reports on obligations.report_id = reports.report_id
),

-- The province's own row counts every unit.
counted as (
    select
        *,
        unit_level as counted_level
    from owed
    union all
    select
        *,
        'province' as counted_level
    from owed
),

summed as (
    select
        plan_id,
        province_key,
        counted_level,
        period,
        max(year) as year,
        cast(count(*) filter (where state <> 'not_applicable') as integer) as existing,
        {{ reports_counted() }},
        {{ how_many("state = 'returned'") }} as returned,
        {{ how_many("state = 'reported_by_district'") }} as reported_by_district,
        {{ how_many("state = 'waived'") }} as waived,
        max(days_late) filter (where is_expected) as worst_days_late,
        cast(sum(items_owed) as integer) as items_owed,
        cast(sum(items_answered) as integer) as items_answered,
        bool_or(is_simulated) as is_simulated
    from counted
    group by plan_id, province_key, counted_level, period
)

select
    plan_id,
    province_key,
    counted_level as unit_level,
    period,
    year,
    existing,
    expected,
    actual,
    actual_on_time,
    actual_on_time_strict,
    complete,
    accepted,
    missing,
    unreadable,
    returned,
    reported_by_district,
    waived,
    {{ reporting_rates() }},
    items_owed,
    items_answered,
    cast(100.0 * items_answered / nullif(items_owed, 0) as decimal(9, 4)) as answer_rate_pct,
    worst_days_late,
    is_simulated
from summed
