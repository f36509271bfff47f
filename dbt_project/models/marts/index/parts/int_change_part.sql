-- What each sub-dimension adds to a province's change over a window of years, in parts that sum to it:
-- rescale      the same standing on the new scale, where the number of siblings changed;
-- measurement  all else of what has a break in the window, is new, or is no longer measured;
-- national     the mean of the rest over the provinces with a total in both years;
-- own          what is left.
-- Where a method sums nothing, every level is such a part of nothing but itself: it has no parent, and what is new or
-- gone has no change.
with methods as (
    select * from {{ ref('dim_method') }}
),

indicators as (
    select
        dim_indicator.*,
        methods.aggregation
    from {{ ref('dim_indicator') }} as dim_indicator
    inner join methods
        on
            dim_indicator.index_id = methods.index_id
            and dim_indicator.method = methods.method
    where
        dim_indicator.level = 'sub_dimension'
        or (methods.aggregation = 'as_stated' and dim_indicator.level <> 'indicator')
),

verdicts as (
    select * from {{ ref('int_indicator_window') }}
),

mergers as (
    select * from {{ ref('int_province_merger') }}
),

scores as (
    select
        index_id,
        year,
        province_key,
        indicator_key,
        level,
        parent_key,
        method,
        score,
        obs_status
    from {{ ref('int_score_current') }}
    where is_field and obs_status <> 'M'
),

-- A province that exists in one of the two years only is another place: it has no change.
places as (
    select distinct
        index_id,
        year,
        province_key
    from scores
),

windows as (
    select distinct
        index_id,
        from_year,
        to_year
    from verdicts
),

-- The provinces with a total in both years: the national change is their mean.
common as (
    select
        windows.index_id,
        windows.from_year,
        windows.to_year,
        later.province_key
    from windows
    inner join scores as earlier
        on
            windows.index_id = earlier.index_id
            and windows.from_year = earlier.year
            and earlier.level = 'total'
    inner join scores as later
        on
            windows.index_id = later.index_id
            and windows.to_year = later.year
            and later.level = 'total'
            and earlier.province_key = later.province_key
    where earlier.score is not null and later.score is not null
),

parts as (
    select
        scores.index_id,
        scores.year,
        scores.province_key,
        scores.indicator_key,
        case when indicators.aggregation = 'sum_of_parts' then scores.parent_key end as parent_key,
        scores.score,
        indicators.scale_min,
        indicators.scale_max
    from scores
    inner join indicators
        on
            scores.index_id = indicators.index_id
            and scores.method = indicators.method
            and scores.indicator_key = indicators.indicator_key
),

both_ends as (
    select
        windows.index_id,
        windows.from_year,
        windows.to_year,
        later.province_key,
        later.indicator_key,
        later.parent_key,
        case when earlier.indicator_key is null then 'new' else 'kept' end as presence,
        earlier.score as score_from,
        later.score as score_to,
        earlier.scale_min as scale_min_from,
        earlier.scale_max as scale_max_from,
        later.scale_min as scale_min_to,
        later.scale_max as scale_max_to,
        case when earlier.indicator_key is null then parent.obs_status end as parent_status_elsewhere
    from windows
    inner join parts as later
        on
            windows.index_id = later.index_id
            and windows.to_year = later.year
    inner join places
        on
            windows.index_id = places.index_id
            and windows.from_year = places.year
            and later.province_key = places.province_key
    left join parts as earlier
        on
            windows.index_id = earlier.index_id
            and windows.from_year = earlier.year
            and later.province_key = earlier.province_key
            and later.indicator_key = earlier.indicator_key
    left join scores as parent
        on
            windows.index_id = parent.index_id
            and windows.from_year = parent.year
            and later.province_key = parent.province_key
            and later.parent_key = parent.indicator_key
    union all
    select
        windows.index_id,
        windows.from_year,
        windows.to_year,
        earlier.province_key,
        earlier.indicator_key,
        earlier.parent_key,
        'gone' as presence,
        earlier.score as score_from,
        null as score_to,
        null as scale_min_from,
        null as scale_max_from,
        null as scale_min_to,
        null as scale_max_to,
        parent.obs_status as parent_status_elsewhere
    from windows
    inner join parts as earlier
        on
            windows.index_id = earlier.index_id
            and windows.from_year = earlier.year
    inner join places
        on
            windows.index_id = places.index_id
            and windows.to_year = places.year
            and earlier.province_key = places.province_key
    left join parts as later
        on
            windows.index_id = later.index_id
            and windows.to_year = later.year
            and earlier.province_key = later.province_key
            and earlier.indicator_key = later.indicator_key
    left join scores as parent
        on
            windows.index_id = parent.index_id
            and windows.to_year = parent.year
            and earlier.province_key = parent.province_key
            and earlier.parent_key = parent.indicator_key
    where later.indicator_key is null
),

