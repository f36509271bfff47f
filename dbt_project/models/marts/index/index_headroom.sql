-- Where points can come from: each sub-dimension against what others, and the province itself, have reached. Only where
-- a method sums its parts is a point of any of them a point of the total.
with methods as (
    select * from {{ ref('dim_method') }}
    where aggregation = 'sum_of_parts'
),

scores as (
    select index_score.*
    from {{ ref('index_score') }} as index_score
    inner join methods
        on
            index_score.index_id = methods.index_id
            and index_score.method = methods.method
    where index_score.level = 'sub_dimension' and index_score.score is not null
),

tasks as (
    select
        plans.province_key,
        responsibility.indicator_key,
        string_agg(distinct responsibility.task_id, ', ' order by responsibility.task_id) as tasks,
        string_agg(distinct responsibility.holder_name_vi, ', ' order by responsibility.holder_name_vi) as owners_vi
    from {{ ref('plan_responsibility') }} as responsibility
    inner join {{ ref('dim_plan') }} as plans using (plan_id)
    where responsibility.task_id is not null and responsibility.indicator_key is not null
    group by plans.province_key, responsibility.indicator_key
),

-- The highest of many noisy scores is partly luck: each is drawn to the mean by its reliability, from three waves.
shrunken as (
    select
        index_id,
        scores.year,
        indicator_key,
        scores.score,
        avg(scores.score) over (partition by index_id, scores.year, indicator_key) as mean_score,
        reliability.reliability
    from scores
    left join {{ ref('int_indicator_reliability') }} as reliability using (index_id, indicator_key)
),

fields as (
    select
        index_id,
        year,
        indicator_key,
        max(score) as best,
        percentile_cont(0.90) within group (
            order by mean_score + reliability * (cast(score as double precision) - mean_score)
        ) as p90_shrunken,
        percentile_cont(0.75) within group (order by cast(score as double precision)) as p75
    from shrunken
    group by index_id, year, indicator_key
),

own as (
    select
        index_id,
        to_year as year,
        province_key,
        indicator_key,
        score_from as own_best,
        from_year as own_best_year,
        count(*) over (partition by index_id, to_year, province_key, indicator_key) as own_years,
        row_number() over (
            partition by index_id, to_year, province_key, indicator_key
            order by score_from desc, from_year desc
        ) as place
    from {{ ref('index_change_window') }}
    where level = 'sub_dimension' and not_comparable_reason is null
),

own_best as (
    select * from own
    where place = 1
),

measured as (
    select
        scores.*,
        fields.best,
        cast(fields.p90_shrunken as decimal(15, 9)) as p90_shrunken,
        cast(fields.p75 as decimal(15, 9)) as p75,
        own_best.own_best,
        own_best.own_best_year,
        cast(coalesce(own_best.own_years, 0) as integer) as own_years,
        tasks.tasks,
        tasks.owners_vi
    from scores
    inner join fields using (index_id, year, indicator_key)
    left join own_best using (index_id, year, province_key, indicator_key)
    left join tasks using (province_key, indicator_key)
),

-- The potential is the way to the 75th percentile. Where three comparable years or more are known the own record counts
-- as well: half of that way, and half of the way to the record as far as it leads there. It falls evenly as a score
-- rises, below the record as above it. One or two years would hide the headroom of a province that has just fallen.
ways as (
    select
        *,
        greatest(p75 - score, 0) as to_p75,
        greatest(least(own_best, p75) - score, 0) as to_own_best
    from measured
),

reached as (
    select
        *,
        cast(
            case when own_years >= {{ var('own_record_years') }} then (to_p75 + to_own_best) / 2 else to_p75 end
            as decimal(15, 9)
        ) as potential
    from ways
)

select
    index_id,
    year,
    province_key,
    province_name_vi,
    region_code,
    region_name_vi,
    indicator_key,
    code,
    parent_key,
    indicator_name_vi,
    indicator_name_en,
    score,
    rank,
    n_ranked,
    best,
    cast(best - score as decimal(15, 9)) as gap_to_best,
    p90_shrunken,
    cast(p90_shrunken - score as decimal(15, 9)) as gap_to_p90_shrunken,
    p75,
    cast(p75 - score as decimal(15, 9)) as gap_to_p75,
    own_best,
    own_best_year,
    own_years,
    cast(own_best - score as decimal(15, 9)) as gap_to_own_best,
    potential,
    cast(
        row_number() over (partition by index_id, year, province_key order by potential desc, code asc) as integer
    ) as headroom_order,
    tasks,
    owners_vi
from reached
