"""Everything that Dagster loads, for one set of settings.

Belongs here: putting assets, checks, job, sensor and schedule together. Does not belong here: any of them.
"""

import json

import dagster as dg

from pipelines.building import dbt, graph
from pipelines.building.ledger import Standing
from pipelines.orchestration.automation import build_job, build_overdue_check, build_schedule, build_sensor
from pipelines.orchestration.checks import build_checks
from pipelines.orchestration.landing_assets import build_releases, build_reports
from pipelines.orchestration.selection import what_is_due
from pipelines.orchestration.warehouse_assets import (
    build_analyses,
    build_check_results,
    build_published,
    build_warehouse,
    published_keys,
)
from pipelines.settings import Settings


def build_definitions(settings: Settings, standing: Standing | None = None) -> dg.Definitions:
    """Assets, checks, job, sensor and schedule over ``settings``.

    With a ``standing`` of the build file the job makes what is stale and judges what is unjudged, and no more.
    """
    manifest = json.loads(dbt.ensure_manifest(settings).read_text(encoding="utf-8"))
    now = graph.read(settings, manifest)
    warehouse = build_warehouse(settings, manifest)
    analysed = build_analyses(settings, now)
    tables = [*published_keys(warehouse), *analysed.keys]
    results = build_check_results(settings, tables)
    job = build_job(what_is_due(settings, now, manifest, standing) if standing else dg.AssetSelection.all())
    return dg.Definitions(
        assets=[
            build_releases(settings),
            build_reports(settings),
            warehouse,
            analysed,
            results,
            build_published(settings, [*tables, *results.keys]),
        ],
        asset_checks=[*build_checks(settings, now, analysed.keys, standing), build_overdue_check(settings)],
        jobs=[job],
        schedules=[build_schedule(settings, job)],
        sensors=[build_sensor(settings, job)],
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What workspace.yaml loads."""
    return build_definitions(Settings.from_environment())
