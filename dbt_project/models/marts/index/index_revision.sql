-- What each release changed against the release before it in its year, cell by cell; what did not change has no row.
-- Where one of two issues has no cells of a level at all, such as finer indicators, the other's are no change.
with releases as (
    select * from {{ ref('dim_release') }}
),

scores as (
    select
        scores.*,
        indicators.scale_min,
        indicators.scale_max
    from {{ ref('fct_score') }} as scores
    left join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, indicator_key)
),

pairs as (
    select
        later.release_id,
        earlier.release_id as previous_release_id,
        later.index_id,
        later.year,
        later.known_from,
        later.withdraws,
        later.method <> earlier.method as is_other_method
    from releases as later
    inner join releases as earlier
        on
            later.index_id = earlier.index_id
            and later.year = earlier.year
            and later.revision = earlier.revision + 1
),

-- A release covers only its own provinces: others stay as they were.
before as (
    select
        pairs.release_id,
        scores.province_key,
        scores.indicator_key,
        scores.level,
        scores.code,
        scores.score,
        scores.obs_status,
        scores.scale_min,
        scores.scale_max
    from pairs
    inner join scores on pairs.previous_release_id = scores.release_id
    inner join {{ ref('int_province_by_release') }} as provinces
        on
            pairs.release_id = provinces.release_id
            and scores.province_key = provinces.province_key
),

compared as (
    select
        pairs.*,
        province_key,
        indicator_key,
        coalesce(now_stated.level, before.level) as level,
        coalesce(now_stated.code, before.code) as code,
        before.score as score_before,
        now_stated.score as score_after,
        before.obs_status as status_before,
        now_stated.obs_status as status_after,
        before.scale_min as scale_min_before,
        before.scale_max as scale_max_before,
        now_stated.scale_min as scale_min_after,
        now_stated.scale_max as scale_max_after
    from before
    full join scores as now_stated using (release_id, province_key, indicator_key)
    inner join pairs using (release_id)
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
        end as revision_kind,
        count(status_before) over cells_of_a_level as n_before,
        count(status_after) over cells_of_a_level as n_after
    from compared
    window cells_of_a_level as (partition by release_id, level)
)

select
    release_id,
    told.previous_release_id,
    told.index_id,
    told.year,
    told.known_from,
    province_key,
    indicator_key,
    told.level,
    told.code,
    told.revision_kind,
    case when told.withdraws is null then 'reissue' else 'withdrawal' end as cause,
    told.status_before is not null and told.status_after is not null as is_in_both,
    told.score_before,
    told.score_after,
    cast(told.score_after - told.score_before as decimal(15, 9)) as revision_change,
    coalesce(told.score_after, in_force.score) as score_in_force,
    case when told.score_after is null then in_force.stating_release_id else release_id end as release_in_force
from told
left join {{ ref('int_score_in_force') }} as in_force using (release_id, province_key, indicator_key)
where told.revision_kind is not null and (told.withdraws is not null or (told.n_before > 0 and told.n_after > 0))
