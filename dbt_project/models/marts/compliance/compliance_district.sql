with obligations as (
    select
        owed.*,
        units.unit_level,
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
        {{ reports_counted() }},
        {{ how_many("state = 'returned'") }} as returned,
        {{ how_many("state = 'waived'") }} as waived,
        {{ how_many('is_said_by_district') }} as said,
        {{ how_many("state = 'reported_by_district'") }} as only_said,
        {{ how_many('n_versions > 0 and not is_said_by_district') }} as denied,
        max(days_late) filter (where is_expected) as worst_days_late,
        string_agg(
            case when state = 'missing' then full_name_vi || ' (' || cast(days_late as varchar) || ')' end,
            '; ' order by unit_key
        ) as missing_communes
    from obligations
    where unit_level = 'commune'
    group by plan_id, period, district_key
)

select
    plan_id,
    district_key,
    own.full_name_vi as district_name_vi,
    period,
    own.year,
    own.state as own_state,
    own.state_vi as own_state_vi,
    own.is_on_time as is_own_on_time,
    own.days_late as own_days_late,
    coalesce(communes.existing, 0) as communes_existing,
    communes.expected as communes_expected,
    communes.actual as communes_actual,
    communes.actual_on_time as communes_on_time,
    communes.actual_on_time_strict as communes_on_time_strict,
    communes.complete as communes_complete,
    communes.accepted as communes_accepted,
    communes.missing as communes_missing,
    communes.unreadable as communes_unreadable,
    communes.returned as communes_returned,
    communes.waived as communes_waived,
    communes.said as communes_said,
    communes.only_said as communes_only_said,
    communes.denied as communes_denied,
    {{ reporting_rates(of='communes') }},
    communes.worst_days_late as communes_worst_days_late,
    communes.missing_communes,
    own.is_simulated
from obligations as own
left join communes using (plan_id, period, district_key)
where own.unit_level = 'district'
