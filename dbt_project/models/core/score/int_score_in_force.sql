-- After each release of a year, the statement that holds for a cell: the last one that gives another score than those
-- before it, even if later releases leave it out; where none gives a score, the last statement. A release that only
-- states a score again, perhaps with more decimals, changes nothing. A release that withdraws another one leaves what
-- then holds, or nothing.
with held as (
    select
        in_force.release_id,
        stated.release_id as stating_release_id,
        stated.province_key,
        stated.indicator_key,
        stated.level,
        stated.parent_key,
        stated.code,
        stated.score,
        stated.obs_status,
        stated.not_published_form,
        stated.obs_reason,
        stated.reason_certainty,
        stated.derivation,
        stated.source_file,
        stated.source_cell,
        stated.sha256,
        in_force.stating_revision,
        abs(stated.score - lag(stated.score) over statements_of_a_cell) <= {{ var('same_score_tolerance') }}
        and stated.derivation = lag(stated.derivation) over statements_of_a_cell as is_repeated
    from {{ ref('int_release_in_force') }} as in_force
    inner join {{ ref('int_score_stated') }} as stated on in_force.stating_release_id = stated.release_id
    window
        statements_of_a_cell as (
            partition by in_force.release_id, stated.province_key, stated.indicator_key
            order by in_force.stating_revision
        )
),

numbered as (
    select
        *,
        row_number() over (
            partition by release_id, province_key, indicator_key
            order by case when score is null then 2 when is_repeated then 1 else 0 end, stating_revision desc
        ) as place
    from held
),

holding as (
    select * from numbered
    where place = 1
),

due_after_withdrawal as (
    select
        release_id,
        releases.note,
        provinces.province_key,
        indicators.indicator_key,
        indicators.level,
        indicators.parent_key,
        indicators.code
    from {{ ref('dim_release') }} as releases
    inner join {{ ref('dim_method') }} as methods using (index_id, method)
    inner join {{ ref('int_province_by_release') }} as provinces using (release_id)
    inner join {{ ref('dim_indicator_method') }} as indicators using (index_id, method)
    where
        releases.withdraws is not null
        and (
            indicators.level = 'sub_dimension'
            or (methods.aggregation = 'as_stated' and indicators.level <> 'indicator')
        )
)

select
    release_id,
    holding.stating_release_id,
    province_key,
    indicator_key,
    coalesce(holding.level, due.level) as level,
    coalesce(holding.parent_key, due.parent_key) as parent_key,
    coalesce(holding.code, due.code) as code,
    holding.score,
    coalesce(holding.obs_status, 'Q') as obs_status,
    case when holding.place is null then 'withdrawn' else holding.not_published_form end as not_published_form,
    case when holding.place is null then due.note else holding.obs_reason end as obs_reason,
    holding.reason_certainty,
    holding.derivation,
    holding.source_file,
    holding.source_cell,
    holding.sha256
from holding
full join due_after_withdrawal as due using (release_id, province_key, indicator_key)
