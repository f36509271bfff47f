"""Everything of Dagster: assets, checks, job, sensor, schedule, history. Thin: each asset calls one package."""
