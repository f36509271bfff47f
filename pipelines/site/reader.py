"""The published tables as the site reads them: rows that know their key, and which tables were asked.

Belongs here: the one connection of a drawing, and how a figure becomes HTML with the place that it stands at. Does not
belong here: which rows a page shows, see queries.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from pipelines.pages.figures import Figure, at
from pipelines.pages.words import Sentence
from pipelines.published import SCHEMAS, Row, main_index, rows

if TYPE_CHECKING:
    import duckdb
    from markupsafe import Markup

TABLE = rf"\b(?:{'|'.join(SCHEMAS)})\.\w+"


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

    def of(self, table: str, sql: str, *values: object, key: Iterable[str] | None = None) -> list[Row]:
        """Rows that stand in a table, or with ``key`` are over those that have the same values there; with ``at``."""
        found = self.rows(sql, *values)
        for row in found:
            row["at"] = at(table, row, key)
        return found

    def one(self, sql: str, *values: object) -> Any:
        """The one value of the one row; None where there is no row."""
        found = self.rows(sql, *values)
        return next(iter(found[0].values())) if found else None


def mark(figure: Figure) -> Markup:
    """A figure as HTML: what is printed, the exact value, and the place that it stands at."""
    from markupsafe import Markup

    if figure.value is None:
        return Markup('<span class="none">–</span>')
    value = figure.value
    exact = f"{value.normalize():f}" if isinstance(value, Decimal) else value
    markup = Markup('<data class="f" value="%s" data-at="%s" data-col="%s" data-kind="%s">%s</data>')
    return markup % (exact, figure.at, figure.columns, figure.kind, figure.text)


def spoken(sentence: Sentence) -> Markup:
    """A sentence as HTML, its figures marked."""
    from markupsafe import Markup, escape

    parts = (mark(one) if isinstance(one, Figure) else spoken(one) if isinstance(one, Sentence) else escape(one)
             for one in sentence.parts)  # fmt: skip
    return Markup("").join(parts)
