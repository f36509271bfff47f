"""What starts a refresh, and what is overdue."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration import automation
from pipelines.releases import deliveries
from pipelines.settings import TIMEZONE, Settings


@pytest.fixture
def job() -> dg.UnresolvedAssetJobDefinition:
    return automation.build_job(dg.AssetSelection.all())


def test_the_check_on_time_warns_and_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automation, "today", lambda: date(2026, 11, 23))
    [result] = [automation.build_overdue_check(Settings()).node_def.compute_fn.decorated_fn()]  # type: ignore[attr-defined]
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert "PAPI 2025 is overdue" in result.description


def test_the_sensor_asks_for_one_run_for_all_that_is_new(own_raw: Path, job: dg.UnresolvedAssetJobDefinition) -> None:
    settings = Settings(raw=own_raw)
    sensor = automation.build_sensor(settings, job)

    def look(cursor: str | None) -> tuple[object, str | None]:
        context = dg.build_sensor_context(cursor=cursor)
        return sensor(context), context.cursor

    first, seen = look(None)
    assert isinstance(first, dg.RunRequest)
    assert first.tags == {automation.RANGE_START: "papi-2011-r1", automation.RANGE_END: "papi-2024-r1"}
    assert isinstance(look(seen)[0], dg.SkipReason)
    (own_raw / "papi/2025/r1").mkdir(parents=True)
    (own_raw / "papi/2025/r1/release.yaml").write_text("index_id: papi\n", "utf-8")
    again, _ = look(seen)
    assert isinstance(again, dg.RunRequest)
    assert again.tags[automation.RANGE_END] == "papi-2025-r1"
    assert again.run_key != first.run_key


def test_the_schedule_is_monday_mornings_of_the_weeks_of_publication(job: dg.UnresolvedAssetJobDefinition) -> None:
    schedule = automation.build_schedule(Settings(), job)
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 7 * 4-6 1", "Asia/Ho_Chi_Minh")
    day = datetime(2026, 4, 6, 7, tzinfo=TIMEZONE)
    request = schedule(dg.build_schedule_context(scheduled_execution_time=day))
    assert isinstance(request, dg.RunRequest)
    assert request.tags == automation.all_releases(deliveries.release_ids(Settings().raw))


def test_nothing_is_asked_for_where_raw_is_empty(tmp_path: Path, job: dg.UnresolvedAssetJobDefinition) -> None:
    settings = Settings(raw=tmp_path)
    assert isinstance(automation.build_sensor(settings, job)(dg.build_sensor_context()), dg.SkipReason)
    assert isinstance(automation.build_schedule(settings, job)(dg.build_schedule_context()), dg.SkipReason)
