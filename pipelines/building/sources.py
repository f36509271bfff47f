"""Landed tables in the build file: what dbt reads, each group with the key of what it was landed from.

Belongs here: putting dbt's sources into the file. Does not belong here: their columns.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from pipelines.building import graph, ledger, office_tables, release_tables
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

RELEASE = "landing.release"
OFFICE = tuple(f"landing.{group}" for group in office_tables.GROUPS)
GROUPS = {"release": tuple(release_tables.TABLES), **office_tables.GROUPS}
TABLES = {f"landing.{group}": [f"landing.{table}" for table in tables] for group, tables in GROUPS.items()}


def load(settings: Settings, node_ids: Collection[str]) -> None:
    """Put these groups of what was landed into schema ``landing`` of the build file."""
    import duckdb

    settings.build.parent.mkdir(parents=True, exist_ok=True)
    before = graph.read(settings)
    with duckdb.connect(str(settings.build)) as connection:
        ledger.prepare(connection)
        ledger.forget(connection, node_ids)
        if fill(settings, connection, node_ids):
            ledger.record(connection, before, graph.read(settings), node_ids)


def fill(settings: Settings, connection: duckdb.DuckDBPyConnection, node_ids: Collection[str]) -> bool:
    """Make and fill the tables of these groups; returns whether they hold all that is known."""
    is_whole = release_tables.fill(settings, connection) if RELEASE in node_ids else True
    groups = [group for group in office_tables.GROUPS if f"landing.{group}" in node_ids]
    if groups:
        connection.execute("create schema if not exists landing")
        office = str(office_tables.land(settings)).replace("'", "''")
        connection.execute(f"attach '{office}' as office (read_only)")
        for table in (table for group in groups for table in office_tables.GROUPS[group]):
            connection.execute(f"create or replace table landing.{table} as from office.landing.{table}")
        connection.execute("detach office")
    return is_whole
