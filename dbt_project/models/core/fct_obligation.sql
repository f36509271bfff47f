-- Each obligation with its one state as of the end of a day, from receipts and events known by then. What came and
-- could not be read, and what was returned, keeps its day where a readable report came within the plan's days of grace;
-- else a later day counts. The table macro compliance_as_of is this text with another day, so both say the same.
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

happened as (
    select
        events.*,
        row_number() over (
            partition by
                events.obligation_id,
                events.report_id,
                case when events.event in ('waived', 'waiver_undone') then 'waiver' else 'report' end
            order by events.happened_at desc, events.source_row desc
        ) as from_last
    from {{ ref('fct_report_event') }} as events
    inner join asked on true
    where cast(events.happened_at as date) <= asked.day
),

waived as (
    select
        obligation_id,
        happened_at
    from happened
    where event = 'waived' and from_last = 1
),

came as (
    select
        reports.*,
        verdicts.event as verdict,
        verdicts.happened_at as decided_at
    from {{ ref('fct_report') }} as reports
    inner join asked on true
    left join happened as verdicts on reports.report_id = verdicts.report_id and verdicts.from_last = 1
    where
        cast(reports.received_at as date) <= asked.day
        and reports.obligation_id is not null
        and coalesce(verdicts.event, '') <> 'receipt_undone'
),

readable as (
    select
        *,
        row_number() over (partition by obligation_id order by received_at desc, version desc) as from_last
    from came
    where report_state = 'received'
),

-- The version whose figures count: the last that was accepted, else the last that came unless it was returned.
counting as (
    select
        *,
        row_number() over (
            partition by obligation_id
            order by case when verdict = 'accepted' then 0 else 1 end asc, from_last asc
        ) as place
    from readable
    where verdict = 'accepted' or (from_last = 1 and coalesce(verdict, '') <> 'returned')
),

in_force as (
    select * from counting
    where place = 1
),

returned as (
    select
        happened.obligation_id,
        happened.happened_at
    from happened
    inner join readable on happened.report_id = readable.report_id
    where happened.event = 'returned'
),

-- Files that could not be read, where no readable report stood when they came.
unread as (
    select
        came.obligation_id,
        came.received_at
    from came
    left join readable as earlier
        on
            came.obligation_id = earlier.obligation_id
            and came.received_at > earlier.received_at
    left join returned
        on
            came.obligation_id = returned.obligation_id
            and came.received_at > returned.happened_at
    where came.report_state = 'quarantined'
    group by came.obligation_id, came.report_id, came.received_at
    having max(earlier.received_at) is null or max(earlier.received_at) <= max(returned.happened_at)
),

sent as (
    select
        obligation_id,
        received_at
    from readable
    union all
    select * from unread
),

to_be_sent_again as (
    select * from returned
    union all
    select * from unread
),

-- Nothing that was sent back after the version in force says anything of its time.
sent_back as (
    select
        back.obligation_id,
        back.happened_at as sent_back_at,
        min(readable.received_at) as sent_again_at
    from to_be_sent_again as back
    left join in_force on back.obligation_id = in_force.obligation_id
    left join readable
        on
            back.obligation_id = readable.obligation_id
            and back.happened_at < readable.received_at
    where in_force.received_at is null or back.happened_at < in_force.received_at
    group by back.obligation_id, back.happened_at
),

out_of_grace as (
    select
        obligation_id,
        max(sent_back.sent_back_at) as sent_back_at
    from sent_back
    inner join owed using (obligation_id)
    inner join plans using (plan_id)
    inner join asked on true
    inner join days as back on cast(sent_back.sent_back_at as date) = back.day
    inner join days as again on coalesce(cast(sent_back.sent_again_at as date), asked.day) = again.day
    where again.working_day_number - back.working_day_number > plans.grace_working_days
    group by obligation_id
),

timely as (
    select
        obligation_id,
        cast(min(sent.received_at) as date) as timely_on
    from sent
    left join out_of_grace using (obligation_id)
    where out_of_grace.sent_back_at is null or sent.received_at > out_of_grace.sent_back_at
    group by obligation_id
),

received as (
    select
        obligation_id,
        cast(min(received_at) filter (where report_state = 'received') as date) as first_received_on,
        max(received_at) filter (where report_state = 'received') as last_received_at,
        max(received_at) as last_sent_at,
        cast(count(*) filter (where report_state = 'received') as integer) as n_versions
    from came
    group by obligation_id
),

last_unread as (
    select
        obligation_id,
        max(received_at) as received_at
    from unread
    group by obligation_id
),

last_returned as (
    select
        obligation_id,
        max(happened_at) as happened_at
    from returned
    group by obligation_id
),

-- What a district's report says of its communes.
said as (
    select
        answers.obligation_id,
        answers.has_reported,
        answers.district_received_on,
        cast(in_force.received_at as date) as said_on
    from {{ ref('fct_commune_answer') }} as answers
    inner join in_force on answers.report_id = in_force.report_id
),

