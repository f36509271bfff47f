"""Plans under raw/plans, units, working days, and what each unit owes by when. Knows neither Dagster nor dbt."""
