"""A figure is printed as its language prints it, and says at which rows it stands."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from pipelines.pages.figures import KEYS, Figure, at, figure, over, printed
from pipelines.pages.words import VI, Sentence, Speaker
from pipelines.settings import ROOT

ROW = {"index_id": "papi", "year": 2020, "province_key": "24", "indicator_key": "total", "rank": 13, "n_ranked": 63}


@pytest.mark.parametrize(
    ("value", "kind", "of", "shown"),
    [
        (Decimal("44.317"), "score", None, "44,32"),
        (Decimal("-0.005"), "signed", None, "−0,01"),
        (Decimal("0.372"), "signed", None, "+0,37"),
        (13, "of", 63, "13/63"),
        (7, "whole", None, "7"),
        (9.51, "whole", None, "10"),
        (Decimal("0.2183"), "share", None, "22 %"),
        (Decimal("81.25"), "percent", None, "81 %"),
        ("44.32", "text", None, "44,32"),
        (None, "score", None, "–"),
    ],
)
def test_figures_are_printed_as_vietnamese_pages_print_them(
    value: Decimal | float | None, kind: str, of: int | None, shown: str
) -> None:
    assert printed(value, kind, of) == shown


def test_readers_of_english_see_a_point() -> None:
    assert printed(Decimal("44.317"), "score", lang="en") == "44.32"


def test_a_figure_says_where_it_stands() -> None:
    row = {**ROW, "at": at("marts.index_score", ROW)}
    place = "marts.index_score?index_id=papi&year=2020&province_key=24&indicator_key=total"
    assert figure(row, "rank", "of", "n_ranked") == Figure(13, "13/63", place, "rank,n_ranked", "of")


def test_a_figure_over_many_rows_is_asked_again_by_its_own_text() -> None:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.index_score as from (values (2020, 'a', 1.5), (2020, 'b', 2.5), (2020, 'c', 9.5), "
        "(2021, 'a', 3.5)) as t(year, province_key, score)"
    )
    row = over(connection, "marts.index_score", {"year": 2020, "province_key": ["a", "b"]}, "avg(score)", "count(*)")
    assert (row["avg(score)"], row["count(*)"]) == (2, 2)
    assert figure(row, "avg(score)").at == "marts.index_score?year=2020&province_key=a&province_key=b"


def test_a_sentence_keeps_its_figures() -> None:
    found = figure({**ROW, "at": "marts.index_score?year=2020"}, "rank", "whole")
    said = Speaker(VI).tell("region", rank=found, n=63, region="Đông Bắc")
    assert str(said + ".") == "; hạng 13/63 trong vùng Đông Bắc."
    assert found in (Sentence(["Tổng điểm"]) + said + ".").parts


def test_keys_are_those_that_the_tables_declare() -> None:
    from pipelines.building import keys

    declared = keys.primary(ROOT / "dbt_project")
    assert [table for table, key in KEYS.items() if not {*declared[table]} <= {*key}] == []
