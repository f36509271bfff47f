"""The warehouse as Dagster assets: dbt's models, the analyses, the publication.

Belongs here: Dagster's view of what building/ and analysis/ do. Does not belong here: doing it.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.analysis import marts
from pipelines.building import check_results, dbt, making, publication, sources
from pipelines.building.graph import Graph
from pipelines.orchestration.checks import check_result
from pipelines.orchestration.landing_assets import OWNERS
from pipelines.orchestration.step import SITE, keep, keep_if_blocked, step
from pipelines.orchestration.versions import PAGES, PUBLISHED, RESULTS, assets_of, data_version
from pipelines.pages import whats_new
from pipelines.published import SCHEMAS
from pipelines.settings import Settings
from pipelines.site.making import Site

OF_LANDED = {table: node_id for node_id, tables in sources.TABLES.items() for table in tables}
log = logging.getLogger("papi")


class Translator(DagsterDbtTranslator):  # type: ignore[misc]
    """Groups are the folders of the dbt project; every table is the standing agency's."""

    def __init__(self, versions: Mapping[dg.AssetKey, str] | None = None) -> None:
        settings = DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_code_references=True)
        super().__init__(settings)
        self._versions = versions or {}

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            group = OF_LANDED.get(f"{dbt_resource_props['schema']}.{dbt_resource_props['name']}")
            if group is not None:
                return dg.AssetKey(group.split("."))
        key: dg.AssetKey = super().get_asset_key(dbt_resource_props)
        return key

    def get_code_version(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return self._versions.get(self.get_asset_key(dbt_resource_props))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        return "_".join(dbt_resource_props["fqn"][1:-1]) or "landing"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return OWNERS

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return str(dbt_resource_props.get("description", ""))


def build_warehouse(
    settings: Settings, graph: Graph, manifest: Mapping[str, Any], versions: Mapping[dg.AssetKey, str]
) -> dg.AssetsDefinition:
    """dbt's seeds and models as assets; definitions and run share one manifest."""
    translator = Translator(versions)
    project = DbtProject(project_dir=settings.dbt_project, profiles_dir=settings.dbt_project)

    @dbt_assets(  # type: ignore[untyped-decorator]
        manifest=manifest,
        project=project,
        dagster_dbt_translator=translator,
        pool="duckdb_writer",
        name="warehouse",
    )
    def warehouse(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        """Exactly the tables and tests that the run selects, each table anew."""
        with step(settings, context):
            outputs, checks = {}, {}
            for unique_id, props in manifest["nodes"].items():
                if props["resource_type"] == "test":
                    key = get_asset_check_key_for_test(manifest, translator, unique_id, project)
                    if key in context.selected_asset_check_keys:
                        checks[unique_id] = key
                elif props["resource_type"] in ("model", "seed"):
                    name = translator.get_asset_key(props).to_python_identifier()
                    if name in context.selected_output_names:
                        outputs[unique_id] = name
            results, outcomes = making.build(settings, [*outputs, *checks])
            made, n_rows = making.made(settings)
            for result in results:
                unique_id = result.node.unique_id
                if unique_id in outputs and result.status == "success":
                    counted = [n_rows[table] for table in graph.nodes[unique_id].tables if table in n_rows]
                    metadata = {"dagster/row_count": counted[0]} if counted else {}
                    version = data_version(made, unique_id)
                    yield dg.Output(None, outputs[unique_id], metadata=metadata, data_version=version)
                elif unique_id in outcomes:
                    yield check_result(checks[unique_id], graph.checks[unique_id], outcomes[unique_id])
            done = sum(r.node.unique_id in outputs and r.status == "success" for r in results)
            passed = sum(outcome.outcome == "pass" for outcome in outcomes.values())
            log.info("dbt: %d of %d tables built, %d of %d tests passed", done, len(outputs), passed, len(checks))
            keep_if_blocked(settings, context, [(graph.checks[name], one) for name, one in outcomes.items()])
            broken = [r for r in dbt.failed(results) if r.node.unique_id not in outcomes]
            if broken:
                raise dg.Failure("; ".join(f"{r.node.name}: {r.message}" for r in broken), allow_retries=False)

    return warehouse  # type: ignore[no-any-return]


def columns_of(described: Mapping[str, Any]) -> dict[str, dg.TableSchema]:
    """The columns of a table that Python makes, as its description has them and as dbt's models show theirs."""
    columns = [dg.TableColumn(c["name"], c["data_type"], c["description"]) for c in described["columns"]]
    return {"dagster/column_schema": dg.TableSchema(columns)}


def build_analyses(settings: Settings, graph: Graph, versions: Mapping[dg.AssetKey, str]) -> dg.AssetsDefinition:
    """Every mart of the analyses, in one step: each opens the build file after the models are done."""
    reads = {
        one.name: sorted({a for p in graph.nodes[f"analysis.{one.name}"].parents for a in assets_of(graph, p)})
        for one in marts.ANALYSES
    }
    described = marts.described(settings)

    @dg.multi_asset(
        name="analyses",
        specs=[
            dg.AssetSpec(
                key := dg.AssetKey(["marts", table]),
                deps=reads[analysis.name],
                group_name="marts_analysis",
                owners=OWNERS,
                kinds={"python", "numpy", "duckdb"},
                code_version=versions[key],
                description=described[table]["description"],
                metadata=columns_of(described[table]),
            )
            for analysis in marts.ANALYSES
            for table in analysis.tables
        ],
        can_subset=True,
        pool="duckdb_writer",
    )
    def analysed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        with step(settings, context):
            chosen = {key.path[-1] for key in context.selected_asset_keys}
            done = making.analyse(settings, [one.name for one in marts.ANALYSES if chosen & {*one.tables}])
            rows = {table: (n, one) for one in done for table, n in one.n_rows.items()}
            made, _ = making.made(settings)
            for table in chosen:
                n_rows, one = rows[table]
                yield dg.MaterializeResult(
                    asset_key=["marts", table],
                    metadata={"dagster/row_count": n_rows, "kept": one.is_kept},
                    data_version=data_version(made, f"analysis.{one.name}"),
                )
            anew = [one.name for one in done if not one.is_kept]
            log.info(
                "analyses: %d rows in %d tables; %s",
                sum(n_rows for n_rows, _ in rows.values()),
                len(rows),
                f"computed {', '.join(anew)}" if anew else "all kept",
            )

    return analysed


def published_keys(warehouse: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """Every asset that readers will see: core, marts and audit."""
    return sorted(key for key in warehouse.keys if key.path[0] in SCHEMAS)


def build_check_results(
    settings: Settings, upstream: Sequence[dg.AssetKey], versions: Mapping[dg.AssetKey, str]
) -> dg.AssetsDefinition:
    """audit.check_result, which holds what every rule said, once all were asked."""

    @dg.asset(
        key=RESULTS,
        deps=upstream,
        group_name="audit",
        owners=OWNERS,
        kinds={"python", "duckdb"},
        pool="duckdb_writer",
        code_version=versions[RESULTS],
        description="What each rule said of each table and of each delivery, from what was kept of its judgement.",
        metadata=columns_of(check_results.described(settings)),
    )
    def write_check_results(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with step(settings, context):
            return dg.MaterializeResult(metadata={"dagster/row_count": making.write_results(settings)})

    return write_check_results


def build_published(
    settings: Settings, upstream: Sequence[dg.AssetKey], versions: Mapping[dg.AssetKey, str]
) -> dg.AssetsDefinition:
    """The asset that follows every table readers see, and so every blocking check on them."""

    @dg.asset(
        key=PUBLISHED,
        deps=upstream,
        group_name="published",
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        pool="duckdb_writer",
        code_version=versions[PUBLISHED],
        description=(
            "warehouse/papi.duckdb with Parquet beside it, switched to in one step; refused unless every table was "
            "made from the inputs of now and passed every check."
        ),
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with step(settings, context):
            draw = Site(settings) if SITE in context.run.tags else None
            done = making.publish(settings, whats_new.of(settings), draw)
            rows = done.n_rows
            log.info("published: %d tables, %d rows of marts.index_score", len(rows), rows["marts.index_score"])
            keep(settings, context, is_published=True)
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": rows["marts.index_score"],
                    "tables": dg.MetadataValue.json(rows),
                    "folder": dg.MetadataValue.path(str(done.folder)),
                }
            )

    return published


def build_pages(settings: Settings, versions: Mapping[dg.AssetKey, str]) -> dg.AssetsDefinition:
    """The asset of the pages, which follows the publication and so everything that may stop it."""

    @dg.asset(
        key=PAGES,
        deps=[PUBLISHED],
        group_name="published",
        owners=OWNERS,
        kinds={"python", "html"},
        pool="duckdb_writer",
        code_version=versions[PAGES],
        description=(
            "warehouse/site, pages that are opened from the folder, drawn anew where they changed. `papi refresh` "
            "draws them with the publication and switches to both in one step; here they join the one in force."
        ),
    )
    def pages(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with step(settings, context):
            folder = publication.add_site(settings, Site(settings))
            n_pages = len([*folder.rglob("*.html")])
            return dg.MaterializeResult(
                metadata={"pages": n_pages, "folder": dg.MetadataValue.path(str(folder))},
            )

    return pages
