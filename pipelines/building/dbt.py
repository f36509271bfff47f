"""dbt in this process: the manifest, and a run of chosen nodes.

Belongs here: everything that touches dbt's own Python, so that a new dbt is met in one place. Does not belong here:
Dagster.

Parsing the project takes dbt seconds and its result depends on nothing but the project's files and dbt's version, so
the parsed manifest is kept in dbt_project/target/kept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.kept import Store, key_of
from pipelines.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

MANIFEST, AS_LOADED, RUN_RESULTS = "manifest.json", "partial_parse.msgpack", "run_results.json"
PARSED_FROM = ("models", "seeds", "macros", "tests")


class DbtFailed(RuntimeError):
    """dbt could not parse or run the project; the message is dbt's own."""


def project_files(settings: Settings) -> list[Path]:
    """Every file of the dbt project that a person writes."""
    folder = settings.dbt_project
    found = [p for name in PARSED_FROM for p in (folder / name).rglob("*") if p.is_file()]
    return sorted([folder / "dbt_project.yml", folder / "profiles.yml", *found])


def ensure_manifest(settings: Settings) -> Path:
    """Path of manifest.json as of the project's files now; parses only when they changed.

    Raises ``DbtFailed`` with dbt's message where the project cannot be parsed.
    """
    return _parsed(settings) / MANIFEST


def _parsed(settings: Settings) -> Path:
    """The kept folder with both forms of the manifest. Any dbt command may overwrite those in target/ itself."""
    target = settings.dbt_project / "target"
    store = Store(target / "kept")
    versions = [version(package) for package in ("dbt-core", "dbt-adapters", "dbt-duckdb")]
    texts = [path for path in project_files(settings) if path.suffix != ".csv"]  # dbt reads a seed when it loads it
    names = [path.relative_to(settings.dbt_project).as_posix() for path in project_files(settings)]

    def parse(folder: Path) -> None:
        _invoke(settings, ["parse", "--write-json"])
        folder.mkdir()
        for name in (MANIFEST, AS_LOADED):
            shutil.copy2(target / name, folder / name)

    return store.ensure("manifest", key_of(None, texts, *versions, *names), parse)


def build(settings: Settings, manifest: Manifest, chosen: Collection[str]) -> list[Any]:
    """Seed, run and test the nodes of ``chosen`` (dbt's ids) in the build file; dbt's results, one a node.

    Tables are made anew, never filled again: a seed that is only emptied would take its columns by position.
    Unit tests are left out: they judge the SQL on rows of their own, whatever the data, and belong to ``unit_test``.
    Raises ``DbtFailed`` where dbt itself broke or ran other nodes than those chosen; a failing test or model is among
    the results.
    """
    selection = [f"fqn:{'.'.join(manifest.nodes[name].fqn)}" for name in sorted(chosen)]
    arguments = ["build", "--full-refresh", "--indirect-selection", "empty", "--exclude-resource-type", "unit_test"]
    done = _invoke(settings, [*arguments, "--select", *selection], manifest)
    _leave_for_dbt(settings, done)
    results: list[Any] = done.results
    ran = {result.node.unique_id for result in results if result.node.resource_type != "operation"}
    if not failed(results) and ran != set(chosen):
        others = ", ".join(sorted(ran.symmetric_difference(chosen))[:5])
        raise DbtFailed(f"dbt ran {len(ran)} nodes where {len(chosen)} were to run; they differ in {others}")
    return results


def _leave_for_dbt(settings: Settings, done: Any) -> None:
    """Put manifest.json and run_results.json of a build where `dbt retry`, `dbt ls -s result:fail` and editors look.

    dbt would write them itself, but the manifest anew each time, which takes longer than a copy.
    """
    target = settings.dbt_project / "target"
    with tempfile.TemporaryDirectory(prefix=".", dir=target) as beside:
        done.write(str(Path(beside) / RUN_RESULTS))
        shutil.copy2(ensure_manifest(settings), beside)
        for name in (MANIFEST, RUN_RESULTS):
            (Path(beside) / name).replace(target / name)


