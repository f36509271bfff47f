"""What people read: pages and notes made from the published tables. Knows neither Dagster nor dbt."""
