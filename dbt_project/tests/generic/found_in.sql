{#- Each combination of these columns, where it is complete, stands in another relation. -#}
{% test found_in(model, columns, to, to_columns=none) %}
    select {{ columns | join(', ') }}
    from {{ model }} as child
    where
        {{ columns | join(' is not null and ') }} is not null
        and not exists (
            select 1
            from {{ to }} as parent
            where
                {% for column in columns -%}
                    parent.{{ (to_columns or columns)[loop.index0] }} = child.{{ column }}{{ ' and ' if not loop.last }}
                {%- endfor %}
        )
{% endtest %}
