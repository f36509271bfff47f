"""What is published is what was checked, whichever way it was built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.building import check_results, gate, graph, ledger, making
from pipelines.building.graph import Graph
from pipelines.building.publication import NotFit
from pipelines.orchestration.history import prepare_home
from pipelines.published import connect
from pipelines.settings import ROOT, Settings
from tests import project
from tests.conftest import Built


@pytest.fixture(scope="module")
def now(built: Built) -> Graph:
    return graph.read(built.settings)


@pytest.fixture(scope="module")
def copied(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    copy = shutil.copy2(built.settings.build, tmp_path_factory.mktemp("gate") / "build.duckdb")
    with duckdb.connect(copy) as connection:
        yield connection


def said(now: Graph, connection: duckdb.DuckDBPyConnection) -> list[str]:
    return gate.refusals(now, ledger.standing(now, connection))


def said_after(now: Graph, copied: duckdb.DuckDBPyConnection, change: str) -> list[str]:
    """What the gate says once the build file was changed, which is undone."""
    copied.begin()
    copied.execute(change)
    found = said(now, copied)
    copied.rollback()
    return found


def test_a_build_that_passed_every_check_may_be_published(now: Graph, copied: duckdb.DuckDBPyConnection) -> None:
    assert said(now, copied) == []
    assert gate.check(now, copied).is_settled


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("drop table marts.index_target", "analysis targets is stale: its table is gone"),
        ("drop table core.dim_day", "model dim_day is stale: its table is gone"),
        ("drop macro table core.score_as_of", "model score_as_of is stale: its table is gone"),
        ("delete from ledger.made where node_id like '%.dim_day'", "model dim_day is stale: not built yet"),
        (
            "delete from ledger.outcome where check_id = 'rule.marts.index_core_window.rank_recounted'",
            "rule rank_recounted of marts.index_core_window: not judged yet",
        ),
        (
            "update ledger.outcome set outcome = 'fail' where check_id = 'rule.marts.index_core_window.rank_recounted'",
            "rule rank_recounted of marts.index_core_window: fail",
        ),
        (
            "update ledger.outcome set key = 'other' where check_id = 'rule.marts.index_core_window.rank_recounted'",
            "rule rank_recounted of marts.index_core_window: judged on other data, or asked otherwise",
        ),
        (
            "update ledger.outcome set outcome = 'error' where check_id like '%.name_confirmed'",
            "rule name_confirmed of core.dim_indicator_method: error",
        ),
        (
            "update ledger.outcome set outcome = 'fail' where check_id like 'test.%grain_dim_day%'",
            "dbt test grain_dim_day",
        ),
        ("drop table ledger.outcome", "rule rank_recounted of marts.index_core_window: not judged yet"),
        ("drop table ledger.made", "model index_core_window is stale: not built yet"),
    ],
)
def test_what_is_missing_or_failed_is_named(
    now: Graph, copied: duckdb.DuckDBPyConnection, change: str, says: str
) -> None:
    assert any(says in sentence for sentence in said_after(now, copied, change))


def test_a_warning_that_fails_does_not_block(now: Graph, copied: duckdb.DuckDBPyConnection) -> None:
    failed = [check for check, outcome in ledger.standing(now, copied).outcomes.items() if outcome.outcome == "fail"]
    assert failed
    assert all(now.checks[check].severity == "warning" for check in failed)


def test_a_rule_that_could_not_be_judged_is_told_once_and_stands_in_the_results(
    built: Built, now: Graph, copied: duckdb.DuckDBPyConnection
) -> None:
    copied.begin()
    rule = "rule.marts.index_core_window.rank_recounted"
    copied.execute("update ledger.outcome set outcome = 'error', observed = 'broke' where check_id = ?", [rule])
    found = ledger.standing(now, copied)
    assert gate.refusals(now, found) == ["rule rank_recounted of marts.index_core_window: error: broke"]
    check_results.write(built.settings, copied, now, found.outcomes)
    sql = "select table_name, rule_id, observed from audit.check_result where outcome = 'error'"
    assert copied.execute(sql).fetchall() == [("marts.index_core_window", "rank_recounted", "broke")]
    copied.rollback()


def test_a_build_as_of_another_day_is_refused_with_what_differs(
    built: Built, copied: duckdb.DuckDBPyConnection
) -> None:
    refused = said(graph.read(replace(built.settings, as_of=date(2020, 1, 1))), copied)
    assert any("landing release is stale: release papi-2018-r2 is gone" in one for one in refused)


def test_a_table_that_no_node_makes_is_dropped(now: Graph, copied: duckdb.DuckDBPyConnection) -> None:
    copied.begin()
    copied.execute("create table marts.made_by_hand as select 1 as a")
    ledger.drop_unknown(now, copied)
    assert "marts.made_by_hand" not in ledger.there(copied)
    assert said(now, copied) == []
    copied.rollback()


def test_without_a_build_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(NotFit, match=r"there is no build in .*Run `papi refresh`"):
        making.publish(Settings(warehouse=tmp_path), lambda _: "")


def materialize(settings: Settings, selection: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The button of an asset, by Dagster's command line."""
    command = ["-m", "dagster", "asset", "materialize", "-m", "pipelines.definitions", "--select", selection]
    home = {"DAGSTER_HOME": str(prepare_home(settings)), "PAPI_WAREHOUSE": str(settings.warehouse)}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=os.environ | home, capture_output=True, text=True, check=False
    )


