"""A copy of the project with everything it is built from, for tests that change models, seeds, rules or code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipelines.building import dbt
from pipelines.files import sha256_of
from pipelines.settings import ROOT, Settings
from tests.conftest import Ran

PARTS = ("pipelines", "dbt_project", "expectations", "raw")
FILES = ("requirements.lock", "pyproject.toml", "workspace.yaml")


@dataclass(frozen=True)
class Project:
    """The copy in ``folder``; its warehouse lies in it."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(
            raw=self.folder / "raw",
            warehouse=self.folder / "warehouse",
            expectations=self.folder / "expectations",
            dbt_project=self.folder / "dbt_project",
        )

    def papi(self, *arguments: object, **environment: str) -> Ran:
        """The command of the copy, in a process that starts in it."""
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
            cwd=self.folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout)

    def change(self, path: str, old: str, new: str) -> None:
        """Replace the first ``old`` in a file."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert old in text, f"{old!r} is not in {path}"
        file.write_text(text.replace(old, new, 1), "utf-8")

    def append(self, path: str, line: str) -> None:
        """Add a line to a file."""
        file = self.folder / path
        file.write_text(file.read_text("utf-8").rstrip("\n") + "\n" + line + "\n", "utf-8")

    def parquet(self, warehouse: Path | None = None) -> dict[str, str]:
        """A hash of each published Parquet file, by table."""
        files = (warehouse or self.settings.warehouse) / "parquet"
        return {path.stem: sha256_of(path) for path in files.glob("*.parquet")}


def copy(folder: Path, warehouse: Path | None = None, raw: Path | None = None) -> Project:
    """The project in ``folder`` with dbt's parse of it; with a warehouse or another raw/ where one is given."""
    ignored = shutil.ignore_patterns("target", "logs", "__pycache__", ".user.yml")
    for name in PARTS:
        shutil.copytree((raw if name == "raw" else None) or ROOT / name, folder / name, ignore=ignored)
    kept = dbt.ensure_manifest(Settings()).relative_to(ROOT).parents[1]
    shutil.copytree(ROOT / kept, folder / kept)
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    if warehouse is not None:
        shutil.copytree(warehouse, folder / "warehouse", symlinks=True)
    return Project(folder)
