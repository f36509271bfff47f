"""The house keeps its shape: imports go one way, heavy libraries load late, nothing phones home."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

import pytest
import yaml

from pipelines.kept import MAY_IMPORT, packages_of
from pipelines.orchestration.history import DAGSTER_YAML
from pipelines.settings import ROOT

PIPELINES = ROOT / "pipelines"
MODULES = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in PIPELINES.rglob("*.py")}
HEAVY = ("dagster", "dbt", "duckdb", "great_expectations", "pandas")

DOORS = {"cli", "refresh", "definitions"}
# Above the packages whose results are kept stand those that only pass things on.
ABOVE = {"orchestration": {*MAY_IMPORT}, "commands": {*MAY_IMPORT, "orchestration"}}
KNOW_DAGSTER = {"orchestration", "refresh", "definitions"}


def package_of(name: str) -> str:
    """The folder of a module below pipelines, else its own name; empty for the package itself."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


@cache
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


PACKAGES = {path.name for path in PIPELINES.iterdir() if path.is_dir() and path.name != "__pycache__"}
GROUND = {package_of(name) for name in MODULES} - PACKAGES - DOORS - {"", "__init__"}


def test_every_folder_is_a_room_with_its_place() -> None:
    assert {*MAY_IMPORT, *ABOVE} == PACKAGES
    for package in MAY_IMPORT:
        assert package not in {below for other in MAY_IMPORT[package] for below in packages_of(other)}


def allowed(package: str) -> set[str]:
    """Whatever a module of this package, door or of the ground floor may import of the project."""
    if package in GROUND:
        return GROUND
    if package in DOORS:
        return {*PACKAGES, *GROUND, *DOORS}
    below = ABOVE[package] if package in ABOVE else packages_of(package)
    return {package, *below, *GROUND, *(DOORS if package == "commands" else ())}


@pytest.mark.parametrize("name", [name for name in MODULES if package_of(name) not in ("", "__init__")])
def test_imports_go_one_way(name: str) -> None:
    ours = {package_of(other) for other in imports(MODULES[name]) if other.startswith("pipelines.")}
    assert ours <= allowed(package_of(name))


def test_no_module_imports_itself_in_a_circle() -> None:
    left = {name: {other for other in imports(path) if other in MODULES} for name, path in MODULES.items()}
    while free := {name for name, needs in left.items() if not needs & left.keys()}:
        left = {name: needs for name, needs in left.items() if name not in free}
    assert not left


@pytest.mark.parametrize(
    "name", [n for n in MODULES if package_of(n) not in KNOW_DAGSTER and n != "pipelines.building.dbt"]
)
def test_readers_and_outputs_know_neither_dagster_nor_dbt(name: str) -> None:
    libraries = {module.split(".")[0] for module in imports(MODULES[name])}
    assert not libraries & {"dagster", "dagster_dbt", "dbt"}


def test_one_module_imports_great_expectations() -> None:
    users = {name for name, path in MODULES.items() if any(i.startswith("great_expectations") for i in imports(path))}
    assert users == {"pipelines.rules.judge"}


def test_files_are_few_at_the_root_and_none_is_long() -> None:
    assert len(list(PIPELINES.glob("*.py"))) <= 14
    texts = [
        *PIPELINES.rglob("*.py"),
        *(ROOT / "dbt_project").glob("models/**/*.yml"),
        *ROOT.glob("expectations/*.yml"),
    ]
    limits = {".py": 450, ".yml": 300}
    assert not [path for path in texts if len(path.read_text("utf-8").splitlines()) > limits[path.suffix]]


def test_no_folder_has_a_name_that_tools_pass_over() -> None:
    """Ruff and pytest do not look into folders of these names."""
    assert not PACKAGES & {"build", "dist", "venv", "node_modules", "site-packages"}


def test_tests_mirror_the_tree() -> None:
    """A folder of tests is a package of pipelines or another folder of the project."""
    folders = {path.parent.name for path in (ROOT / "tests").rglob("test_*.py")} - {"tests"}
    assert folders <= {*PACKAGES, "dbt_project"}
    named = {
        path.stem.removeprefix("test_") for package in PACKAGES for path in (ROOT / "tests" / package).glob("test_*.py")
    }
    assert named <= {name.rpartition(".")[2] for name in MODULES}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_each_module_opens_by_saying_what_belongs_in_it(name: str) -> None:
    said = ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8"))) or ""
    assert said
    assert name.endswith("__init__") or "Belongs here: " in said


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import pipelines.cli", ()),
        ("import pipelines.refresh, pipelines.building.publication, pipelines.building.lock", ()),
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
    for text in (DAGSTER_YAML.format(home="w"), (ROOT / "dagster.yaml").read_text("utf-8")):
        assert [yaml.safe_load(text)[part]["enabled"] for part in ("telemetry", "nux")] == [False, False]
    assert '"GX_ANALYTICS_ENABLED"] = "false"' in (PIPELINES / "rules/judge.py").read_text("utf-8")


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
