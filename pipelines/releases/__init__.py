"""Releases of an index: deliveries under raw/, read, judged and compared. Knows neither Dagster nor dbt."""
