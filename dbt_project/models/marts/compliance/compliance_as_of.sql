{{ config(materialized='table_macro', parameters=['as_of'], contract={'enforced': false}) }}
-- The state of each obligation as of the end of a day, from what had come by then.
{{ obligation_state(
    ref('fct_obligation').include(database=false),
    ref('fct_report').include(database=false),
    ref('fct_report_event').include(database=false),
    ref('dim_plan').include(database=false),
    ref('dim_day').include(database=false),
    'cast(as_of as date)'
) }}
