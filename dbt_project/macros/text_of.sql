{#- The SQL of a model with its tables named as the published file names them, and some of its words exchanged. For a
    table macro that says what a model says, of another day. -#}
{% macro text_of(name, instead) %}
    {%- if execute -%}
        {%- set model = graph.nodes['model.' ~ project_name ~ '.' ~ name] -%}
        {%- set changed = namespace(text=model.raw_code) -%}
        {%- for before, after in instead.items() -%}
            {%- if before not in changed.text -%}
                {{ exceptions.raise_compiler_error(name ~ ' does not say: ' ~ before) }}
            {%- endif -%}
            {%- set changed.text = changed.text | replace(before, after) -%}
        {%- endfor -%}
        {%- for parent in model.depends_on.nodes -%}
            {%- set node = graph.nodes[parent] -%}
            {%- set written = '{' ~ "{ ref('" ~ node.name ~ "') }" ~ '}' -%}
            {%- set changed.text = changed.text | replace(written, node.schema ~ '.' ~ node.name) -%}
        {%- endfor -%}
        {{ changed.text }}
    {%- endif -%}
{% endmacro %}
