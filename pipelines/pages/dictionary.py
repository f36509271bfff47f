"""The data dictionary: every published table and column, in Vietnamese and English, as one page.

Belongs here: the page. Does not belong here: its texts, which are the comments that travel in the published file.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from pipelines.pages.lineage import Lineage


def render(connection: duckdb.DuckDBPyConnection, created: datetime, taken_from: Lineage | None = None) -> str:
    """The page of a published file as HTML that needs no other file; with what its columns are computed from."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    tables = [
        {
            "name": f"{schema}.{table}",
            "comment": _halves(comment),
            "columns": [
                {
                    "name": name,
                    "type": data_type,
                    "is_nullable": is_nullable,
                    "comment": _halves(text),
                    "taken_from": (taken_from or {}).get((f"{schema}.{table}", name), []),
                }
                for name, data_type, is_nullable, text in connection.execute(
                    "select column_name, data_type, is_nullable, comment from duckdb_columns() "
                    "where schema_name = ? and table_name = ? order by column_index",
                    [schema, table],
                ).fetchall()
            ],
        }
        for schema, table, comment in connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() "
            "order by list_position(['marts', 'core', 'audit'], schema_name), table_name"
        ).fetchall()
    ]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("dictionary.html.j2").render(tables=tables, created=created)


def _halves(comment: str) -> tuple[str, str]:
    vietnamese, _, english = comment.partition(" / ")
    return vietnamese, english
