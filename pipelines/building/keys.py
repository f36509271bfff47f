"""Keys of the published tables, as the dbt project declares them: what tells rows apart, and what names rows elsewhere.

Belongs here: reading them, and telling where the tables break them. Does not belong here: how a package states them.

The key of a table is the ``key`` under its ``meta``, else the columns of its first ``grain`` test. What a column names
stands in glossary.yml, once for every table that has it. The published file itself declares neither: DuckDB 1.0 opens
no file with a key of several columns, and an index for each would make it larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.files import load_yaml
from pipelines.published import SCHEMAS

if TYPE_CHECKING:
    import duckdb

GLOSSARY = "glossary.yml"
REFERRING = ("core", "marts")  # audit tells of refused deliveries too, which are nowhere else


@dataclass(frozen=True)
class Reference:
    """Columns of one table that are, where none is empty, the key of a row of another."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


def primary(dbt_project: Path) -> dict[str, tuple[str, ...]]:
    """The key of each published table by its name with its schema."""
    found = {}
    for schema in SCHEMAS:
        for path in sorted((dbt_project / "models" / schema).rglob("*.yml")):
            described = load_yaml(path.read_text("utf-8"), with_anchors=True)
            sources = [table for source in described.get("sources", []) for table in source["tables"]]
            for table in [*described.get("models", []), *sources]:
                if key := _key_of(table):
                    found[f"{schema}.{table['name']}"] = tuple(key)
    return found


def _key_of(table: Mapping[str, Any]) -> list[str] | None:
    grains = [test["grain"]["arguments"]["columns"] for test in table.get("data_tests", []) if "grain" in test]
    key: list[str] | None = table.get("config", {}).get("meta", {}).get("key") or next(iter(grains), None)
    return key


def references(
    dbt_project: Path, columns: Mapping[str, Iterable[str]], keys: Mapping[str, tuple[str, ...]]
) -> dict[str, list[Reference]]:
    """By table, what its columns name in other tables; ``columns`` are those of each published table."""
    named = load_yaml((dbt_project / GLOSSARY).read_text("utf-8"))["references"]
    found: dict[str, list[Reference]] = {}
    for table, own in columns.items():
        for column in own if table.startswith(REFERRING) else ():
            target = named.get(column)
            key = keys.get(target, ()) if target in columns else ()
            # The last column of the other key may have another name here; those before it have the same.
            ours = (*key[:-1], column)
            if key and target != table and {*ours} <= {*own}:
                found.setdefault(table, []).append(Reference(ours, target, key))
    return found


def broken(
    connection: duckdb.DuckDBPyConnection,
    keys: Mapping[str, tuple[str, ...]],
    named: Mapping[str, list[Reference]],
) -> list[str]:
    """Tables whose rows their key does not tell apart, or that name rows which are not there, one sentence each."""
    said = []
    for table, key in keys.items():
        together, is_empty = ", ".join(key), " or ".join(f"{column} is null" for column in key)
        sql = f"""
            select count(*) from (
                select count(*) as n, bool_or({is_empty}) as is_empty from {table} group by {together}
            ) where n > 1 or is_empty
        """
        [(n_keys,)] = connection.execute(sql).fetchall()
        if n_keys:
            said.append(f"{table}: {n_keys} of its keys ({together}) are empty or not of one row")
    for table, own in named.items():
        for one in own:
            pairs = " and ".join(f"other.{to} = own.{here}" for to, here in zip(one.to, one.columns, strict=True))
            filled = " and ".join(f"own.{column} is not null" for column in one.columns)
            sql = f"select count(*) from {table} as own anti join {one.table} as other on {pairs} where {filled}"
            [(n_rows,)] = connection.execute(sql).fetchall()
            if n_rows:
                said.append(f"{table}: {n_rows} rows name by {', '.join(one.columns)} no row of {one.table}")
    return said
