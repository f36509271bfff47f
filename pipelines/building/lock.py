"""One writer of a warehouse at a time, across processes.

Belongs here: the lock that commands and runs hold. It is the system's, on an open file: it ends with the process that
holds it, however that ends.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from pipelines.files import write_whole
from pipelines.settings import TIMEZONE, Settings

_until_exit: list[BaseFileLock] = []  # a lock that nobody refers to any more is released


class AlreadyRunning(RuntimeError):
    """Another refresh of the same warehouse is running; the message names its pid and start."""


@contextmanager
def hold(settings: Settings) -> Iterator[None]:
    """Hold the warehouse's lock, or raise ``AlreadyRunning`` at once. Holding it twice in one process is once."""
    lock = _acquired(settings)
    try:
        yield
    finally:
        if lock.lock_counter == 1:
            _holder(settings).unlink(missing_ok=True)
        lock.release()


def hold_until_exit(settings: Settings) -> None:
    """For a run that Dagster started in a process of its own: hold the lock while the process lives."""
    _until_exit.append(_acquired(settings))
    atexit.register(_holder(settings).unlink, missing_ok=True)


def held_by_another(settings: Settings) -> str:
    """Who holds the lock, in a sentence; nothing where it is free."""
    lock = FileLock(settings.warehouse / ".refresh.lock", timeout=0)
    if not settings.warehouse.is_dir():
        return ""
    try:
        with lock:
            return ""
    except Timeout:
        return _who(_holder(settings))


def was_left(settings: Settings) -> bool:
    """Whether a process that held the lock ended without giving it back: it was killed."""
    if not _holder(settings).exists():
        return False
    lock = FileLock(settings.warehouse / ".refresh.lock", timeout=0)
    try:
        with lock:
            return True
    except Timeout:
        return False


def _acquired(settings: Settings) -> BaseFileLock:
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.warehouse / ".refresh.lock", timeout=0, thread_local=False, is_singleton=True)
    holder = _holder(settings)
    try:
        lock.acquire()
    except Timeout:
        raise AlreadyRunning(_who(holder)) from None
    if lock.lock_counter == 1:
        started = datetime.now(TIMEZONE).replace(microsecond=0)
        write_whole(holder, json.dumps({"pid": os.getpid(), "started_at": started.isoformat()}))
    return lock


def _holder(settings: Settings) -> Path:
    return settings.warehouse / ".refresh.holder"


def _who(holder: Path) -> str:
    try:
        said = json.loads(holder.read_text(encoding="utf-8"))
        started = datetime.fromisoformat(said["started_at"])
        return f"a refresh is already running: pid {said['pid']}, since {started:%d/%m/%Y %H:%M:%S}"
    except (OSError, ValueError, KeyError):  # it has the lock but has not written its name yet
        return "a refresh is already running, started this moment"