moved as (
    select
        both_ends.index_id,
        both_ends.from_year,
        both_ends.to_year,
        both_ends.province_key,
        both_ends.indicator_key,
        both_ends.parent_key,
        both_ends.presence,
        both_ends.score_from,
        both_ends.score_to,
        case
            -- A part that is new or gone counts only where its dimension is published in the other year.
            when both_ends.parent_status_elsewhere in ('Q', 'L') then null
            when both_ends.presence <> 'kept' and both_ends.parent_key is null then null
            when both_ends.presence = 'new' then both_ends.score_to
            when both_ends.presence = 'gone' then -both_ends.score_from
            else both_ends.score_to - both_ends.score_from
        end as contribution,
        cast(
            case
                when both_ends.presence <> 'kept' or both_ends.scale_max_from = both_ends.scale_max_to then 0
                else
                    both_ends.scale_min_to
                    + (both_ends.score_from - both_ends.scale_min_from)
                    * (both_ends.scale_max_to - both_ends.scale_min_to)
                    / (both_ends.scale_max_from - both_ends.scale_min_from)
                    - both_ends.score_from
            end as decimal(15, 9)
        ) as rescale_part,
        both_ends.presence <> 'kept'
        or not coalesce(verdicts.is_measured_all_through, false)
        or coalesce(verdicts.is_broken, false)
        or (both_ends.parent_key is null and verdicts.break_reason is not null) as is_measurement,
        common.province_key is not null as is_common
    from both_ends
    left join verdicts
        on
            both_ends.index_id = verdicts.index_id
            and both_ends.from_year = verdicts.from_year
            and both_ends.to_year = verdicts.to_year
            and both_ends.indicator_key = verdicts.indicator_key
    left join common
        on
            both_ends.index_id = common.index_id
            and both_ends.from_year = common.from_year
            and both_ends.to_year = common.to_year
            and both_ends.province_key = common.province_key
    left join mergers
        on
            both_ends.index_id = mergers.index_id
            and both_ends.from_year = mergers.from_year
            and both_ends.to_year = mergers.to_year
            and both_ends.province_key = mergers.province_key
    where mergers.province_key is null
),

fields as (
    select
        index_id,
        from_year,
        to_year,
        indicator_key,
        avg(contribution) as field_change,
        avg(contribution - rescale_part) as field_moved,
        count(contribution) as n_common
    from moved
    where is_common
    group by index_id, from_year, to_year, indicator_key
)

select
    moved.index_id,
    moved.from_year,
    moved.to_year,
    moved.province_key,
    moved.indicator_key,
    moved.parent_key,
    moved.score_from,
    moved.score_to,
    cast(moved.contribution as decimal(15, 9)) as contribution,
    case when moved.contribution is not null then moved.rescale_part end as rescale_part,
    cast(
        case when moved.is_measurement then moved.contribution - moved.rescale_part else moved.contribution * 0 end
        as decimal(15, 9)
    ) as measurement_part,
    cast(
        case
            when moved.contribution is null then null
            when moved.is_measurement then 0
            else fields.field_moved
        end as decimal(15, 9)
    ) as national_part,
    cast(fields.field_change as decimal(15, 9)) as field_change,
    cast(coalesce(fields.n_common, 0) as integer) as n_common,
    moved.is_measurement
from moved
left join fields
    on
        moved.index_id = fields.index_id
        and moved.from_year = fields.from_year
        and moved.to_year = fields.to_year
        and moved.indicator_key = fields.indicator_key
