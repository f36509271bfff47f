-- Rank, n and group among the provinces whose score is published, on exact values.
with current_score as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

group_rules as (
    select * from {{ ref('group_rule') }}
),

published as (
    select
        index_id,
        year,
        province_key,
        indicator_key,
        score
    from current_score
    where score is not null
),

field as (
    select
        index_id,
        year,
        indicator_key,
        count(*) as n_ranked,
        percentile_cont(0.25) within group (order by cast(score as double precision)) as quartile_1,
        percentile_cont(0.50) within group (order by cast(score as double precision)) as quartile_2,
        percentile_cont(0.75) within group (order by cast(score as double precision)) as quartile_3
    from published
    group by index_id, year, indicator_key
),

ranked as (
    select
        index_id,
        year,
        province_key,
        indicator_key,
        rank() over (
            partition by index_id, year, indicator_key
            order by score desc
        ) as score_rank
    from published
)

select
    current_score.index_id,
    current_score.year,
    current_score.province_key,
    current_score.indicator_key,
    cast(ranked.score_rank as integer) as rank,
    cast(coalesce(field.n_ranked, 0) as integer) as n_ranked,
    cast(
        (field.n_ranked - ranked.score_rank + cast(0.5 as decimal(15, 9))) / field.n_ranked as decimal(9, 6)
    ) as percentile,
    case
        when ranked.score_rank is null or group_rules.upper_bound is null then null
        when
            current_score.score > field.quartile_3
            or (group_rules.upper_bound = 'at_or_above' and current_score.score = field.quartile_3)
            then 'cao_nhat'
        when
            current_score.score > field.quartile_2
            or (group_rules.upper_bound = 'at_or_above' and current_score.score = field.quartile_2)
            then 'trung_binh_cao'
        when
            current_score.score > field.quartile_1
            or (group_rules.upper_bound = 'at_or_above' and current_score.score = field.quartile_1)
            then 'trung_binh_thap'
        else 'thap_nhat'
    end as group_computed
from current_score
left join ranked
    on
        current_score.index_id = ranked.index_id
        and current_score.year = ranked.year
        and current_score.province_key = ranked.province_key
        and current_score.indicator_key = ranked.indicator_key
left join field
    on
        current_score.index_id = field.index_id
        and current_score.year = field.year
        and current_score.indicator_key = field.indicator_key
left join group_rules
    on
        current_score.index_id = group_rules.index_id
        and current_score.year >= group_rules.first_year
        and (group_rules.last_year is null or current_score.year <= group_rules.last_year)
