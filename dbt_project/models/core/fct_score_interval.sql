with measures as (
    select
        release_id,
        province_code,
        code,
        max(score) filter (where measure = 'standard_error') as standard_error,
        max(score) filter (where measure = 'ci_low') as ci_low,
        max(score) filter (where measure = 'ci_high') as ci_high,
        max(score) filter (where measure = 'variance') as variance,
        max(score) filter (where measure = 'n_observations') as n_observations,
        max(interval_pct) as interval_pct
    from {{ ref('stg_landing__score') }}
    where measure in ('standard_error', 'ci_low', 'ci_high', 'variance', 'n_observations')
    group by release_id, province_code, code
),

in_force as (
    select
        in_force.stating_release_id as release_id,
        in_force.stating_revision
    from {{ ref('int_release_in_force') }} as in_force
    inner join {{ ref('dim_release') }} as releases using (release_id)
    where releases.is_current
)

select
    release_id,
    index_id,
    releases.year,
    provinces.province_key,
    indicators.indicator_key,
    cast(measures.standard_error as decimal(15, 9)) as standard_error,
    cast(measures.ci_low as decimal(15, 9)) as ci_low,
    cast(measures.ci_high as decimal(15, 9)) as ci_high,
    measures.interval_pct as interval_stated_pct,
    -- 1.645 standard errors on each side make 90 %, 1.960 make 95 %, whatever the label says.
    cast(
        case
            when measures.standard_error > 0
                then (measures.ci_high - measures.ci_low) / (2 * measures.standard_error)
        end as decimal(9, 3)
    ) as half_width_in_errors,
    cast(measures.variance as decimal(15, 9)) as variance,
    cast(measures.n_observations as integer) as n_observations,
    coalesce(
        in_force.stating_revision = max(in_force.stating_revision) over (
            partition by index_id, releases.year, provinces.province_key, indicators.indicator_key
        ),
        false
    ) as is_current,
    releases.known_from
from measures
inner join {{ ref('dim_release') }} as releases using (release_id)
inner join {{ ref('int_province_by_release') }} as provinces using (release_id, province_code)
inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method, code)
left join in_force using (release_id)
