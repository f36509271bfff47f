{#- Scores of the main index at one level alone, so that a mean or a count needs no filter. ``named_by`` are the columns
    that say which indicator of the level it is. -#}
{% macro main_index_at(level, named_by=[]) -%}
select
    index_id,
    scores.year,
    scores.province_key,
    scores.province_name_vi,
    scores.region_code,
    scores.region_name_vi,
    {%- for column in named_by %}
    scores.{{ column }},
    {%- endfor %}
    scores.release_id,
    scores.score,
    scores.score_printed,
    scores.score_scale_free,
    scores.obs_status,
    scores.obs_reason,
    scores.rank,
    scores.n_ranked,
    scores.percentile_share,
    scores.group_published,
    scores.group_computed,
    scores.previous_score,
    scores.previous_rank,
    scores.previous_n_ranked,
    scores.change,
    scores.change_as_published,
    scores.change_printed,
    scores.change_direction,
    scores.rank_change,
    scores.rank_change_as_published,
    scores.is_comparable,
    scores.not_comparable_reason
from {{ ref('index_score') }} as scores
inner join {{ ref('dim_index') }} as indices using (index_id)
where indices.role = 'main' and scores.level = '{{ level }}' and scores.obs_status <> 'M'
{%- endmacro %}
