with plans as (
    select * from {{ ref('dim_plan') }}
),

tasks as (
    select * from {{ ref('dim_task') }}
),

links as (
    select * from {{ ref('stg_office__plan_task_indicator') }}
),

holders as (
    select * from {{ ref('stg_office__plan_task_holder') }}
),

scores as (
    select * from {{ ref('index_score') }}
),

units as (
    select * from {{ ref('dim_unit') }}
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
        scores.change_direction
    from plans
    cross join main
    inner join scores
        on
            plans.province_key = scores.province_key
            and main.index_id = scores.index_id
            and scores.level = 'sub_dimension'
            and scores.obs_status <> 'M'
            and scores.year = extract(year from plans.issued_from) - 1
),

directly as (
    select distinct
        plan_id,
        indicator_key
    from links
    where link = 'direct'
),

-- A row for each sub-dimension and task that serves it; tasks and sub-dimensions without the other stand alone.
joined as (
    select
        sub_dimensions.plan_id,
        sub_dimensions.indicator_key,
        links.task_id,
        links.link,
        case
            when links.task_id is null then 'no_task'
            when directly.indicator_key is null then 'indirect_only'
        end as orphan_kind
    from sub_dimensions
    left join links
        on
            sub_dimensions.plan_id = links.plan_id
            and sub_dimensions.indicator_key = links.indicator_key
    left join directly
        on
            sub_dimensions.plan_id = directly.plan_id
            and sub_dimensions.indicator_key = directly.indicator_key
    union all
    select
        tasks.plan_id,
        cast(null as varchar) as indicator_key,
        tasks.task_id,
        cast(null as varchar) as link,
        'task_without_sub_dimension' as orphan_kind
    from tasks
    left join links
        on
            tasks.plan_id = links.plan_id
            and tasks.task_id = links.task_id
    where links.task_id is null
),

-- Bodies that report and have no task or assignment of their own, beyond what every unit has.
idle as (
    select
        plans.plan_id,
        units.unit_key,
        units.code,
        units.full_name_vi
    from plans
    inner join units
        on
            units.level = 'agency'
            and units.in_reporting
            and plans.province_key = units.territory_key
            and plans.issued_until >= units.valid_from
            and (units.valid_to is null or plans.issued_until <= units.valid_to)
    left join holders
        on
            plans.plan_id = holders.plan_id
            and units.unit_key = holders.unit_key
    where holders.unit_key is null
),

held as (
    select
        joined.plan_id,
        joined.indicator_key,
        joined.task_id,
        joined.link,
        holders.holder,
        holders.holder_name_vi,
        holders.unit_key,
        joined.orphan_kind
    from joined
    left join holders
        on
            joined.plan_id = holders.plan_id
            and joined.task_id = holders.task_id
    union all
    select
        idle.plan_id,
        cast(null as varchar) as indicator_key,
        cast(null as varchar) as task_id,
        cast(null as varchar) as link,
        idle.code as holder,
        idle.full_name_vi as holder_name_vi,
        idle.unit_key,
        'unit_without_task' as orphan_kind
    from idle
)

select
    held.plan_id,
    held.indicator_key,
    sub_dimensions.code,
    sub_dimensions.indicator_name_vi,
    sub_dimensions.indicator_name_en,
    sub_dimensions.base_year,
    sub_dimensions.change_printed,
    sub_dimensions.change_direction,
    held.task_id,
    tasks.kind as task_kind,
    tasks.title_vi as task_title_vi,
    tasks.anchor,
    held.link,
    held.holder,
    held.holder_name_vi,
    held.unit_key,
    held.orphan_kind
from held
left join sub_dimensions
    on
        held.plan_id = sub_dimensions.plan_id
        and held.indicator_key = sub_dimensions.indicator_key
left join tasks
    on
        held.plan_id = tasks.plan_id
        and held.task_id = tasks.task_id
