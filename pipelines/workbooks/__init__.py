"""Pure readers: bytes and a layout become a tidy frame or findings. No Dagster, no DuckDB, no clock."""
