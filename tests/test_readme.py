"""Every command of the README and of docs/ runs as it stands there, and prints what is shown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.published import connect
from pipelines.reports import form
from pipelines.settings import ROOT, Settings
from tests import project
from tests.conftest import PAPI, Built, Demo
from tests.due import scores_of_2025
from tests.reports.filled import drawn, typed_over
from tests.workbooks.official import REFERENCE, Release, province_columns

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def shown_in(page: str, begins: str = "", ends: str = "") -> list[tuple[str, str]]:
    """Each command block of a page of docs/, with what the page says that it prints; of a part of it, if asked."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    text = text[text.index(begins) : text.index(ends) if ends else None]
    return re.findall(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", text, flags=re.MULTILINE | re.DOTALL)


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


def test_its_answer_is_the_warehouses(built: Built) -> None:
    """Every row of the table that the README begins with."""
    table = re.findall(r"^\| (\d{4}) \|(.*?)\|(.*?)\|(.*?)\|(.*?)\|$", README, flags=re.MULTILINE)
    sql = """
        select cast(year as varchar), coalesce(cast(score_printed as varchar), 'not published'),
            coalesce(rank || '/' || n_ranked, ''), coalesce(cast(change_printed as varchar), ''),
            case when is_comparable then 'yes' else 'no: ' || not_comparable_reason end
        from marts.index_score
        where index_id = 'papi' and province_key = '24-bac-giang' and level = 'total' and year >= ? order by year
    """
    with connect(built.settings) as connection:
        found = connection.execute(sql, [table[0][0]]).fetchall()
    assert [tuple(cell.strip() for cell in row) for row in table] == found


@pytest.mark.parametrize("block", BLOCKS, ids=["two commands", "first questions"])
def test_a_command_block_runs(built: Built, block: str) -> None:
    script = block.replace("make test\n", "")  # that is what runs this
    assert run(script, ROOT, PAPI_WAREHOUSE=built.settings.warehouse)


@pytest.mark.long
def test_a_yearly_refresh_goes_as_described(own_warehouse: Settings, tmp_path: Path) -> None:
    day = date(2025, 12, 31)
    scores = scores_of_2025()
    later = {**scores, ("24", "1.1"): scores["24", "1.1"] + 0.05}
    for name, of in (("", scores), ("_v2", later)):
        release = Release(2025, of, sorted(REFERENCE.provinces_on(day)), day)
        (tmp_path / f"2025PAPI_ProvincialIndicators{name}.xlsx").write_bytes(province_columns(release))
    raw = Path(shutil.copytree(ROOT / "raw", tmp_path / "raw"))
    assert goes_as_shown("yearly-refresh.md", tmp_path, PAPI_RAW=raw, PAPI_WAREHOUSE=own_warehouse.warehouse) == 7


def goes_as_shown(page: str | list[tuple[str, str]], folder: Path, **variables: Path) -> int:
    """Run every block of a page, or these, in ``folder``; returns how many there were."""
    blocks = shown_in(page) if isinstance(page, str) else page
    for block, shown in blocks:
        said = run(f'PATH="{PAPI.parent}:$PATH"\n{block}', folder, **variables)
        for line in shown.splitlines():
            assert line.strip() in said
    return len(blocks)


@pytest.mark.long
def test_the_papers_and_pages_of_a_period_are_made_as_the_officers_guide_says(demo: Demo, tmp_path: Path) -> None:
    warehouse = Path(shutil.copytree(demo.settings.warehouse, tmp_path / "warehouse", symlinks=True))
    made = shown_in("huong-dan.md", "## 7. ", "## 8. ")
    assert len(made) == 2
    goes_as_shown(made, tmp_path, PAPI_RAW=demo.settings.raw, PAPI_WAREHOUSE=warehouse)


def test_what_the_numbers_mean_is_what_the_commands_say(built: Built, tmp_path: Path) -> None:
    assert goes_as_shown("what-the-numbers-mean.md", tmp_path, PAPI_WAREHOUSE=built.settings.warehouse) == 3


@pytest.mark.long
def test_a_reporting_period_goes_as_described(demo: Demo, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(ROOT / "raw/plans", raw / "plans")
    filled = tmp_path / "filled"
    filled.mkdir()
    (filled / "2021-H1_07201-tho-xuong.xlsx").write_bytes(drawn())
    broken = typed_over(drawn("07204-tran-nguyen-han"), form.TARGETS, {"H2": "khoảng 90"})
    (filled / "2021-H1_07204-tran-nguyen-han.xlsx").write_bytes(broken)
    warehouse = Path(shutil.copytree(demo.settings.warehouse, tmp_path / "warehouse", symlinks=True))
    assert goes_as_shown("reporting-period.md", tmp_path, PAPI_RAW=raw, PAPI_WAREHOUSE=warehouse) == 7


@pytest.mark.long
def test_the_page_for_engineers_goes_as_described(built: Built, tmp_path: Path) -> None:
    own = project.copy(tmp_path / "papi", built.settings.warehouse)
    assert goes_as_shown("for-engineers.md", own.folder) == 9
    with connect(own.settings) as connection:
        sql = "select score, rank, n_ranked from marts.index_companion where index_id = 'dti'"
        assert connection.execute(sql).fetchall() == [(Decimal("0.7"), 5, 63)]
        assert connection.execute("select count(*) > 0 from core.dim_day where is_weekend").fetchone() == (True,)
