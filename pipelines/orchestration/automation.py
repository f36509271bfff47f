"""When things run: the job, the sensor on raw/, the yearly schedule, the check on what is overdue.

Belongs here: triggers and the calendar. Does not belong here: any work.
"""

from __future__ import annotations

import json
from collections.abc import Collection

import dagster as dg

from pipelines.building import dbt, fingerprint, lock, making, publication
from pipelines.clock import day_of, today
from pipelines.orchestration import history
from pipelines.orchestration.landing_assets import RELEASE
from pipelines.orchestration.selection import what_is_due
from pipelines.orchestration.step import INPUTS, LOST
from pipelines.releases import deliveries
from pipelines.releases.overdue import awaited, overdue
from pipelines.settings import TIMEZONE, Settings

ON_TIME = "on_time"
UNDER_WAY = dg.RunsFilter(
    statuses=[
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
)


def build_job(selection: dg.AssetSelection) -> dg.UnresolvedAssetJobDefinition:
    """The job that the command, the sensor and the schedule run."""
    return dg.define_asset_job(
        "refresh",
        selection=selection,
        description="Land every release, build, check and publish.",
        executor_def=dg.in_process_executor,
    )


def build_schedule(
    settings: Settings, job: dg.UnresolvedAssetJobDefinition, known: Collection[dg.AssetKey]
) -> dg.ScheduleDefinition:
    """Mondays from April to June: launches of 2013-2024 fell between 2 April and 10 May."""

    @dg.schedule(
        name="yearly_refresh",
        job=job,
        cron_schedule="0 7 * 4-6 1",
        execution_timezone=TIMEZONE.key,
        description="Monday mornings in the weeks in which PAPI is launched, and those after: whatever is stale then.",
    )
    def yearly_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        asked = _ask(settings, context.instance, known)
        if isinstance(asked, str):
            return dg.SkipReason(f"{asked}; waits for {'; '.join(awaited(settings, today())) or 'no index'}")
        return asked

    return yearly_refresh


def build_sensor(
    settings: Settings, job: dg.UnresolvedAssetJobDefinition, known: Collection[dg.AssetKey]
) -> dg.SensorDefinition:
    """One run for whatever is stale since the last look, never one run a file."""

    @dg.sensor(
        name="new_deliveries",
        job=job,
        minimum_interval_seconds=60,
        description=(
            "Asks the ledger what is stale, such as a delivery that is new under raw/, once something was published."
        ),
    )
    def new_deliveries(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if publication.current(settings) is None:
            return dg.SkipReason("nothing is published yet: launch the job `refresh` once, then this sensor follows")
        asked = _ask(settings, context.instance, known)
        return dg.SkipReason(asked) if isinstance(asked, str) else asked

    return new_deliveries


def _ask(settings: Settings, instance: dg.DagsterInstance, known: Collection[dg.AssetKey]) -> dg.RunRequest | str:
    """A run of what is stale, or why there is none: nothing is, another run is under way, or it was tried.

    Runs are known by the hash of the inputs that they were asked for, so that one that failed is not tried again until
    something changes, and one whose process was killed is.
    """
    history.close_killed(instance)
    if not deliveries.release_ids(settings.raw):
        return "raw/ holds no release"
    inputs = fingerprint.of(settings)
    in_force = publication.current(settings)
    if in_force is not None and in_force.fingerprint == inputs:
        return "nothing is stale"
    under_way = lock.held_by_another(settings) or [run.run_id for run in instance.get_runs(UNDER_WAY, limit=1)]
    if under_way:
        return under_way if isinstance(under_way, str) else f"run {under_way[0]} is under way"
    for run in instance.get_runs(dg.RunsFilter(tags={INPUTS: inputs}), limit=1):
        if LOST not in run.tags:
            return f"run {run.run_id} was made for these inputs and ended as {run.status.value.lower()}"
    graph, standing = making.look(settings)
    manifest = json.loads(dbt.ensure_manifest(settings).read_text(encoding="utf-8"))
    due = what_is_due(settings, graph, manifest, standing)
    # A release that came after the definitions were loaded has no asset yet: what loads them lands it.
    new = [key.to_user_string() for key in due.assets if key not in known and key.path[0] != "release"]
    if new:
        return f"{', '.join(new)} came after these definitions were loaded: reload them"
    assets = [key for key in due.assets if key in known]
    return dg.RunRequest(asset_selection=assets, asset_check_keys=due.checks, tags={INPUTS: inputs})


def build_overdue_check(settings: Settings) -> dg.AssetChecksDefinition:
    """A warning while a year is overdue; it asks the clock, so its result is shown and not stored in the warehouse."""

    @dg.asset_check(asset=RELEASE, name=ON_TIME, description="Each year's results come in by the usual time.")
    def on_time() -> dg.AssetCheckResult:
        late = overdue(settings, day_of(settings))
        return dg.AssetCheckResult(
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(late) or None,
            metadata={"overdue": late},
        )

    return on_time
