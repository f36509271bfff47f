"""From what was landed to what is published: the build file, dbt, publication. Knows nothing of Dagster."""
