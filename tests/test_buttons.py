"""Every button of Dagster's pages and every command beside them does what it says, and nothing else."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines.building import last_run, making, publication
from pipelines.orchestration.history import opened
from pipelines.orchestration.versions import PUBLISHED, RESULTS
from pipelines.settings import Settings
from tests.conftest import Built

pytestmark = pytest.mark.long
EVERY = 8  # so many assets, or checks, stand for each other; asking all of them takes half an hour


class Page:
    """What the pages of one warehouse can start, in this process."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance) -> None:
        from pipelines.definitions import build_definitions

        self.settings, self.instance = settings, instance
        self.definitions = build_definitions(settings)
        self.graph = self.definitions.resolve_asset_graph()
        self.everything = self.definitions.resolve_implicit_global_asset_job_def()

    def press(
        self, assets: Iterable[dg.AssetKey] = (), checks: Iterable[dg.AssetCheckKey] | None = None
    ) -> tuple[dg.ExecuteInProcessResult, set[dg.AssetKey], set[dg.AssetCheckKey]]:
        """Run these assets and checks (None: those of the assets); what was materialized and what was asked."""
        job = self.everything.get_subset(
            asset_selection={*assets}, asset_check_selection=None if checks is None else {*checks}
        )
        result = job.execute_in_process(instance=self.instance, raise_on_error=False)
        made = {event.asset_key for event in result.get_asset_materialization_events() if event.asset_key}
        asked = {evaluation.asset_check_key for evaluation in result.get_asset_check_evaluations()}
        return result, made, asked

    def ledger(self) -> list[tuple[object, ...]]:
        """What every table was made from, and its rows: a check may change neither."""
        with duckdb.connect(str(self.settings.build), read_only=True) as connection:
            made = connection.execute("select node_id, key from ledger.made order by all").fetchall()
            sql = "select schema_name, table_name, table_oid from duckdb_tables() where schema_name <> 'ledger'"
            return [*made, *connection.execute(f"{sql} order by all").fetchall()]


