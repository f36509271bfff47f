"""What SQL should not do: simulation, intervals and back-tests with numpy. Knows neither Dagster nor dbt."""
