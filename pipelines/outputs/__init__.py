"""What people open: pages rendered from the published warehouse. Imports neither Dagster nor dbt."""
