"""The published warehouse, opened to read.

Belongs here: the connection that readers share. Does not belong here: any question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
SCHEMAS = ("core", "marts", "audit")  # what readers see of a build


class NotPublishedYet(RuntimeError):
    """There is no published warehouse to ask."""


class CannotBeRead(RuntimeError):
    """There is a published warehouse, and it cannot be opened; the message says why and what to do."""


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """The published file, read-only and closed to other files and the network.

    Raises ``NotPublishedYet`` and ``CannotBeRead``.
    """
    import duckdb

    if not settings.published.exists():
        raise NotPublishedYet(f"nothing is published in {settings.warehouse} yet: run `papi refresh` first")
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    try:
        return duckdb.connect(str(settings.published.resolve()), read_only=True, config=config)
    except (duckdb.Error, OSError) as error:
        if "lock" in str(error).lower():
            why = f"somebody holds it open for writing: close that program, or read the files in {settings.parquet}"
        else:
            why = f"{str(error).splitlines()[0]}; `papi status --verify` says whether it is damaged"
        raise CannotBeRead(f"{settings.published} cannot be read: {why}") from None


def main_index(connection: duckdb.DuckDBPyConnection) -> str:
    """The index that is meant where none is named: the one whose role is main."""
    [(index_id,)] = connection.execute("select index_id from core.dim_index where role = 'main'").fetchall()
    return str(index_id)


def rows(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """Rows of a query by column."""
    cursor = connection.execute(sql, list(values))
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
