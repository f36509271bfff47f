"""The house keeps its shape: imports go one way, heavy libraries load late, nothing phones home."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path

import pytest
import yaml

from pipelines.run_history import DAGSTER_YAML
from pipelines.settings import ROOT

PIPELINES = ROOT / "pipelines"
MODULES = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in PIPELINES.rglob("*.py")}
HEAVY = ("dagster", "dbt", "duckdb", "great_expectations", "pandas")

# What a room may import of the others; whatever stands below it in this list.
ORDER = [
    "pipelines.cli",
    "pipelines.cli_office",
    "pipelines.cli_reader",
    "pipelines.refresh",
    "pipelines.definitions",
    "pipelines.automation",
    "pipelines.checks",
    "pipelines.assets.published",
    "pipelines.assets.analysis",
    "pipelines.assets.warehouse",
    "pipelines.assets.reports",
    "pipelines.assets.releases",
    "pipelines.run_history",
    "pipelines.demo",
    "pipelines.forms.report_form",
    "pipelines.outputs.return_slip",
    "pipelines.outputs.dictionary",
    "pipelines.outputs.whats_new",
    "pipelines.outputs.province",
    "pipelines.publication",
    "pipelines.analyses",
    "pipelines.claims",
    "pipelines.query",
    "pipelines.loading",
    "pipelines.tracking",
    "pipelines.reports",
    "pipelines.workbooks.report",
    "pipelines.obligations",
    "pipelines.plans",
    "pipelines.units",
    "pipelines.workdays",
    "pipelines.intake",
    "pipelines.revisions",
    "pipelines.landing",
    "pipelines.expectations",
    "pipelines.workbooks.tables",
    "pipelines.workbooks.headings",
    "pipelines.workbooks.layout",
    "pipelines.calendar",
    "pipelines.deliveries",
    "pipelines.workbooks.cells",
    "pipelines.reference",
    "pipelines.analysis.targets",
    "pipelines.analysis.ranks",
    "pipelines.analysis.field",
    "pipelines.analysis.claims",
    "pipelines.console",
    "pipelines.findings",
    "pipelines.names",
    "pipelines.yaml_text",
    "pipelines.leaving",
    "pipelines.fingerprint",
    "pipelines.clock",
    "pipelines.dbt",
    "pipelines.lock",
    "pipelines.settings",
]


def imports(path: Path) -> set[str]:
    """Modules that a file imports, at its top or later, with what it takes from packages."""
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_module_has_its_place_in_the_order() -> None:
    assert set(ORDER) == {name for name in MODULES if not name.endswith("__init__")}


@pytest.mark.parametrize("name", ORDER)
def test_imports_go_one_way(name: str) -> None:
    upward = {other for other in imports(MODULES[name]) if other in ORDER[: ORDER.index(name)]}
    assert not upward


@pytest.mark.parametrize(
    "name", [n for n in ORDER if "assets" not in n and n not in ORDER[:7] and n != "pipelines.dbt"]
)
def test_readers_and_outputs_know_neither_dagster_nor_dbt(name: str) -> None:
    libraries = {module.split(".")[0] for module in imports(MODULES[name])}
    assert not libraries & (
        {"dagster", "dagster_dbt", "dbt"} - ({"dagster"} if name == "pipelines.run_history" else set())
    )


def test_one_module_imports_great_expectations() -> None:
    users = {name for name, path in MODULES.items() if any(i.startswith("great_expectations") for i in imports(path))}
    assert users == {"pipelines.expectations"}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_each_module_opens_by_saying_what_belongs_in_it(name: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8")))


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import pipelines.cli", ()),
        ("import pipelines.refresh, pipelines.publication, pipelines.lock", ()),
        ("import pipelines.definitions", ("dagster", "dbt", "pandas", "duckdb")),
    ],
)
def test_heavy_libraries_load_late(statement: str, allowed: tuple[str, ...]) -> None:
    code = f"{statement}\nimport sys\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) <= set(allowed)


def test_telemetry_is_off_in_the_projects_own_files() -> None:
    project = yaml.safe_load((ROOT / "dbt_project/dbt_project.yml").read_text("utf-8"))
    assert project["flags"]["send_anonymous_usage_stats"] is False
    assert yaml.safe_load(DAGSTER_YAML.format(home="w"))["telemetry"]["enabled"] is False
    assert yaml.safe_load((ROOT / "dagster.yaml").read_text("utf-8"))["telemetry"]["enabled"] is False
    assert '"GX_ANALYTICS_ENABLED"] = "false"' in (PIPELINES / "expectations.py").read_text("utf-8")


def test_dagster_dev_loads_the_workspace_file() -> None:
    """With a block of its own in pyproject.toml it would pass workspace.yaml over."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert not {"dagster", "dg"} & set(project["tool"])
    [target] = yaml.safe_load((ROOT / "workspace.yaml").read_text("utf-8"))["load_from"]
    assert target["python_module"] == {"module_name": "pipelines.definitions", "location_name": "papi"}


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    packages = re.findall(r"^[a-z0-9].*==", lock, flags=re.MULTILINE)
    assert len(packages) > 100
    assert len(re.findall(r"^[a-z0-9].*== ?\S+.* \\\n    --hash=sha256:", lock, flags=re.MULTILINE)) == len(packages)


NOT_PORTABLE = r"\b(qualify|group by all|order by all|exclude|try_cast|median|any_value|ntile|arg_max|read_parquet)\b"


@pytest.mark.parametrize("path", sorted((ROOT / "dbt_project/models").rglob("*.sql")), ids=lambda path: path.stem)
def test_models_use_only_what_other_databases_know(path: Path) -> None:
    sql = path.read_text("utf-8")
    assert not re.search(NOT_PORTABLE, sql)
    assert "run_started_at" not in sql
    assert not re.search(r"\bcurrent_(date|timestamp)\b|\bnow\(", sql)


def test_texts_are_in_composed_letters() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = [
        ROOT / name
        for name in tracked.split("\0")
        if name.endswith((".py", ".yml", ".yaml", ".csv", ".md", ".sql", ".j2"))
    ]
    assert texts
    assert not [p for p in texts if p.is_file() and not unicodedata.is_normalized("NFC", p.read_text("utf-8"))]
