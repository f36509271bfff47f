"""What starts a refresh, and what is overdue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.building import fingerprint, graph, ledger, lock
from pipelines.orchestration import automation
from pipelines.orchestration.landing_assets import RELEASE
from pipelines.orchestration.step import INPUTS, LOST
from pipelines.orchestration.versions import PUBLISHED, RESULTS, code_versions
from pipelines.settings import TIMEZONE, Settings
from tests.conftest import Built

Tick = Callable[[], dg.RunRequest | dg.SkipReason]


@pytest.fixture
def job() -> dg.UnresolvedAssetJobDefinition:
    return automation.build_job(dg.AssetSelection.all())


@pytest.fixture
def changed(built: Built, own_raw: Path) -> Settings:
    """The built warehouse over a raw/ in which one release was touched."""
    path = own_raw / "papi/2020/r1/release.yaml"
    path.write_text(path.read_text("utf-8") + "# seen again\n", "utf-8")
    return replace(built.settings, raw=own_raw)


def ticking(settings: Settings, job: dg.UnresolvedAssetJobDefinition, instance: dg.DagsterInstance) -> Tick:
    """The sensor over these settings, as the daemon asks it."""
    now = graph.read(settings)
    known = code_versions(settings, now, ledger.wanted(now))
    sensor = automation.build_sensor(settings, job, [*known])

    def tick() -> dg.RunRequest | dg.SkipReason:
        said = sensor(dg.build_sensor_context(instance=instance))
        assert isinstance(said, dg.RunRequest | dg.SkipReason)
        return said

    return tick


def why(said: dg.RunRequest | dg.SkipReason) -> str:
    assert isinstance(said, dg.SkipReason)
    return said.skip_message or ""


def test_the_check_on_time_warns_and_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automation, "today", lambda: date(2026, 11, 23))
    [result] = [automation.build_overdue_check(Settings()).node_def.compute_fn.decorated_fn()]  # type: ignore[attr-defined]
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert "PAPI 2025 is overdue" in result.description


def test_the_first_look_at_a_new_folder_starts_nothing(tmp_path: Path, job: dg.UnresolvedAssetJobDefinition) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for settings in (Settings(warehouse=tmp_path), Settings(warehouse=tmp_path, raw=tmp_path / "no")):
            said = automation.build_sensor(settings, job, [])(dg.build_sensor_context(instance=instance))
            assert isinstance(said, dg.SkipReason)
            assert "nothing is published yet" in (said.skip_message or "")


def test_the_sensor_asks_for_what_is_stale_and_no_more(
    built: Built, changed: Settings, job: dg.UnresolvedAssetJobDefinition
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert why(ticking(built.settings, job, instance)()) == "nothing is stale"
        asked = ticking(changed, job, instance)()
    assert isinstance(asked, dg.RunRequest)
    assert asked.asset_selection is not None
    assert {RELEASE, RESULTS, PUBLISHED, dg.AssetKey(["marts", "index_score"])} <= {*asked.asset_selection}
    assert dg.AssetKey(["core", "dim_unit"]) not in asked.asset_selection
    assert asked.asset_check_keys
    assert asked.run_key is None
    assert asked.tags[INPUTS] == fingerprint.of(changed)


def test_a_release_that_came_after_the_definitions_were_loaded_is_asked_for(
    changed: Settings, job: dg.UnresolvedAssetJobDefinition
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        tick = ticking(changed, job, instance)
        (changed.raw / "papi/2025/r1").mkdir(parents=True)
        asked = tick()
    assert isinstance(asked, dg.RunRequest)
    assert RELEASE in (asked.asset_selection or [])
    assert not [key for key in asked.asset_selection or [] if key.path[0] == "release"]


def test_a_run_that_failed_is_not_tried_again_and_one_that_was_lost_is(
    changed: Settings, job: dg.UnresolvedAssetJobDefinition
) -> None:
    run = dg.DagsterRun(
        job_name="refresh", run_id="1" * 32, status=dg.DagsterRunStatus.FAILURE, tags={INPUTS: fingerprint.of(changed)}
    )
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_run(run)
        tick = ticking(changed, job, instance)
        assert "was made for these inputs and ended as failure" in why(tick())
        instance.add_run_tags(run.run_id, {LOST: "true"})
        assert isinstance(tick(), dg.RunRequest)


def test_nothing_is_asked_for_while_another_run_is_under_way(
    changed: Settings, job: dg.UnresolvedAssetJobDefinition
) -> None:
    queued = dg.DagsterRun(job_name="refresh", run_id="2" * 32, status=dg.DagsterRunStatus.NOT_STARTED)
    with dg.DagsterInstance.ephemeral() as instance:
        tick = ticking(changed, job, instance)
        instance.add_run(queued)
        assert f"run {queued.run_id} is under way" in why(tick())
        with lock.hold(changed):
            assert "a refresh is already running: pid" in why(tick())


def test_the_schedule_is_monday_mornings_of_the_weeks_of_publication(
    built: Built, changed: Settings, job: dg.UnresolvedAssetJobDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automation, "today", lambda: date(2026, 4, 6))
    day = datetime(2026, 4, 6, 7, tzinfo=TIMEZONE)
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=day)
        schedule = automation.build_schedule(built.settings, job, [])
        assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 7 * 4-6 1", "Asia/Ho_Chi_Minh")
        said = schedule(context)
        assert isinstance(said, dg.SkipReason)
        assert said.skip_message == "nothing is stale; waits for PAPI 2025, usually out before 01/06/2026"
        now = graph.read(changed)
        known = [*code_versions(changed, now, ledger.wanted(now))]
        assert isinstance(automation.build_schedule(changed, job, known)(context), dg.RunRequest)
        empty = automation.build_schedule(replace(changed, raw=changed.raw / "papi/2011"), job, known)(context)
        assert isinstance(empty, dg.SkipReason)
        assert (empty.skip_message or "").startswith("raw/ holds no release; waits for")
