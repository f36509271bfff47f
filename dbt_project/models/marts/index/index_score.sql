with current_score as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

ranked as (
    select * from {{ ref('int_score_ranked') }}
),

compared as (
    select * from {{ ref('int_score_compared') }}
),

releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('dim_province') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

groups_published as (
    select * from {{ ref('group_published') }}
)

select
    current_score.index_id,
    current_score.year,
    current_score.province_key,
    provinces.name_vi as province_name_vi,
    current_score.indicator_key,
    current_score.code,
    current_score.level,
    current_score.parent_key,
    indicators.name_vi as indicator_name_vi,
    indicators.name_en as indicator_name_en,
    current_score.release_id,
    current_score.method,
    current_score.score,
    cast(round(current_score.score, 2) as decimal(9, 2)) as score_printed,
    -- (K s - 1) / 9 for a sub-dimension of K parts, and the same for the levels above.
    cast(
        (current_score.score - indicators.scale_min) / (indicators.scale_max - indicators.scale_min)
        as decimal(15, 9)
    ) as score_scale_free,
    current_score.obs_status,
    current_score.not_published_form,
    current_score.obs_reason,
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
from current_score
inner join releases on current_score.release_id = releases.release_id
inner join provinces
    on
        current_score.province_key = provinces.province_key
        and releases.provinces_as_of >= provinces.valid_from
        and (provinces.valid_to is null or releases.provinces_as_of <= provinces.valid_to)
left join indicators
    on
        current_score.index_id = indicators.index_id
        and current_score.method = indicators.method
        and current_score.indicator_key = indicators.indicator_key
inner join ranked
    on
        current_score.index_id = ranked.index_id
        and current_score.year = ranked.year
        and current_score.province_key = ranked.province_key
        and current_score.indicator_key = ranked.indicator_key
left join ranked as previous_ranked
    on
        current_score.index_id = previous_ranked.index_id
        and current_score.year = previous_ranked.year + 1
        and current_score.province_key = previous_ranked.province_key
        and current_score.indicator_key = previous_ranked.indicator_key
inner join compared
    on
        current_score.index_id = compared.index_id
        and current_score.year = compared.year
        and current_score.province_key = compared.province_key
        and current_score.indicator_key = compared.indicator_key
left join groups_published
    on
        current_score.index_id = groups_published.index_id
        and current_score.year = groups_published.year
        and current_score.province_key = groups_published.province_key
        and current_score.indicator_key = groups_published.indicator_key
