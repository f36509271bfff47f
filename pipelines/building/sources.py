"""The build file before dbt: fresh, with schema ``landing`` and nothing else.

Belongs here: putting dbt's sources into the file, with what they were made from. Does not belong here: their columns.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.building import fingerprint, office_tables, release_tables
from pipelines.releases import deliveries
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb


def fresh(settings: Settings) -> None:
    """Make the build file anew: nothing of an earlier build can linger."""
    import duckdb

    for suffix in ("", ".wal"):
        Path(f"{settings.build}{suffix}").unlink(missing_ok=True)
    settings.build.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.build)) as connection:
        fill(settings, connection)


def fill(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Put everything landed of what is known into schema ``landing``."""
    release_tables.fill(settings, connection, deliveries.read_all(settings.raw, settings.as_of))
    connection.execute("create table landing.built_from (fingerprint varchar, as_of varchar)")
    connection.execute(
        "insert into landing.built_from values (?, ?)", [fingerprint.of(settings), fingerprint.as_of(settings)]
    )
    office = str(office_tables.land(settings)).replace("'", "''")
    connection.execute(f"attach '{office}' as office (read_only)")
    for table in office_tables.TABLES:
        connection.execute(f"create table landing.{table} as from office.landing.{table}")
    connection.execute("detach office")


def built_from(settings: Settings) -> tuple[str, str]:
    """Fingerprint and as-of date of what the build file was made from."""
    import duckdb

    with duckdb.connect(str(settings.build), read_only=True) as connection:
        [(made_from, as_of)] = connection.execute("select fingerprint, as_of from landing.built_from").fetchall()
    return made_from, as_of
