"""What is new in the tables themselves, told after the releases."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.pages import whats_new
from pipelines.pages.whats_new import Types

BEFORE: Types = {"core.score": {"year": "INTEGER", "score": "DOUBLE"}, "core.place": {"code": "VARCHAR"}}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({**BEFORE, "marts.total": {"year": "INTEGER"}}, "- bảng mới marts.total / new table marts.total"),
        ({"core.score": BEFORE["core.score"]}, "- bỏ bảng core.place / table core.place is gone"),
        (
            {**BEFORE, "core.place": {"code": "VARCHAR", "name": "VARCHAR"}},
            "- cột mới core.place.name / new column core.place.name",
        ),
        (
            {**BEFORE, "core.score": {"year": "INTEGER"}},
            "- bỏ cột core.score.score / column core.score.score is gone",
        ),
        (
            {**BEFORE, "core.score": {"year": "INTEGER", "score": "DECIMAL(15,9)"}},
            "- cột core.score.score đổi từ DOUBLE sang DECIMAL(15,9) / core.score.score was DOUBLE, is DECIMAL(15,9)",
        ),
    ],
    ids=["a table came", "a table went", "a column came", "a column went", "a type changed"],
)
def test_what_came_went_or_changed_type_is_told_once(now: Types, said: str) -> None:
    *_, before_last, last = whats_new.of_tables(BEFORE, now).splitlines()
    assert (before_last, last) == ("", said)


def test_nothing_is_told_of_tables_that_stay() -> None:
    assert whats_new.of_tables(BEFORE, BEFORE) == ""


def test_columns_are_those_of_published_schemas() -> None:
    connection = duckdb.connect()
    connection.execute("create schema core; create table core.score (year integer); create table other (a integer)")
    connection.execute("create view core.shown as select 1 as a")
    assert whats_new._types(connection) == {"core.score": {"year": "INTEGER"}}
