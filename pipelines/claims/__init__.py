"""Figures that documents state, held against those of the warehouse. Knows neither Dagster nor dbt."""
