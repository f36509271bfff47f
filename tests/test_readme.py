"""Every command of the README runs as it stands there."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from pipelines.settings import ROOT
from tests.conftest import Built

BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_the_readme_has_its_blocks() -> None:
    assert len(BLOCKS) == 2
    assert BLOCKS[0].split("\n")[:2] == ["make refresh", "make test"]


@pytest.mark.parametrize("block", BLOCKS, ids=["two commands", "first questions"])
def test_a_command_block_runs(built: Built, block: str) -> None:
    script = block.replace("make test\n", "")  # that is what runs this
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={**os.environ, "PAPI_WAREHOUSE": str(built.settings.warehouse), "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout
