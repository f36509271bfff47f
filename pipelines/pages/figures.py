"""A figure with the place that it stands at: what `papi province` and the pages of the site print figures by.

Belongs here: how a figure is written, and how its place is named. Does not belong here: which figures are told; HTML.

A place is a table with the columns that find its rows, as in the address of a page:
``marts.index_score?year=2020&...``. What is asked of these rows is a column, or an expression over all of them, as it
stands in SQL: a median is asked again as ``median(score)`` of the rows of a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from pipelines.pages.words import VI, Speaker, way_to_go
from pipelines.published import Row, rows

if TYPE_CHECKING:
    import duckdb

# The columns that find one row of a table whose figures are printed.
KEYS = {
    "core.dim_indicator_method": ("index_id", "method", "indicator_key"),
    "marts.index_score": ("index_id", "year", "province_key", "indicator_key"),
    "marts.index_score_merged": ("index_id", "year", "province_key", "indicator_key"),
    "marts.index_change": ("index_id", "from_year", "to_year", "province_key", "indicator_key"),
    "marts.index_change_window": ("index_id", "from_year", "to_year", "province_key", "indicator_key"),
    "marts.index_core_window": ("index_id", "from_year", "to_year", "province_key"),
    "marts.index_rank_interval": ("index_id", "year", "province_key", "doubt"),
    "marts.index_headroom": ("index_id", "year", "province_key", "indicator_key"),
    "marts.index_peer": ("index_id", "year", "province_key", "peer_set", "peer_key"),
    "marts.index_companion": ("index_id", "year", "province_key"),
    "marts.index_target": ("index_id", "base_year", "horizon", "province_key", "target_rule", "plan_id", "target_id"),
    "marts.plan_claim": ("plan_id", "claim_id"),
    "marts.plan_responsibility": ("plan_id", "responsibility_id"),
    "marts.compliance_unit": ("plan_id", "unit_key", "period"),
    "marts.compliance_district": ("plan_id", "district_key", "period"),
    "marts.compliance_target": ("plan_id", "target_id", "unit_key", "scope", "period"),
    "marts.chase_list": ("obligation_id",),
}


@dataclass(frozen=True)
class Figure:
    """``columns`` of the rows at a place: their exact ``value``, and the ``text`` that a reader sees.

    ``kind`` is how it was printed, see ``printed``; or ``part``, a part of a change, made to add up as printed.
    """

    value: object
    text: str
    at: str
    columns: str
    kind: str

    def __str__(self) -> str:
        return self.text


def at(table: str, row: Mapping[str, object], key: Iterable[str] | None = None) -> str:
    """The place of a row, or of all rows that have its values in the columns ``key``."""
    found = []
    for column in key or KEYS[table]:
        value = row[column]
        values = value if isinstance(value, list) else [] if value is None else [value]
        found += [f"{column}={_quoted(str(one))}" for one in values]
    return f"{table}?{'&'.join(found)}"


@cache
def _quoted(text: str) -> str:
    """The same few names stand in the places of a hundred thousand figures."""
    return quote_plus(text)


def over(connection: duckdb.DuckDBPyConnection, table: str, key: Row, *expressions: str) -> Row:
    """Expressions over all rows of a table with this key, each by its own text, with ``at``.

    A value of the key that is a list stands for any of its members.
    """
    where = " and ".join(
        f"list_contains(?, {column})" if isinstance(value, list) else f"{column} = ?" for column, value in key.items()
    )
    [found] = rows(connection, f"select {asked(expressions)} from {table} where {where}", [*key.values()])
    return {**found, "at": at(table, key, key)}


def asked(expressions: Iterable[str]) -> str:
    """The columns of a query, each by its own text."""
    return ", ".join(f'{one} as "{one}"' for one in expressions)


def printed(value: Decimal | float | int | str | None, kind: str, of: object = None, lang: str = VI) -> str:
    """A figure as a language prints it.

    ``kind`` is score (two decimals), signed, of (a rank or a count of ``of``), whole, share (as percent), percent, or
    text, a figure as a document states it.
    """
    speaker = Speaker(lang)
    if value is None:
        return "–"
    if kind == "text":
        return str(value).replace(".", ",")
    if kind == "of":
        return f"{value}/{of}"
    exact = Decimal(str(value)) * (100 if kind == "share" else 1)
    if kind in ("share", "percent"):
        return f"{speaker.number(exact, decimals=0)} %"
    return speaker.number(exact, "+" if kind == "signed" else "", decimals=0 if kind == "whole" else 2)


def figure(
    row: Mapping[str, object], column: str, kind: str = "score", of: str | None = None, lang: str = VI
) -> Figure:
    """A figure of a row that has ``at``; ``of`` is the column beside it that it is a rank or a part of."""
    value: Any = row[column]
    columns = f"{column},{of}" if of else column
    return Figure(value, printed(value, kind, row[of] if of else None, lang), str(row["at"]), columns, kind)


def part(row: Row, columns: str, place: int, lang: str = VI) -> Figure:
    """A part of a change, which stands in marts.index_change at ``part_at``, made to add up as printed."""
    value = row["parts_printed"][place]
    return Figure(value, printed(value, "signed", lang=lang), row["part_at"], columns, "part")


def way(row: Row, lang: str = VI) -> Figure:
    """The potential of a row of marts.index_headroom, as the difference of the two scores that are printed."""
    _, _, found = way_to_go(row["score"], row["potential"])
    return Figure(row["potential"], printed(found, "signed", lang=lang), row["at"], "potential", "part")
