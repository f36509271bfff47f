{#- How many obligations of a group a condition holds for. Null where none is tracked: nothing is known of them, which is
    not that nothing came. -#}
{% macro how_many(condition, of='') -%}
{%- set of = of ~ '.' if of else '' -%}
cast(case
    when bool_or({{ of }}is_expected) or not bool_or({{ of }}state = 'not_tracked')
        then count(*) filter (where {{ of }}{{ condition }})
end as integer)
{%- endmacro %}
