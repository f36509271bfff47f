"""Questions to the published warehouse, read-only.

Belongs here: opening the published file and looking up one number. Does not belong here: printing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.names import nearest, plain
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb


class NotPublishedYet(RuntimeError):
    """There is no published warehouse to ask."""


class NotFound(LookupError):
    """No such province, year or indicator; the message names the nearest."""


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """The published file, read-only and closed to other files and the network."""
    import duckdb

    if not settings.published.exists():
        raise NotPublishedYet(f"nothing is published in {settings.warehouse} yet: run `papi refresh` first")
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    return duckdb.connect(str(settings.published.resolve()), read_only=True, config=config)


@dataclass(frozen=True)
class Explained:
    """One number with everything that leads to it: its row of marts.index_score, its release, its delivered cells."""

    score: dict[str, Any]
    release: dict[str, Any]
    cells: list[dict[str, Any]]


def explain(settings: Settings, index_id: str, province: str, year: int, indicator: str) -> Explained:
    """Find one number of an index whose releases speak of every province.

    ``province`` is a key, a code of that year or a name in any spelling of accents and case; ``indicator`` a key, or
    the code printed that year.

    Raises ``NotFound`` and ``NotPublishedYet``.
    """
    with connect(settings) as connection:
        province_key = _province(connection, index_id, province, year)
        indicator_key = _indicator(connection, index_id, indicator, year)
        key = [index_id, year, province_key, indicator_key]
        found = "index_id = ? and year = ? and province_key = ? and indicator_key = ?"
        [score] = _rows(connection, f"select * from marts.index_score where {found}", key)
        [release] = _rows(connection, "select * from core.dim_release where release_id = ?", [score["release_id"]])
        cells = _rows(
            connection,
            """
            select code, indicator_key, score, obs_status, source_file, source_cell, sha256
            from core.fct_score
            where
                index_id = ? and year = ? and province_key = ? and known_to is null and obs_status <> 'M'
                and level <> 'indicator' and coalesce(derivation <> 'sum_of_parts', level = 'sub_dimension')
                and (? in (indicator_key, parent_key) or ? = 'total')
            order by code
            """,
            [index_id, year, province_key, indicator_key, score["level"]],
        )
        return Explained(score, release, cells)


def _province(connection: duckdb.DuckDBPyConnection, index_id: str, wanted: str, year: int) -> str:
    rows = _rows(
        connection,
        """
        select distinct province_key, province_name_vi as name
        from marts.index_score where index_id = ? and year = ? order by province_key
        """,
        [index_id, year],
    )
    if not rows:
        sql = "select min(year), max(year) from marts.index_score where index_id = ?"
        years = connection.execute(sql, [index_id]).fetchone()
        published = f"; published are {years[0]} to {years[1]}" if years and years[0] else ""
        raise NotFound(f"no results of {index_id} {year}{published}")
    names: dict[str, str] = {row["province_key"]: row["name"] for row in rows}
    for key, name in names.items():
        if plain(wanted) in (key, key.split("-")[0], plain(name)):
            return key
    raise NotFound(f"no province {wanted!r} in {year}{_nearest(plain(wanted), {plain(n): n for n in names.values()})}")


def _indicator(connection: duckdb.DuckDBPyConnection, index_id: str, wanted: str, year: int) -> str:
    rows = _rows(
        connection,
        """
        select distinct indicator_key, lower(code) as code
        from marts.index_score where index_id = ? and year = ? order by all
        """,
        [index_id, year],
    )
    for row in rows:
        if wanted.lower() in (row["indicator_key"], row["code"]):
            return str(row["indicator_key"])
    known = {row["indicator_key"]: row["indicator_key"] for row in rows} | {
        row["code"]: row["code"] for row in rows if row["code"]
    }
    raise NotFound(f"no indicator {wanted!r} in {year}{_nearest(wanted.lower(), known)}")


def _nearest(wanted: str, known: dict[str, str]) -> str:
    close = nearest(wanted, known)
    return f"; did you mean {', '.join(known[c] for c in close)}?" if close else ""


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, values: list[Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
