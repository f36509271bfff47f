{%- set day = '(select state_day.day from ' ~ source('office', 'reporting_day') ~ ' as state_day)' -%}
{{ obligation_state(
    source('office', 'obligation'), ref('fct_report'), ref('fct_report_event'), ref('dim_plan'), ref('dim_day'), day
) }}
