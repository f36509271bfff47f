{%- set day = '(select state_day.day from ' ~ ref('stg_office__reporting_day') ~ ' as state_day)' -%}
{{ obligation_state(
    ref('stg_office__obligation'), ref('fct_report'), ref('fct_report_event'), ref('dim_plan'), ref('dim_day'), day
) }}
