"""One refresh at a time, across processes.

The lock is the kernel's, on an open file: it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from pipelines.settings import TIMEZONE, Settings

_held: set[Path] = set()
_until_exit = ExitStack()


class AlreadyRunning(RuntimeError):
    """Another refresh of the same warehouse is running; the message names its pid and start."""


@contextmanager
def hold(settings: Settings) -> Iterator[None]:
    """Hold the warehouse's lock, or raise ``AlreadyRunning`` at once. Holding it twice in one process is once."""
    path = settings.warehouse / ".refresh.lock"
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_who(path)) from None
        file.truncate(0)
        started = datetime.now(TIMEZONE).replace(microsecond=0)
        file.write(json.dumps({"pid": os.getpid(), "started_at": started.isoformat()}))
        file.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)


def hold_until_exit(settings: Settings) -> None:
    """For a run that Dagster started in a process of its own: hold the lock while the process lives."""
    _until_exit.enter_context(hold(settings))


def _who(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        started = datetime.fromisoformat(holder["started_at"])
        return f"a refresh is already running: pid {holder['pid']}, since {started:%d/%m/%Y %H:%M:%S}"
    except (OSError, ValueError, KeyError):  # it has the lock but has not written its name yet
        return "a refresh is already running, started this moment"
