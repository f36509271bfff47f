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
    provinces.region_code,
    provinces.region_name_vi,
    indicator_key,
    scores.code,
    scores.level,
    scores.parent_key,
    -- Where a concept is not measured, it has the name of the years in which it is.
    coalesce(indicators.indicator_name_vi, concepts.indicator_name_vi) as indicator_name_vi,
    coalesce(indicators.indicator_name_en, concepts.indicator_name_en) as indicator_name_en,
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
    case when ranked.rank is not null then ranked.n_ranked end as n_ranked,
    ranked.percentile_share,
    groups_published.group_published,
    ranked.group_computed,
    compared.previous_score,
    previous_ranked.rank as previous_rank,
    case when previous_ranked.rank is not null then previous_ranked.n_ranked end as previous_n_ranked,
    compared.change,
    compared.change_as_published,
    compared.change_printed,
    compared.change_direction,
    compared.change_direction_as_published,
    case when compared.is_comparable then previous_ranked.rank - ranked.rank end as rank_change,
    previous_ranked.rank - ranked.rank as rank_change_as_published,
    compared.is_comparable,
    compared.not_comparable_reason,
    compared.break_certainty,
    compared.break_decided_on,
    compared.change_if_no_break
from scores
inner join {{ ref('int_province_by_release') }} as provinces using (release_id, province_key)
inner join ranked using (index_id, year, province_key, indicator_key)
inner join {{ ref('int_score_compared') }} as compared using (index_id, year, province_key, indicator_key)
left join previous_ranked using (index_id, year, province_key, indicator_key)
left join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, indicator_key)
left join {{ ref('dim_indicator') }} as concepts using (index_id, indicator_key)
left join {{ ref('group_published') }} as groups_published using (index_id, year, province_key, indicator_key)
