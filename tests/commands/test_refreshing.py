"""`papi refresh` and `papi status` say what is stale, damaged, rewritten or killed, and put right what they can."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines import refresh
from pipelines.building import making, office_tables, publication
from pipelines.building.last_run import Refreshed
from pipelines.orchestration import history
from pipelines.published import connect
from pipelines.reports import registry
from pipelines.settings import ROOT, Settings
from tests.conftest import Built, run_papi
from tests.releases.test_rewritten import rewrite_file


def test_status_says_that_nothing_is_stale(built: Built) -> None:
    said = run_papi("status", "--warehouse", built.settings.warehouse, "--verify").out
    assert "\nNothing is stale.\n" in said
    assert "Damaged" not in said


def test_status_names_each_stale_table_with_the_leaf_that_changed(built: Built, own_raw: Path) -> None:
    path = own_raw / "papi/2020/r1/release.yaml"
    path.write_text(path.read_text("utf-8") + "# seen again\n", "utf-8")
    said = run_papi("status", "--warehouse", built.settings.warehouse, "--raw", own_raw).out
    assert re.search(r"\n  landing release: .*release papi-2020-r1 changed; ", said)
    assert re.search(r"\n  model fct_score: .*landing release: release papi-2020-r1 changed; ", said)
    assert "fct_obligation" not in said


@pytest.mark.long
def test_a_damaged_publication_is_told_and_put_right_from_the_build(own_warehouse: Settings) -> None:
    path = own_warehouse.published.resolve()
    before = path.stat().st_size
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update marts.index_score set rank = 1 where rank = 2")
    said = run_papi("status", "--warehouse", own_warehouse.warehouse).out
    assert "Damaged: papi.duckdb was changed.\nPublished again from the build" in said
    assert own_warehouse.published.resolve() != path
    with connect(own_warehouse) as connection:
        assert connection.execute("select count(*) > 0 from marts.index_score where rank = 2").fetchone() == (True,)
    assert before > 0


def test_what_cannot_be_put_right_is_said(own_warehouse: Settings) -> None:
    path = own_warehouse.whats_new.resolve()
    path.unlink()
    own_warehouse.build.unlink()
    said = run_papi("status", "--warehouse", own_warehouse.warehouse).out
    assert "Damaged: whats_new.md is gone.\nIt is not put right: there is no build in" in said


def test_a_rewritten_release_refuses_the_publication_until_it_is_accepted(
    own_warehouse: Settings, own_raw: Path
) -> None:
    where = ("--raw", own_raw, "--warehouse", own_warehouse.warehouse)
    rewrite_file(replace(own_warehouse, raw=own_raw))
    before = own_warehouse.current.resolve()
    refused = run_papi("refresh", *where)
    assert refused.code == 1
    assert "papi-2020-r1 was changed after it was published: files was" in refused.out
    assert "What was published before stays." in refused.out
    assert own_warehouse.current.resolve() == before
    accepted = run_papi("release", "accept", "papi-2020-r1", "--reason", "sửa lỗi in", *where)
    assert accepted.out.startswith("Accepted: papi-2020-r1, files.")
    again = run_papi("release", "accept", "papi-2020-r1", "--reason", "sửa lỗi in", *where)
    assert (again.code, "nothing to accept" in again.out) == (1, True)


def test_a_register_that_cannot_be_read_refuses_the_publication_until_it_is_mended(
    own_warehouse: Settings, own_raw: Path
) -> None:
    """Left out, it would publish that nobody ever reported."""
    settings = replace(own_warehouse, raw=own_raw)
    before = own_warehouse.current.resolve()
    settings.reports.mkdir(exist_ok=True)
    settings.receipts.write_bytes("received_at,Nơi\n".encode("cp1258"))
    refused = run_papi("refresh", "--raw", own_raw, "--warehouse", own_warehouse.warehouse)
    assert refused.code == 1
    assert "Lỗi / error: sổ theo dõi có 1 lỗi; chưa ghi, chưa công bố gì" in refused.out
    assert "- receipts.csv, dòng 1: tệp lưu kiểu ANSI" in refused.out
    assert "What was published before stays." in refused.out
    with pytest.raises(publication.NotFit, match=r"receipts\.csv"):
        making.publish(settings, lambda _: "")
    with pytest.raises(registry.Faulty):
        office_tables.land(settings)
    assert own_warehouse.current.resolve() == before
    assert "- receipts.csv, dòng 1" in run_papi("status", "--raw", own_raw, "--warehouse", settings.warehouse).out


def test_a_run_that_was_killed_is_marked_as_failed_by_the_next_command(own_warehouse: Settings) -> None:
    with history.opened(own_warehouse) as instance:
        [run] = instance.get_runs()
        instance.add_run(run.with_status(dg.DagsterRunStatus.STARTED)._replace(run_id="0" * 32))
    (own_warehouse.warehouse / ".refresh.holder").write_text("{}", "utf-8")  # what a killed process leaves
    said = run_papi("status", "--warehouse", own_warehouse.warehouse).out
    assert "A refresh was killed before it ended" in said
    with dg.DagsterInstance.from_config(str(own_warehouse.dagster_home)) as instance:
        assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE}
    assert "A refresh was killed" not in run_papi("status", "--warehouse", own_warehouse.warehouse).out


def test_the_history_keeps_the_last_runs_and_gives_the_room_back(own_warehouse: Settings) -> None:
    with history.opened(own_warehouse) as instance:
        [run] = instance.get_runs()
        later = [f"{number:032}" for number in range(3)]
        for run_id in later:
            instance.add_run(run._replace(run_id=run_id))
        log = max((own_warehouse.dagster_home / "history").glob("*.db"), key=lambda path: path.stat().st_size)
        size = log.stat().st_size
        history.forget_old(instance, own_warehouse.dagster_home, kept=3)
        assert sorted(one.run_id for one in instance.get_runs()) == later
    assert log.stat().st_size < size / 2


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), duckdb.IOException("could not write")])
def test_a_full_disk_is_told_in_one_sentence(
    own_warehouse: Settings, own_raw: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    usage = namedtuple("usage", "total used free")

    def full(*_: object) -> Refreshed:
        raise error

    monkeypatch.setattr(refresh, "_run", full)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(100, 100, 0))
    with pytest.raises(OSError, match=r"^no space left on the disk of "):
        refresh.refresh(replace(own_warehouse, raw=own_raw))
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**10, 1, 10**10))
    with pytest.raises(OSError, match=str(error)):
        refresh.refresh(replace(own_warehouse, raw=own_raw))


def test_readers_are_told_who_is_in_their_way(own_warehouse: Settings) -> None:
    hold = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    path = own_warehouse.published.resolve()
    path.chmod(0o644)
    with subprocess.Popen([sys.executable, "-c", hold, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        for command in (["sql", "select 1"], ["province", "24-bac-giang"], ["explain", "marts.index_score"], ["docs"]):
            said = run_papi(*command, "--warehouse", own_warehouse.warehouse)
            assert said.code == 1, command
            assert "cannot be read: somebody holds it open for writing" in said.out, command
            assert "Traceback" not in said.out
        holder.kill()


def test_a_last_refresh_that_cannot_be_read_is_no_trace(own_warehouse: Settings) -> None:
    (own_warehouse.warehouse / "last_refresh.json").write_text("[", "utf-8")
    said = run_papi("status", "--warehouse", own_warehouse.warehouse)
    assert said.code == 0
    assert "last_refresh.json cannot be read" in said.out


@pytest.mark.long
def test_a_landed_file_that_was_changed_is_not_built_from(own_warehouse: Settings, built: Built) -> None:
    [path] = own_warehouse.landing.glob("papi-2020-r1/*/scores.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select * replace (score + 1 as score) from '{path}'")
        connection.execute(f"copy t to '{path}' (format parquet)")
    own_warehouse.build.unlink()
    own_warehouse.current.unlink()
    done = run_papi("refresh", "--warehouse", own_warehouse.warehouse)
    assert done.code == 0, done.out
    assert "damaged: " in done.out
    name = "marts.index_score.parquet"
    assert (own_warehouse.parquet / name).read_bytes() == (built.settings.parquet / name).read_bytes()


@pytest.mark.long
def test_dagsters_own_command_line_is_held_to_the_same_lock(own_warehouse: Settings) -> None:
    """A run that Dagster started gives the lock back when its process ends, and leaves no sign of a kill."""
    home = {"DAGSTER_HOME": str(history.prepare_home(own_warehouse)), "PAPI_WAREHOUSE": str(own_warehouse.warehouse)}
    command = ["-m", "dagster", "asset", "materialize", "-m", "pipelines.definitions", "--select", "audit/check_result"]
    subprocess.run([sys.executable, *command], cwd=ROOT, env=os.environ | home, check=True, capture_output=True)
    time.sleep(0.1)
    assert "A refresh was killed" not in run_papi("status", "--warehouse", own_warehouse.warehouse).out
    assert publication.damage(own_warehouse) == []
