"""A figure is printed with its row, and whatever a table holds stays text."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from pipelines.site.reader import Reader, at, figure, printed


@pytest.mark.parametrize(
    ("value", "kind", "of", "shown"),
    [
        (Decimal("44.317"), "score", None, "44,32"),
        (Decimal("-0.005"), "signed", None, "−0,01"),
        (Decimal("0.372"), "signed", None, "+0,37"),
        (13, "of", 63, "13/63"),
        (7, "whole", None, "7"),
        (Decimal("0.2183"), "share", None, "22 %"),
        (Decimal("81.25"), "percent", None, "81 %"),
        ("44.32", "text", None, "44,32"),
        (None, "score", None, "–"),
    ],
)
def test_figures_are_printed_as_vietnamese_pages_print_them(
    value: Decimal | int | None, kind: str, of: int | None, shown: str
) -> None:
    assert printed(value, kind, of) == shown


def test_a_figure_says_where_it_stands() -> None:
    row = {"index_id": "papi", "year": 2020, "province_key": "24", "indicator_key": "total", "rank": 13, "n_ranked": 63}
    row["at"] = at("marts.index_score", row)
    assert str(figure(row, "rank", "of", "n_ranked")) == (
        '<data class="f" value="13" data-at="marts.index_score?index_id=papi&amp;year=2020&amp;province_key=24&amp;'
        'indicator_key=total" data-col="rank,n_ranked" data-kind="of">13/63</data>'
    )


def test_a_key_with_markup_stays_a_key() -> None:
    row = {"obligation_id": '"><script>alert(1)</script>&x=1', "days_late": 3}
    row["at"] = at("marts.chase_list", row)
    assert "<script" not in str(figure(row, "days_late", "whole"))


def test_a_reader_notes_the_tables_that_it_was_asked_for() -> None:
    connection = duckdb.connect()
    connection.execute("create schema core; create table core.dim_index as select 'papi' as index_id, 'main' as role")
    reader = Reader(connection)
    assert reader.asked == {"core.dim_index"}
    assert reader.one("select count(*) from core.dim_index as i inner join core.dim_index as j using (index_id)") == 1
