-- Each obligation with its one state as of the end of a day, from receipts and events known by then. A return does not
-- undo the first receipt where the report came again within the plan's days of grace; else that later receipt counts.
-- The table macro compliance_as_of is this text with another day, so both say the same.
with asked as (
    select day from {{ ref('stg_office__reporting_day') }}
),

owed as (
    select
        obligation_id,
        plan_id,
        rule_id,
        deliverable,
        period,
        year,
        unit_key,
        unit_valid_from,
        recipient_key,
        due_nominal,
        due_strict,
        due_rolled,
        due_counted,
        not_applicable_reason,
        communes_existing,
        is_simulated
    from {{ ref('stg_office__obligation') }}
),

plans as (
    select * from {{ ref('dim_plan') }}
),

days as (
    select * from {{ ref('dim_day') }}
),

came as (
    select reports.*
    from {{ ref('fct_report') }} as reports
    inner join asked on true
    where cast(reports.received_at as date) <= asked.day
),

readable as (
    select
        *,
        row_number() over (partition by obligation_id order by received_at desc, version desc) as from_last
    from came
    where state = 'received' and obligation_id is not null
),

last_read as (
    select * from readable
    where from_last = 1
),

happened as (
    select events.*
    from {{ ref('fct_report_event') }} as events
    inner join asked on true
    where cast(events.happened_at as date) <= asked.day
),

decided as (
    select
        obligation_id,
        max(happened_at) filter (where event = 'accepted') as accepted_at,
        max(happened_at) filter (where event = 'returned') as returned_at,
        max(happened_at) filter (where event = 'waived') as waived_at
    from happened
    group by obligation_id
),

sent_back as (
    select
        happened.obligation_id,
        happened.happened_at as returned_at,
        min(readable.received_at) as sent_again_at
    from happened
    left join readable
        on
            happened.obligation_id = readable.obligation_id
            and happened.happened_at < readable.received_at
    where happened.event = 'returned'
    group by happened.obligation_id, happened.happened_at
),

out_of_grace as (
    select
        obligation_id,
        max(sent_back.returned_at) as returned_at
    from sent_back
    inner join owed using (obligation_id)
    inner join plans using (plan_id)
    inner join asked on true
    inner join days as back on cast(sent_back.returned_at as date) = back.day
    inner join days as again on coalesce(cast(sent_back.sent_again_at as date), asked.day) = again.day
    where again.working_day_number - back.working_day_number > plans.grace_working_days
    group by obligation_id
),

received as (
    select
        obligation_id,
        cast(min(readable.received_at) as date) as first_received_on,
        max(readable.received_at) as last_received_at,
        cast(count(*) as integer) as n_versions,
        cast(min(readable.received_at) filter (
            where out_of_grace.returned_at is null or readable.received_at > out_of_grace.returned_at
        ) as date) as timely_on
    from readable
    left join out_of_grace using (obligation_id)
    group by obligation_id
),

tracked_period as (
    select distinct period
    from came
    where period is not null
),

tracked_plan as (
    select distinct owed.plan_id
    from came
    inner join owed using (obligation_id)
),

known as (
    select
        owed.*,
        plans.due_soon_days,
        received.first_received_on,
        received.timely_on,
        cast(received.last_received_at as date) as last_received_on,
        coalesce(received.n_versions, 0) as n_versions,
        cast(decided.returned_at as date) as returned_on,
        cast(decided.waived_at as date) as waived_on,
        case
            when
                received.first_received_on is not null
                and (decided.returned_at is null or decided.returned_at < decided.accepted_at)
                then cast(decided.accepted_at as date)
        end as accepted_on,
        decided.returned_at is not null
        and (decided.accepted_at is null or decided.accepted_at < decided.returned_at)
        and (received.last_received_at is null or received.last_received_at <= decided.returned_at) as is_with_sender,
        coalesce(last_read.is_complete, false) as last_is_complete,
        tracked_period.period is not null
        or coalesce(plans.tracking_from <= owed.due_nominal, false) as is_period_tracked,
        tracked_plan.plan_id is not null
        or coalesce(plans.tracking_from <= asked.day, false) as is_plan_tracked,
        asked.day
    from owed
    inner join asked on true
    inner join plans using (plan_id)
    left join tracked_plan using (plan_id)
    left join tracked_period using (period)
    left join received using (obligation_id)
    left join decided using (obligation_id)
    left join last_read using (obligation_id)
),

stated as (
    select
        *,
        case
            when not_applicable_reason is not null then 'not_applicable'
            when waived_on is not null then 'waived'
            when accepted_on is not null then 'accepted'
            when is_with_sender then 'returned'
            when timely_on <= due_counted then 'on_time'
            when first_received_on is not null then 'late'
            when due_counted > day and is_plan_tracked and due_counted - day <= due_soon_days then 'due_soon'
            when due_counted > day and is_plan_tracked then 'not_due'
            when due_counted <= day and is_period_tracked then 'missing'
            else 'not_tracked'
        end as state,
        coalesce(
            not_applicable_reason is null and waived_on is null and is_period_tracked and due_counted <= day, false
        ) as is_expected
    from known
)

select
    stated.obligation_id,
    stated.plan_id,
    stated.rule_id,
    stated.deliverable,
    stated.period,
    stated.year,
    stated.unit_key,
    stated.unit_valid_from,
    stated.recipient_key,
    stated.due_nominal,
    stated.due_strict,
    stated.due_rolled,
    stated.due_counted,
    stated.not_applicable_reason,
    stated.communes_existing,
    stated.is_simulated,
    stated.state,
    stated.is_expected,
    stated.is_expected and stated.first_received_on is not null as is_actual,
    stated.is_expected and coalesce(stated.timely_on <= stated.due_counted, false) as is_on_time,
    stated.is_expected and coalesce(stated.timely_on <= stated.due_strict, false) as is_on_time_strict,
    stated.is_expected and stated.first_received_on is not null and stated.last_is_complete as is_complete,
    stated.is_expected and stated.accepted_on is not null as is_accepted,
    case
        when not stated.is_expected then null
        when stated.timely_on <= stated.due_counted then 0
        else greatest(ended.working_day_number - began.working_day_number, 1)
    end as days_late,
    stated.first_received_on,
    stated.timely_on,
    stated.last_received_on,
    stated.n_versions,
    stated.returned_on,
    stated.accepted_on,
    stated.waived_on
from stated
left join days as began on stated.due_counted = began.day
left join days as ended on coalesce(stated.timely_on, stated.day) = ended.day
