-- The standard error of each published score, and what it rests on:
-- half_way     a published error varies as one that is estimated from a few degrees of freedom does, so it is drawn to
--              the pooled one;
-- published    the published error, where there is nothing to draw it to;
-- pooled_Y     the root mean square of the errors of year Y, the one with most of them, as a share of the scale, less
--              where more people than usual are known to have answered; of a level without any published error, a share
--              of what three waves allow;
-- three_waves  of an index without any published error: what three comparable waves allow, which also holds the real
--              change of a year.
-- The seed error_assumption has the weight, the usual number and the share, with their sources.
with assumptions as (
    select
        index_id,
        max(value) filter (where assumption = 'weight_of_published') as weight_of_published,
        max(value) filter (where assumption = 'usual_respondents') as usual_respondents,
        max(value) filter (where assumption = 'share_of_three_waves') as share_of_three_waves
    from {{ ref('error_assumption') }}
    group by index_id
),

intervals as (
    select * from {{ ref('fct_score_interval') }}
    where is_current
),

scores as (
    select
        index_id,
        year,
        province_key,
        indicator_key,
        indicators.scale_max - indicators.scale_min as scale_range,
        coalesce(
            cast(intervals.standard_error as double precision),
            -- What is printed as the variance of a dimension is that of its score.
            sqrt(cast(intervals.variance as double precision)),
            cast(intervals.ci_high - intervals.ci_low as double precision)
            / (2 * case intervals.interval_stated_pct when 90 then 1.645 when 95 then 1.960 when 99 then 2.576 end)
        ) as published_error,
        max(intervals.n_observations) over (partition by index_id, year, province_key) as n_observations,
        -- As a decimal, since threads sum doubles in any order.
        cast(
            stddev_samp(cast(current_score.score as double precision)) over (
                partition by index_id, year, indicator_key
            ) as decimal(15, 9)
        ) * sqrt(1 - reliability.reliability) as three_wave_error
    from {{ ref('int_score_current') }} as current_score
    left join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, indicator_key)
    left join {{ ref('int_indicator_reliability') }} as reliability using (index_id, indicator_key)
    left join intervals using (index_id, year, province_key, indicator_key)
    where current_score.is_field and current_score.score is not null
),

pooled_years as (
    select
        index_id,
        year as pooled_year,
        row_number() over (partition by index_id order by count(*) desc, year) as place
    from scores
    where published_error is not null
    group by index_id, year
),

pooled as (
    select
        index_id,
        scores.indicator_key,
        cast(sqrt(avg(power(scores.published_error / scores.scale_range, 2))) as decimal(18, 15)) as share_of_scale
    from scores
    inner join pooled_years using (index_id)
    where pooled_years.place = 1 and scores.year = pooled_years.pooled_year and scores.published_error is not null
    group by index_id, scores.indicator_key
),

assumed as (
    select
        scores.*,
        assumptions.weight_of_published,
        cast(pooled.share_of_scale as double precision) * scores.scale_range as pooled_error,
        greatest(coalesce(scores.n_observations / assumptions.usual_respondents, 1), 1) as times_usual_respondents,
        assumptions.share_of_three_waves * scores.three_wave_error as share_of_three_wave_error,
        'pooled_' || pooled_years.pooled_year as pooled_source
    from scores
    left join assumptions using (index_id)
    left join pooled using (index_id, indicator_key)
    left join pooled_years on scores.index_id = pooled_years.index_id and pooled_years.place = 1
),

measured as (
    select
        *,
        sqrt(
            weight_of_published * published_error * published_error
            + (1 - weight_of_published) * pooled_error * pooled_error
        ) as half_way_error,
        case
            when pooled_source is not null
                then coalesce(pooled_error / sqrt(times_usual_respondents), share_of_three_wave_error)
        end as assumed_error
    from assumed
)

select
    index_id,
    year,
    province_key,
    indicator_key,
    cast(coalesce(half_way_error, published_error, assumed_error, three_wave_error) as decimal(15, 9))
        as standard_error,
    case
        when half_way_error is not null then 'half_way'
        when published_error is not null then 'published'
        when assumed_error is not null then pooled_source
        when three_wave_error is not null then 'three_waves'
        else 'unknown'
    end as error_source,
    cast(published_error as decimal(15, 9)) as published_error
from measured
