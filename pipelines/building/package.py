"""The data package: what datapackage.json says of each published table, as Frictionless has it.

Belongs here: types, keys and descriptions of the Parquet files. Does not belong here: writing any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.building.keys import Reference
from pipelines.files import sha256_of
from pipelines.published import SCHEMAS

if TYPE_CHECKING:
    import duckdb

TABLES_SQL = """
    select schema_name, table_name, sql, comment
    from duckdb_tables()
    where database_name = ? and list_contains(?, schema_name)
    order by schema_name, table_name
"""
COLUMNS_SQL = """
    select column_name, data_type, is_nullable, comment
    from duckdb_columns()
    where database_name = ? and schema_name = ? and table_name = ?
    order by column_index
"""
TYPES = {  # of Frictionless, by DuckDB's
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DECIMAL": "number",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
}


def resources(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    counts: Mapping[str, int],
    keys: Mapping[str, str],
    primary: Mapping[str, tuple[str, ...]],
    named: Mapping[str, list[Reference]],
) -> list[dict[str, Any]]:
    """Each table of the published file, with its Parquet file in ``folder``.

    By table: ``counts`` its rows, ``keys`` the hash of what decides them, ``primary`` the columns of its key, ``named``
    the columns that name a row of another table.
    """
    found = []
    for schema, table, _, comment in connection.execute(TABLES_SQL, ["papi", list(SCHEMAS)]).fetchall():
        name = f"{schema}.{table}"
        path = folder / f"{name}.parquet"
        columns = connection.execute(COLUMNS_SQL, ["papi", schema, table]).fetchall()
        found.append(
            {
                "name": name,
                "path": f"{folder.name}/{path.name}",
                "format": "parquet",
                "bytes": path.stat().st_size,
                "hash": f"sha256:{sha256_of(path)}",
                "rows": counts[name],
                "key": keys.get(name),
                "description": comment,
                "schema": {
                    "fields": [_field(*column) for column in columns],
                    "primaryKey": [*primary.get(name, ())],
                    "foreignKeys": [
                        {"fields": [*one.columns], "reference": {"resource": one.table, "fields": [*one.to]}}
                        for one in named.get(name, [])
                    ],
                },
            }
        )
    return found


def _field(name: str, kind: str, is_nullable: bool, comment: str | None) -> dict[str, Any]:
    """A column as the package describes it: the type of Frictionless, and DuckDB's own beside it."""
    described = {"name": name, "type": TYPES[kind.split("(", 1)[0]], "duckdb_type": kind.lower()}
    return {**described, "description": comment, "constraints": {"required": not is_nullable}}
