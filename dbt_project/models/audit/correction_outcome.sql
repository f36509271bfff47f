-- Does each line of the register still meet the raw value that it corrects?
with corrections as (
    select * from {{ ref('correction') }}
),

stated as (
    select
        scores.index_id,
        scores.year,
        scores.province_key,
        scores.indicator_key,
        scores.release_id,
        scores.score_delivered,
        row_number() over (
            partition by scores.index_id, scores.year, scores.province_key, scores.indicator_key
            order by releases.revision desc
        ) as place
    from {{ ref('int_score_stated') }} as scores
    inner join {{ ref('dim_release') }} as releases on scores.release_id = releases.release_id
    where scores.score_delivered is not null and releases.withdrawn_by is null
)

select
    corrections.index_id,
    corrections.year,
    corrections.province_key,
    corrections.indicator_key,
    corrections.action,
    corrections.value,
    corrections.expected_raw,
    stated.score_delivered as found_raw,
    stated.release_id,
    case
        when stated.release_id is null then 'unmatched'
        when stated.score_delivered = corrections.expected_raw then 'applied'
        else 'repaired'
    end as standing,
    corrections.reason,
    corrections.reported_on,
    corrections.reported_by
from corrections
left join stated
    on
        corrections.index_id = stated.index_id
        and corrections.year = stated.year
        and corrections.province_key = stated.province_key
        and corrections.indicator_key = stated.indicator_key
        and stated.place = 1
