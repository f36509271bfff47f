"""The refresh end to end, as a user calls it."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.building import publication
from pipelines.published import connect
from pipelines.releases import deliveries
from pipelines.settings import ROOT, Settings
from tests import due
from tests.conftest import PAPI, Built, Demo, copy_of_raw, run_papi
from tests.releases.spoil import SPOILT


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    said = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(child) for child in said.stdout.split()]


def ended(pids: list[int]) -> bool:
    """Whether these processes are gone within ten seconds."""
    for _ in range(100):
        if subprocess.run(
            ["ps", "-o", "pid=", "-p", ",".join(map(str, pids))], capture_output=True, check=False
        ).returncode:
            return True
        time.sleep(0.1)
    return False


def parquet_bytes(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in settings.parquet.iterdir()}


def test_a_refresh_says_what_it_did(built: Built) -> None:
    said = built.first.out
    for stage in (
        f"landing: {len(due.releases())} of {len(due.releases())} releases accepted, ",
        "checks: marts.index_score, 10 of 10 rules pass",
        f"published: {due.tables()} tables, {due.score_rows()} rows of marts.index_score",
        "warning  core/dim_release published_day_known: fail: ",
        "PAPI 2025 is overdue",
    ):
        assert stage in said


def test_the_network_was_really_blocked_for_it(no_network: dict[str, str]) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    tried = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | no_network, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 1
    assert "AssertionError: a connection to" in tried.stderr


def test_nothing_new_is_said_and_nothing_is_done(built: Built) -> None:
    before = built.settings.current.resolve()
    again = run_papi("refresh", "--warehouse", built.settings.warehouse)
    assert again.code == 0
    assert "Nothing new" in again.out
    assert built.settings.current.resolve() == before


@pytest.mark.long
def test_built_again_as_of_the_last_release_the_same_input_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path / "warehouse")
    last = max(one.manifest.known_from for one in deliveries.read_all(settings.raw) if one.manifest).isoformat()
    done = run_papi("refresh", "--as-of", last, "--warehouse", settings.warehouse)
    assert done.code == 0, done.out
    assert parquet_bytes(settings) == parquet_bytes(built.settings)
    found = publication.current(settings)
    assert found is not None
    assert found.package["as_of"] == last


RANDOM_DAY = date(2012, 1, 1) + timedelta(random.Random(1).randrange(9 * 365))


@pytest.mark.long
@pytest.mark.parametrize("day", [RANDOM_DAY, date(2021, 5, 12)], ids=str)
def test_a_warehouse_of_a_day_is_what_is_built_where_nothing_came_later(demo: Demo, tmp_path: Path, day: date) -> None:
    """Every published table, plan and compliance included: later releases, plans, reports and events change none."""
    raw = Path(shutil.copytree(demo.settings.raw, tmp_path / "raw"))
    for one in deliveries.read_all(raw):
        assert one.manifest
        if one.manifest.known_from > day:
            shutil.rmtree(one.folder)
    if day < date(2021, 4, 28):  # the first day on which the plan can have been issued
        shutil.rmtree(raw / "plans/bg-2021")
    for register in ("receipts", "events"):
        path = raw / f"reports/{register}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            listed = csv.DictReader(file)
            lines, columns = list(listed), listed.fieldnames or []
        kept = [line for line in lines if line[columns[0]][:10] <= day.isoformat()]
        for line in lines if register == "receipts" else []:
            if line not in kept:
                (raw / "reports" / line["path"]).unlink()
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            of_that_day = csv.DictWriter(file, columns)
            of_that_day.writeheader()
            of_that_day.writerows(kept)
    settings = []
    for name, of in (("all", demo.settings.raw), ("then", raw)):
        settings.append(Settings(raw=of, warehouse=tmp_path / name))
        shutil.copytree(demo.settings.landing, settings[-1].landing)
        done = run_papi("refresh", "--raw", of, "--warehouse", settings[-1].warehouse, "--as-of", day)
        assert done.code == 0, done.out
        assert all(int(year) < day.year for year in re.findall(r"(\d{4}) is overdue", done.out))
    known, then = map(parquet_bytes, settings)
    assert {name for name in known if known[name] != then[name]} == set()


@pytest.mark.long
def test_bad_deliveries_are_refused_and_the_rest_is_published(own_raw: Path, tmp_path: Path) -> None:
    for case in SPOILT:
        case.spoil(own_raw / "papi" / case.year / "r1")
    settings = Settings(raw=own_raw, warehouse=tmp_path / "warehouse")
    done = run_papi("refresh", "--raw", own_raw, "--warehouse", settings.warehouse)
    assert done.code == 0, done.out
    assert "landing: 1 of 14 releases accepted, 1827 scores" in done.out
    with connect(settings) as connection:
        for table in ("core.dim_release", "core.fct_score", "marts.index_score"):
            assert connection.execute(f"select distinct year from {table}").fetchall() == [(2020,)]
        refused = connection.execute(
            "select year::varchar from audit.delivery where delivery_state = 'refused'"
        ).fetchall()
        assert {year for (year,) in refused} == {case.year for case in SPOILT}
        for case in SPOILT:
            row = connection.execute(
                """
                select count(*) from audit.finding
                where release_id = ? and rule_id = ? and source_file = ? and source_row is not distinct from ?
                    and contains(found, ?) and contains(expected, ?)
                """,
                [f"papi-{case.year}-r1", case.rule_id, f"raw/papi/{case.year}/r1/{case.file}", case.row,
                 case.found, case.expected],
            ).fetchone()  # fmt: skip
            assert row, case.what
            assert row[0] >= 1, case.what
    status = run_papi("status", "--raw", own_raw, "--warehouse", settings.warehouse)
    assert len(re.findall(r"^papi-\d{4}-r1 .* refused ", status.out, flags=re.MULTILINE)) == len(SPOILT)
    assert "raw/papi/2012/r1/scores.csv, cell C5, column score: found '0,87'" in status.out


@pytest.mark.long
def test_a_failed_check_blocks_and_the_last_publication_stays(own_warehouse: Settings, tmp_path: Path) -> None:
    """Also as of a day: nothing later is in what was built."""
    raw = copy_of_raw(tmp_path / "raw", range(2019, 2025))
    rules = tmp_path / "expectations"
    shutil.copytree(ROOT / "expectations", rules)
    path = rules / "marts.index_score.yml"
    path.write_text(path.read_text("utf-8").replace("value_set: [0]}", "value_set: [0, 44.317183]}", 1), "utf-8")
    before = own_warehouse.current.resolve()
    done = run_papi(
        "refresh", "--as-of", "2021-04-14", "--raw", raw, "--warehouse", own_warehouse.warehouse,
        env={"PAPI_EXPECTATIONS": str(rules)},
    )  # fmt: skip
    assert done.code == 1
    assert f"BLOCKED  marts/index_score no_zero: fail: 1 of {due.score_rows(2019, 2020)} rows" in done.out
    assert "Not published" in done.out
    assert "Traceback" not in done.out
    assert own_warehouse.current.resolve() == before
    with duckdb.connect(str(own_warehouse.build), read_only=True) as connection:
        [(failing,)] = connection.execute(
            "select failing from ledger.outcome where check_id = 'rule.marts.index_score.no_zero'"
        ).fetchall()
        assert connection.execute("select max(year) from marts.index_score").fetchone() == (2020,)
    [row] = json.loads(failing)
    assert (row["year"], row["province_key"], row["indicator_key"]) == (2020, "24-bac-giang", "total")
    assert "not published" in run_papi("status", "--warehouse", own_warehouse.warehouse).out


def test_a_slip_in_the_rules_is_told_by_file_and_field_without_a_trace(tmp_path: Path) -> None:
    rules = tmp_path / "expectations"
    shutil.copytree(ROOT / "expectations", rules)
    path = rules / "core.dim_release.yml"
    path.write_text(path.read_text("utf-8").replace("severity:", "severety:", 1), "utf-8")
    done = run_papi("refresh", "--warehouse", tmp_path / "w", env={"PAPI_EXPECTATIONS": str(rules)})
    assert done.code == 1
    assert "core.dim_release.yml" in done.out
    assert "severety" in done.out
    assert "Traceback" not in done.out


@pytest.mark.long
def test_a_second_refresh_is_refused_and_a_killed_one_changes_nothing(own_warehouse: Settings, own_raw: Path) -> None:
    (own_raw / "papi/2011/r1/release.yaml").write_text(
        (own_raw / "papi/2011/r1/release.yaml").read_text("utf-8") + "# seen again\n", "utf-8"
    )
    before = own_warehouse.current.resolve()
    command = [str(PAPI), "refresh", "--raw", str(own_raw), "--warehouse", str(own_warehouse.warehouse)]
    with (
        connect(own_warehouse) as reader,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as first,
    ):
        assert first.stdout is not None
        while b"landing" not in (line := first.stdout.readline()):
            assert line, "the first refresh ended too early"
        second = run_papi("refresh", "--raw", own_raw, "--warehouse", own_warehouse.warehouse)
        assert first.poll() is None, "the second was refused at once, not after the first"
        assert second.code == 1
        assert f"pid {first.pid}, since " in second.out
        helpers = children(first.pid)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        assert helpers
        assert ended(helpers), "nothing of a killed refresh goes on"
        assert reader.execute("select count(*) from marts.index_score").fetchone() == (due.score_rows(),)
    assert own_warehouse.current.resolve() == before
    with connect(own_warehouse) as connection:
        assert connection.execute("select count(*) from marts.index_score").fetchone() == (due.score_rows(),)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--as-of", "yesterday"], "does not match the format"),
        (["--as-of", "2001-01-01"], "holds no delivery known on 01/01/2001"),
        (["--raw", "no-such-folder"], "is not a folder"),
        (["--frobnicate"], "No such option"),
    ],
)
def test_a_mistake_in_the_call_is_told_without_a_trace(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = run_papi("refresh", "--warehouse", tmp_path / "w", *arguments)
    assert done.code == 2
    assert says in done.out
    assert "Traceback" not in done.out
