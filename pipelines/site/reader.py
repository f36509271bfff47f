"""The published tables as the site reads them: rows that know their key, and which tables were asked.

Belongs here: the one connection of a drawing, and how a figure is printed with the row that it stands in. Does not
belong here: which rows a page shows, see queries.py.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from pipelines.pages.words import VI, Speaker, way_to_go
from pipelines.published import SCHEMAS, Row, main_index, rows

if TYPE_CHECKING:
    import duckdb
    from markupsafe import Markup

# The columns that find one row of a table whose figures pages print.
KEYS = {
    "marts.index_score": ("index_id", "year", "province_key", "indicator_key"),
    "marts.index_score_merged": ("index_id", "year", "province_key", "indicator_key"),
    "marts.index_change": ("index_id", "from_year", "to_year", "province_key", "indicator_key"),
    "marts.index_rank_interval": ("index_id", "year", "province_key", "doubt"),
    "marts.index_headroom": ("index_id", "year", "province_key", "indicator_key"),
    "marts.index_peer": ("index_id", "year", "province_key", "peer_set", "peer_key"),
    "marts.index_companion": ("index_id", "year", "province_key"),
    "marts.index_target": ("index_id", "base_year", "horizon", "province_key", "target_rule", "plan_id", "target_id"),
    "marts.plan_claim": ("plan_id", "claim_id"),
    "marts.plan_responsibility": ("plan_id", "responsibility_id"),
    "marts.compliance_unit": ("plan_id", "unit_key", "period"),
    "marts.compliance_district": ("plan_id", "district_key", "period"),
    "marts.compliance_commune": ("plan_id", "unit_key", "year"),
    "marts.compliance_target": ("plan_id", "target_id", "unit_key", "scope", "period"),
    "marts.chase_list": ("obligation_id",),
}
TABLE = rf"\b(?:{'|'.join(SCHEMAS)})\.\w+"
SPEAKER = Speaker(VI)


class _Noting:
    """A connection that only answers questions, and notes the tables that they name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, asked: set[str]) -> None:
        self._connection, self._asked = connection, asked

    def execute(self, sql: str, values: object = None) -> duckdb.DuckDBPyConnection:
        self._asked.update(re.findall(TABLE, sql))
        return self._connection.execute(sql, values)


class Reader:
    """The published tables, and in ``asked`` which of them were asked: what a page was made from."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.asked: set[str] = set()
        self.connection = cast("duckdb.DuckDBPyConnection", _Noting(connection, self.asked))
        self.index_id = main_index(self.connection)

    def rows(self, sql: str, *values: object) -> list[Row]:
        return rows(self.connection, sql, values)

    def of(self, table: str, sql: str, *values: object) -> list[Row]:
        """Rows of one table, each with ``at``, the words that find it again."""
        found = self.rows(sql, *values)
        for row in found:
            row["at"] = at(table, row)
        return found

    def one(self, sql: str, *values: object) -> Any:
        """The one value of the one row; None where there is no row."""
        found = self.rows(sql, *values)
        return next(iter(found[0].values())) if found else None


def at(table: str, row: Row) -> str:
    """A row by its key, as in the address of a page: ``marts.index_score?year=2020&...``."""
    key = [f"{column}={quote(str(row[column]), safe='')}" for column in KEYS[table] if row[column] is not None]
    return f"{table}?{'&'.join(key)}"


def printed(value: Decimal | float | int | str | None, kind: str, of: object = None) -> str:
    """A figure as Vietnamese pages print it; the page's script exchanges the decimal mark for readers of English.

    ``kind`` is score (two decimals), signed, of (a rank or a count of ``of``), whole, share (as percent), percent, or
    text, a figure as a document states it.
    """
    if value is None:
        return "–"
    if kind == "text":
        return str(value).replace(".", ",")
    if kind == "of":
        return f"{value}/{of}"
    if kind == "whole":
        return f"{value}"
    if kind in ("share", "percent"):
        exact = Decimal(str(value)) * (100 if kind == "share" else 1)
        return f"{SPEAKER.number(exact, decimals=0)} %"
    return SPEAKER.number(Decimal(str(value)), "+" if kind == "signed" else "")


def figure(row: Row, column: str, kind: str = "score", of: str | None = None, text: str | None = None) -> Markup:
    """A figure of a row as HTML: what is printed, the exact value, and where it stands.

    ``text`` replaces what would be printed, for parts that are made to add up as printed.
    """
    from markupsafe import Markup

    value = row[column]
    if value is None:
        return Markup('<span class="none">–</span>')
    columns = f"{column},{of}" if of else column
    said = text or printed(value, kind, row[of] if of else None)
    exact = f"{value.normalize():f}" if isinstance(value, Decimal) else value
    markup = Markup('<data class="f" value="{}" data-at="{}" data-col="{}" data-kind="{}">{}</data>')
    return markup.format(exact, row["at"], columns, "part" if text else kind, said)


def part(row: Row, columns: str, place: int) -> Markup:
    """A part of a change, which stands in marts.index_change at ``part_at``, made to add up as printed."""
    value = row["parts_printed"][place]
    if value is None:
        return figure({"at": "", "value": None}, "value")
    return figure({"at": row["part_at"], columns: value}, columns, text=printed(value, "signed"))


def way(row: Row) -> Markup:
    """The potential of a row of marts.index_headroom, as the difference of the two scores that are printed."""
    _, _, found = way_to_go(row["score"], row["potential"])
    return figure(row, "potential", text=printed(found, "signed"))