@pytest.fixture(scope="module")
def page(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    warehouse = tmp_path_factory.mktemp("page") / "warehouse"
    shutil.copytree(built.settings.warehouse, warehouse, symlinks=True)
    settings = replace(built.settings, warehouse=warehouse)
    with opened(settings) as instance:
        yield Page(settings, instance)


def test_an_asset_alone_is_made_with_its_checks_and_nothing_else(page: Page) -> None:
    outcomes: Counter[str] = Counter()
    chosen = [*sorted(page.graph.materializable_asset_keys - {PUBLISHED})[::EVERY], PUBLISHED]
    for key in chosen:
        before = page.settings.current.resolve()
        result, made, asked = page.press([key])
        own = {check for check in page.graph.asset_check_keys if check.asset_key == key}
        outcome = "made" if (result.success, made, asked) == (True, {key}, own) else f"{key.to_user_string()}: {made}"
        outcomes[outcome] += 1
        assert (page.settings.current.resolve() != before) == (key == PUBLISHED)
    print(f"\nassets, each alone: {dict(outcomes)}")
    assert outcomes == {"made": len(chosen)}
    _, standing = making.look(page.settings)
    assert standing.is_settled


def test_a_check_alone_writes_its_outcome_and_nothing_else(page: Page) -> None:
    outcomes: Counter[str] = Counter()
    before = page.ledger()
    chosen = sorted(page.graph.asset_check_keys)[::EVERY]
    for key in chosen:
        result, made, asked = page.press(checks=[key])
        outcome = "asked" if (result.success, made, asked) == (True, set(), {key}) else f"{key}: {made}, {asked}"
        outcomes[outcome] += 1
    print(f"\nchecks, each alone: {dict(outcomes)}")
    assert outcomes == {"asked": len(chosen)}
    assert page.ledger() == before
    _, standing = making.look(page.settings)
    assert standing.is_settled


def test_all_checks_of_an_asset_are_asked_together(page: Page) -> None:
    before = page.ledger()
    windows = dg.AssetKey(["marts", "index_core_window"])
    own = {check for check in page.graph.asset_check_keys if check.asset_key == windows}
    result, made, asked = page.press(checks=own)
    assert (result.success, made, asked) == (True, set(), own)
    assert len({"rule" if check.name == "rank_recounted" else "test" for check in own}) == 2
    assert page.ledger() == before


@pytest.mark.parametrize("group", ["releases", "landing", "audit", "core", "marts_index", "marts_compliance_parts"])
def test_a_group_is_made_whole(page: Page, group: str) -> None:
    keys = dg.AssetSelection.groups(group).resolve(page.graph)
    assert keys
    result, made, _ = page.press(keys)
    assert (result.success, made) == (True, keys)


def test_the_job_makes_everything_and_publishes_without_a_tag(page: Page) -> None:
    before = page.settings.current.resolve()
    job = page.definitions.resolve_job_def("refresh")
    result = job.execute_in_process(instance=page.instance, raise_on_error=False)
    made = {event.asset_key for event in result.get_asset_materialization_events()}
    assert result.success
    assert made == page.graph.materializable_asset_keys
    assert page.settings.current.resolve() != before
    in_force = publication.current(page.settings)
    assert in_force is not None


def test_a_release_alone_has_its_own_rows(page: Page) -> None:
    counted: dict[str, Any] = {}
    for release_id in ("pci-2024-r1", "papi-2020-r1"):
        key = dg.AssetKey(["release", release_id])
        page.press([key])
        event = page.instance.get_latest_materialization_event(key)
        assert event is not None
        assert event.asset_materialization is not None
        counted[release_id] = event.asset_materialization.metadata["dagster/row_count"].value
    assert counted["pci-2024-r1"] == 1
    assert counted["papi-2020-r1"] > 1000


def refresh_job() -> dg.JobDefinition:
    """The job as a process of its own loads it."""
    from pipelines.definitions import defs

    return defs().resolve_job_def("refresh")


def test_executed_again_from_failure_only_what_failed_and_follows_is_run(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPI_WAREHOUSE", str(page.settings.warehouse))
    job = dg.reconstructable(refresh_job)
    chosen = [dg.AssetKey(["core", "dim_day"]), RESULTS, PUBLISHED]

    def made(result: dg.JobExecutionResult) -> set[dg.AssetKey]:
        return {event.asset_key for event in result.get_asset_materialization_events() if event.asset_key}

    def full(*_: object) -> None:
        raise OSError("no space left on the disk")

    with monkeypatch.context() as broken:
        broken.setattr(making, "publish", full)
        with dg.execute_job(job, page.instance, asset_selection=chosen) as failed:
            assert not failed.success
            assert made(failed) == {*chosen} - {PUBLISHED}
    said = last_run.last(page.settings)
    assert said is not None
    assert (said.outcome, said.problems) == ("not_published", ["published: no space left on the disk"])
    again = dg.ReexecutionOptions.from_failure(failed.run_id, page.instance)
    with dg.execute_job(job, page.instance, reexecution_options=again) as mended:
        assert mended.success
        assert made(mended) == {PUBLISHED}
    said = last_run.last(page.settings)
    assert said is not None
    assert (said.outcome, said.problems) == ("published", [])


def test_nothing_of_this_is_stale_on_the_page(page: Page) -> None:
    """Dagster's own staleness says what the ledger says."""
    assert stale_on(page) == set()


def stale_on(page: Page) -> set[str]:
    """Assets that Dagster does not show as fresh."""
    from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
    from dagster._core.loader import LoadingContextForTest

    resolver = CachingStaleStatusResolver(page.instance, page.graph, LoadingContextForTest(page.instance))
    return {
        key.to_user_string()
        for key in page.graph.materializable_asset_keys
        if resolver.get_status(key) != StaleStatus.FRESH
    }
