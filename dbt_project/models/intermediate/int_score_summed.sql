-- Dimensions and the total are plain sums of their sub-dimensions; a sum over missing parts is no score.
with delivered as (
    select * from {{ ref('int_score_delivered') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

membership as (
    select
        release_id,
        province_key,
        parent_key as indicator_key,
        score,
        not_published_form,
        obs_reason
    from delivered
    union all
    select
        release_id,
        province_key,
        'total' as indicator_key,
        score,
        not_published_form,
        obs_reason
    from delivered
),

summed as (
    select
        release_id,
        province_key,
        indicator_key,
        sum(score) as sum_of_published,
        count(score) as n_published,
        count(*) as n_parts,
        min(not_published_form) as not_published_form,
        min(obs_reason) as obs_reason
    from membership
    group by release_id, province_key, indicator_key
),

releases as (
    select * from {{ ref('dim_release') }}
)

select
    summed.release_id,
    releases.index_id,
    releases.year,
    releases.method,
    summed.province_key,
    summed.indicator_key,
    indicators.level,
    indicators.parent_key,
    indicators.code,
    cast(
        case when summed.n_published = summed.n_parts then summed.sum_of_published end as decimal(15, 9)
    ) as score,
    case when summed.n_published = summed.n_parts then 'A' else 'Q' end as obs_status,
    case
        when summed.n_published = summed.n_parts then null
        when summed.n_published > 0 then 'partial'
        else summed.not_published_form
    end as not_published_form,
    case when summed.n_published < summed.n_parts then summed.obs_reason end as obs_reason
from summed
inner join releases on summed.release_id = releases.release_id
inner join indicators
    on
        releases.index_id = indicators.index_id
        and releases.method = indicators.method
        and summed.indicator_key = indicators.indicator_key
