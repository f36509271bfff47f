"""What is told of a check that does not pass, and of a rule on a table that is not there."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from pipelines.building import graph, making
from pipelines.building.graph import Check
from pipelines.rules.suites import Outcome, UnreadableRules
from pipelines.settings import ROOT, Settings

TEST = Check("test.papi_warehouse.grain_t_a.1", {}, (), "critical", "marts.t", "Look at it.")


def test_a_failed_test_of_dbt_is_told_with_its_first_rows_and_the_remedy() -> None:
    node = SimpleNamespace(unique_id=TEST.check_id, compiled_code="select a, n from t where n > 1 order by a")
    with duckdb.connect() as connection:
        connection.execute(
            "create table t as select date '2020-01-01' + cast(range as integer) as a, 2 as n from range(5)"
        )
        said = making._outcome(
            connection, SimpleNamespace(node=node, status="fail", failures=5, message="Got 5 results")
        )
    assert said.n_failed == 5
    assert f"{TEST.place}: {TEST.told(said)}" == (
        "marts/t dbt test grain_t_a: fail: 5 rows; first: a 2020-01-01, n 2; a 2020-01-02, n 2; a 2020-01-03, n 2. "
        "Look at it."
    )


def test_of_a_warning_one_row_is_told_and_a_long_cell_is_cut() -> None:
    rows = [{"a": "x" * 100}, {"a": "y"}]
    said = replace(TEST, severity="warning").told(Outcome("t", "fail", "2 rows", 2, rows))
    assert said == f"fail: 2 rows; first: a {'x' * 60}.... Look at it."


def test_a_suite_on_an_unknown_table_is_one_sentence_with_what_was_meant(tmp_path: Path) -> None:
    rules = tmp_path / "expectations"
    shutil.copytree(ROOT / "expectations", rules)
    path = rules / "core.dim_release.yml"
    path.write_text(path.read_text("utf-8").replace("table: core.dim_release", "table: core.dim_relese"), "utf-8")
    with pytest.raises(UnreadableRules) as refused:
        graph.read(Settings(expectations=rules))
    said = "expectations: a suite names core.dim_relese, which nothing makes; there is core.dim_release, "
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
