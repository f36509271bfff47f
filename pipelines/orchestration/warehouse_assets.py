"""The warehouse as Dagster assets: dbt's models, the analyses, the publication.

Belongs here: Dagster's view of what building/ and analysis/ do. Does not belong here: doing it.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.analysis import marts
from pipelines.building import dbt, lock, making
from pipelines.building.graph import Graph
from pipelines.orchestration.checks import assets_of
from pipelines.orchestration.landing_assets import OWNERS
from pipelines.pages import whats_new
from pipelines.published import SCHEMAS
from pipelines.settings import Settings

PUBLISHED = dg.AssetKey(["published"])
RESULTS = dg.AssetKey(["audit", "check_result"])
log = logging.getLogger("papi")


class Translator(DagsterDbtTranslator):  # type: ignore[misc]
    """Groups are the folders of the dbt project; every table is the standing agency's."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        return "_".join(dbt_resource_props["fqn"][1:-1]) or "landing"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return OWNERS

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return str(dbt_resource_props.get("description", ""))


def build_warehouse(settings: Settings, manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """dbt's seeds and models as assets; definitions and run share one manifest."""
    translator = Translator()
    project = DbtProject(project_dir=settings.dbt_project, profiles_dir=settings.dbt_project)

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, pool="duckdb_writer", name="warehouse")  # type: ignore[untyped-decorator]
    def warehouse(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        """Exactly the tables and tests that the run selects, each table anew."""
        lock.hold_until_exit(settings)
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
        results = making.build(settings, [*outputs, *checks])
        counts = _row_counts(settings.build)
        for result in results:
            unique_id = result.node.unique_id
            if unique_id in outputs and result.status == "success":
                props = manifest["nodes"][unique_id]
                n_rows = counts.get(f"{props['schema']}.{props['name']}")
                metadata = {} if n_rows is None else {"dagster/row_count": n_rows}
                yield dg.Output(None, output_name=outputs[unique_id], metadata=metadata)
            elif unique_id in checks and result.status != "skipped":
                yield _check_result(checks[unique_id], result)
        done = sum(r.node.unique_id in outputs and r.status == "success" for r in results)
        passed = sum(r.node.unique_id in checks and r.status == "pass" for r in results)
        log.info("dbt: %d of %d tables built, %d of %d tests passed", done, len(outputs), passed, len(checks))
        failed = dbt.failed(results)
        if failed:
            raise dg.Failure("; ".join(f"{r.node.name}: {r.message}" for r in failed), allow_retries=False)

    return warehouse  # type: ignore[no-any-return]


def _check_result(key: dg.AssetCheckKey, result: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.status == "pass",
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR,
        metadata={"n_failed": result.failures or 0, "message": str(result.message or ""), "sql": _sql(result)},
    )


def _sql(result: Any) -> dg.MetadataValue:
    return dg.MetadataValue.md(f"```sql\n{getattr(result.node, 'compiled_code', '') or ''}\n```")


def _row_counts(build: Path) -> dict[str, int]:
    """Rows by table. DuckDB keeps the count of a table that was only ever appended to."""
    import duckdb

    with duckdb.connect(str(build), read_only=True) as connection:
        sql = "select schema_name || '.' || table_name, estimated_size from duckdb_tables()"
        return dict(connection.execute(sql).fetchall())


def build_analyses(settings: Settings, graph: Graph) -> dg.AssetsDefinition:
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
                ["marts", table],
                deps=reads[analysis.name],
                group_name="marts_analysis",
                owners=OWNERS,
                kinds={"python", "numpy", "duckdb"},
                description=described[table]["description"],
            )
            for analysis in marts.ANALYSES
            for table in analysis.tables
        ],
        can_subset=True,
        pool="duckdb_writer",
    )
    def analysed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        lock.hold_until_exit(settings)
        chosen = {key.path[-1] for key in context.selected_asset_keys}
        done = making.analyse(settings, [one.name for one in marts.ANALYSES if chosen & {*one.tables}])
        rows = {table: (n, one) for one in done for table, n in one.n_rows.items()}
        for table in chosen:
            n_rows, one = rows[table]
            yield dg.MaterializeResult(
                asset_key=["marts", table], metadata={"dagster/row_count": n_rows, "kept": one.is_kept}
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


def build_check_results(settings: Settings, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """audit.check_result, which holds what every rule said, once all were asked."""

    @dg.asset(
        key=RESULTS,
        deps=upstream,
        group_name="audit",
        owners=OWNERS,
        kinds={"python", "duckdb"},
        pool="duckdb_writer",
        description="What each rule said of each table and of each delivery, from what was kept of its judgement.",
    )
    def check_result() -> dg.MaterializeResult:  # type: ignore[type-arg]
        lock.hold_until_exit(settings)
        return dg.MaterializeResult(metadata={"dagster/row_count": making.write_results(settings)})

    return check_result


def build_published(settings: Settings, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that follows every table readers see, and so every blocking check on them."""

    @dg.asset(
        key=PUBLISHED,
        deps=upstream,
        group_name="published",
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        pool="duckdb_writer",
        description=(
            "warehouse/papi.duckdb with Parquet beside it, switched to in one step; refused unless every table was "
            "made from the inputs of now and passed every check."
        ),
    )
    def published() -> dg.MaterializeResult:  # type: ignore[type-arg]
        lock.hold_until_exit(settings)
        done = making.publish(settings, whats_new.of(settings))
        rows = done.n_rows
        log.info("published: %d tables, %d rows of marts.index_score", len(rows), rows["marts.index_score"])
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows["marts.index_score"],
                "tables": dg.MetadataValue.json(rows),
                "folder": dg.MetadataValue.path(str(done.folder)),
            }
        )

    return published
