"""Dagster's run history in one SQLite file, over connections that stay open.

Belongs here: that one storage class, named by warehouse/dagster/dagster.yaml. Dagster's own opens a new engine and
connection for each of a run's several hundred events, which took a fifth of a refresh; benchmarks/README.md has the
figures.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster._core.storage.event_log.sqlite.consolidated_sqlite_event_log import ConsolidatedSqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event, inspect

from pipelines.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

KEPT = 100
DAGSTER_YAML = """\
# Written by papi. Telemetry is off, and the welcome that asks for an address; the history of runs lies beside this.
telemetry:
  enabled: false
nux:
  enabled: false
python_logs:
  python_log_level: WARNING
concurrency:
  runs:
    max_concurrent_runs: 1
event_log_storage:
  module: pipelines.orchestration.history
  class: RunHistory
  config:
    base_dir: "{home}/history"
"""


def opened(settings: Settings) -> dg.DagsterInstance:
    """The run history of a warehouse: a run whose process was killed is marked as failed, the last hundred are kept."""
    import dagster as dg

    home = prepare_home(settings)
    os.environ["DAGSTER_HOME"] = str(home)
    instance = dg.DagsterInstance.from_config(str(home))
    close_killed(instance)
    forget_old(instance, home)
    return instance


def close_killed(instance: dg.DagsterInstance) -> None:
    """Mark runs as failed whose process is gone: the one that wrote the last event of the run."""
    import dagster as dg

    from pipelines.orchestration.step import LOST

    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for run in instance.get_runs(filters=unfinished):
        pids = [entry.dagster_event.pid for entry in instance.all_logs(run.run_id) if entry.dagster_event]
        if not pids or pids[-1] is None or not is_alive(pids[-1]):
            instance.add_run_tags(run.run_id, {LOST: "true"})
            instance.report_run_failed(run, "the process ended before the run did")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that its parent has not looked after does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:  # no Linux, or it has just ended
        return True


def forget_old(instance: dg.DagsterInstance, home: Path, kept: int = KEPT) -> None:
    """Take runs beyond the last ``kept`` out of the history, with what they wrote, and give the room back."""
    old = [record.dagster_run.run_id for record in instance.get_run_records()[kept:]]
    for run_id in old:
        instance.delete_run(run_id)
        shutil.rmtree(home / "storage" / run_id, ignore_errors=True)
    if old:
        for path in (home / "history").rglob("*.db"):
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("vacuum")
                connection.execute("pragma wal_checkpoint(truncate)")


def prepare_home(settings: Settings) -> Path:
    """DAGSTER_HOME of a warehouse, with its dagster.yaml, which names the folder: a moved or copied one is mended."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    wanted = DAGSTER_YAML.format(home=home)
    if not config.exists() or config.read_text(encoding="utf-8") != wanted:
        config.write_text(wanted, encoding="utf-8")
    return home


class RunHistory(ConsolidatedSqliteEventLogStorage):
    """The event log with one engine for the life of the process.

    A power cut may lose the last events of a run (SQLite does not wait for the disk), never a published figure.
    """

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": 60})
        event.listen(engine, "connect", _do_not_wait_for_the_disk)
        return engine

    @cached_property
    def _tables(self) -> set[str]:
        return set(inspect(self._engine).get_table_names())

    def has_table(self, table_name: str) -> bool:
        return table_name in self._tables

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection


def _do_not_wait_for_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("pragma synchronous = off")


if __name__ == "__main__":  # for `make dev`
    print(prepare_home(Settings.from_environment()))
