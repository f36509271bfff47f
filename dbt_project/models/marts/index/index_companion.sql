-- Each companion index as a whole beside the main index of the same year and province; where every province is known,
-- beside the others too.
with placed as (
    select
        index_id,
        indices.role,
        indices.index_name_vi,
        indices.index_name_en,
        year,
        province_key,
        provinces.province_name_vi,
        provinces.region_code,
        provinces.region_name_vi,
        scores.is_field,
        release_id,
        scores.score,
        indicators.scale_min,
        indicators.scale_max,
        scores.obs_status,
        scores.obs_reason,
        coalesce(ranked.rank, stated_rank.rank_stated) as rank,
        case when ranked.rank is null then stated_rank.n_ranked_stated else ranked.n_ranked end as n_ranked,
        case
            when ranked.rank is not null then 'computed'
            when stated_rank.rank_stated is not null then 'stated'
        end as rank_basis
    from {{ ref('int_score_current') }} as scores
    inner join {{ ref('dim_index') }} as indices using (index_id)
    inner join {{ ref('int_province_by_release') }} as provinces using (release_id, province_key)
    left join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, indicator_key)
    left join {{ ref('int_score_ranked') }} as ranked using (index_id, year, province_key, indicator_key)
    left join {{ ref('fct_rank_stated') }} as stated_rank
        using (release_id, index_id, year, province_key, indicator_key)
    where scores.level = 'total'
),

fields as (
    select
        index_id,
        year,
        percentile_cont(0.50) within group (order by cast(score as double precision)) as median_score,
        max(score) as best_score
    from placed
    where is_field
    group by index_id, year
),

regions as (
    select
        index_id,
        year,
        region_code,
        percentile_cont(0.50) within group (order by cast(score as double precision)) as region_median,
        count(score) as region_n_ranked
    from placed
    where is_field
    group by index_id, year, region_code
),

region_ranked as (
    select
        index_id,
        year,
        province_key,
        rank() over (partition by index_id, year, region_code order by score desc) as region_rank
    from placed
    where is_field and score is not null
)

select
    companion.index_id,
    companion.year,
    companion.province_key,
    companion.province_name_vi,
    companion.region_code,
    companion.region_name_vi,
    companion.index_name_vi,
    companion.index_name_en,
    companion.release_id,
    companion.score,
    cast(round(companion.score, 2) as decimal(9, 2)) as score_printed,
    companion.scale_min,
    companion.scale_max,
    companion.obs_status,
    companion.obs_reason,
    companion.rank,
    companion.n_ranked,
    companion.rank_basis,
    cast(fields.median_score as decimal(15, 9)) as median_score,
    fields.best_score,
    cast(region_ranked.region_rank as integer) as region_rank,
    cast(regions.region_n_ranked as integer) as region_n_ranked,
    cast(regions.region_median as decimal(15, 9)) as region_median,
    releases.published_on,
    releases.source,
    releases.note,
    main.index_id as main_index_id,
    main.score as main_score,
    main.obs_status as main_obs_status,
    main.rank as main_rank,
    main.n_ranked as main_n_ranked
from placed as companion
inner join {{ ref('dim_release') }} as releases on companion.release_id = releases.release_id
left join placed as main
    on
        companion.year = main.year
        and companion.province_key = main.province_key
        and main.role = 'main'
left join fields
    on
        companion.index_id = fields.index_id
        and companion.year = fields.year
left join regions
    on
        companion.index_id = regions.index_id
        and companion.year = regions.year
        and companion.region_code = regions.region_code
left join region_ranked
    on
        companion.index_id = region_ranked.index_id
        and companion.year = region_ranked.year
        and companion.province_key = region_ranked.province_key
where companion.role = 'companion'
