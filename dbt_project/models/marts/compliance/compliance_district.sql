with obligations as (
    select
        owed.*,
        units.level,
        units.full_name_vi,
        units.district_key
    from {{ ref('fct_obligation') }} as owed
    inner join {{ ref('int_unit_on_duty') }} as units using (obligation_id)
),

communes as (
    select
        plan_id,
        period,
        district_key,
        cast(count(*) filter (where state <> 'not_applicable') as integer) as existing,
        cast(count(*) filter (where is_expected) as integer) as expected,
        cast(count(*) filter (where is_actual) as integer) as actual,
        cast(count(*) filter (where is_on_time) as integer) as actual_on_time,
        cast(count(*) filter (where is_on_time_strict) as integer) as actual_on_time_strict,
        cast(count(*) filter (where is_complete) as integer) as complete,
        cast(count(*) filter (where is_accepted) as integer) as accepted,
        cast(count(*) filter (where state = 'missing') as integer) as missing,
        cast(count(*) filter (where state = 'unreadable') as integer) as unreadable,
        cast(count(*) filter (where state = 'returned') as integer) as returned,
        cast(count(*) filter (where state = 'waived') as integer) as waived,
        cast(count(*) filter (where district_says_yes) as integer) as said,
        cast(count(*) filter (where state = 'reported_by_district') as integer) as only_said,
        cast(count(*) filter (where n_versions > 0 and not district_says_yes) as integer) as denied,
        max(days_late) filter (where is_expected) as worst_days_late,
        string_agg(
            case when state = 'missing' then full_name_vi || ' (' || cast(days_late as varchar) || ')' end,
            '; ' order by unit_key
        ) as missing_communes
    from obligations
    where level = 'commune'
    group by plan_id, period, district_key
)

select
    plan_id,
    district_key,
    own.full_name_vi as district_name_vi,
    period,
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
    coalesce(communes.unreadable, 0) as communes_unreadable,
    coalesce(communes.returned, 0) as communes_returned,
    coalesce(communes.waived, 0) as communes_waived,
    coalesce(communes.said, 0) as communes_said,
    coalesce(communes.only_said, 0) as communes_only_said,
    coalesce(communes.denied, 0) as communes_denied,
    cast(100.0 * communes.actual / nullif(communes.expected, 0) as decimal(9, 4)) as reporting_rate,
    cast(100.0 * communes.actual_on_time / nullif(communes.expected, 0) as decimal(9, 4)) as reporting_rate_on_time,
    cast(100.0 * communes.complete / nullif(communes.expected, 0) as decimal(9, 4)) as completeness_rate,
    cast(100.0 * communes.accepted / nullif(communes.expected, 0) as decimal(9, 4)) as acceptance_rate,
    communes.worst_days_late as communes_worst_days_late,
    communes.missing_communes,
    own.is_simulated
from obligations as own
left join communes using (plan_id, period, district_key)
where own.level = 'district'
