with plans as (
    select * from {{ ref('dim_plan') }}
),

tasks as (
    select * from {{ ref('dim_task') }}
),

links as (
    select
        *,
        max(case when link = 'direct' then 1 else 0 end) over (partition by plan_id, indicator_key) as has_direct
    from {{ ref('stg_office__plan_task_indicator') }}
),

holders as (
    select * from {{ ref('stg_office__plan_task_holder') }}
),

main as (
    select index_id from {{ ref('dim_index') }}
    where role = 'main'
),

-- The sub-dimensions that the plan could read: those of the last year before it was issued.
sub_dimensions as (
    select
        plans.plan_id,
        scores.indicator_key,
        scores.code,
        scores.indicator_name_vi,
        scores.indicator_name_en,
        scores.year as base_year,
        scores.change_printed,
        scores.change_direction_as_published
    from {{ ref('index_score') }} as scores
    inner join main using (index_id)
    inner join plans using (province_key)
    where
        scores.level = 'sub_dimension'
        and scores.obs_status <> 'M'
        and scores.year = extract(year from plans.issued_from) - 1
),

-- A row for each sub-dimension and task that serves it; tasks and sub-dimensions without the other stand alone.
joined as (
    select
        plan_id,
        indicator_key,
        links.task_id,
        links.link,
        case
            when links.task_id is null then 'no_task'
            when links.has_direct = 0 then 'indirect_only'
        end as orphan_kind
    from sub_dimensions
    left join links using (plan_id, indicator_key)
    union all
    select
        plan_id,
        cast(null as varchar) as indicator_key,
        task_id,
        cast(null as varchar) as link,
        'task_without_sub_dimension' as orphan_kind
    from tasks
    left join links using (plan_id, task_id)
    where links.indicator_key is null
),

held as (
    select
        plan_id,
        joined.indicator_key,
        task_id,
        joined.link,
        holders.holder,
        holders.holder_name_vi,
        holders.unit_key,
        joined.orphan_kind
    from joined
    left join holders using (plan_id, task_id)
    union all
    -- Bodies that report and have no task or assignment of their own, beyond what every unit has.
    select
        plans.plan_id,
        cast(null as varchar) as indicator_key,
        cast(null as varchar) as task_id,
        cast(null as varchar) as link,
        units.unit_code as holder,
        units.full_name_vi as holder_name_vi,
        units.unit_key,
        'unit_without_task' as orphan_kind
    from plans
    inner join {{ ref('dim_unit_period') }} as units
        on
            plans.province_key = units.province_key
            and plans.issued_until >= units.valid_from
            and (units.valid_to is null or plans.issued_until <= units.valid_to)
    left join holders
        on
            plans.plan_id = holders.plan_id
            and units.unit_key = holders.unit_key
    where units.unit_level = 'agency' and units.is_reporting and holders.unit_key is null
)

select
    plan_id,
    coalesce(indicator_key, '-') || '/' || coalesce(task_id, '-') || '/' || coalesce(held.holder, '-')
        as responsibility_id,
    indicator_key,
    sub_dimensions.code,
    sub_dimensions.indicator_name_vi,
    sub_dimensions.indicator_name_en,
    sub_dimensions.base_year,
    sub_dimensions.change_printed,
    sub_dimensions.change_direction_as_published,
    task_id,
    tasks.task_kind,
    tasks.title_vi as task_title_vi,
    tasks.anchor,
    held.link,
    held.holder,
    held.holder_name_vi,
    held.unit_key,
    held.orphan_kind
from held
left join sub_dimensions using (plan_id, indicator_key)
left join tasks using (plan_id, task_id)
