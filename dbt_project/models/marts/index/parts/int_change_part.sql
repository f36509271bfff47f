-- What each sub-dimension adds to a province's change over a window of years, in parts that sum to it:
-- rescale      the same standing on the new scale, where the number of siblings changed;
-- measurement  all else of what has a break in the window, is new, or is no longer measured;
-- national     the mean of the rest over the provinces with a total in both years;
-- own          what is left.
-- Where a method sums nothing, every level is such a part of nothing but itself: it has no parent, and what is new or
-- gone has no change.
with verdicts as (
    select * from {{ ref('int_indicator_window') }}
),

scores as (
    select * from {{ ref('int_score_current') }}
    where is_field and obs_status <> 'M'
),

windows as (
    select distinct
        index_id,
        from_year,
        to_year
    from verdicts
),

-- A province that exists in one of the two years only, or took in others between them, is another place: it has no
-- change. The national change is the mean of those with a total in both years.
places as (
    select
        index_id,
        from_year,
        to_year,
        province_key,
        count(scores.score) filter (where scores.level = 'total') = 2 as is_common
    from windows
    inner join scores using (index_id)
    left join {{ ref('int_province_merger') }} as mergers using (index_id, from_year, to_year, province_key)
    where scores.year in (from_year, to_year) and mergers.province_key is null
    group by index_id, from_year, to_year, province_key
    having count(distinct scores.year) = 2
),

parts as (
    select
        scores.*,
        case when methods.aggregation = 'sum_of_parts' then scores.parent_key end as summed_into,
        indicators.scale_min,
        indicators.scale_max
    from scores
    inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, indicator_key)
    inner join {{ ref('dim_method') }} as methods using (index_id, method)
    where scores.level = 'sub_dimension' or methods.aggregation = 'as_stated'
),

-- Each part at either end of a window. year_without is the end at which it was not measured, if there is one.
both_ends as (
    select
        index_id,
        places.from_year,
        places.to_year,
        province_key,
        places.is_common,
        parts.indicator_key,
        parts.summed_into as parent_key,
        case
            when min(parts.year) = places.to_year then places.from_year
            when max(parts.year) = places.from_year then places.to_year
        end as year_without,
        max(case when parts.year = places.from_year then parts.score end) as score_from,
        max(case when parts.year = places.to_year then parts.score end) as score_to,
        max(case when parts.year = places.from_year then parts.scale_min end) as scale_min_from,
        max(case when parts.year = places.from_year then parts.scale_max end) as scale_max_from,
        max(case when parts.year = places.to_year then parts.scale_min end) as scale_min_to,
        max(case when parts.year = places.to_year then parts.scale_max end) as scale_max_to
    from places
    inner join parts using (index_id, province_key)
    where parts.year in (places.from_year, places.to_year)
    group by
        index_id, province_key, places.from_year, places.to_year, places.is_common,
        parts.indicator_key, parts.summed_into
),

moved as (
    select
        both_ends.*,
        case
            -- A part that is new or gone counts only where its dimension is published in the other year.
            when elsewhere.obs_status in ('Q', 'L') then null
            when both_ends.year_without is not null and both_ends.parent_key is null then null
            when both_ends.year_without = both_ends.from_year then both_ends.score_to
            when both_ends.year_without = both_ends.to_year then -both_ends.score_from
            else both_ends.score_to - both_ends.score_from
        end as contribution,
        cast(
            case
                when both_ends.year_without is not null or both_ends.scale_max_from = both_ends.scale_max_to then 0
                else
                    both_ends.scale_min_to
                    + (both_ends.score_from - both_ends.scale_min_from)
                    * (both_ends.scale_max_to - both_ends.scale_min_to)
                    / (both_ends.scale_max_from - both_ends.scale_min_from)
                    - both_ends.score_from
            end as decimal(15, 9)
        ) as rescale_part,
        both_ends.year_without is not null
        or not coalesce(verdicts.is_measured_all_through, false)
        or coalesce(verdicts.is_broken, false)
        or (both_ends.parent_key is null and verdicts.break_reason is not null) as is_measurement,
        coalesce(verdicts.break_certainty = 'uncertain', false) as is_uncertain
    from both_ends
    left join verdicts using (index_id, from_year, to_year, indicator_key)
    left join scores as elsewhere
        on
            both_ends.index_id = elsewhere.index_id
            and both_ends.year_without = elsewhere.year
            and both_ends.province_key = elsewhere.province_key
            and both_ends.parent_key = elsewhere.indicator_key
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
    index_id,
    from_year,
    to_year,
    moved.province_key,
    indicator_key,
    moved.parent_key,
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
    moved.is_measurement,
    moved.is_measurement and moved.is_uncertain as is_uncertain
from moved
left join fields using (index_id, from_year, to_year, indicator_key)
