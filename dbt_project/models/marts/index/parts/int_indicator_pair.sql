-- May this year's measure of a concept be compared with that of the last year held before it? One verdict for all
-- provinces.
with breaks as (
    select
        *,
        case certainty when 'solid' then 3 when 'likely' then 2 else 1 end as surety
    from {{ ref('indicator_break') }}
    where
        decision = 'break'
        {% if var('breaks_decided_by') %}and decided_on <= cast('{{ var("breaks_decided_by") }}' as date){% endif %}
),

releases as (
    select
        index_id,
        year,
        method,
        lag(year) over (partition by index_id order by year) as previous_year,
        lead(year) over (partition by index_id order by year) as next_year
    from {{ ref('dim_release') }}
    where is_current
),

this_year as (
    select
        index_id,
        releases.year,
        releases.previous_year,
        releases.next_year,
        indicators.indicator_key,
        indicators.level,
        indicators.parent_key,
        indicators.scale_max
    from releases
    inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method)
),

last_year as (
    select
        index_id,
        next_year as year,
        year as previous_year,
        indicator_key,
        level,
        parent_key,
        scale_max
    from this_year
    where next_year is not null
),

-- What is measured in either year: a concept that is no longer measured breaks the sums that it was part of.
paired as (
    select
        index_id,
        year,
        coalesce(this_year.previous_year, last_year.previous_year) as previous_year,
        indicator_key,
        coalesce(this_year.level, last_year.level) as level,
        coalesce(this_year.parent_key, last_year.parent_key) as parent_key,
        this_year.level is not null as is_measured,
        last_year.level is not null as is_measured_before,
        coalesce(this_year.scale_max <> last_year.scale_max, false) as is_rescaled
    from this_year
    full join last_year using (index_id, year, indicator_key)
),

decided as (
    select
        paired.index_id,
        paired.year,
        paired.indicator_key,
        max(breaks.surety) as surety,
        min(breaks.decided_on) as decided_on
    from paired
    inner join breaks
        on
            paired.index_id = breaks.index_id
            and paired.year > breaks.from_year
            and paired.previous_year < breaks.to_year
            -- A break of a dimension holds for its parts.
            and breaks.indicator_key in (paired.indicator_key, paired.parent_key)
    group by paired.index_id, paired.year, paired.indicator_key
),

registered as (
    select
        paired.*,
        decided.surety,
        decided.decided_on
    from paired
    left join decided using (index_id, year, indicator_key)
),

-- What holds of the parts of a dimension, and of those of the total.
parts as (
    select
        index_id,
        year,
        whole.indicator_key,
        count(*) filter (
            where part.is_rescaled or not (part.is_measured and part.is_measured_before)
        ) > 0 as is_composition_changed,
        max(part.surety) as surety,
        min(part.decided_on) as decided_on
    from registered as part
    inner join registered as whole using (index_id, year)
    where part.level = 'sub_dimension' and whole.indicator_key in (part.parent_key, 'total')
    group by index_id, year, whole.indicator_key
),

judged as (
    select
        index_id,
        year,
        indicator_key,
        registered.is_measured_before,
        registered.surety is not null as is_broken,
        -- A part that came, went or changed its scale matters more than one whose measure changed.
        case
            when not registered.is_measured_before then 'not_measured_before'
            when registered.is_rescaled and registered.level = 'sub_dimension' then 'scale_changed'
            when registered.surety is not null then 'measure_changed'
            when parts.is_composition_changed then 'composition_changed'
            when parts.surety is not null then 'part_changed'
            when registered.is_rescaled then 'scale_changed'
        end as break_reason,
        coalesce(registered.surety, parts.surety) as surety,
        coalesce(registered.decided_on, parts.decided_on) as decided_on
    from registered
    left join parts using (index_id, year, indicator_key)
    where registered.is_measured
)

select
    index_id,
    year,
    indicator_key,
    is_measured_before,
    is_broken,
    break_reason,
    -- That of the surest break it rests on; what is measured, and on which scale, is certain.
    case
        when break_reason in ('measure_changed', 'part_changed') and surety = 1 then 'uncertain'
        when break_reason in ('measure_changed', 'part_changed') and surety = 2 then 'likely'
        when break_reason is not null then 'solid'
    end as break_certainty,
    -- The first decision that says so, which may be later than the day that a warehouse speaks of.
    case when break_reason in ('measure_changed', 'part_changed') then decided_on end as break_decided_on
from judged
