{#- Before any run that makes tables: those that it selects have no key until a refresh has made them, so that whoever runs
    dbt by hand leaves tables that are known to be stale. What a key is stands in pipelines/building/ledger.py. Committed
    at once: what follows takes its transaction back. -#}
{% macro forget(selected) %}
    {%- if execute and selected and flags.WHICH not in ('compile', 'generate', 'list', 'show', 'test') -%}
        {%- set ledger = adapter.get_relation(database=target.database, schema='ledger', identifier='made') -%}
        {%- if ledger -%}
            {%- do run_query("delete from " ~ ledger ~ " where node_id in ('" ~ selected | join("', '") ~ "')") -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
