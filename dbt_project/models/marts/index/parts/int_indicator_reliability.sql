-- How much of the spread between provinces is more than a year's noise, estimated from three comparable waves in a row
-- as r12 r23 / r13 (Heise 1969), the middle of all such triples of waves. Few triples say little, so each concept is
-- drawn to the middle of its level as if that were so many more triples; a concept without any takes the level's.
with scores as (
    select
        current_score.*,
        pairs.indicator_key is not null and pairs.break_reason is null as is_comparable
    from {{ ref('int_score_current') }} as current_score
    left join {{ ref('int_indicator_pair') }} as pairs using (index_id, year, indicator_key)
    where current_score.is_field and current_score.score is not null
),

waves as (
    select
        index_id,
        indicator_key,
        level,
        year,
        cast(lag(score, 2) over waves_of_a_province as double precision) as score_1,
        cast(lag(score) over waves_of_a_province as double precision) as score_2,
        cast(score as double precision) as score_3,
        lag(year, 2) over waves_of_a_province = year - 2
        and lag(is_comparable) over waves_of_a_province
        and is_comparable as are_three
    from scores
    window waves_of_a_province as (partition by index_id, indicator_key, province_key order by year)
),

correlated as (
    select
        index_id,
        indicator_key,
        level,
        year,
        corr(score_1, score_2) as r_12,
        corr(score_2, score_3) as r_23,
        corr(score_1, score_3) as r_13
    from waves
    where are_three
    group by index_id, indicator_key, level, year
    -- Without any variance there is no correlation; databases differ in what they then say.
    having stddev_pop(score_1) > 0 and stddev_pop(score_2) > 0 and stddev_pop(score_3) > 0
),

estimated as (
    select
        index_id,
        indicator_key,
        level,
        case
            when r_13 <= 0 or r_12 <= 0 or r_23 <= 0 then 0
            when r_12 * r_23 > r_13 then 1
            else r_12 * r_23 / r_13
        end as reliability
    from correlated
),

by_indicator as (
    select
        index_id,
        indicator_key,
        percentile_cont(0.5) within group (order by reliability) as reliability,
        count(*) as n_triples
    from estimated
    group by index_id, indicator_key
),

by_level as (
    select
        index_id,
        level,
        percentile_cont(0.5) within group (order by reliability) as reliability
    from estimated
    group by index_id, level
),

known as (
    select distinct
        index_id,
        indicator_key,
        level
    from scores
)

select
    index_id,
    indicator_key,
    -- As a decimal, since threads sum doubles in any order.
    cast(
        (
            coalesce(by_indicator.n_triples * by_indicator.reliability, 0)
            + {{ var('triples_of_the_level') }} * by_level.reliability
        ) / (coalesce(by_indicator.n_triples, 0) + {{ var('triples_of_the_level') }}) as decimal(15, 9)
    ) as reliability
from known
left join by_indicator using (index_id, indicator_key)
left join by_level using (index_id, level)
