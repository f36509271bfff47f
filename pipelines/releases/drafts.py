"""Drafts beside raw/: a release is prepared in a folder of its own and moved to its place in one step.

Belongs here: making such folders, and taking away those whose process was killed. Does not belong here: what is put
into them, see intake.py.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".adding-"


@contextmanager
def draft(raw: Path) -> Iterator[Path]:
    """An empty folder in ``raw`` that is gone afterwards, with the lock that tells others that somebody prepares.

    What was left by a process that was killed is taken away first. Raises ``OSError`` where raw/ cannot be written to.
    """
    sweep(raw)
    handle = os.open(raw, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=raw))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def sweep(raw: Path) -> None:
    """Take away what killed processes left; nothing while somebody prepares a release.

    The lock is the system's, on the folder itself: it ends with the process that holds it, however that ends.
    """
    left = list(raw.glob(f"{PREFIX}*"))
    if not left:
        return
    handle = os.open(raw, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)
