{#- Table macros that travel in the published file. DuckDB only: other databases get nothing. -#}
{% macro create_table_macros() %}
    {{ return(adapter.dispatch('create_table_macros')()) }}
{% endmacro %}

{% macro default__create_table_macros() %}
    select 1 as nothing_to_create
{% endmacro %}

{% macro duckdb__create_table_macros() %}
    {#- What held on a day held with an open end, as far as that day could tell. -#}
    create or replace macro core.score_as_of(known_on) as table
    select * replace (cast(null as date) as known_to)
    from core.fct_score
    where
        known_from <= cast(known_on as date)
        and (known_to is null or known_to > cast(known_on as date));

    {#- The state of each obligation as of the end of a day, from what had come by then. -#}
    create or replace macro marts.compliance_as_of(as_of) as table
    {{ obligation_state(
        'core.fct_obligation', 'core.fct_report', 'core.fct_report_event', 'core.dim_plan', 'core.dim_day',
        'cast(as_of as date)'
    ) }};
{% endmacro %}
