"""One refresh at a time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.building import lock
from pipelines.settings import ROOT, Settings

HOLD = """
import contextlib, sys, time
from pathlib import Path
from pipelines.building import lock
from pipelines.settings import Settings
with {how}(Settings(warehouse=Path(sys.argv[1]))) or contextlib.nullcontext():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_is_told_the_first_ones_pid_and_start(tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD.format(how="lock.hold"), str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        with pytest.raises(lock.AlreadyRunning) as refused, lock.hold(settings):
            pass
        first.kill()
    assert re.search(rf"pid {first.pid}, since \d\d/\d\d/\d{{4}} \d\d:\d\d:\d\d$", str(refused.value))
    with lock.hold(settings):  # the kernel freed it with its process
        assert str(os.getpid()) in (tmp_path / ".refresh.holder").read_text("utf-8")


def test_one_process_may_hold_it_twice(tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path)
    with lock.hold(settings), lock.hold(settings):
        pass


def test_a_run_that_dagster_started_is_refused_too(tmp_path: Path) -> None:
    take = HOLD.format(how="lock.hold_until_exit")
    with subprocess.Popen([sys.executable, "-c", take, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(lock.AlreadyRunning, match=f"pid {first.pid}"):
            lock.hold_until_exit(Settings(warehouse=tmp_path))
        first.kill()
