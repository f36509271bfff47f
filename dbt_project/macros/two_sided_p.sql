{#- How often chance alone gives a normal score this far from 0 or farther: 26.2.17 of Abramowitz and Stegun, within
    1e-7, in functions that every database knows. -#}
{% macro two_sided_p(z) -%}
{%- set t = '(1 / (1 + 0.2316419 * abs(' ~ z ~ ')))' -%}
2 * 0.3989422804014327 * exp(-{{ z }} * {{ z }} / 2) * {{ t }} * (
            0.319381530 + {{ t }} * (
                -0.356563782 + {{ t }} * (1.781477937 + {{ t }} * (-1.821255978 + {{ t }} * 1.330274429))
            )
        )
{%- endmacro %}
