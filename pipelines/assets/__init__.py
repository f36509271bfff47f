"""Dagster assets: thin functions over landing, dbt and publication."""
