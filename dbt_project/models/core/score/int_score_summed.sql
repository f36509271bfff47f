-- Where a method says so, dimensions and the total are plain sums of their sub-dimensions, of those that hold once the
-- release has come; a sum over missing parts is no score. is_effective: the release changes what one of the parts is.
with parts as (
    select * from {{ ref('int_score_in_force') }}
    where level = 'sub_dimension'
),

membership as (
    select
        *,
        parent_key as counts_for
    from parts
    union all
    select
        *,
        'total' as counts_for
    from parts
),

summed as (
    select
        release_id,
        province_key,
        counts_for as indicator_key,
        sum(score) as sum_of_published,
        count(score) as n_published,
        count(*) as n_parts,
        count(*) filter (where obs_status = 'E') as n_estimated,
        count(*) filter (where stating_release_id = release_id) as n_stated_here,
        min(not_published_form) as not_published_form,
        min(obs_reason) as obs_reason,
        min(reason_certainty) as reason_certainty
    from membership
    group by release_id, province_key, counts_for
)

select
    release_id,
    province_key,
    indicator_key,
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
    case when summed.n_published < summed.n_parts then summed.reason_certainty end as reason_certainty,
    summed.n_stated_here > 0 or releases.withdraws is not null as is_effective
from summed
inner join {{ ref('dim_release') }} as releases using (release_id)
inner join {{ ref('dim_method') }} as methods using (index_id, method)
-- A release covers its own provinces; the others have their scores from their own releases.
inner join {{ ref('int_province_by_release') }} using (release_id, province_key)
inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, indicator_key)
where methods.aggregation = 'sum_of_parts'
