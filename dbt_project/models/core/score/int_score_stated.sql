-- What each release itself states, as corrected, or why it does not. Sums are not statements: see int_score_summed.
-- Indicators below the sub-dimensions: a release may state them, and none has to.
with scores as (
    select * from {{ ref('stg_landing__score') }}
    where measure = 'score'
),

every_cell as (
    select
        release_id,
        index_id,
        releases.year,
        provinces.province_key,
        province_code,
        indicators.indicator_key,
        indicators.level,
        indicators.parent_key,
        code,
        scores.score as score_delivered,
        scores.source_file,
        scores.source_cell,
        scores.sha256
    from {{ ref('dim_release') }} as releases
    inner join {{ ref('dim_method') }} as methods using (index_id, method)
    inner join {{ ref('int_province_by_release') }} as provinces using (release_id)
    inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method)
    left join scores using (release_id, province_code, code)
    where
        releases.withdraws is null
        and case indicators.level
            when 'sub_dimension' then true
            when 'indicator' then scores.measure is not null
            else methods.aggregation = 'as_stated'
        end
)

select
    release_id,
    every_cell.index_id,
    every_cell.year,
    every_cell.province_key,
    every_cell.indicator_key,
    every_cell.level,
    every_cell.parent_key,
    code,
    cast(
        case corrections.action
            when 'drop' then null
            when 'override' then corrections.value
            when 'scale' then every_cell.score_delivered * corrections.value
            else every_cell.score_delivered
        end as decimal(15, 9)
    ) as score,
    every_cell.score_delivered,
    case
        when corrections.action = 'drop' then 'Q'
        when corrections.action is not null then 'E'
        when every_cell.score_delivered is not null then 'A'
        else coalesce(not_stated.obs_status, 'Q')
    end as obs_status,
    case when corrections.action = 'drop' then 'dropped' else not_stated.not_published_form end as not_published_form,
    coalesce(corrections.reason, not_stated.obs_reason) as obs_reason,
    case when corrections.reason is null then not_stated.reason_certainty end as reason_certainty,
    case when corrections.action is null then 'delivered' else 'corrected' end as derivation,
    every_cell.source_file,
    every_cell.source_cell,
    every_cell.sha256
from every_cell
left join {{ ref('stg_landing__not_stated') }} as not_stated using (release_id, province_code, code)
-- A correction names the raw value that it replaces: where another value comes, the source has corrected itself.
-- The same value may come with more decimals.
left join {{ ref('correction') }} as corrections
    on
        every_cell.index_id = corrections.index_id
        and every_cell.year = corrections.year
        and every_cell.province_key = corrections.province_key
        and every_cell.indicator_key = corrections.indicator_key
        and abs(every_cell.score_delivered - corrections.expected_raw) <= {{ var('same_score_tolerance') }}
