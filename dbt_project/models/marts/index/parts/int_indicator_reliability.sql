-- How much of the spread between provinces is more than a year's noise, estimated from three comparable waves in a row
-- as r12 r23 / r13 (Heise 1969), the middle of all such triples of waves. Few triples say little, so each concept is
-- drawn to the middle of its level as if that were so many more triples; a concept without any takes the level's.
with scores as (
    select * from {{ ref('int_score_current') }}
    where is_field and score is not null
),

pairs as (
    select * from {{ ref('int_indicator_pair') }}
    where break_reason is null
),

waves as (
    select
        third.index_id,
        third.indicator_key,
        third.level,
        third.year,
        cast(first.score as double precision) as score_1,
        cast(second.score as double precision) as score_2,
        cast(third.score as double precision) as score_3
    from scores as third
    inner join pairs as last_pair
        on
            third.index_id = last_pair.index_id
            and third.indicator_key = last_pair.indicator_key
            and third.year = last_pair.year
    inner join pairs as first_pair
        on
            third.index_id = first_pair.index_id
            and third.indicator_key = first_pair.indicator_key
            and third.year = first_pair.year + 1
    inner join scores as second
        on
            third.index_id = second.index_id
            and third.indicator_key = second.indicator_key
            and third.province_key = second.province_key
            and third.year = second.year + 1
    inner join scores as first
        on
            third.index_id = first.index_id
            and third.indicator_key = first.indicator_key
            and third.province_key = first.province_key
            and third.year = first.year + 2
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
    known.index_id,
    known.indicator_key,
    known.level,
    -- As a decimal, since threads sum doubles in any order.
    cast(
        (
            coalesce(by_indicator.n_triples * by_indicator.reliability, 0)
            + {{ var('triples_of_the_level') }} * by_level.reliability
        ) / (coalesce(by_indicator.n_triples, 0) + {{ var('triples_of_the_level') }}) as decimal(15, 9)
    ) as reliability
from known
left join by_indicator
    on
        known.index_id = by_indicator.index_id
        and known.indicator_key = by_indicator.indicator_key
left join by_level
    on
        known.index_id = by_level.index_id
        and known.level = by_level.level
