"""Short forms of a rule stand for Great Expectations' own words, and nothing is said twice."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from pipelines.rules import judge
from pipelines.rules.suites import Rule, Suite

SAID = {"id": "r", "severity": "critical", "because": "b", "remedy": "r", "bites": "delete from core.t"}


def failing(short: dict[str, Any]) -> list[dict[str, Any]]:
    """What a rule finds in a table of 1, 2 and 2 where 1, 3 are due."""
    suite = Suite(table="core.t", key=["a", "standing"], rules=[Rule.model_validate({**SAID, **short})])
    with duckdb.connect() as connection:
        connection.execute("create schema core; create table core.t as select unnest([1, 2, 2]) as a")
        [outcome] = judge.judge(suite, connection)
    assert (outcome.outcome == "pass") == (not outcome.failing)
    return outcome.failing


def test_rows_that_are_due_are_there_and_no_others() -> None:
    due = {"rows": "select unnest([1, 3]) as a", "there": "select a from core.t"}
    found = {row["a"]: row["standing"] for row in failing({"due": due})}
    assert found == {2: "not due", 3: "missing"}
    assert failing({"due": due | {"rows": "select unnest([2, 1]) as a"}}) == []


def test_the_rows_of_violations_are_those_that_fail() -> None:
    assert failing({"violations": "select a from core.t where a > 1 limit 1"}) == [{"a": 2, "standing": "violation"}]
    assert failing({"violations": "select a from core.t where a > 2"}) == []


@pytest.mark.parametrize("other", [{"query": "q"}, {"where": "w"}, {"violations": "v"}, {"expectation": "expect_a"}])
def test_a_short_form_stands_alone(other: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="stands alone"):
        Rule.model_validate({**SAID, "due": {"rows": "r", "there": "t"}, **other})
