"""Everything that Dagster loads, for one set of settings.

Belongs here: putting assets, checks, job, sensor and schedule together. Does not belong here: any of them.
"""

import dagster as dg

from pipelines.building import dbt
from pipelines.orchestration.automation import build_job, build_overdue_check, build_schedule, build_sensor
from pipelines.orchestration.checks import build_checks
from pipelines.orchestration.landing_assets import build_releases, build_reports
from pipelines.orchestration.warehouse_assets import build_analyses, build_published, build_warehouse, published_keys
from pipelines.settings import Settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """Assets, checks, job, sensor and schedule over ``settings``."""
    warehouse = build_warehouse(settings, dbt.ensure_manifest(settings))
    analysed = build_analyses(settings)
    job = build_job()
    return dg.Definitions(
        assets=[
            build_releases(settings),
            build_reports(settings),
            warehouse,
            analysed,
            build_published(settings, [*published_keys(warehouse), *analysed.keys]),
        ],
        asset_checks=[*build_checks(settings, analysed.keys), build_overdue_check(settings)],
        jobs=[job],
        schedules=[build_schedule(settings, job)],
        sensors=[build_sensor(settings, job)],
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What workspace.yaml loads."""
    return build_definitions(Settings.from_environment())
