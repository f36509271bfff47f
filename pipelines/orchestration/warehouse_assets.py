"""The warehouse as Dagster assets: dbt's models, the analyses, the publication.

Belongs here: Dagster's view of what building/ and analysis/ do. Does not belong here: doing it.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.analysis import marts
from pipelines.building import dbt, gate, lock, publication, sources
from pipelines.orchestration.landing_assets import OWNERS
from pipelines.pages import whats_new
from pipelines.published import SCHEMAS
from pipelines.settings import Settings

PUBLISHED = dg.AssetKey(["published"])
ANALYSED_FROM = [
    dg.AssetKey(name)
    for name in (
        ["core", "fct_score"],
        ["core", "dim_target"],
        ["marts", "index_score"],
        ["marts", "index_change"],
        ["seeds", "target_rule"],
    )
]
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


def build_warehouse(settings: Settings, manifest_path: Path) -> dg.AssetsDefinition:
    """The dbt models of ``manifest_path`` as assets; definitions and run share that one manifest."""
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    translator = Translator()
    project = DbtProject(project_dir=settings.dbt_project, profiles_dir=settings.dbt_project)

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, pool="duckdb_writer", name="warehouse")  # type: ignore[untyped-decorator]
    def warehouse(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        """The whole project is built each time, into a fresh file."""
        lock.hold_until_exit(settings)
        sources.fresh(settings)
        results = dbt.build(settings, dbt.load_manifest(settings))
        counts = _row_counts(settings.build)
        wanted = context.selected_output_names
        for result in results:
            unique_id = result.node.unique_id
            if result.node.resource_type in ("model", "seed") and result.status == "success":
                props = manifest["nodes"][unique_id]
                name = translator.get_asset_key(props).to_python_identifier()
                if name in wanted:
                    n_rows = counts.get(f"{props['schema']}.{props['name']}")
                    metadata = {} if n_rows is None else {"dagster/row_count": n_rows}
                    yield dg.Output(None, output_name=name, metadata=metadata)
            elif result.node.resource_type == "test":
                key = get_asset_check_key_for_test(manifest, translator, unique_id, project)
                if key is not None and key in context.selected_asset_check_keys and result.status != "skipped":
                    yield _check_result(key, result)
        nodes = [r for r in results if r.node.resource_type != "operation"]
        done = sum(r.status in ("success", "pass") for r in nodes)
        log.info("dbt: %d of %d models, seeds and tests succeeded", done, len(nodes))
        failed = [r for r in results if r.status in ("error", "fail", "runtime error")]
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


def build_analyses(settings: Settings) -> dg.AssetsDefinition:
    """Every mart of the analyses, in one step: each opens the build file after the models are done."""
    described = marts.described(settings)

    @dg.multi_asset(
        name="analyses",
        specs=[
            dg.AssetSpec(
                ["marts", table],
                deps=ANALYSED_FROM,
                group_name="marts_analysis",
                owners=OWNERS,
                kinds={"python", "numpy", "duckdb"},
                description=described[table]["description"],
            )
            for analysis in marts.ANALYSES
            for table in analysis.tables
        ],
        pool="duckdb_writer",
    )
    def analysed() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        lock.hold_until_exit(settings)
        done = list(marts.run(settings))
        for one in done:
            for table, n_rows in one.n_rows.items():
                yield dg.MaterializeResult(
                    asset_key=["marts", table], metadata={"dagster/row_count": n_rows, "kept": one.is_kept}
                )
        rows = {table: n for one in done for table, n in one.n_rows.items()}
        anew = [one.name for one in done if not one.is_kept]
        log.info(
            "analyses: %d rows in %d tables; %s",
            sum(rows.values()),
            len(rows),
            f"computed {', '.join(anew)}" if anew else "all kept",
        )

    return analysed


def published_keys(warehouse: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """Every asset that readers will see: core, marts and audit."""
    return sorted(key for key in warehouse.keys if key.path[0] in SCHEMAS)


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
            "warehouse/papi.duckdb with Parquet beside it, switched to in one step; refused unless the build is of the "
            "files of now, whole, and passed every check."
        ),
    )
    def published() -> dg.MaterializeResult:  # type: ignore[type-arg]
        import duckdb

        lock.hold_until_exit(settings)
        gate.check(settings)
        with duckdb.connect(str(settings.build), read_only=True) as connection:
            note = whats_new.render(connection)
        done = publication.publish(settings, *sources.built_from(settings), note)
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
