"""The job `papers`: by period, from what is published, apart from `refresh`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.orchestration.papers_job import build_papers_job
from pipelines.settings import Settings
from tests.papers.conftest import DAY, PERIOD, published_in


@pytest.fixture
def published(tmp_path: Path) -> Settings:
    return published_in(tmp_path)


def run(settings: Settings, **config: Any) -> dg.ExecuteInProcessResult:
    asked = {"ops": {"papers": {"config": {"period": PERIOD, "as_of": DAY.isoformat(), **config}}}}
    return build_papers_job(settings).execute_in_process(run_config=asked, raise_on_error=False)


def test_the_papers_of_a_period_are_drafted(published: Settings) -> None:
    assert run(published).success
    names = {path.name for path in (published.warehouse / "papers" / PERIOD).iterdir()}
    assert {f"{DAY}_don-doc_d1.docx", f"{DAY}_phu-luc.xlsx", f"{DAY}_giao-huyen"} <= names


def test_a_run_is_told_by_the_assets_of_its_papers(published: Settings) -> None:
    made = run(published, kinds=["synthesis"]).all_events
    [event] = [one.step_materialization_data.materialization for one in made if one.is_step_materialization]
    assert event.asset_key == dg.AssetKey(["papers", "synthesis"])
    assert event.metadata["period"].value == PERIOD
    assert event.metadata["papers"].value == 1


def test_kinds_can_be_chosen_and_an_unknown_one_fails(published: Settings) -> None:
    assert run(published, kinds=["reminder"]).success
    folder = published.warehouse / "papers" / PERIOD
    assert {path.suffix for path in folder.iterdir()} == {".docx", ".csv"}
    assert not run(published, kinds=["letter"]).success


def test_a_period_that_nobody_owes_fails(published: Settings) -> None:
    assert not run(published, period="2019-H1").success
