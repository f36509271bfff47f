{#- Why a score may not be compared with last year's; null where it may. One wording for every table that compares. -#}
{% macro not_comparable_reason(obs_status, previous_obs_status, break_reason) -%}
case
            when {{ obs_status }} = 'M' then 'not_measured'
            when {{ obs_status }} in ('Q', 'L') then 'not_published'
            when {{ previous_obs_status }} is null then 'no_previous_release'
            when {{ previous_obs_status }} = 'M' then 'not_measured_before'
            when {{ previous_obs_status }} in ('Q', 'L') then 'not_published_before'
            else {{ break_reason }}
        end
{%- endmacro %}
