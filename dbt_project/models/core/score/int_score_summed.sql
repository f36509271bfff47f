-- Where a method says so, dimensions and the total are plain sums of their sub-dimensions, of those that hold once the
-- release has come; a sum over missing parts is no score.
with parts as (
    select * from {{ ref('int_score_in_force') }}
    where level = 'sub_dimension'
),

methods as (
    select * from {{ ref('dim_method') }}
    where aggregation = 'sum_of_parts'
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
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
        obs_status,
        not_published_form,
        obs_reason,
        reason_certainty
    from parts
    union all
    select
        release_id,
        province_key,
        'total' as indicator_key,
        score,
        obs_status,
        not_published_form,
        obs_reason,
        reason_certainty
    from parts
),

summed as (
    select
        release_id,
        province_key,
        indicator_key,
        sum(score) as sum_of_published,
        count(score) as n_published,
        count(*) as n_parts,
        count(case when obs_status = 'E' then 1 end) as n_estimated,
        min(not_published_form) as not_published_form,
        min(obs_reason) as obs_reason,
        min(reason_certainty) as reason_certainty
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
    case
        when summed.n_published < summed.n_parts then 'Q'
        when summed.n_estimated > 0 then 'E'
        else 'A'
    end as obs_status,
    case
        when summed.n_published = summed.n_parts then null
        when summed.n_published > 0 then 'partial'
        else summed.not_published_form
    end as not_published_form,
    case when summed.n_published < summed.n_parts then summed.obs_reason end as obs_reason,
    case when summed.n_published < summed.n_parts then summed.reason_certainty end as reason_certainty
from summed
inner join releases on summed.release_id = releases.release_id
inner join methods
    on
        releases.index_id = methods.index_id
        and releases.method = methods.method
-- A release covers its own provinces; the others have their scores from their own releases.
inner join provinces
    on
        summed.release_id = provinces.release_id
        and summed.province_key = provinces.province_key
inner join indicators
    on
        releases.index_id = indicators.index_id
        and releases.method = indicators.method
        and summed.indicator_key = indicators.indicator_key