RANK = "cast(core_to.core_rank as integer) as core_rank_to"


@pytest.mark.long
@pytest.mark.parametrize(
    ("wrong", "says", "click_says"),
    [
        (
            RANK.replace("core_to.core_rank", "greatest(core_to.core_rank - 1, 1)"),
            "BLOCKED  marts/index_core_window",
            "rule ",
        ),
        (
            RANK.replace("core_rank as", "no_such_column as"),
            "FAILED   warehouse: index_core_window",
            "model index_core_window is stale",
        ),
    ],
    ids=["a wrong rank", "an error in SQL"],
)
def test_what_was_refused_is_not_published_by_a_click_and_is_not_forgotten(
    built: Built, tmp_path: Path, wrong: str, says: str, click_says: str
) -> None:
    own = project.copy(tmp_path / "papi", built.settings.warehouse)
    before = own.settings.current.resolve()
    own.change("dbt_project/models/marts/index/index_core_window.sql", RANK, wrong)
    refused = own.papi("refresh")
    assert refused.code == 1
    assert says in refused.out
    told = re.findall(r"rank_recounted: fail: .*; first: ", refused.out)
    assert len(told) == refused.out.count("rank_recounted: fail") == says.startswith("BLOCKED")
    assert "MetadataValue" not in refused.out
    clicked = materialize(own.settings, "published", own.folder)
    assert clicked.returncode != 0
    assert click_says in clicked.stdout + clicked.stderr
    again = own.papi("refresh")
    assert again.code == 1
    assert says in again.out
    assert own.settings.current.resolve() == before
    own.change("dbt_project/models/marts/index/index_core_window.sql", wrong, RANK)
    assert own.papi("refresh").code == 0
    assert own.parquet() == project.Project(built.settings.warehouse.parent).parquet()


@pytest.mark.long
def test_a_click_on_one_model_builds_that_one_and_the_publication_stays_whole(own_warehouse: Settings) -> None:
    clicked = materialize(own_warehouse, "core/dim_day")
    assert clicked.returncode == 0, clicked.stderr
    with duckdb.connect(str(own_warehouse.build), read_only=True) as connection:
        assert said(graph.read(own_warehouse), connection) == []
    before = own_warehouse.current.resolve()
    clicked = materialize(own_warehouse, "published")
    assert clicked.returncode == 0, clicked.stderr
    assert own_warehouse.current.resolve() != before
    with connect(own_warehouse) as connection:
        assert connection.execute("select count(*) > 0 from marts.index_target").fetchone() == (True,)


@pytest.mark.long
def test_a_model_built_by_hand_is_not_published_until_a_refresh(own_warehouse: Settings) -> None:
    project = str(ROOT / "dbt_project")
    where = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(own_warehouse.warehouse / "t")]
    subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "run", "--select", "dim_day", *where],
        env=os.environ | {"PAPI_BUILD": str(own_warehouse.build)},
        check=True,
        capture_output=True,
    )
    with pytest.raises(NotFit, match="model dim_day is stale: not built yet, or its build was not finished"):
        making.publish(own_warehouse, lambda _: "")
