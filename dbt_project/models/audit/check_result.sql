-- The shape only: the rules run after dbt and write their outcomes here.
select
    cast(null as varchar) as table_name,
    cast(null as varchar) as rule_id,
    cast(null as varchar) as release_id,
    cast(null as varchar) as expectation,
    cast(null as varchar) as severity,
    cast(null as varchar) as outcome,
    cast(null as varchar) as observed,
    cast(null as integer) as n_failed,
    cast(null as varchar) as failing,
    cast(null as varchar) as because,
    cast(null as varchar) as remedy
where 1 = 0
