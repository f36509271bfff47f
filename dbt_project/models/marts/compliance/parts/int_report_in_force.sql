with numbered as (
    select
        *,
        row_number() over (partition by obligation_id order by received_at desc, version desc) as from_last
    from {{ ref('fct_report') }}
    where state = 'received' and obligation_id is not null
)

select
    obligation_id,
    numbered.report_id
from {{ ref('fct_obligation') }} as obligations
inner join numbered using (obligation_id)
where obligations.is_expected and numbered.from_last = 1