def failed(results: list[Any]) -> list[Any]:
    """Those of dbt's results that did not end well."""
    return [r for r in results if r.status in ("error", "fail", "runtime error", "partial success")]


def unit_test(settings: Settings, manifest: Manifest) -> list[Any]:
    """Run the models' unit tests, which take the types of columns from the build file; dbt's results, one a test."""
    results: list[Any] = _invoke(settings, ["test", "--resource-type", "unit_test"], manifest).results
    return results


def load_manifest(settings: Settings) -> Manifest:
    """The manifest as dbt holds it in memory."""
    from dbt.contracts.graph.manifest import Manifest

    manifest: Manifest = Manifest.from_msgpack((_parsed(settings) / AS_LOADED).read_bytes())
    for node in manifest.nodes.values():
        if node.resource_type == "seed":
            node.root_path = str(settings.dbt_project)  # the folder may have been copied or moved since it was parsed
    manifest.build_flat_graph()
    manifest.build_parent_and_child_maps()
    return manifest


@dataclass(frozen=True)
class Docs:
    """dbt's documentation: one page that needs no server, and what it was made from.

    ``models`` has the SQL of each model, such as ``marts.index_score``, as it is run; ``columns`` the types of all
    columns by schema, table and column.
    """

    page: Path
    models: dict[str, str]
    columns: dict[str, dict[str, dict[str, str]]]


def generate_docs(settings: Settings) -> Docs:
    """dbt's own documentation of the build file."""
    manifest = load_manifest(settings)
    catalog = _invoke(settings, ["docs", "generate", "--static"], manifest)
    columns: dict[str, dict[str, dict[str, str]]] = {}
    for table in [*catalog.nodes.values(), *catalog.sources.values()]:
        types = {name: column.type for name, column in table.columns.items()}
        columns.setdefault(table.metadata.schema, {})[table.metadata.name] = types
    models = {
        f"{node.schema}.{node.name}": node.compiled_code
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.compiled_code
    }
    return Docs(settings.dbt_project / "target" / "static_index.html", models, columns)


def _invoke(settings: Settings, arguments: list[str], manifest: Manifest | None = None) -> Any:
    from dbt.cli.main import dbtRunner

    _silence()
    where = {
        "--project-dir": settings.dbt_project,
        "--profiles-dir": settings.dbt_project,
        "--target-path": settings.dbt_project / "target",
        "--profile": "papi_warehouse",
        "--target": "office",
    }
    places = [text for option, value in where.items() for text in (option, str(value))]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-print", "--no-version-check"]
    if "--write-json" not in arguments:
        quiet.append("--no-write-json")
    with _environment(settings):
        result = dbtRunner(manifest=manifest).invoke([*quiet, *arguments, *places])
        _close_connections()
    if result.exception is not None or (result.result is None):
        raise DbtFailed(str(result.exception or "dbt gave no result"))
    return result.result


def _silence() -> None:
    """Drop events below a warning before dbt turns each into a message that no log level would show.

    Half of that cost is inside the event itself and stays; benchmarks/README.md has the figures.
    """
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    class WarningsOnly(EventManager):
        def fire_event(self, e: BaseEvent, level: EventLevel | None = None, *args: Any, **kwargs: Any) -> None:
            if (level or e.level_tag()) in (EventLevel.WARN, EventLevel.ERROR):
                super().fire_event(e, level, *args, **kwargs)

    ctx_set_event_manager(WarningsOnly())


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """The path that profiles.yml reads; nothing that the user has set for another project decides what is built."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DBT_")]:
        del os.environ[name]
    os.environ["PAPI_BUILD"] = str(settings.build)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _close_connections() -> None:
    """dbt-duckdb keeps the file open for the life of the process; nobody could read it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager._ENV = None
