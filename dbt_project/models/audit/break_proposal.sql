-- The detector: pairs of years in which a measure behaves as if it had changed. It proposes, the register decides.
with scores as (
    select
        current_score.*,
        dimensions.n_parts as n_siblings
    from {{ ref('int_score_current') }} as current_score
    inner join {{ ref('dim_indicator_method') }} as dimensions
        on
            current_score.index_id = dimensions.index_id
            and current_score.method = dimensions.method
            and current_score.parent_key = dimensions.indicator_key
    where current_score.is_field and current_score.level = 'sub_dimension' and current_score.score is not null
),

paired as (
    select
        this_year.index_id,
        this_year.year,
        this_year.indicator_key,
        this_year.parent_key,
        last_year.n_siblings as siblings_from,
        this_year.n_siblings as siblings_to,
        cast(last_year.score as double precision) as score_from,
        cast(this_year.score as double precision) as score_to,
        -- The average rank of ties, as Spearman has it.
        rank() over (
            partition by this_year.index_id, this_year.year, this_year.indicator_key
            order by last_year.score
        ) + (count(*) over (
            partition by this_year.index_id, this_year.year, this_year.indicator_key, last_year.score
        ) - 1) / cast(2 as double precision) as rank_from,
        rank() over (
            partition by this_year.index_id, this_year.year, this_year.indicator_key
            order by this_year.score
        ) + (count(*) over (
            partition by this_year.index_id, this_year.year, this_year.indicator_key, this_year.score
        ) - 1) / cast(2 as double precision) as rank_to
    from scores as this_year
    inner join scores as last_year
        on
            this_year.index_id = last_year.index_id
            and this_year.province_key = last_year.province_key
            and this_year.indicator_key = last_year.indicator_key
            and this_year.year = last_year.year + 1
),

measured as (
    select
        index_id,
        year,
        indicator_key,
        parent_key,
        siblings_from,
        siblings_to,
        count(*) as n_provinces,
        avg(score_from) as mean_from,
        avg(score_to) as mean_to,
        stddev_samp(score_from) as sd_from,
        (avg(score_to) - avg(score_from)) / nullif(stddev_samp(score_from), 0) as shift_in_sd,
        stddev_samp(score_to) / nullif(stddev_samp(score_from), 0) as sd_ratio,
        -- Without any variance there is no correlation; databases differ in what they then say.
        case
            when min(score_from) < max(score_from) and min(score_to) < max(score_to)
                then corr(rank_from, rank_to)
        end as rank_correlation
    from paired
    group by index_id, year, indicator_key, parent_key, siblings_from, siblings_to
    having count(*) >= 3
),

flagged as (
    select
        *,
        siblings_from <> siblings_to as is_by_siblings,
        coalesce(abs(shift_in_sd) > {{ var('break_shift_in_sd') }}, false) as is_by_shift,
        coalesce(
            sd_ratio > {{ var('break_sd_ratio') }} or sd_ratio < 1.0 / {{ var('break_sd_ratio') }}, false
        ) as is_by_spread,
        coalesce(rank_correlation < {{ var('break_rank_correlation') }}, false) as is_by_ranks
    from measured
),

decided as (
    select
        flagged.index_id,
        flagged.year,
        flagged.indicator_key,
        min(breaks.decision) as decision
    from flagged
    inner join {{ ref('indicator_break') }} as breaks
        on
            flagged.index_id = breaks.index_id
            and flagged.year = breaks.to_year
            -- A break of a dimension holds for its parts.
            and breaks.indicator_key in (flagged.indicator_key, flagged.parent_key)
    group by flagged.index_id, flagged.year, flagged.indicator_key
)

select
    index_id,
    indicator_key,
    year - 1 as from_year,
    year as to_year,
    cast(flagged.n_provinces as integer) as n_provinces,
    -- Rounded over nine decimals first: threads sum in any order, and a seventh decimal of five would show it.
    cast(cast(flagged.mean_from as decimal(15, 9)) as decimal(15, 6)) as mean_from,
    cast(cast(flagged.mean_to as decimal(15, 9)) as decimal(15, 6)) as mean_to,
    cast(cast(flagged.sd_from as decimal(15, 9)) as decimal(15, 6)) as sd_from,
    cast(cast(flagged.shift_in_sd as decimal(15, 9)) as decimal(15, 6)) as shift_in_sd,
    cast(cast(flagged.sd_ratio as decimal(15, 9)) as decimal(15, 6)) as sd_ratio,
    cast(cast(flagged.rank_correlation as decimal(15, 9)) as decimal(15, 6)) as rank_correlation,
    cast(flagged.siblings_from as integer) as siblings_from,
    cast(flagged.siblings_to as integer) as siblings_to,
    flagged.is_by_siblings,
    flagged.is_by_shift,
    flagged.is_by_spread,
    flagged.is_by_ranks,
    flagged.is_by_siblings or flagged.is_by_shift or flagged.is_by_spread or flagged.is_by_ranks as is_candidate,
    -- Another number of siblings is another scale: a fact that needs no decision.
    case when flagged.is_by_siblings then 'scale_changed' else decided.decision end as decision
from flagged
left join decided using (index_id, year, indicator_key)
