{#- The obligations of a group, counted as every level tells them. -#}
{% macro reports_counted() -%}
    {{ how_many('is_expected') }} as expected,
    {{ how_many('is_actual') }} as actual,
    {{ how_many('is_on_time') }} as actual_on_time,
    {{ how_many('is_on_time_strict') }} as actual_on_time_strict,
    {{ how_many('is_complete') }} as complete,
    {{ how_many('is_accepted') }} as accepted,
    {{ how_many("state = 'missing'") }} as missing,
    {{ how_many("state = 'unreadable'") }} as unreadable
{%- endmacro %}
