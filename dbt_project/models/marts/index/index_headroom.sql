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

changes as (
    select * from {{ ref('index_change') }}
    where level = 'sub_dimension' and comparable_reason is null
),

reliability as (
    select * from {{ ref('int_indicator_reliability') }}
),

responsibility as (
    select distinct
        dim_plan.plan_id,
        dim_plan.province_key,
        plan_responsibility.indicator_key,
        plan_responsibility.task_id,
        plan_responsibility.holder_name_vi
    from {{ ref('plan_responsibility') }} as plan_responsibility
    inner join {{ ref('dim_plan') }} as dim_plan on plan_responsibility.plan_id = dim_plan.plan_id
    where plan_responsibility.task_id is not null and plan_responsibility.indicator_key is not null
),

tasks as (
    select
        province_key,
        indicator_key,
        string_agg(distinct task_id, ', ' order by task_id) as tasks,
        string_agg(distinct holder_name_vi, ', ' order by holder_name_vi) as owners_vi
    from responsibility
    group by province_key, indicator_key
),

-- The highest of many noisy scores is partly luck: each is drawn to the mean by its reliability, from three waves.
shrunken as (
    select
        scores.index_id,
        scores.year,
        scores.indicator_key,
        scores.score,
        avg(scores.score) over (partition by scores.index_id, scores.year, scores.indicator_key) as mean_score,
        reliability.reliability
    from scores
    left join reliability
        on
            scores.index_id = reliability.index_id
            and scores.indicator_key = reliability.indicator_key
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
        score_from,
        from_year,
        count(*) over (partition by index_id, to_year, province_key, indicator_key) as own_years,
        row_number() over (
            partition by index_id, to_year, province_key, indicator_key
            order by score_from desc, from_year desc
        ) as place
    from changes
),

measured as (
    select
        scores.index_id,
        scores.year,
        scores.province_key,
        scores.indicator_key,
        scores.code,
        scores.parent_key,
        scores.indicator_name_vi,
        scores.indicator_name_en,
        scores.score,
        scores.rank,
        scores.n_ranked,
        fields.best,
        cast(fields.p90_shrunken as decimal(15, 9)) as p90_shrunken,
        cast(fields.p75 as decimal(15, 9)) as p75,
        own.score_from as own_best,
        own.from_year as own_best_year,
        cast(coalesce(own.own_years, 0) as integer) as own_years,
        tasks.tasks,
        tasks.owners_vi
    from scores
    inner join fields
        on
            scores.index_id = fields.index_id
            and scores.year = fields.year
            and scores.indicator_key = fields.indicator_key
    left join own
        on
            scores.index_id = own.index_id
            and scores.year = own.year
            and scores.province_key = own.province_key
            and scores.indicator_key = own.indicator_key
            and own.place = 1
    left join tasks
        on
            scores.province_key = tasks.province_key
            and scores.indicator_key = tasks.indicator_key
),

-- The potential is the way to the 75th percentile, but no more than the way to the own best year where three comparable
-- years or more are known: one or two years would hide the headroom of a province that has just fallen.
reached as (
    select
        measured.*,
        case
            when measured.p75 <= measured.score then 0
            when
                measured.own_years >= {{ var('own_record_years') }}
                and measured.own_best > measured.score
                and measured.own_best < measured.p75
                then measured.own_best - measured.score
            else measured.p75 - measured.score
        end as potential
    from measured
)

select
    index_id,
    year,
    province_key,
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
    cast(potential as decimal(15, 9)) as potential,
    cast(
        row_number() over (partition by index_id, year, province_key order by potential desc, code asc) as integer
    ) as place,
    tasks,
    owners_vi
from reached
