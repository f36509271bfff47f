with reports as (
    select * from {{ ref('fct_report') }}
),

obligations as (
    select * from {{ ref('fct_obligation') }}
),

numbered as (
    select
        report_id,
        obligation_id,
        row_number() over (partition by obligation_id order by received_at desc, version desc) as from_last
    from reports
    where state = 'received' and obligation_id is not null
)

select
    obligations.obligation_id,
    numbered.report_id
from obligations
inner join numbered
    on
        obligations.obligation_id = numbered.obligation_id
        and numbered.from_last = 1
where obligations.is_expected
