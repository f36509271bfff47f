"""Every command of the README and of docs/ runs as it stands there, and prints what is shown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from statistics import mean

import pytest

from pipelines.settings import ROOT, Settings
from tests.conftest import PAPI, Built
from tests.test_versions import published
from tests.workbooks.official import REFERENCE, Release, Scores, province_columns, successors

BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
YEARLY = re.findall(
    r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?",
    (ROOT / "docs/yearly-refresh.md").read_text("utf-8"),
    flags=re.MULTILINE | re.DOTALL,
)


def run(block: str, folder: Path, **variables: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={**os.environ, "MAKEFLAGS": "", **{name: str(path) for name, path in variables.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_readme_has_its_blocks() -> None:
    assert len(BLOCKS) == 2
    assert BLOCKS[0].split("\n")[:2] == ["make refresh", "make test"]


@pytest.mark.parametrize("block", BLOCKS, ids=["two commands", "first questions"])
def test_a_command_block_runs(built: Built, block: str) -> None:
    script = block.replace("make test\n", "")  # that is what runs this
    assert run(script, ROOT, PAPI_WAREHOUSE=built.settings.warehouse)


def scores_of_2025() -> Scores:
    """Simulated: each province of 2025 gets the mean of what its parts had in 2024."""
    parts: dict[tuple[str, str], list[float]] = {}
    new = successors()
    for (province, code), score in published(2024).items():
        parts.setdefault((new[province], code), []).append(score)
    return {key: round(mean(scores), 6) for key, scores in parts.items()}


def test_a_yearly_refresh_goes_as_described(own_warehouse: Settings, tmp_path: Path) -> None:
    day = date(2025, 12, 31)
    scores = scores_of_2025()
    later = {**scores, ("24", "1.1"): scores["24", "1.1"] + 0.05}
    for name, of in (("", scores), ("_v2", later)):
        release = Release(2025, of, sorted(REFERENCE.provinces_on(day)), day)
        (tmp_path / f"2025PAPI_ProvincialIndicators{name}.xlsx").write_bytes(province_columns(release))
    raw = Path(shutil.copytree(ROOT / "raw", tmp_path / "raw"))
    assert len(YEARLY) == 7
    for block, shown in YEARLY:
        said = run(
            f'PATH="{PAPI.parent}:$PATH"\n{block}', tmp_path, PAPI_RAW=raw, PAPI_WAREHOUSE=own_warehouse.warehouse
        )
        for line in shown.splitlines():
            assert line in said
