"""The history of runs: one whose process is gone is closed, one that lives is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration import history
from pipelines.orchestration.step import LOST
from pipelines.settings import ROOT, Settings

KILLED = """
import os, signal, sys
from pathlib import Path
import dagster as dg
from pipelines.orchestration import history
from pipelines.settings import Settings

@dg.op
def work():
    os.kill(os.getpid(), signal.SIGKILL)

@dg.job
def refresh():
    work()

with history.opened(Settings(warehouse=Path(sys.argv[1]))) as instance:
    refresh.execute_in_process(instance=instance)
"""


@pytest.mark.long
def test_a_killed_run_is_marked_as_failed_and_lost_and_a_living_one_is_not(tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode < 0, done.stderr.decode()
    seen = {}

    @dg.op
    def look() -> None:
        with history.opened(settings) as other:
            seen.update({run.run_id: (run.status, LOST in run.tags) for run in other.get_runs()})

    @dg.job
    def living() -> None:
        look()

    with history.opened(settings) as instance:
        result = living.execute_in_process(instance=instance)
    assert seen.pop(result.run_id) == (dg.DagsterRunStatus.STARTED, False)
    assert [*seen.values()] == [(dg.DagsterRunStatus.FAILURE, True)]


def test_a_process_that_ended_and_was_not_looked_after_is_not_alive() -> None:
    assert history.is_alive(os.getpid())
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()  # it ends, and stays in the system's list until somebody waits for it
        pid = child.pid
    assert not history.is_alive(pid)
