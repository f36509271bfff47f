"""Everything that Dagster loads, for one set of settings.

Belongs here: putting assets, checks, job, sensors and schedule together. Does not belong here: any of them.
"""

import json
import warnings

import dagster as dg

from pipelines.building import dbt, graph, ledger
from pipelines.building.ledger import Standing
from pipelines.orchestration.automation import build_job, build_overdue_check, build_schedule, build_sensor
from pipelines.orchestration.checks import build_checks
from pipelines.orchestration.landing_assets import build_landed, build_landing_checks, build_releases
from pipelines.orchestration.notices import build_failure_sensor
from pipelines.orchestration.papers_job import build_paper_assets, build_papers_job
from pipelines.orchestration.selection import what_is_due
from pipelines.orchestration.versions import code_versions
from pipelines.orchestration.warehouse_assets import (
    build_analyses,
    build_check_results,
    build_pages,
    build_published,
    build_warehouse,
    published_keys,
)
from pipelines.settings import Settings


def build_definitions(settings: Settings, standing: Standing | None = None) -> dg.Definitions:
    """Assets, checks, job, sensors and schedule over ``settings``.

    With a ``standing`` of the build file the job makes what is stale and judges what is unjudged, and no more.
    """
    warnings.filterwarnings("ignore", category=dg.BetaWarning)  # a note for each link to code and each data version
    manifest = json.loads(dbt.ensure_manifest(settings).read_text(encoding="utf-8"))
    now = graph.read(settings, manifest)
    versions = code_versions(settings, now, standing.wanted if standing else ledger.wanted(now))
    releases = build_releases(settings)
    release_keys = [key for one in releases for key in one.keys]
    warehouse = build_warehouse(settings, now, manifest, versions)
    analysed = build_analyses(settings, now, versions)
    tables = [*published_keys(warehouse), *analysed.keys]
    results = build_check_results(settings, tables, versions)
    assets = [
        *releases,
        build_landed(settings, versions, release_keys),
        warehouse,
        analysed,
        results,
        build_published(settings, [*tables, *results.keys], versions),
        build_pages(settings, versions),
    ]
    known = {key for one in assets for key in one.keys}
    due = what_is_due(settings, now, manifest, standing).selection() if standing else dg.AssetSelection.all()
    job = build_job(due)
    return dg.Definitions(
        assets=dg.with_source_code_references([*assets, *build_paper_assets()]),
        asset_checks=[
            *build_landing_checks(settings),
            *build_checks(settings, now, analysed.keys, standing),
            build_overdue_check(settings),
        ],
        jobs=[job, build_papers_job(settings)],
        schedules=[build_schedule(settings, job, known)],
        sensors=[build_sensor(settings, job, known), build_failure_sensor()],
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What workspace.yaml loads."""
    return build_definitions(Settings.from_environment())
