"""The data package: what datapackage.json says of each published table, as Frictionless has it.

Belongs here: types, keys and descriptions of the Parquet files. Does not belong here: writing any of them.
"""

from __future__ import annotations

import re
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
CHECKS_SQL = """
    select constraint_column_names[1], expression
    from duckdb_constraints()
    where database_name = ? and schema_name = ? and table_name = ?
        and constraint_type = 'CHECK' and len(constraint_column_names) = 1
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
# Frictionless reads Parquet through pandas, where whole numbers with an empty cell are floating point with a nan.
MISSING = ["", "nan"]
TERMS = (
    "Các bản công bố không ghi giấy phép; số liệu theo điều kiện của bên công bố, nêu ở sources. / "
    "The releases name no licence; the terms of the publishers, named in sources, apply to their figures."
)


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
        values = _values(connection, schema, table)
        found.append(
            {
                "name": name,
                "path": f"{folder.name}/{path.name}",
                "format": "parquet",
                "hash": f"sha256:{sha256_of(path)}",
                "rows": counts[name],
                "key": keys.get(name),
                "description": comment,
                "schema": {
                    "fields": [_field(*column, values=values.get(column[0])) for column in columns],
                    "missingValues": MISSING,
                    "primaryKey": [*primary.get(name, ())],
                    "foreignKeys": [
                        {"fields": [*one.columns], "reference": {"resource": one.table, "fields": [*one.to]}}
                        for one in named.get(name, [])
                        if _is_whole_or_empty(connection, name, one.columns)
                    ],
                },
            }
        )
    return found


def citation(publishers: list[str], version: str) -> str:
    """How to name the figures: their publishers, then this warehouse, which put them together."""
    return f"{'; '.join(publishers)}. Kho chỉ số PAPI / PAPI indicator warehouse, {version}."


def _is_whole_or_empty(connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> bool:
    """No row has some of the columns and lacks others; Frictionless would look such a row up, and find nothing."""
    n_empty = " + ".join(f'("{column}" is null)::int' for column in columns)
    sql = f"select count(*) from {table} where {n_empty} between 1 and {len(columns) - 1}"
    return connection.execute(sql).fetchall() == [(0,)]


def _values(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, list[str]]:
    """By column, the words that a check of the file holds it to."""
    checks = connection.execute(CHECKS_SQL, ["papi", schema, table]).fetchall()
    lists = [(column, re.fullmatch(r"\(\S+ IN \(('.*')\)\)", expression)) for column, expression in checks]
    return {column: re.findall(r"'([^']*)'", found[1]) for column, found in lists if found}


def _field(name: str, kind: str, is_nullable: bool, comment: str | None, *, values: list[str] | None) -> dict[str, Any]:
    """A column as the package describes it: the type of Frictionless, and DuckDB's own beside it."""
    described = {"name": name, "type": TYPES[kind.split("(", 1)[0]], "duckdb_type": kind.lower()}
    constraints = {"required": not is_nullable, **({"enum": values} if values else {})}
    return {**described, "description": comment, "constraints": constraints}
