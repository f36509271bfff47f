"""What is published is what was checked, whichever way it was built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.building import gate
from pipelines.building.gate import NotFit
from pipelines.orchestration.history import prepare_home
from pipelines.published import connect
from pipelines.settings import ROOT, Settings
from tests.conftest import Built, run_papi


@pytest.fixture(scope="module")
def copied(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    copy = shutil.copy2(built.settings.build, tmp_path_factory.mktemp("gate") / "build.duckdb")
    with duckdb.connect(copy) as connection:
        yield connection


def said_after(built: Built, copied: duckdb.DuckDBPyConnection, change: str) -> list[str]:
    """What the gate says once the build file was changed, which is undone."""
    copied.begin()
    copied.execute(change)
    said = gate.refusals(built.settings, copied)
    copied.rollback()
    return said


def test_a_build_that_passed_every_check_may_be_published(built: Built, copied: duckdb.DuckDBPyConnection) -> None:
    assert gate.refusals(built.settings, copied) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("drop table marts.index_target", "table marts.index_target is missing"),
        ("drop table core.dim_day", "table core.dim_day is missing"),
        (
            "delete from audit.check_result where table_name = 'marts.index_core' and rule_id = 'rank_recounted'",
            "rule rank_recounted of marts.index_core: not run",
        ),
        (
            "update audit.check_result set outcome = 'fail' where rule_id = 'rank_recounted'",
            "rule rank_recounted of marts.index_core: fail",
        ),
        (
            "update audit.check_result set outcome = 'error' where rule_id = 'name_confirmed'",
            "rule name_confirmed of core.dim_indicator: error",
        ),
        (
            "update landing.node_result set status = 'fail' where unique_id like 'test.%grain_dim_day%'",
            "dbt test grain_dim_day",
        ),
        (
            "delete from landing.node_result where unique_id like 'model.%.index_core'",
            "dbt model index_core: not run",
        ),
        ("update landing.built_from set fingerprint = 'another'", "made from other files than those of now"),
        ("drop table landing.node_result", "the build is not finished"),
    ],
)
def test_what_is_missing_or_failed_is_named(
    built: Built, copied: duckdb.DuckDBPyConnection, change: str, says: str
) -> None:
    assert any(says in sentence for sentence in said_after(built, copied, change))


def test_a_warning_that_fails_does_not_block(built: Built, copied: duckdb.DuckDBPyConnection) -> None:
    failed = copied.execute("select count(*) from audit.check_result where outcome = 'fail'").fetchone()
    assert failed is not None
    assert failed[0] > 0
    assert gate.refusals(built.settings, copied) == []


def test_a_build_as_of_another_day_is_of_other_files(built: Built, copied: duckdb.DuckDBPyConnection) -> None:
    assert gate.refusals(replace(built.settings, as_of=date(2020, 1, 1)), copied) == [
        "the build was made from other files than those of now"
    ]


def test_without_a_build_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(NotFit, match=r"there is no build in .*Run `papi refresh`"):
        gate.check(Settings(warehouse=tmp_path))


def materialize(settings: Settings, selection: str) -> subprocess.CompletedProcess[str]:
    """The button of an asset, by Dagster's command line."""
    command = ["-m", "dagster", "asset", "materialize", "-m", "pipelines.definitions", "--select", selection]
    home = {"DAGSTER_HOME": str(prepare_home(settings)), "PAPI_WAREHOUSE": str(settings.warehouse)}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ | home, capture_output=True, text=True, check=False
    )


@pytest.mark.long
def test_a_click_does_not_publish_what_a_rule_refused(own_warehouse: Settings) -> None:
    """A wrong rank in the build, and the outcome of the rule that found it."""
    before = own_warehouse.current.resolve()
    with duckdb.connect(str(own_warehouse.build)) as connection:
        connection.execute("update marts.index_core set core_rank_to = 1 where core_rank_to = 2")
        connection.execute("update audit.check_result set outcome = 'fail' where rule_id = 'rank_recounted'")
    clicked = materialize(own_warehouse, "published")
    assert clicked.returncode != 0
    assert "rule rank_recounted of marts.index_core: fail" in clicked.stdout + clicked.stderr
    assert own_warehouse.current.resolve() == before


@pytest.mark.long
def test_a_click_does_not_publish_a_build_without_its_analyses(own_warehouse: Settings) -> None:
    before = own_warehouse.current.resolve()
    built = materialize(own_warehouse, "core/dim_day")
    assert built.returncode == 0, built.stderr
    clicked = materialize(own_warehouse, "published")
    assert clicked.returncode != 0
    assert "table marts.index_target is missing" in clicked.stdout + clicked.stderr
    assert own_warehouse.current.resolve() == before
    with connect(own_warehouse) as connection:
        assert connection.execute("select count(*) > 0 from marts.index_target").fetchone() == (True,)
    assert "Nothing new" in run_papi("refresh", "--warehouse", own_warehouse.warehouse).out


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
    with pytest.raises(NotFit, match="the build is not finished"):
        gate.check(own_warehouse)
