with by_method as (
    select
        indicators.index_id,
        indicators.indicator_key,
        methods.method,
        methods.aggregation,
        indicators.code,
        indicators.level,
        indicators.parent_key,
        methods.first_year,
        methods.last_year,
        indicators.name_vi,
        indicators.name_en,
        indicators.name_vi_status,
        indicators.name_vi_source,
        indicators.scale_printed_min,
        indicators.scale_printed_max,
        indicators.scale_status,
        indicators.scale_source,
        indicators.note,
        count(*) over (partition by indicators.index_id, methods.method, indicators.parent_key) as n_siblings
    from {{ ref('indicator') }} as indicators
    inner join {{ ref('method') }} as methods
        on
            indicators.index_id = methods.index_id
            and indicators.first_year <= methods.first_year
            and (indicators.last_year is null or indicators.last_year >= methods.last_year)
),

parts as (
    select
        index_id,
        method,
        parent_key as indicator_key,
        count(*) as n_parts
    from by_method
    where parent_key is not null
    group by index_id, method, parent_key
),

-- Indicators below the sub-dimensions have no line in the seed: their names come from the workbook.
delivered as (
    select
        releases.index_id,
        releases.method,
        scores.code,
        scores.parent_code,
        min(scores.label_vi) as name_vi,
        min(scores.label_en) as name_en,
        min(scores.scale_label) as scale_label,
        min(scores.unit) as unit,
        min(scores.source_file) as source_file
    from {{ ref('stg_landing__score') }} as scores
    inner join {{ ref('stg_landing__release') }} as releases using (release_id)
    where scores.parent_code is not null
    group by releases.index_id, releases.method, scores.code, scores.parent_code
)

select
    index_id,
    indicator_key,
    method,
    by_method.code,
    by_method.level,
    by_method.parent_key,
    by_method.first_year,
    by_method.last_year,
    by_method.name_vi as indicator_name_vi,
    by_method.name_en as indicator_name_en,
    by_method.name_vi_status,
    by_method.name_vi_source,
    cast(parts.n_parts as integer) as n_parts,
    -- A dimension runs from 1 to 10; each of its K parts from 1/K to 10/K; the total over its dimensions.
    -- Where nothing is summed, the printed scale is all there is.
    cast(
        case
            when by_method.aggregation = 'as_stated' then by_method.scale_printed_min
            when by_method.level = 'total' then parts.n_parts
            when by_method.level = 'dimension' then 1
            else cast(1 as decimal(15, 9)) / by_method.n_siblings
        end as decimal(15, 9)
    ) as scale_min,
    cast(
        case
            when by_method.aggregation = 'as_stated' then by_method.scale_printed_max
            when by_method.level = 'total' then 10 * parts.n_parts
            when by_method.level = 'dimension' then 10
            else cast(10 as decimal(15, 9)) / by_method.n_siblings
        end as decimal(15, 9)
    ) as scale_max,
    cast(
        case
            when by_method.aggregation = 'as_stated' then weights.weight
            when by_method.level = 'sub_dimension' then 1
        end as decimal(9, 6)
    ) as weight,
    by_method.scale_printed_min,
    by_method.scale_printed_max,
    by_method.scale_status,
    by_method.scale_source,
    'score' as unit,
    by_method.note
from by_method
left join parts using (index_id, method, indicator_key)
left join {{ ref('indicator_weight') }} as weights using (index_id, method, indicator_key)
union all
select
    delivered.index_id,
    parents.indicator_key || substr(delivered.code, length(delivered.parent_code) + 1) as indicator_key,
    delivered.method,
    delivered.code,
    'indicator' as level,
    parents.indicator_key as parent_key,
    parents.first_year,
    parents.last_year,
    delivered.name_vi as indicator_name_vi,
    delivered.name_en as indicator_name_en,
    'official' as name_vi_status,
    delivered.source_file as name_vi_source,
    null as n_parts,
    null as scale_min,
    null as scale_max,
    null as weight,
    null as scale_printed_min,
    null as scale_printed_max,
    null as scale_status,
    delivered.scale_label as scale_source,
    delivered.unit,
    null as note
from delivered
inner join by_method as parents
    on
        delivered.index_id = parents.index_id
        and delivered.method = parents.method
        and delivered.parent_code = parents.code
