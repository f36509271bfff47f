with scores as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

ranked as (
    select * from {{ ref('int_score_ranked') }}
),

previous_ranked as (
    select
        index_id,
        year + 1 as year,
        province_key,
        indicator_key,
        rank,
        n_ranked
    from ranked
)

select
    index_id,
    year,
    province_key,
    provinces.province_name_vi,
    indicator_key,
    scores.code,
    scores.level,
    scores.parent_key,
    indicators.name_vi as indicator_name_vi,
    indicators.name_en as indicator_name_en,
    release_id,
    method,
    scores.score,
    cast(round(scores.score, 2) as decimal(9, 2)) as score_printed,
    -- (K s - 1) / 9 for a sub-dimension of K parts, and the same for the levels above.
    cast(
        (scores.score - indicators.scale_min) / (indicators.scale_max - indicators.scale_min) as decimal(15, 9)
    ) as score_scale_free,
    scores.obs_status,
    scores.not_published_form,
    scores.obs_reason,
    ranked.rank,
    ranked.n_ranked,
    ranked.percentile,
    groups_published.group_published,
    ranked.group_computed,
    compared.previous_score,
    previous_ranked.rank as previous_rank,
    previous_ranked.n_ranked as previous_n_ranked,
    previous_ranked.rank - ranked.rank as rank_change,
    compared.change,
    compared.change_printed,
    compared.change_direction,
    compared.comparable,
    compared.comparable_reason
from scores
inner join {{ ref('int_province_by_release') }} as provinces using (release_id, province_key)
inner join ranked using (index_id, year, province_key, indicator_key)
inner join {{ ref('int_score_compared') }} as compared using (index_id, year, province_key, indicator_key)
left join previous_ranked using (index_id, year, province_key, indicator_key)
left join {{ ref('dim_indicator') }} as indicators using (index_id, method, indicator_key)
left join {{ ref('group_published') }} as groups_published using (index_id, year, province_key, indicator_key)
