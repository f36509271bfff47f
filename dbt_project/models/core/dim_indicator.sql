with indicators as (
    select * from {{ ref('indicator') }}
),

methods as (
    select * from {{ ref('method') }}
),

by_method as (
    select
        indicators.index_id,
        indicators.indicator_key,
        methods.method,
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
        indicators.note
    from indicators
    inner join methods
        on
            indicators.index_id = methods.index_id
            and indicators.first_year <= methods.first_year
            and (
                indicators.last_year is null
                or indicators.last_year >= methods.last_year
            )
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
)

select
    by_method.index_id,
    by_method.indicator_key,
    by_method.method,
    by_method.code,
    by_method.level,
    by_method.parent_key,
    by_method.first_year,
    by_method.last_year,
    by_method.name_vi,
    by_method.name_en,
    by_method.name_vi_status,
    by_method.name_vi_source,
    cast(own.n_parts as integer) as n_parts,
    -- A dimension runs from 1 to 10; each of its K parts from 1/K to 10/K; the total over its dimensions.
    cast(
        case by_method.level
            when 'total' then own.n_parts
            when 'dimension' then 1
            else cast(1 as decimal(15, 9)) / siblings.n_parts
        end as decimal(15, 9)
    ) as scale_min,
    cast(
        case by_method.level
            when 'total' then 10 * own.n_parts
            when 'dimension' then 10
            else cast(10 as decimal(15, 9)) / siblings.n_parts
        end as decimal(15, 9)
    ) as scale_max,
    by_method.scale_printed_min,
    by_method.scale_printed_max,
    by_method.scale_status,
    by_method.scale_source,
    by_method.note
from by_method
left join parts as own
    on
        by_method.index_id = own.index_id
        and by_method.method = own.method
        and by_method.indicator_key = own.indicator_key
left join parts as siblings
    on
        by_method.index_id = siblings.index_id
        and by_method.method = siblings.method
        and by_method.parent_key = siblings.indicator_key
