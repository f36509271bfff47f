with obligations as (
    select * from {{ ref('fct_obligation') }}
),

units as (
    select * from {{ ref('int_unit_on_duty') }}
),

own as (
    select
        obligations.plan_id,
        obligations.period,
        obligations.year,
        obligations.unit_key as district_key,
        units.full_name_vi as district_name_vi,
        obligations.state,
        obligations.days_late,
        obligations.is_on_time,
        obligations.is_simulated
    from obligations
    inner join units on obligations.obligation_id = units.obligation_id
    where units.level = 'district'
),

communes as (
    select
        obligations.plan_id,
        obligations.period,
        units.district_key,
        cast(sum(case when obligations.state <> 'not_applicable' then 1 else 0 end) as integer) as existing,
        cast(sum(case when obligations.is_expected then 1 else 0 end) as integer) as expected,
        cast(sum(case when obligations.is_actual then 1 else 0 end) as integer) as actual,
        cast(sum(case when obligations.is_on_time then 1 else 0 end) as integer) as actual_on_time,
        cast(sum(case when obligations.is_on_time_strict then 1 else 0 end) as integer) as actual_on_time_strict,
        cast(sum(case when obligations.is_complete then 1 else 0 end) as integer) as complete,
        cast(sum(case when obligations.is_accepted then 1 else 0 end) as integer) as accepted,
        cast(sum(case when obligations.state = 'missing' then 1 else 0 end) as integer) as missing,
        cast(sum(case when obligations.state = 'returned' then 1 else 0 end) as integer) as returned,
        cast(sum(case when obligations.state = 'waived' then 1 else 0 end) as integer) as waived,
        max(case when obligations.is_expected then obligations.days_late end) as worst_days_late,
        string_agg(
            case
                when obligations.state = 'missing'
                    then units.full_name_vi || ' (' || cast(obligations.days_late as varchar) || ')'
            end, '; ' order by obligations.unit_key
        ) as missing_communes
    from obligations
    inner join units on obligations.obligation_id = units.obligation_id
    where units.level = 'commune'
    group by obligations.plan_id, obligations.period, units.district_key
)

select
    own.plan_id,
    own.district_key,
    own.district_name_vi,
    own.period,
    own.year,
    own.state as own_state,
    own.is_on_time as own_is_on_time,
    own.days_late as own_days_late,
    coalesce(communes.existing, 0) as communes_existing,
    coalesce(communes.expected, 0) as communes_expected,
    coalesce(communes.actual, 0) as communes_actual,
    coalesce(communes.actual_on_time, 0) as communes_on_time,
    coalesce(communes.actual_on_time_strict, 0) as communes_on_time_strict,
    coalesce(communes.complete, 0) as communes_complete,
    coalesce(communes.accepted, 0) as communes_accepted,
    coalesce(communes.missing, 0) as communes_missing,
    coalesce(communes.returned, 0) as communes_returned,
    coalesce(communes.waived, 0) as communes_waived,
    cast(100.0 * communes.actual / nullif(communes.expected, 0) as decimal(9, 4)) as reporting_rate,
    cast(100.0 * communes.actual_on_time / nullif(communes.expected, 0) as decimal(9, 4)) as reporting_rate_on_time,
    cast(100.0 * communes.complete / nullif(communes.expected, 0) as decimal(9, 4)) as completeness_rate,
    cast(100.0 * communes.accepted / nullif(communes.expected, 0) as decimal(9, 4)) as acceptance_rate,
    communes.worst_days_late as communes_worst_days_late,
    communes.missing_communes,
    own.is_simulated
from own
left join communes
    on
        own.plan_id = communes.plan_id
        and own.period = communes.period
        and own.district_key = communes.district_key
