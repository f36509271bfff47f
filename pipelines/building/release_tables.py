"""Landed releases as tables of schema ``landing``: dbt's source ``landing`` and the measure of the rules.

Belongs here: the shape of those tables. Does not belong here: reading deliveries, which releases/landing.py has done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.finding import Finding
from pipelines.kept import key_of
from pipelines.releases import deliveries, landing
from pipelines.releases.deliveries import Delivery
from pipelines.releases.expected import due_rows, not_found_cells, not_stated_cells
from pipelines.releases.landing import Landed, recalled
from pipelines.releases.strays import strays
from pipelines.seeds import Seeds
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

TABLES = {
    "score": """
        release_id varchar, province_code varchar, code varchar, measure varchar, score decimal(15, 9),
        interval_pct integer, parent_code varchar, label_vi varchar, label_en varchar, scale_label varchar,
        unit varchar, source_file varchar, source_cell varchar, sha256 varchar""",
    "release": """
        release_id varchar, index_id varchar, year integer, revision integer, method varchar, published_on date,
        known_from date, received_on date, provinces_as_of date, covers_all boolean, replaces_year boolean,
        withdraws varchar, publisher varchar, source varchar, note varchar, source_folder varchar, sha256 varchar""",
    "coverage": "release_id varchar, province_code varchar",
    "not_stated": """
        release_id varchar, province_code varchar, code varchar, obs_status varchar, form varchar, reason varchar,
        reason_certainty varchar""",
    "due": """
        release_id varchar, index_id varchar, year integer, covers_all boolean, province_key varchar,
        indicator_key varchar""",
    "delivery": """
        release_id varchar, index_id varchar, year integer, revision integer, state varchar, n_rows integer,
        n_findings integer, source_folder varchar""",
    "finding": """
        finding_id varchar, release_id varchar, rule_id varchar, source_file varchar, sheet varchar,
        source_row integer, source_column varchar, source_cell varchar, found varchar, expected varchar,
        remedy varchar""",
}


def parts(settings: Settings) -> dict[str, str]:
    """A hash of each thing that decides these tables, by its name."""
    known = deliveries.read_all(settings.raw, settings.as_of)
    beside = key_of(None, [], str(strays(settings)))
    return {**landing.parts(settings, known), "what else lies under raw/": beside, "the code": key_of("building")}


def fill(settings: Settings, connection: duckdb.DuckDBPyConnection) -> bool:
    """Make and fill the tables from what was landed of the deliveries known; returns whether each of them was.

    A delivery that was not landed yet is only due.
    """
    known = deliveries.read_all(settings.raw, settings.as_of)
    there = recalled(settings, known)
    landed = [*there.values()]
    accepted = [item for item in landed if item.is_accepted]
    expected = [d for d in known if d.release_id not in there or there[d.release_id].is_accepted]
    create(connection, TABLES)
    if accepted:
        files = [str(item.scores) for item in accepted if item.scores]
        connection.execute("insert into landing.score by name select * from read_parquet(?)", [files])
    named: dict[str, set[str]] = {}
    for release_id, code in connection.execute("select distinct release_id, code from landing.score").fetchall():
        named.setdefault(release_id, set()).add(code)
    seeds = Seeds(settings.seeds, landing.SEEDS)
    insert_rows(connection, "release", [_release_row(item.delivery) for item in accepted])
    insert_rows(
        connection,
        "coverage",
        [
            {"release_id": item.delivery.release_id, "province_code": code}
            for item in accepted
            if item.delivery.manifest
            for code in item.delivery.manifest.covers or []
        ],
    )
    insert_rows(
        connection,
        "not_stated",
        [
            {"release_id": item.delivery.release_id, **cell}
            for item in accepted
            if item.delivery.manifest
            for cell in (
                *not_stated_cells(seeds, item.delivery.manifest),
                *not_found_cells(seeds, item.delivery.manifest, named.get(item.delivery.release_id, ())),
            )
        ],
    )
    insert_rows(connection, "due", due_rows(seeds, expected))
    insert_rows(connection, "delivery", [_delivery_row(item) for item in landed])
    beside = [_finding_row("raw", None, n, one) for n, one in enumerate(strays(settings), start=1)]
    insert_rows(connection, "finding", [*beside, *(row for item in landed for row in _finding_rows(item))])
    return len(landed) == len(known)


def _release_row(delivery: Delivery) -> dict[str, Any]:
    manifest = delivery.manifest
    assert manifest is not None
    named = ("release_id", "index_id", "year", "revision", "source_folder", "sha256")
    stated = ("method", "known_from", "received_on", "provinces_as_of", "replaces_year", "withdraws", "source", "note")
    return {
        **{name: getattr(delivery, name) for name in named},
        **{name: getattr(manifest, name) for name in stated},
        "published_on": manifest.published_day,
        "covers_all": manifest.covers is None,
        "publisher": ", ".join(manifest.publisher),
    }


def _delivery_row(landed: Landed) -> dict[str, Any]:
    named = ("release_id", "index_id", "year", "revision", "source_folder")
    return {
        **{name: getattr(landed.delivery, name) for name in named},
        "state": landed.state,
        "n_rows": landed.n_rows,
        "n_findings": len(landed.findings),
    }


def _finding_rows(landed: Landed) -> list[dict[str, Any]]:
    release_id = landed.delivery.release_id
    return [_finding_row(release_id, release_id, n, finding) for n, finding in enumerate(landed.findings, start=1)]


def _finding_row(prefix: str, release_id: str | None, number: int, finding: Finding) -> dict[str, Any]:
    return {"finding_id": f"{prefix}-{number:03d}", "release_id": release_id, **finding.as_row()}


def create(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> None:
    """Create empty tables in place of any of their names, each with its columns as SQL."""
    connection.execute("create schema if not exists landing")
    for table, columns in tables.items():
        connection.execute(f"create or replace table landing.{table} ({columns})")


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]], schema: str = "landing"
) -> None:
    """Add rows to a table by name of column."""
    if not rows:
        return
    import pandas as pd

    connection.register("arriving", pd.DataFrame(rows, dtype=object))
    connection.execute(f"insert into {schema}.{table} by name select * from arriving")
    connection.unregister("arriving")
