{#- The four rates of reporting over what is expected, as DHIS2 names them: columns of a relation that has the counts of
    reports_counted(). -#}
{% macro reporting_rates(of='') %}
    {%- set of = of ~ '.' if of else '' -%}
    {%- for counted, rate in [
        ('actual', 'reporting_rate_pct'),
        ('actual_on_time', 'reporting_rate_on_time_pct'),
        ('complete', 'completeness_rate_pct'),
        ('accepted', 'acceptance_rate_pct'),
    ] -%}
    cast(100.0 * {{ of }}{{ counted }} / nullif({{ of }}expected, 0) as decimal(9, 4)) as {{ rate }}{{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{% endmacro %}
