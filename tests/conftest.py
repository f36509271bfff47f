"""One real refresh of raw/ serves every test that looks at its result."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import hypothesis
import pytest
from click.testing import CliRunner
from filelock import FileLock

from pipelines.cli import papi
from pipelines.published import connect
from pipelines.releases import deliveries
from pipelines.reports import demo as simulation
from pipelines.settings import ROOT, Settings

# The same examples each time, and no verdict on how fast a machine makes them.
hypothesis.settings.register_profile(
    "papi", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("papi")

# Drawing every page takes a minute: tests/site does it where it looks at them.
os.environ["PAPI_NO_SITE"] = "1"

PAPI = Path(sys.executable).parent / "papi"
BUILDING = ("refresh", "demo", "docs")
DEMO_PERIODS = ("2021-PLAN", "2021-H1")
# A day that knows every release: the scores are those built already.
DEMO_DAY = max(d.manifest.received_on for d in deliveries.read_all(Settings().raw) if d.manifest)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first, then those without the shared refresh: no worker waits while another one builds it.

    What looks at the demonstration is long, since it has to be built first.
    """
    for item in items:
        if "demo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.long)
    shared = {item.path for item in items if "built" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path.name != "test_refresh.py", item.path in shared))


CORRECTIONS = """
select
    'papi' as index_id, year, province_key, 'participation.civic_knowledge' as indicator_key, action, value,
    expected_raw, reason, date '2026-11-23' as reported_on, 'p' as reported_by
from (values
    (2020, '24-bac-giang', 'override', 0.9, 0.830015, 'a slip'),
    (2020, '01-ha-noi', 'drop', null, 0.737979, 'noise'),
    (2020, '96-ca-mau', 'override', 0.9, 0.123456, 'a slip'),
    (1999, '96-ca-mau', 'drop', null, 0.5, 'a slip')
) as line(year, province_key, action, value, expected_raw, reason)
"""

