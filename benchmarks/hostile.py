"""Offer every hostile, spoilt and odd file to `papi release add` and `papi report check`, each in a process of its own.

The files are made anew by tests/workbooks/hostile.py. Printed are the outcome, the seconds of processor time and the
largest memory of each; a stack trace, a crash or more than a minute is a fault, and the run then fails.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.settings import Settings
from tests.workbooks import hostile

TOO_LONG = 60
LARGE: dict[str, Callable[[], bytes]] = {
    "a sheet of 300 MB of blanks": lambda: hostile.padded(hostile.SHEET, 300),
    "texts of 190 MB, padded": lambda: hostile.padded(hostile.TEXTS, 190),
    "a list of sheets of 150 MB, padded": lambda: hostile.padded(hostile.BOOK, 150),
    "styles of 100 MB, padded": lambda: hostile.padded("xl/styles.xml", 100),
    "60 000 empty parts": lambda: hostile.spoilt({}, {f"xl/media/{n}": b"" for n in range(60_000)}),
    "a cell in the last row": lambda: hostile.rows('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
    "rows without end": lambda: hostile.rows("".join(f'<row r="{n}"/>' for n in range(90, 900_000))),
    "200 000 levels of XML": lambda: hostile.rows("<x>" * 200_000 + "</x>" * 200_000),
    "40 MB of lines": lambda: b"01,1.1,1.5\n" * 4_000_000,
    "ten million commas": lambda: b"," * 10_000_000,
    "49 MB of semicolons": lambda: b";" * 49_000_000,
    "51 MB": lambda: bytes(51_000_000),
}


def main() -> None:
    """Measure all and print a table; exits with 1 where a file was met with more than a sentence."""
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        raw, warehouse = Path(folder, "raw"), Path(folder, "warehouse")
        shutil.copytree(Settings().raw, raw, ignore=shutil.ignore_patterns("par-index", "pci", "sipas", "r2"))
        add = ("release", "add", "--year", "2024", "--raw", str(raw), "--warehouse", str(warehouse))
        print("| what | command | outcome | seconds | MB |\n|---|---|---|---|---|")
        for what, make in files():
            path = Path(folder, "offered.xlsx")
            path.write_bytes(make())
            for command in (add, ("report", "check")):
                outcome, seconds, megabytes = run([*command[:2], str(path), *command[2:]])
                faults += outcome.startswith("FAULT")
                print(f"| {what} | {' '.join(command[:2])} | {outcome} | {seconds:.1f} | {megabytes:.0f} |", flush=True)
    sys.exit(bool(faults))


def files() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Every file by its name, made when it is asked for."""
    for some in (hostile.REFUSED, hostile.REFUSED_IN_SHEET):
        yield from ((what, make) for what, (make, _) in some.items())
    for more in (hostile.WRONG_CELL, hostile.READ, hostile.TABLES, LARGE):
        yield from more.items()


def run(arguments: list[str]) -> tuple[str, float, float]:
    """Outcome, seconds of processor time and megabytes of one call of papi."""
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (TOO_LONG, TOO_LONG))
        _, status, used = os.wait4(process.pid, 0)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    outcome = "taken" if code == 0 else "refused"
    if code < 0 or "Traceback" in text or "panicked" in text:
        outcome = f"FAULT: {text.strip().splitlines()[-1][:80] if text.strip() else code}"
    return outcome, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
