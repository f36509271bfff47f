"""dbt's compiled models as one DuckDB script: another build of the same SQL, in a second instead of twenty."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from pipelines.building import dbt, sources
from pipelines.releases import deliveries, landing
from pipelines.settings import Settings
from tests.conftest import Built


def build(
    built: Built,
    raw: Path,
    warehouse: Path,
    as_of: date | None = None,
    seeds: dict[str, str] | None = None,
    dbt_project: Path | None = None,
) -> Path:
    """Land what is known in ``raw`` and build it; returns the build file.

    As of a day only core and what leads to it are built. Seeds are read from ``dbt_project``, but for those that
    ``seeds`` gives SQL for; the models are the project's own.
    """
    settings = Settings(raw=raw, warehouse=warehouse, as_of=as_of)
    settings = replace(settings, dbt_project=dbt_project or settings.dbt_project)
    known = deliveries.read_all(raw, as_of)
    landing.land(settings, known)
    path = warehouse / (as_of.isoformat() if as_of else "all") / "build.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written to the file once, at the end: a checkpoint after each large table would cost 2 seconds.
    with duckdb.connect(str(path), config={"checkpoint_threshold": "1GB"}) as connection:
        sources.fill(settings, connection, [sources.RELEASE, *sources.OFFICE])
        connection.execute(f"attach '{built.settings.build}' as ready (read_only); create schema seeds")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'ready' and schema_name = 'seeds'"
        )
        for (seed,) in tables.fetchall():
            connection.execute(f"create table seeds.{seed} as select * from ready.seeds.{seed} limit 0")
            csv = f"select * from read_csv('{settings.seeds / seed}.csv', header = true, all_varchar = true)"
            connection.execute(f"insert into seeds.{seed} by name {(seeds or {}).get(seed, csv)}")
        for schema, statement in statements(Settings()):
            if as_of is None or schema not in ("marts", "audit"):
                connection.execute(statement)
        connection.execute("detach ready")
    return path


def statements(settings: Settings) -> list[tuple[str, str]]:
    """Every model in its order, with its schema; names in dbt's SQL begin with that of the file, which is build."""
    manifest = dbt.load_manifest(settings)
    compiled = settings.dbt_project / "target" / "compiled"
    left = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    done: set[str] = set()
    sql = [("", f"create schema if not exists {schema}") for schema in sorted({node.schema for node in left})]
    while left:
        ready = [n for n in left if all(d in done or not d.startswith("model.") for d in n.depends_on_nodes)]
        for node in ready:
            text = (compiled / node.package_name / node.original_file_path).read_text("utf-8")
            kind, name, as_what = node.config.materialized, f"{node.schema}.{node.name}", "as"
            if kind == "table_macro":
                kind, name, as_what = "macro", f"{name}({', '.join(node.config['parameters'])})", "as table"
            sql.append((node.schema, f"create {kind} {name} {as_what} {text}"))
            done.add(node.unique_id)
        left = [node for node in left if node.unique_id not in done]
    return sql
