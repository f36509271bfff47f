"""dbt in this process: the manifest, and a run of the whole project.

Belongs here: everything that touches dbt's own Python, so that a new dbt is met in one place. Does not belong here:
Dagster.

Parsing the project takes dbt seconds and its result depends on nothing but the project's files and dbt's version, so
the parsed manifest is kept in dbt_project/target under their hash and read back from there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

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
    target = settings.dbt_project / "target"
    stamp, manifest = target / "parsed_from", target / "manifest.json"
    if stamp.is_file() and stamp.read_text() == _fingerprint(settings, _kept(target)):
        return manifest
    stamp.unlink(missing_ok=True)
    _invoke(settings, ["parse", "--write-json"])
    stamp.write_text(_fingerprint(settings, _kept(target)))
    return manifest


def build(settings: Settings, manifest: Manifest) -> list[Any]:
    """Seed, run and test the whole project into the build file; dbt's results, one a node.

    Unit tests are left out: they judge the SQL on rows of their own, whatever the data, and belong to ``unit_test``.
    Raises ``DbtFailed`` only where dbt itself broke; a failing test or model is among the results.
    """
    results: list[Any] = _invoke(settings, ["build", "--exclude-resource-type", "unit_test"], manifest).results
    return results


def unit_test(settings: Settings, manifest: Manifest) -> list[Any]:
    """Run the models' unit tests, which take the types of columns from the build file; dbt's results, one a test."""
    results: list[Any] = _invoke(settings, ["test", "--resource-type", "unit_test"], manifest).results
    return results


def load_manifest(settings: Settings) -> Manifest:
    """The manifest as dbt holds it in memory; ``ensure_manifest`` first."""
    from dbt.contracts.graph.manifest import Manifest

    _, kept = _kept(settings.dbt_project / "target")
    manifest: Manifest = Manifest.from_msgpack(kept.read_bytes())
    manifest.build_flat_graph()
    manifest.build_parent_and_child_maps()
    return manifest


def generate_docs(settings: Settings) -> Path:
    """dbt's own documentation of the build file as one page that needs no server; returns its path."""
    _invoke(settings, ["docs", "generate", "--static"], load_manifest(settings))
    return settings.dbt_project / "target" / "static_index.html"


def _invoke(settings: Settings, arguments: list[str], manifest: Manifest | None = None) -> Any:
    from dbt.cli.main import dbtRunner

    _silence()
    where = ["--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project)]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-print", "--no-version-check"]
    with _build_path(settings):
        result = dbtRunner(manifest=manifest).invoke([*quiet, *arguments, *where])
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
def _build_path(settings: Settings) -> Iterator[None]:
    """profiles.yml reads the path from the environment."""
    before = os.environ.get("PAPI_BUILD")
    os.environ["PAPI_BUILD"] = str(settings.build)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PAPI_BUILD"]
        else:
            os.environ["PAPI_BUILD"] = before


def _close_connections() -> None:
    """dbt-duckdb keeps the file open for the life of the process; nobody could read it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager._ENV = None


def _kept(target: Path) -> list[Path]:
    """What a parse leaves behind: the manifest for readers, and as dbt loads it. Any dbt command may overwrite them."""
    return [target / "manifest.json", target / "partial_parse.msgpack"]


def _fingerprint(settings: Settings, kept: list[Path]) -> str:
    digest = hashlib.sha256(json.dumps([version(p) for p in ("dbt-core", "dbt-adapters", "dbt-duckdb")]).encode())
    for path in [*project_files(settings), *(p for p in kept if p.is_file())]:
        digest.update(f"{path.relative_to(settings.dbt_project)} {len(path.read_bytes())}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
