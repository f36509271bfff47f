-- What each release changed against the release before it in its year, cell by cell; what did not change has no row.
with releases as (
    select * from {{ ref('dim_release') }}
),

scores as (
    select * from {{ ref('fct_score') }}
),

in_force as (
    select * from {{ ref('int_score_in_force') }}
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

pairs as (
    select
        later.release_id,
        later.index_id,
        later.year,
        later.known_from,
        later.method,
        later.withdraws,
        earlier.release_id as previous_release_id,
        earlier.method as previous_method
    from releases as later
    inner join releases as earlier
        on
            later.index_id = earlier.index_id
            and later.year = earlier.year
            and later.revision = earlier.revision + 1
),

-- A release covers only its own provinces: others stay as they were.
cells as (
    select
        pairs.release_id,
        scores.province_key,
        scores.indicator_key
    from pairs
    inner join scores on pairs.release_id = scores.release_id
    union
    select
        pairs.release_id,
        scores.province_key,
        scores.indicator_key
    from pairs
    inner join scores on pairs.previous_release_id = scores.release_id
    inner join provinces
        on
            pairs.release_id = provinces.release_id
            and scores.province_key = provinces.province_key
),

compared as (
    select
        pairs.release_id,
        pairs.previous_release_id,
        pairs.index_id,
        pairs.year,
        pairs.known_from,
        pairs.withdraws,
        pairs.method <> pairs.previous_method as is_other_method,
        cells.province_key,
        cells.indicator_key,
        coalesce(now_stated.level, before.level) as level,
        coalesce(now_stated.code, before.code) as code,
        before.score as score_before,
        now_stated.score as score_after,
        before.obs_status as status_before,
        now_stated.obs_status as status_after,
        scale_before.scale_min as scale_min_before,
        scale_before.scale_max as scale_max_before,
        scale_after.scale_min as scale_min_after,
        scale_after.scale_max as scale_max_after
    from cells
    inner join pairs on cells.release_id = pairs.release_id
    left join scores as before
        on
            pairs.previous_release_id = before.release_id
            and cells.province_key = before.province_key
            and cells.indicator_key = before.indicator_key
    left join scores as now_stated
        on
            pairs.release_id = now_stated.release_id
            and cells.province_key = now_stated.province_key
            and cells.indicator_key = now_stated.indicator_key
    left join indicators as scale_before
        on
            before.index_id = scale_before.index_id
            and before.method = scale_before.method
            and before.indicator_key = scale_before.indicator_key
    left join indicators as scale_after
        on
            now_stated.index_id = scale_after.index_id
            and now_stated.method = scale_after.method
            and now_stated.indicator_key = scale_after.indicator_key
),

told as (
    select
        *,
        case
            when score_before is null and score_after is not null then 'added'
            when score_before is not null and coalesce(status_after, 'M') = 'M' then 'removed'
            when score_before is not null and score_after is null then 'blanked'
            when
                scale_max_before <> scale_max_after
                and abs(
                    (score_before - scale_min_before) / (scale_max_before - scale_min_before)
                    - (score_after - scale_min_after) / (scale_max_after - scale_min_after)
                ) <= {{ var('same_score_tolerance') }}
                then 'rescaled'
            when scale_max_before <> scale_max_after then 'redefined'
            when abs(score_after - score_before) > {{ var('same_score_tolerance') }}
                then case when is_other_method then 'redefined' else 'corrected' end
        end as kind
    from compared
)

select
    told.release_id,
    told.previous_release_id,
    told.index_id,
    told.year,
    told.known_from,
    told.province_key,
    told.indicator_key,
    told.level,
    told.code,
    told.kind,
    case when told.withdraws is null then 'reissue' else 'withdrawal' end as cause,
    told.status_before is not null and told.status_after is not null as is_in_both,
    told.score_before,
    told.score_after,
    cast(told.score_after - told.score_before as decimal(15, 9)) as change,
    coalesce(told.score_after, in_force.score) as score_in_force,
    coalesce(
        case when told.score_after is not null then told.release_id end, in_force.stating_release_id
    ) as release_in_force
from told
left join in_force
    on
        told.release_id = in_force.release_id
        and told.province_key = in_force.province_key
        and told.indicator_key = in_force.indicator_key
where told.kind is not null
