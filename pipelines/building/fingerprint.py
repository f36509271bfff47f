"""What a warehouse is a function of, in one hash: raw/, the project's own files and the as-of date.

With reports under raw/ that is also the day of which their states are shown, and always the year that is not over.

Belongs here: telling whether a refresh could give anything new. Imports nothing heavy, since it is asked first.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipelines.building import dbt
from pipelines.clock import running_year
from pipelines.releases import deliveries
from pipelines.releases.strays import strays
from pipelines.reports.registry import reporting_day
from pipelines.settings import ROOT, Settings

ALL = "all"
CODE = (".py", ".j2", ".css", ".js", ".csv")  # what makes tables, and what makes pages of them


def as_of(settings: Settings) -> str:
    """The as-of date in ISO form, or ``all`` where nothing in raw/ is left out."""
    return settings.as_of.isoformat() if settings.as_of else ALL


def of(settings: Settings) -> str:
    """sha256 over the names and bytes of every file that could change the published data, and over what is refused.

    What is refused may change by itself: a day that lay in the future comes.
    """
    parts: list[tuple[str, Path, list[Path]]] = [
        ("raw", settings.raw, [p for p in settings.raw.rglob("*") if _counts(p.relative_to(settings.raw))]),
        ("dbt", settings.dbt_project, dbt.project_files(settings)),
        ("expectations", settings.expectations, list(settings.expectations.glob("*.yml"))),
        (
            "pipelines",
            ROOT,
            [*(p for p in (ROOT / "pipelines").rglob("*") if p.suffix in CODE), ROOT / "requirements.lock"],
        ),
    ]
    digest = hashlib.sha256(f"{as_of(settings)} {reporting_day(settings)} {running_year(settings)}".encode())
    refused = [*strays(settings), *(one for d in deliveries.read_all(settings.raw) for one in d.findings)]
    digest.update(str(refused).encode())
    for name, root, paths in parts:
        for path in sorted(p for p in paths if p.is_file()):
            digest.update(f"\n{name} {path.relative_to(root).as_posix()} ".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _counts(path: Path) -> bool:
    """Whether a file under raw/ can matter: any file of a delivery, elsewhere neither hidden files nor notes."""
    *folders, name = path.parts
    if any(folder.startswith(".") for folder in folders):
        return False
    is_delivered = len(folders) == 3 and folders[1].isdecimal()
    return is_delivered or not (name.startswith(".") or path.suffix == ".md")
