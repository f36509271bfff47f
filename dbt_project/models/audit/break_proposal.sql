-- The detector: pairs of years in which a measure behaves as if it had changed. It proposes, the register decides.
with scores as (
    select * from {{ ref('int_score_current') }}
    where is_field and level = 'sub_dimension' and score is not null
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

breaks as (
    select * from {{ ref('indicator_break') }}
),

paired as (
    select
        this_year.index_id,
        this_year.year,
        this_year.indicator_key,
        this_year.parent_key,
        this_year.method,
        last_year.method as previous_method,
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
        method,
        previous_method,
        count(*) as n_provinces,
        avg(score_from) as mean_from,
        avg(score_to) as mean_to,
        stddev_samp(score_from) as sd_from,
        stddev_samp(score_to) as sd_to,
        -- Without any variance there is no correlation; databases differ in what they then say.
        case
            when min(score_from) < max(score_from) and min(score_to) < max(score_to)
                then corr(rank_from, rank_to)
        end as rank_correlation
    from paired
    group by index_id, year, indicator_key, parent_key, method, previous_method
    having count(*) >= 3
),

compared as (
    select
        measured.index_id,
        measured.year,
        measured.indicator_key,
        measured.parent_key,
        measured.n_provinces,
        measured.mean_from,
        measured.mean_to,
        measured.sd_from,
        (measured.mean_to - measured.mean_from) / nullif(measured.sd_from, 0) as shift_in_sd,
        measured.sd_to / nullif(measured.sd_from, 0) as sd_ratio,
        measured.rank_correlation,
        parent_before.n_parts as siblings_from,
        parent_now.n_parts as siblings_to
    from measured
    inner join indicators as parent_before
        on
            measured.index_id = parent_before.index_id
            and measured.previous_method = parent_before.method
            and measured.parent_key = parent_before.indicator_key
    inner join indicators as parent_now
        on
            measured.index_id = parent_now.index_id
            and measured.method = parent_now.method
            and measured.parent_key = parent_now.indicator_key
),

flagged as (
    select
        *,
        siblings_from <> siblings_to as is_by_siblings,
        abs(shift_in_sd) > {{ var('break_shift_in_sd') }} as is_by_shift,
        sd_ratio > {{ var('break_sd_ratio') }} or sd_ratio < 1.0 / {{ var('break_sd_ratio') }} as is_by_spread,
        rank_correlation < {{ var('break_rank_correlation') }} as is_by_ranks
    from compared
),

decided as (
    select
        flagged.index_id,
        flagged.year,
        flagged.indicator_key,
        min(breaks.decision) as decision
    from flagged
    inner join breaks
        on
            flagged.index_id = breaks.index_id
            and flagged.year = breaks.to_year
            -- A break of a dimension holds for its parts.
            and breaks.indicator_key in (flagged.indicator_key, flagged.parent_key)
    group by flagged.index_id, flagged.year, flagged.indicator_key
)

select
    flagged.index_id,
    flagged.indicator_key,
    flagged.year - 1 as from_year,
    flagged.year as to_year,
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
    coalesce(flagged.is_by_siblings, false) as is_by_siblings,
    coalesce(flagged.is_by_shift, false) as is_by_shift,
    coalesce(flagged.is_by_spread, false) as is_by_spread,
    coalesce(flagged.is_by_ranks, false) as is_by_ranks,
    coalesce(flagged.is_by_siblings or flagged.is_by_shift or flagged.is_by_spread or flagged.is_by_ranks, false)
        as is_candidate,
    -- Another number of siblings is another scale: a fact that needs no decision.
    case
        when flagged.is_by_siblings then 'scale_changed'
        else decided.decision
    end as decision
from flagged
left join decided
    on
        flagged.index_id = decided.index_id
        and flagged.year = decided.year
        and flagged.indicator_key = decided.indicator_key
