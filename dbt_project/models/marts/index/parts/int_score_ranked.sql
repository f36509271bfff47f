-- Rank, n and group among the provinces whose score is published, on exact values.
with ranked as (
    select
        *,
        case
            when score is not null
                then rank() over (partition by index_id, year, indicator_key order by score desc nulls last)
        end as score_rank
    from {{ ref('int_score_current') }}
    where is_field
),

fields as (
    select
        index_id,
        year,
        indicator_key,
        count(score) as n_ranked,
        percentile_cont(0.25) within group (order by cast(score as double precision)) as quartile_1,
        percentile_cont(0.50) within group (order by cast(score as double precision)) as quartile_2,
        percentile_cont(0.75) within group (order by cast(score as double precision)) as quartile_3
    from ranked
    group by index_id, year, indicator_key
)

select
    ranked.index_id,
    ranked.year,
    ranked.province_key,
    ranked.indicator_key,
    cast(ranked.score_rank as integer) as rank,
    cast(fields.n_ranked as integer) as n_ranked,
    cast(
        (fields.n_ranked - ranked.score_rank + cast(0.5 as decimal(15, 9))) / fields.n_ranked as decimal(9, 6)
    ) as percentile_share,
    case
        when ranked.score_rank is null or group_rules.upper_bound is null then null
        when
            ranked.score > fields.quartile_3
            or (group_rules.upper_bound = 'at_or_above' and ranked.score = fields.quartile_3)
            then 'highest'
        when
            ranked.score > fields.quartile_2
            or (group_rules.upper_bound = 'at_or_above' and ranked.score = fields.quartile_2)
            then 'upper_middle'
        when
            ranked.score > fields.quartile_1
            or (group_rules.upper_bound = 'at_or_above' and ranked.score = fields.quartile_1)
            then 'lower_middle'
        else 'lowest'
    end as group_computed
from ranked
inner join fields using (index_id, year, indicator_key)
left join {{ ref('group_rule') }} as group_rules
    on
        ranked.index_id = group_rules.index_id
        and ranked.year >= group_rules.first_year
        and (group_rules.last_year is null or ranked.year <= group_rules.last_year)
