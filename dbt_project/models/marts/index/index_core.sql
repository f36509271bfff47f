-- For every window of years, totals and ranks over the sub-dimensions that stayed comparable all through it, beside the
-- published ones. Each counts for as much as in the total of the last year.
with scores as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

ranked as (
    select * from {{ ref('int_score_ranked') }}
),

verdicts as (
    select * from {{ ref('int_indicator_window') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
    where level = 'sub_dimension' and weight is not null
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
        windows.index_id,
        windows.from_year,
        windows.to_year,
        indicators.indicator_key,
        indicators.code,
        indicators.weight,
        verdicts.indicator_key is not null and verdicts.break_reason is null as is_core
    from windows
    inner join indicators
        on
            windows.index_id = indicators.index_id
            and windows.method = indicators.method
    left join verdicts
        on
            windows.index_id = verdicts.index_id
            and windows.from_year = verdicts.from_year
            and windows.to_year = verdicts.to_year
            and indicators.indicator_key = verdicts.indicator_key
),

cores as (
    select
        index_id,
        from_year,
        to_year,
        count(case when is_core then 1 end) as n_core_parts,
        count(*) as n_parts,
        string_agg(case when not is_core then code end, ', ' order by length(code), code) as left_out
    from judged
    group by index_id, from_year, to_year
),

summed as (
    select
        judged.index_id,
        judged.from_year,
        judged.to_year,
        scores.year,
        scores.province_key,
        case when count(scores.score) = cores.n_core_parts then sum(scores.score * judged.weight) end as core_score
    from judged
    inner join cores
        on
            judged.index_id = cores.index_id
            and judged.from_year = cores.from_year
            and judged.to_year = cores.to_year
    inner join scores
        on
            judged.index_id = scores.index_id
            and judged.indicator_key = scores.indicator_key
            and scores.year in (judged.from_year, judged.to_year)
    where judged.is_core
    group by
        judged.index_id, judged.from_year, judged.to_year, scores.year, scores.province_key, cores.n_core_parts
),

core_ranked as (
    select
        index_id,
        from_year,
        to_year,
        year,
        province_key,
        core_score,
        case
            when core_score is not null
                then rank() over (
                    partition by index_id, from_year, to_year, year
                    order by core_score desc nulls last
                )
        end as core_rank,
        count(core_score) over (partition by index_id, from_year, to_year, year) as core_n
    from summed
),

mergers as (
    select * from {{ ref('int_province_merger') }}
),

totals as (
    select
        scores.index_id,
        scores.year,
        scores.province_key,
        scores.score,
        ranked.rank,
        ranked.n_ranked
    from scores
    inner join ranked
        on
            scores.index_id = ranked.index_id
            and scores.year = ranked.year
            and scores.province_key = ranked.province_key
            and scores.indicator_key = ranked.indicator_key
    where scores.level = 'total'
)

select
    cores.index_id,
    cores.from_year,
    cores.to_year,
    core_from.province_key,
    total_from.score as total_from,
    total_from.rank as rank_from,
    total_from.n_ranked as n_from,
    total_to.score as total_to,
    total_to.rank as rank_to,
    total_to.n_ranked as n_to,
    cast(total_to.score - total_from.score as decimal(15, 9)) as total_change,
    total_from.rank - total_to.rank as rank_change,
    cast(core_from.core_score as decimal(15, 9)) as core_from,
    cast(core_from.core_rank as integer) as core_rank_from,
    cast(core_from.core_n as integer) as core_n_from,
    cast(core_to.core_score as decimal(15, 9)) as core_to,
    cast(core_to.core_rank as integer) as core_rank_to,
    cast(core_to.core_n as integer) as core_n_to,
    cast(core_to.core_score - core_from.core_score as decimal(15, 9)) as core_change,
    cast(core_from.core_rank - core_to.core_rank as integer) as core_rank_change,
    cast(cores.n_core_parts as integer) as n_core_parts,
    cast(cores.n_parts as integer) as n_parts,
    cast(cast(cores.n_core_parts as decimal(9, 6)) / cores.n_parts as decimal(9, 6)) as core_share,
    cores.left_out
from cores
inner join core_ranked as core_from
    on
        cores.index_id = core_from.index_id
        and cores.from_year = core_from.from_year
        and cores.to_year = core_from.to_year
        and cores.from_year = core_from.year
inner join core_ranked as core_to
    on
        cores.index_id = core_to.index_id
        and cores.from_year = core_to.from_year
        and cores.to_year = core_to.to_year
        and cores.to_year = core_to.year
        and core_from.province_key = core_to.province_key
left join mergers
    on
        cores.index_id = mergers.index_id
        and cores.from_year = mergers.from_year
        and cores.to_year = mergers.to_year
        and core_from.province_key = mergers.province_key
left join totals as total_from
    on
        cores.index_id = total_from.index_id
        and cores.from_year = total_from.year
        and core_from.province_key = total_from.province_key
left join totals as total_to
    on
        cores.index_id = total_to.index_id
        and cores.to_year = total_to.year
        and core_from.province_key = total_to.province_key
where mergers.province_key is null
