"""When things run: the job, the sensor on raw/, the yearly schedule, the check on what is overdue.

Belongs here: triggers and the calendar. Does not belong here: any work.
"""

from __future__ import annotations

import dagster as dg

from pipelines.building import fingerprint
from pipelines.clock import today
from pipelines.orchestration.landing_assets import RELEASE
from pipelines.releases import deliveries
from pipelines.releases.overdue import overdue
from pipelines.settings import TIMEZONE, Settings

ON_TIME = "on_time"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def all_releases(release_ids: list[str]) -> dict[str, str]:
    """Tags that make one run of every release."""
    return {RANGE_START: release_ids[0], RANGE_END: release_ids[-1]} if release_ids else {}


def build_job(selection: dg.AssetSelection) -> dg.UnresolvedAssetJobDefinition:
    """The job that the command, the sensor and the schedule run."""
    return dg.define_asset_job(
        "refresh",
        selection=selection,
        description="Land every release, build, check and publish.",
        executor_def=dg.in_process_executor,
    )


def build_schedule(settings: Settings, job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Mondays from April to June: launches of 2013-2024 fell between 2 April and 10 May."""

    @dg.schedule(
        name="yearly_refresh",
        job=job,
        cron_schedule="0 7 * 4-6 1",
        execution_timezone=TIMEZONE.key,
        description="Monday mornings in the weeks in which PAPI is launched, and those after.",
    )
    def yearly_refresh() -> dg.RunRequest | dg.SkipReason:
        release_ids = deliveries.release_ids(settings.raw)
        if not release_ids:
            return dg.SkipReason("raw/ holds no release")
        return dg.RunRequest(tags=all_releases(release_ids))

    return yearly_refresh


def build_sensor(settings: Settings, job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """One run for whatever has come into raw/ since the last look, never one run a file."""

    @dg.sensor(
        name="new_deliveries",
        job=job,
        minimum_interval_seconds=60,
        description="Looks for deliveries that are new or changed under raw/.",
    )
    def new_deliveries(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        seen = fingerprint.of(settings)
        release_ids = deliveries.release_ids(settings.raw)
        if context.cursor == seen or not release_ids:
            return dg.SkipReason("nothing new under raw/")
        context.update_cursor(seen)
        return dg.RunRequest(run_key=seen, tags=all_releases(release_ids))

    return new_deliveries


def build_overdue_check(settings: Settings) -> dg.AssetChecksDefinition:
    """A warning while a year is overdue; it asks the clock, so its result is shown and not stored in the warehouse."""

    @dg.asset_check(asset=RELEASE, name=ON_TIME, description="Each year's results come in by the usual time.")
    def on_time() -> dg.AssetCheckResult:
        late = overdue(settings, today())
        return dg.AssetCheckResult(
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(late) or None,
            metadata={"overdue": late},
        )

    return on_time
