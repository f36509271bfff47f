-- After each release of a year, the statement that holds for a cell: the last one that gives a score, even if later
-- releases leave it out; where none gives a score, the last statement. A release that withdraws another one leaves what
-- then holds, or nothing.
with releases as (
    select * from {{ ref('dim_release') }}
),

methods as (
    select * from {{ ref('dim_method') }}
),

in_force as (
    select * from {{ ref('int_release_in_force') }}
),

stated as (
    select * from {{ ref('int_score_stated') }}
),

provinces as (
    select * from {{ ref('int_province_by_release') }}
),

indicators as (
    select * from {{ ref('dim_indicator') }}
),

numbered as (
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
        row_number() over (
            partition by in_force.release_id, stated.province_key, stated.indicator_key
            order by case when stated.score is null then 1 else 0 end, in_force.stating_revision desc
        ) as place
    from in_force
    inner join stated on in_force.stating_release_id = stated.release_id
),

holding as (
    select * from numbered
    where place = 1
),

due_after_withdrawal as (
    select
        releases.release_id,
        releases.note,
        provinces.province_key,
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
        releases.withdraws is not null
        and (
            indicators.level = 'sub_dimension'
            or (methods.aggregation = 'as_stated' and indicators.level <> 'indicator')
        )
)

select
    release_id,
    stating_release_id,
    province_key,
    indicator_key,
    level,
    parent_key,
    code,
    score,
    obs_status,
    not_published_form,
    obs_reason,
    reason_certainty,
    derivation,
    source_file,
    source_cell,
    sha256
from holding
union all
select
    due_after_withdrawal.release_id,
    null as stating_release_id,
    due_after_withdrawal.province_key,
    due_after_withdrawal.indicator_key,
    due_after_withdrawal.level,
    due_after_withdrawal.parent_key,
    due_after_withdrawal.code,
    null as score,
    'Q' as obs_status,
    'withdrawn' as not_published_form,
    due_after_withdrawal.note as obs_reason,
    null as reason_certainty,
    null as derivation,
    null as source_file,
    null as source_cell,
    null as sha256
from due_after_withdrawal
left join holding
    on
        due_after_withdrawal.release_id = holding.release_id
        and due_after_withdrawal.province_key = holding.province_key
        and due_after_withdrawal.indicator_key = holding.indicator_key
where holding.release_id is null
