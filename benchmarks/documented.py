"""The same project as the tools' own documentation shows it, to measure a refresh against.

One asset lands, dbt runs through its command in a process of its own (`DbtCliResource`), the analyses, the rules and
the publication are assets each, and Dagster's default executor starts a process for every step. Nothing is kept from
run to run, and nothing asks what is stale. Run by measure.py: PAPI_WAREHOUSE says where to.
"""

import os
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

from pipelines.analysis import marts
from pipelines.building import publication, sources
from pipelines.building.publication import Stamp
from pipelines.releases import deliveries, landing
from pipelines.rules import judge, suites
from pipelines.settings import Settings

settings = Settings.from_environment()
project = DbtProject(project_dir=settings.dbt_project, profiles_dir=settings.dbt_project, target="office")
os.environ["PAPI_BUILD"] = str(settings.build)


@dg.asset
def landed() -> None:
    """Every delivery, plan and report, in the build file."""
    landing.land(settings, deliveries.read_all(settings.raw))
    sources.load(settings, [sources.RELEASE, *sources.OFFICE])


@dbt_assets(manifest=project.manifest_path)  # type: ignore[untyped-decorator]
def warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """`dbt build`, its events read from its output."""
    yield from dbt.cli(["build"], context=context).stream()


@dg.asset(deps=[warehouse, landed])
def analysed() -> None:
    """The marts of the analyses."""
    list(marts.run(settings, [one.name for one in marts.ANALYSES]))


@dg.asset(deps=[analysed])
def judged() -> None:
    """Every rule, in the process of the step."""
    import duckdb

    with duckdb.connect(str(settings.build), read_only=True) as connection:
        for table, suite in suites.read_suites(settings.expectations).items():
            if table != landing.TABLE:
                judge.judge(suite, connection)


@dg.asset(deps=[judged])
def published() -> None:
    """The published file."""
    publication.publish(settings, Stamp("benchmark", "all"))


defs = dg.Definitions(
    assets=[landed, warehouse, analysed, judged, published],
    jobs=[dg.define_asset_job("all_of_it")],
    resources={"dbt": DbtCliResource(project_dir=project)},
)
