"""Ending a short-lived process without taking its libraries down object by object, which takes most of a second."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """Run what was registered for the end, flush, and end. Files and locks are closed by the kernel."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
