"""Tables that Python makes, as the dbt project describes them under sources: columns, constraints, comments.

Belongs here: making such a table empty. Does not belong here: what comes into it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.files import load_yaml
from pipelines.published import Row

if TYPE_CHECKING:
    import duckdb


def tables_of_source(path: Path) -> dict[str, Row]:
    """Each table of the one source that a file describes, by name."""
    [source] = load_yaml(path.read_text("utf-8"))["sources"]
    return {table["name"]: table for table in source["tables"]}


def columns(table: Row) -> str:
    """Columns of a table as SQL: types and constraints; those of its key are never empty."""
    key = table["config"]["meta"].get("key", [])
    lines = []
    for column in table["columns"]:
        stated = column.get("constraints", [])
        checks = [f"check ({one['expression']})" for one in stated if one["type"] != "not_null"]
        is_filled = column["name"] in key or len(checks) < len(stated)
        lines.append(" ".join([column["name"], column["data_type"], *["not null"] * is_filled, *checks]))
    return ", ".join(lines)


def create(connection: duckdb.DuckDBPyConnection, name: str, table: Row) -> None:
    """Make an empty table, in place of one of its name, with its comments. ``name`` has its schema."""
    connection.execute(f"create schema if not exists {name.split('.', maxsplit=1)[0]}")
    connection.execute(f"create or replace table {name} ({columns(table)})")
    texts = {f"table {name}": table["description"]} | {
        f"column {name}.{column['name']}": column["description"] for column in table["columns"]
    }
    for what, text in texts.items():
        quoted = text.replace("'", "''")
        connection.execute(f"comment on {what} is '{quoted}'")
