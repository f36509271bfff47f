with measures as (
    select
        release_id,
        province_code,
        code,
        max(case when measure = 'ci_low' then score end) as ci_low,
        max(case when measure = 'ci_high' then score end) as ci_high,
        max(case when measure = 'standard_error' then score end) as standard_error,
        max(interval_pct) as interval_pct
    from {{ ref('stg_landing__score') }}
    where measure in ('ci_low', 'ci_high', 'standard_error')
    group by release_id, province_code, code
),

releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
)

select
    measures.release_id,
    releases.index_id,
    releases.year,
    provinces.province_key,
    indicators.indicator_key,
    cast(measures.ci_low as decimal(15, 9)) as ci_low,
    cast(measures.ci_high as decimal(15, 9)) as ci_high,
    measures.interval_pct as interval_pct_stated,
    cast(measures.standard_error as decimal(15, 9)) as standard_error,
    -- 1.645 standard errors on each side make 90 %, 1.960 make 95 %, whatever the label says.
    cast(
        case
            when measures.standard_error > 0
                then (measures.ci_high - measures.ci_low) / (2 * measures.standard_error)
        end as decimal(9, 3)
    ) as half_width_in_errors,
    releases.known_from
from measures
inner join releases on measures.release_id = releases.release_id
inner join provinces
    on
        measures.release_id = provinces.release_id
        and measures.province_code = provinces.province_code
inner join indicators
    on
        releases.index_id = indicators.index_id
        and releases.method = indicators.method
        and measures.code = indicators.code
