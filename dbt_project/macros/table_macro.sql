{#- A model that is a query with parameters: a table macro, which travels in the published file. Its SQL names tables
    without the database, since the file that it is read from has another name; its parameters have no type, since files
    with typed ones open from DuckDB 1.4 on alone. -#}
{% materialization table_macro, adapter='duckdb' %}
    {% call statement('main') %}
        create or replace macro {{ this.include(database=false) }}({{ config.require('parameters') | join(', ') }}) as table
        {{ sql }}
    {% endcall %}
    {%- set text = model.description | replace("'", "''") -%}
    {%- do run_query('comment on macro table ' ~ this.include(database=false) ~ " is '" ~ text ~ "'") -%}
    {% do adapter.commit() %}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{#- Other databases have no such thing; a view without a parameter would say something else. -#}
{% materialization table_macro, default %}
    {% call statement('main') %}
        select 1 as nothing_to_create
    {% endcall %}
    {{ return({'relations': []}) }}
{% endmaterialization %}
