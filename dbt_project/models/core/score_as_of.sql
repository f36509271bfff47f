{{ config(materialized='table_macro', parameters=['as_of'], contract={'enforced': false}) }}
-- What held on a day held with an open end, as far as that day could tell.
select * replace (cast(null as date) as known_to) -- noqa: AM04
from {{ ref('fct_score').include(database=false) }}
where
    known_from <= cast(as_of as date)
    and (known_to is null or known_to > cast(as_of as date))
