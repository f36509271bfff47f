"""Time refreshes against each other and against plainer ways, as ratios in one run. See README.md beside this file.

Each round runs every command once, in turn, so that a machine that drifts drifts for all; medians are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import duckdb

from pipelines.building import dbt
from pipelines.reports.demo import AS_OF
from pipelines.settings import Settings
from tests import project

BIN = Path(sys.executable).parent
NEWEST = "2024"


@dataclass
class Measured:
    """One command over the counted rounds."""

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


def main() -> None:
    """Measure and print a table for README.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), rounds)
    base = statistics.median(results["refresh from nothing"].seconds)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(", ".join(f"{p} {version(p)}" for p in ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations")))
    print(f"median of {rounds} rounds; memory is the largest sum over the command's processes\n")
    print("| what | seconds | of a refresh from nothing | spread | MB |\n|---|---|---|---|---|")
    for name, measured in results.items():
        middle = statistics.median(measured.seconds)
        spread = f"{min(measured.seconds):.2f}-{max(measured.seconds):.2f}"
        memory = f"{max(measured.megabytes):.0f}" if any(measured.megabytes) else ""
        print(f"| {name} | {middle:.2f} | {middle / base:.2f} | {spread} | {memory} |")


def measure(folder: Path, rounds: int) -> dict[str, Measured]:
    """Seconds and megabytes by command; the first round of each is a warm-up and not counted."""
    own = project.copy(folder / "papi")
    settings = own.settings
    newest = folder / NEWEST
    office = folder / "office"
    bare, script = folder / "bare.duckdb", folder / "script.json"
    papi = [sys.executable, "-m", "pipelines.cli"]
    demo = ["--raw", str(office / "raw"), "--warehouse", str(office / "warehouse"), "--as-of", AS_OF.isoformat()]
    units: Iterator[str] = iter(())

    def once(*arguments: str) -> None:
        subprocess.run([*papi, *arguments], cwd=own.folder, check=True, stdout=subprocess.DEVNULL)

    def nothing() -> None:
        shutil.rmtree(settings.warehouse, ignore_errors=True)

    def no_office() -> None:
        shutil.rmtree(office / "warehouse")

    def one_release_less() -> None:
        shutil.rmtree(newest, ignore_errors=True)
        shutil.move(settings.raw / "papi" / NEWEST, newest)
        nothing()
        once("refresh")
        shutil.copytree(newest, settings.raw / "papi" / NEWEST)

    def one_event() -> None:
        unit = next(units)
        once(
            "report",
            "return",
            "--period",
            "2021-H1",
            "--unit",
            unit,
            "--reason",
            "x",
            "--on",
            "2021-12-01 09:00",
            *demo[:4],
        )

    def another_description() -> None:
        path = settings.dbt_project / "models/marts/index/index_core_window.yml"
        path.write_text(path.read_text("utf-8").replace("Tổng điểm và hạng", "Tổng điểm và hạng ", 1), "utf-8")

    def landed_only() -> None:
        shutil.copy(settings.build, bare)
        if not script.exists():
            script.write_text(json.dumps(as_script(settings)))

    once("demo", str(office))
    with duckdb.connect(str(office / "warehouse/papi.duckdb"), read_only=True) as connection:
        sql = "select unit_key from core.fct_obligation where period = '2021-H1' and n_versions > 0 order by unit_key"
        units = iter([unit for (unit,) in connection.execute(sql).fetchall()])
    bare_dbt = [str(BIN / "dbt"), "build", "--quiet", "--full-refresh", "--project-dir", str(settings.dbt_project),
                "--profiles-dir", str(settings.dbt_project), "--target-path", str(folder / "target")]  # fmt: skip
    plan: list[tuple[str, list[str], Callable[[], None]]] = [
        ("refresh from nothing", [*papi, "refresh"], nothing),
        ("refresh with nothing new", [*papi, "refresh"], lambda: None),
        ("a changed description", [*papi, "refresh"], another_description),
        ("one new release", [*papi, "refresh"], one_release_less),
        ("reports of a year: from nothing", [*papi, "refresh", *demo], no_office),
        ("reports of a year: one event", [*papi, "refresh", *demo], one_event),
        ("dbt build, bare command", bare_dbt, landed_only),
        (
            "the same SQL as one DuckDB script",
            [sys.executable, str(Path(__file__)), "--script", str(script), str(bare)],
            landed_only,
        ),
    ]
    results = {name: Measured() for name, _, _ in plan}
    for number in range(rounds + 1):
        for name, command, prepare in plan:
            prepare()
            environment = os.environ | {"PAPI_BUILD": str(bare)}
            seconds, megabytes = run(command, own.folder, environment)
            print(f"round {number} {name}: {seconds:.2f} s, {megabytes:.0f} MB", file=sys.stderr, flush=True)
            if number:
                results[name].seconds.append(seconds)
                results[name].megabytes.append(megabytes)
    return results


def run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds, and the largest memory of the process and its children together."""
    began = time.monotonic()
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        peak = [0.0]
        watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
        watcher.start()
        code = process.wait()
        seconds = time.monotonic() - began
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return seconds, peak[0]


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_megabytes(pid) for pid in _family(process.pid)))
        time.sleep(0.1)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(member for child in children for member in _family(int(child)))]


def _megabytes(pid: int) -> float:
    """Proportional share of memory: pages that processes have in common count once."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def as_script(settings: Settings) -> list[str]:
    """dbt's compiled models, in order, as plain statements; seeds are taken from the build they stand in."""
    manifest = dbt.load_manifest(settings)
    target = settings.dbt_project / "target" / "compiled"
    names = [n for n in manifest.nodes.values() if n.resource_type == "model"]
    statements, done = [], set()
    while names:
        ready = [n for n in names if all(d in done or not d.startswith("model.") for d in n.depends_on_nodes)]
        for node in ready:
            done.add(node.unique_id)
            if node.config.materialized == "table_macro":
                continue
            kind = "view" if node.config.materialized == "view" else "table"
            path = target / node.package_name / node.original_file_path
            statements.append(f"create schema if not exists script_{node.schema}")
            sql = path.read_text()
            for schema in ("staging", "intermediate", "core", "marts", "audit"):
                sql = sql.replace(f'"build"."{schema}".', f'"script_{schema}".')
            sql = sql.replace('"build".', "")
            statements.append(f"create {kind} script_{node.schema}.{node.name} as {sql}")
        names = [n for n in names if n.unique_id not in done]
    return statements


def execute(script: Path, database: Path) -> None:
    """Run the statements of ``as_script`` in one connection."""
    with duckdb.connect(str(database)) as connection:
        for statement in json.loads(script.read_text()):
            connection.execute(statement)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--script"]:
        execute(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