BLOCK_THE_NETWORK = """
import socket
def refuse(self, address, *rest):
    if self.family != socket.AF_UNIX:
        raise AssertionError(f"a connection to {address} was tried")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = lambda host, *rest, **more: refuse(socket.socket(), host)
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str


def run_papi(*arguments: object, env: dict[str, str] | None = None) -> Ran:
    """The command with both streams together, as a terminal shows them.

    What builds runs in a process of its own, as a user calls it; what reads or files is called here, which is quicker.
    """
    if arguments[0] not in BUILDING:
        said = CliRunner().invoke(papi, [*map(str, arguments)])
        if said.exception is not None and not isinstance(said.exception, SystemExit):
            raise said.exception
        return Ran(said.exit_code, said.output)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout)


@dataclass(frozen=True)
class Built:
    settings: Settings
    first: Ran


@pytest.fixture(scope="session")
def no_network(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which every connection that Python tries, in any process, is an error."""
    folder = tmp_path_factory.mktemp("no_network")
    (folder / "sitecustomize.py").write_text(BLOCK_THE_NETWORK, "utf-8")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of one run of the suite share."""
    is_shared = "PYTEST_XDIST_WORKER" in os.environ  # then the workers' folders lie beside each other
    return tmp_path_factory.getbasetemp().parent if is_shared else tmp_path_factory.mktemp("shared")


def once(shared: Path, name: str, make: Callable[[], str]) -> str:
    """What ``make`` says, called by the first worker that asks; the others wait for it."""
    said = shared / f"{name}.said"
    with FileLock(shared / f"{name}.lock"):
        if not said.exists():
            said.write_text(make(), "utf-8")
    return said.read_text("utf-8")


def built_by(*arguments: object, env: dict[str, str] | None = None) -> str:
    """What a command says that must go well."""
    done = run_papi(*arguments, env=env)
    assert done.code == 0, done.out
    return done.out


@pytest.fixture(scope="session")
def built(shared: Path, no_network: dict[str, str]) -> Built:
    """The real releases, refreshed once from nothing and without a network, for every worker.

    Not to be changed: take ``own_warehouse`` for that.
    """
    settings = Settings(warehouse=shared / "warehouse")
    said = once(shared, "built", lambda: built_by("refresh", "--warehouse", settings.warehouse, env=no_network))
    return Built(settings, Ran(0, said))


def copy_of_raw(folder: Path, years: Iterable[int]) -> Path:
    """raw/ with the first releases of these years of PAPI alone."""
    shutil.copytree(ROOT / "raw", folder, ignore=shutil.ignore_patterns("par-index", "pci", "sipas", "r2"))
    for path in (folder / "papi").iterdir():
        if int(path.name) not in years:
            shutil.rmtree(path)
    return folder


@dataclass(frozen=True)
class Demo:
    """Simulated reports of two periods, with what was invented for each obligation."""

    settings: Settings
    ledger: list[dict[str, str]]

    def connect(self) -> duckdb.DuckDBPyConnection:
        return connect(self.settings)


@pytest.fixture(scope="session")
def demo(built: Built, shared: Path) -> Demo:
    """The refreshed warehouse with simulated reports, once for every worker. Not to be changed.

    It begins as a copy, so that a refresh builds what stands on reports and nothing else.
    """
    folder = shared / "office"
    settings = Settings(raw=folder / "raw", warehouse=folder / "warehouse", as_of=DEMO_DAY)

    def make() -> str:
        simulation.make(built.settings, folder, DEMO_PERIODS)
        shutil.copytree(built.settings.warehouse, settings.warehouse, symlinks=True)
        return built_by("refresh", "--raw", settings.raw, "--warehouse", settings.warehouse, "--as-of", DEMO_DAY)

    once(shared, "demo", make)
    with (folder / "ledger.csv").open(encoding="utf-8", newline="") as file:
        return Demo(settings, list(csv.DictReader(file)))


@pytest.fixture(params=["built", pytest.param("demo", marks=pytest.mark.long)])
def with_and_without_reports(request: pytest.FixtureRequest) -> Settings:
    """Settings of the warehouse of real releases, and of the demonstration."""
    whose: Built | Demo = request.getfixturevalue(request.param)
    return whose.settings


@pytest.fixture(scope="module")
def warehouse(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """As ``published``, for fixtures that many tests share."""
    with connect(built.settings) as connection:
        yield connection


@pytest.fixture
def published(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(built.settings) as connection:
        yield connection


@pytest.fixture
def own_warehouse(built: Built, tmp_path: Path) -> Settings:
    """A copy of the refreshed warehouse that a test may change."""
    folder = tmp_path / "warehouse"
    shutil.copytree(built.settings.warehouse, folder, symlinks=True)
    return replace(built.settings, warehouse=folder)


@pytest.fixture(scope="session")
def other_seeds(built: Built, shared: Path) -> duckdb.DuckDBPyConnection:
    """The releases around 2020 built with some corrections, and with a register of breaks that says nothing on it."""
    from tests.dbt_project import script

    seeds = {
        "correction": CORRECTIONS,
        "indicator_break": "select * from ready.seeds.indicator_break where to_year <> 2020",
    }

    def make() -> str:
        warehouse = shared / "other_seeds"
        shutil.copytree(built.settings.landing, warehouse / "landing")
        raw = copy_of_raw(shared / "around_2020", range(2018, 2022))
        return str(script.build(built, raw, warehouse, seeds=seeds))

    return duckdb.connect(once(shared, "other_seeds", make), read_only=True)


@pytest.fixture
def own_raw(tmp_path: Path) -> Path:
    """A copy of raw/ with the first releases of PAPI alone, that a test may spoil."""
    return copy_of_raw(tmp_path / "raw", range(2011, 2100))


@pytest.fixture
def only(own_raw: Path) -> Callable[[str], Path]:
    """Keep one year of PAPI in the copy of raw/ and return its delivery folder."""

    def keep(year: str) -> Path:
        for folder in (own_raw / "papi").iterdir():
            if folder.name != year:
                shutil.rmtree(folder)
        return own_raw / "papi" / year / "r1"

    return keep
