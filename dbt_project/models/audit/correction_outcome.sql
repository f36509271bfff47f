-- Does each line of the register still meet the raw value that it corrects?
with numbered as (
    select
        stated.*,
        row_number() over (
            partition by index_id, year, stated.province_key, stated.indicator_key
            order by releases.revision desc
        ) as place
    from {{ ref('int_score_stated') }} as stated
    inner join {{ ref('dim_release') }} as releases using (release_id, index_id, year)
    where stated.score_delivered is not null and releases.withdrawn_by is null
),

stated as (
    select * from numbered
    where place = 1
)

select
    index_id,
    year,
    province_key,
    indicator_key,
    corrections.action,
    corrections.value,
    corrections.expected_raw,
    stated.score_delivered as found_raw,
    stated.release_id,
    case
        when stated.release_id is null then 'unmatched'
        when abs(stated.score_delivered - corrections.expected_raw) <= {{ var('same_score_tolerance') }} then 'applied'
        else 'repaired'
    end as standing,
    corrections.reason,
    corrections.reported_on,
    corrections.reported_by
from {{ ref('correction') }} as corrections
left join stated using (index_id, year, province_key, indicator_key)
