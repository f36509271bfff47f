"""A workspace of the office."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.settings import ROOT, Settings


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """A workspace with the plan and no report yet."""
    shutil.copytree(ROOT / "raw/plans", tmp_path / "raw/plans")
    return Settings(raw=tmp_path / "raw", warehouse=tmp_path / "warehouse")
