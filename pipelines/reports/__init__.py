"""Reports of units: forms out, files in, what each says, what goes back. Knows neither Dagster nor dbt."""
