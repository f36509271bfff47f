"""All dbt models, as one set of Dagster assets.

Belongs here: the fresh build file, dbt's run and its results as Dagster events. Does not belong here: SQL.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.building import dbt, lock, sources
from pipelines.orchestration.landing_assets import OWNERS
from pipelines.published import SCHEMAS
from pipelines.settings import Settings

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


def published_keys(warehouse: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """Every asset that readers will see: core, marts and audit."""
    return sorted(key for key in warehouse.keys if key.path[0] in SCHEMAS)