tracked_period as (
    select distinct owed.period
    from readable
    inner join owed using (obligation_id)
),

tracked_plan as (
    select distinct owed.plan_id
    from readable
    inner join owed using (obligation_id)
),

known as (
    select
        owed.*,
        plans.due_soon_days,
        received.first_received_on,
        timely.timely_on,
        cast(received.last_received_at as date) as last_received_on,
        cast(received.last_sent_at as date) as last_sent_on,
        coalesce(received.n_versions, 0) as n_versions,
        cast(last_returned.happened_at as date) as returned_on,
        cast(waived.happened_at as date) as waived_on,
        case when in_force.verdict = 'accepted' then cast(in_force.decided_at as date) end as accepted_on,
        in_force.report_id,
        coalesce(in_force.is_complete, last_read.is_complete, false) as is_whole,
        last_unread.received_at is not null
        and (received.last_received_at is null or received.last_received_at < last_unread.received_at) as is_unread,
        said.has_reported as is_said_by_district,
        said.district_received_on,
        case
            when received.first_received_on is null and timely.timely_on is null and said.has_reported
                then coalesce(said.district_received_on, said.said_on)
            else timely.timely_on
        end as arrived_on,
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
    left join timely using (obligation_id)
    left join waived using (obligation_id)
    left join in_force using (obligation_id)
    left join last_unread using (obligation_id)
    left join last_returned using (obligation_id)
    left join said using (obligation_id)
    left join readable as last_read on owed.obligation_id = last_read.obligation_id and last_read.from_last = 1
),

-- On the due day itself nothing is late yet.
stated as (
    select
        *,
        case
            when not_applicable_reason is not null then 'not_applicable'
            when waived_on is not null then 'waived'
            when accepted_on is not null then 'accepted'
            when is_unread then 'unreadable'
            when first_received_on is not null and report_id is null then 'returned'
            when timely_on <= due_counted then 'on_time'
            when first_received_on is not null then 'late'
            when is_said_by_district then 'reported_by_district'
            when due_counted >= day and is_plan_tracked and due_counted - day <= due_soon_days then 'due_soon'
            when due_counted >= day and is_plan_tracked then 'not_due'
            when due_counted < day and is_period_tracked then 'missing'
            else 'not_tracked'
        end as state,
        coalesce(
            not_applicable_reason is null and waived_on is null and is_period_tracked and due_counted < day, false
        ) as is_expected
    from known
)

-- What is not expected is neither on time nor late: the flags are null there, so that their mean is the rate.
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
    case stated.state
        when 'not_applicable' then 'không áp dụng'
        when 'not_tracked' then 'chưa theo dõi'
        when 'not_due' then 'chưa đến hạn'
        when 'due_soon' then 'sắp đến hạn'
        when 'on_time' then 'đúng hạn'
        when 'late' then 'trễ hạn'
        when 'missing' then 'chưa gửi'
        when 'unreadable' then 'đã gửi, chưa đọc được'
        when 'reported_by_district' then 'huyện báo đã nhận, tỉnh chưa có tệp'
        when 'returned' then 'đã trả lại, chưa gửi lại'
        when 'accepted' then 'đã tiếp nhận'
        when 'waived' then 'được miễn'
    end as state_vi,
    case when stated.state <> 'not_tracked' then stated.is_expected end as is_expected,
    case when stated.is_expected then stated.first_received_on is not null end as is_actual,
    case
        when stated.is_expected
            then stated.first_received_on is not null and coalesce(stated.timely_on <= stated.due_counted, false)
    end as is_on_time,
    case
        when stated.is_expected
            then stated.first_received_on is not null and coalesce(stated.timely_on <= stated.due_strict, false)
    end as is_on_time_strict,
    case when stated.is_expected then stated.first_received_on is not null and stated.is_whole end as is_complete,
    case when stated.is_expected then stated.accepted_on is not null end as is_accepted,
    case
        when not stated.is_expected then null
        when stated.arrived_on <= stated.due_counted then 0
        else greatest(ended.working_day_number - began.working_day_number, 1)
    end as days_late,
    case
        when stated.state not in ('not_tracked', 'not_applicable') and stated.due_counted >= stated.day
            then began.working_day_number - asked_on.working_day_number
    end as working_days_left,
    stated.first_received_on,
    stated.timely_on,
    stated.last_received_on,
    stated.last_sent_on,
    stated.n_versions,
    case when stated.is_expected then stated.report_id end as report_id,
    stated.returned_on,
    stated.accepted_on,
    stated.waived_on,
    stated.is_said_by_district,
    stated.district_received_on
from stated
left join days as began on stated.due_counted = began.day
left join days as asked_on on stated.day = asked_on.day
left join days as ended on coalesce(stated.arrived_on, stated.day) = ended.day
