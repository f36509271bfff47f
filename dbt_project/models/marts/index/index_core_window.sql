-- For every window of years, totals and ranks over the sub-dimensions that stayed comparable all through it, beside the
-- published ones. Each counts for as much as in the total of the last year.
with scores as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

verdicts as (
    select * from {{ ref('int_indicator_window') }}
),

windows as (
    select distinct
        index_id,
        from_year,
        to_year,
        method
    from verdicts
),

-- The core: concepts of the last year that may be compared over the whole window.
judged as (
    select
        index_id,
        from_year,
        to_year,
        indicator_key,
        indicators.code,
        indicators.weight,
        verdicts.indicator_key is not null and verdicts.break_reason is null as is_core,
        coalesce(verdicts.break_certainty = 'uncertain', false) as is_uncertain
    from windows
    inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method)
    left join verdicts using (index_id, from_year, to_year, indicator_key)
    where indicators.level = 'sub_dimension' and indicators.weight is not null
),

cores as (
    select
        index_id,
        from_year,
        to_year,
        count(*) filter (where is_core) as n_core_parts,
        count(*) filter (where is_uncertain) as n_uncertain_parts,
        count(*) as n_parts,
        string_agg(case when not is_core then code end, ', ' order by length(code), code) as left_out,
        string_agg(case when is_uncertain then code end, ', ' order by length(code), code) as left_out_uncertain
    from judged
    group by index_id, from_year, to_year
),

summed as (
    select
        index_id,
        from_year,
        to_year,
        scores.year,
        scores.province_key,
        case
            when count(scores.score) filter (where judged.is_core) = cores.n_core_parts
                then sum(scores.score * judged.weight) filter (where judged.is_core)
        end as core_score,
        case
            when count(scores.score) = cores.n_core_parts + cores.n_uncertain_parts
                then sum(scores.score * judged.weight)
        end as core_score_if_no_break
    from judged
    inner join cores using (index_id, from_year, to_year)
    inner join scores using (index_id, indicator_key)
    where
        (judged.is_core or judged.is_uncertain)
        and cores.n_core_parts > 0
        and scores.year in (from_year, to_year)
    group by
        index_id, from_year, to_year, scores.year, scores.province_key, cores.n_core_parts, cores.n_uncertain_parts
),

totals as (
    select
        index_id,
        year,
        province_key,
        scores.score,
        ranked.rank,
        ranked.n_ranked
    from scores
    inner join {{ ref('int_score_ranked') }} as ranked using (index_id, year, province_key, indicator_key)
    where scores.level = 'total'
),

ends as (
    select
        index_id,
        summed.from_year,
        summed.to_year,
        year,
        province_key,
        summed.core_score,
        summed.core_score_if_no_break,
        case
            when summed.core_score is not null
                then rank() over (
                    partition by index_id, summed.from_year, summed.to_year, year
                    order by summed.core_score desc nulls last
                )
        end as core_rank,
        count(summed.core_score) over (partition by index_id, summed.from_year, summed.to_year, year) as core_n,
        totals.score,
        totals.rank,
        totals.n_ranked
    from summed
    left join totals using (index_id, year, province_key)
),

places as (
    select
        index_id,
        year as to_year,
        province_key,
        province_name_vi,
        region_code,
        region_name_vi
    from {{ ref('int_province_of_year') }}
)

select
    index_id,
    from_year,
    to_year,
    province_key,
    places.province_name_vi,
    places.region_code,
    places.region_name_vi,
    core_from.score as score_from,
    core_from.rank as rank_from,
    case when core_from.rank is not null then core_from.n_ranked end as n_ranked_from,
    core_to.score as score_to,
    core_to.rank as rank_to,
    case when core_to.rank is not null then core_to.n_ranked end as n_ranked_to,
    cast(core_to.score - core_from.score as decimal(15, 9)) as change_as_published,
    core_from.rank - core_to.rank as rank_change_as_published,
    cast(core_from.core_score as decimal(15, 9)) as core_score_from,
    cast(core_from.core_rank as integer) as core_rank_from,
    case when core_from.core_rank is not null then cast(core_from.core_n as integer) end as core_n_ranked_from,
    cast(core_to.core_score as decimal(15, 9)) as core_score_to,
    cast(core_to.core_rank as integer) as core_rank_to,
    case when core_to.core_rank is not null then cast(core_to.core_n as integer) end as core_n_ranked_to,
    cast(core_to.core_score - core_from.core_score as decimal(15, 9)) as core_change,
    cast(core_from.core_rank - core_to.core_rank as integer) as core_rank_change,
    cast(
        core_to.core_score_if_no_break - core_from.core_score_if_no_break as decimal(15, 9)
    ) as core_change_if_no_break,
    cast(cores.n_core_parts as integer) as n_core_parts,
    cast(cores.n_uncertain_parts as integer) as n_uncertain_parts,
    cast(cores.n_parts as integer) as n_parts,
    cast(cast(cores.n_core_parts as decimal(9, 6)) / cores.n_parts as decimal(9, 6)) as core_share,
    cores.left_out,
    cores.left_out_uncertain
from cores
inner join ends as core_from using (index_id, from_year, to_year)
inner join ends as core_to using (index_id, from_year, to_year, province_key)
left join {{ ref('int_province_merger') }} as mergers using (index_id, from_year, to_year, province_key)
left join places using (index_id, to_year, province_key)
where core_from.year = from_year and core_to.year = to_year and mergers.province_key is null
