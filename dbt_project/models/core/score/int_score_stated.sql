-- What each release itself states, as corrected, or why it does not. Sums are not statements: see int_score_summed.
with releases as (
    select * from {{ ref('dim_release') }}
    where withdraws is null
),

methods as (
    select * from {{ ref('dim_method') }}
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

scores as (
    select * from {{ ref('stg_landing__score') }}
    where measure = 'score'
),

not_stated as (
    select * from {{ ref('stg_landing__not_stated') }}
),

corrections as (
    select * from {{ ref('correction') }}
),

due as (
    select
        releases.release_id,
        releases.index_id,
        releases.year,
        releases.method,
        provinces.province_key,
        provinces.province_code,
        indicators.indicator_key,
        indicators.level,
        indicators.parent_key,
        indicators.code
    from releases
    inner join methods
        on
            releases.index_id = methods.index_id
            and releases.method = methods.method
    inner join provinces on releases.release_id = provinces.release_id
    inner join indicators
        on
            releases.index_id = indicators.index_id
            and releases.method = indicators.method
    where
        indicators.level = 'sub_dimension'
        or (methods.aggregation = 'as_stated' and indicators.level <> 'indicator')
),

-- Indicators below the sub-dimensions: a release may state them, and none has to.
further as (
    select
        releases.release_id,
        releases.index_id,
        releases.year,
        releases.method,
        provinces.province_key,
        provinces.province_code,
        indicators.indicator_key,
        indicators.level,
        indicators.parent_key,
        indicators.code
    from scores
    inner join releases on scores.release_id = releases.release_id
    inner join provinces
        on
            scores.release_id = provinces.release_id
            and scores.province_code = provinces.province_code
    inner join indicators
        on
            releases.index_id = indicators.index_id
            and releases.method = indicators.method
            and scores.code = indicators.code
    where indicators.level = 'indicator'
),

every_cell as (
    select * from due
    union all
    select * from further
)

select
    every_cell.release_id,
    every_cell.index_id,
    every_cell.year,
    every_cell.method,
    every_cell.province_key,
    every_cell.indicator_key,
    every_cell.level,
    every_cell.parent_key,
    every_cell.code,
    cast(
        case corrections.action
            when 'drop' then null
            when 'override' then corrections.value
            when 'scale' then scores.score * corrections.value
            else scores.score
        end as decimal(15, 9)
    ) as score,
    scores.score as score_delivered,
    case
        when corrections.action = 'drop' then 'Q'
        when corrections.action is not null then 'E'
        when scores.score is not null then 'A'
        else coalesce(not_stated.obs_status, 'Q')
    end as obs_status,
    case when corrections.action = 'drop' then 'dropped' else not_stated.not_published_form end as not_published_form,
    coalesce(corrections.reason, not_stated.obs_reason) as obs_reason,
    case when corrections.reason is null then not_stated.reason_certainty end as reason_certainty,
    case when corrections.action is null then 'delivered' else 'corrected' end as derivation,
    scores.source_file,
    scores.source_cell,
    scores.sha256
from every_cell
left join scores
    on
        every_cell.release_id = scores.release_id
        and every_cell.province_code = scores.province_code
        and every_cell.code = scores.code
left join not_stated
    on
        every_cell.release_id = not_stated.release_id
        and every_cell.province_code = not_stated.province_code
        and every_cell.code = not_stated.code
-- A correction names the raw value that it replaces: where another value comes, the source has corrected itself.
left join corrections
    on
        every_cell.index_id = corrections.index_id
        and every_cell.year = corrections.year
        and every_cell.province_key = corrections.province_key
        and every_cell.indicator_key = corrections.indicator_key
        and scores.score = corrections.expected_raw
