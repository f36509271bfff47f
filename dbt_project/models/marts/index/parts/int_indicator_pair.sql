-- May this year's measure of a concept be compared with that of the last year held before it? One verdict for all
-- provinces.
with releases as (
    select
        index_id,
        year,
        method,
        lag(year) over (partition by index_id order by year) as previous_year,
        lead(year) over (partition by index_id order by year) as next_year
    from {{ ref('dim_release') }}
    where is_current
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

breaks as (
    select * from {{ ref('indicator_break') }}
    where decision = 'break'
),

yearly as (
    select
        releases.index_id,
        releases.year,
        releases.previous_year,
        releases.next_year,
        indicators.indicator_key,
        indicators.level,
        indicators.parent_key,
        indicators.scale_max
    from releases
    inner join indicators
        on
            releases.index_id = indicators.index_id
            and releases.method = indicators.method
),

paired as (
    select
        this_year.index_id,
        this_year.year,
        this_year.previous_year,
        this_year.indicator_key,
        this_year.level,
        this_year.parent_key,
        last_year.indicator_key is not null as is_measured_before,
        coalesce(this_year.scale_max <> last_year.scale_max, false) as is_rescaled
    from yearly as this_year
    left join yearly as last_year
        on
            this_year.index_id = last_year.index_id
            and this_year.indicator_key = last_year.indicator_key
            and this_year.previous_year = last_year.year
),

registered as (
    select
        paired.index_id,
        paired.year,
        paired.indicator_key,
        paired.level,
        paired.parent_key,
        paired.is_measured_before,
        paired.is_rescaled,
        exists(
            select 1
            from breaks
            where
                breaks.index_id = paired.index_id
                and breaks.from_year < paired.year
                and breaks.to_year > paired.previous_year
                -- A break of a dimension holds for its parts.
                and breaks.indicator_key in (paired.indicator_key, paired.parent_key)
        ) as is_broken
    from paired
),

-- A concept that is no longer measured breaks the sums that it was part of.
gone as (
    select
        last_year.index_id,
        last_year.next_year as year,
        last_year.parent_key
    from yearly as last_year
    left join yearly as this_year
        on
            last_year.index_id = this_year.index_id
            and last_year.indicator_key = this_year.indicator_key
            and last_year.next_year = this_year.year
    where this_year.indicator_key is null and last_year.next_year is not null
),

sub_dimensions as (
    select
        index_id,
        year,
        parent_key,
        case
            when not is_measured_before then 'composition_changed'
            when is_rescaled then 'composition_changed'
            when is_broken then 'part_changed'
        end as reason
    from registered
    where level = 'sub_dimension'
    union all
    select
        index_id,
        year,
        parent_key,
        'composition_changed' as reason
    from gone
    where parent_key <> 'total'
),

-- A part that came, went or changed its scale matters more than one whose measure changed: of two reasons it is told.
summed_up as (
    select
        index_id,
        year,
        parent_key as indicator_key,
        reason
    from sub_dimensions
    union all
    select
        index_id,
        year,
        'total' as indicator_key,
        reason
    from sub_dimensions
),

inherited as (
    select
        index_id,
        year,
        indicator_key,
        case
            when count(*) filter (where reason = 'composition_changed') > 0 then 'composition_changed'
            when count(*) filter (where reason = 'part_changed') > 0 then 'part_changed'
        end as reason
    from summed_up
    group by index_id, year, indicator_key
)

select
    registered.index_id,
    registered.year,
    registered.indicator_key,
    registered.is_measured_before,
    registered.is_broken,
    case
        when not registered.is_measured_before then 'not_measured_before'
        when registered.is_rescaled and registered.level = 'sub_dimension' then 'scale_changed'
        when registered.is_broken then 'measure_changed'
        when inherited.reason is not null then inherited.reason
        when registered.is_rescaled then 'scale_changed'
    end as break_reason
from registered
left join inherited
    on
        registered.index_id = inherited.index_id
        and registered.year = inherited.year
        and registered.indicator_key = inherited.indicator_key
