"""Tables to take away from the site: .xlsx and .csv of those that are small.

Belongs here: which tables, where they lie, and which are as they were. Does not belong here: how a file is written, see
pages/spreadsheets.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.files import take_over, write_whole
from pipelines.kept import key_of
from pipelines.pages import spreadsheets
from pipelines.site import reference_queries
from pipelines.site.reader import Reader

if TYPE_CHECKING:
    import duckdb

FILES, KEYS = "files", "keys.json"
MOST_BYTES = 2 * 1024 * 1024  # of a table as .csv; larger ones are written by `papi export tables`
LEAST_BYTES_OF_A_CELL = 3  # a table with more cells than this allows is not even tried


def write(
    connection: duckdb.DuckDBPyConnection,
    site: Path,
    created: datetime,
    as_of: str,
    keys: Mapping[str, str],
    before: Path | None,
) -> dict[str, list[str]]:
    """Write the files of every small table below ``site``; returns for each table all that can be taken.

    What lies there is the Parquet file beside the site, and where they are small .xlsx and .csv. Those of a table that
    has the key that it had ``before`` are taken over.
    """
    folder = site / FILES
    folder.mkdir()
    code = key_of("pages")
    kept = _kept(before, code)
    found: dict[str, list[str]] = {}
    made: dict[str, list[str]] = {}
    for table in (row["name"] for row in reference_queries.tables(Reader(connection))):
        names = [f"{table}.csv", f"{table}.xlsx"]
        key, had = keys.get(table, ""), kept.get(table)
        if before and had and had[0] == key:
            names = had[1:]
            for name in names:
                take_over(before / FILES / name, folder / name)
        elif not _write(connection, table, folder, created, as_of):
            names = []
        made[table] = [key, *names]
        found[table] = [f"../parquet/{table}.parquet", *(f"{FILES}/{name}" for name in names)]
    (folder / KEYS).write_text(json.dumps({"code": code, "tables": made}, indent=1), "utf-8")
    return found


def _kept(before: Path | None, code: str) -> dict[str, list[str]]:
    """By table, the key and the files of the site before; none that is not there."""
    try:
        said = json.loads((before / FILES / KEYS).read_text("utf-8")) if before else {}
    except (OSError, ValueError):
        return {}
    tables: dict[str, list[str]] = said["tables"] if said.get("code") == code else {}
    return {
        table: had for table, had in tables.items() if before and all((before / FILES / n).is_file() for n in had[1:])
    }


def _write(connection: duckdb.DuckDBPyConnection, table: str, folder: Path, created: datetime, as_of: str) -> bool:
    """Whether the table is small enough; then it is written."""
    [(n_rows,)] = connection.execute(f"select count(*) from {table}").fetchall()
    n_columns = len(connection.execute(f"describe {table}").fetchall())
    if n_rows * n_columns * LEAST_BYTES_OF_A_CELL > MOST_BYTES:
        return False
    given = spreadsheets.Rows.of(connection, table)
    path = folder / f"{table}.csv"
    spreadsheets.write_csv(path, given)
    if path.stat().st_size > MOST_BYTES:
        path.unlink()
        return False
    notes = spreadsheets.notes_of(connection, table, created, as_of)
    write_whole(folder / f"{table}.xlsx", spreadsheets.workbook(given, notes))
    return True
