"""Schema ``landing``: its tables made and filled.

Belongs here: what every table of dbt's sources needs. Does not belong here: their columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def create(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> None:
    """Create empty tables, each with its columns as SQL."""
    connection.execute("create schema if not exists landing")
    for table, columns in tables.items():
        connection.execute(f"create table landing.{table} ({columns})")


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Add rows to a table by name of column."""
    if not rows:
        return
    import pandas as pd

    connection.register("arriving", pd.DataFrame(rows, dtype=object))
    connection.execute(f"insert into landing.{table} by name select * from arriving")
    connection.unregister("arriving")
