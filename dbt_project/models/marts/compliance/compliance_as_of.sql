{{ config(materialized='table_macro', parameters=['as_of'], contract={'enforced': false}) }}
-- depends_on: {{ ref('fct_obligation') }}, {{ ref('fct_report') }}, {{ ref('fct_report_event') }}
-- depends_on: {{ ref('fct_commune_answer') }}, {{ ref('dim_plan') }}, {{ ref('dim_day') }}
{{ text_of('fct_obligation', {
    "select day from {{ ref('stg_office__reporting_day') }}": 'select cast(as_of as date) as day',
    "{{ ref('stg_office__obligation') }}": 'core.fct_obligation',
}) }}
