"""The commands of the standing agency."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.published import connect
from pipelines.reports import registry
from pipelines.settings import ROOT, Settings
from tests.conftest import copy_of_raw, run_papi
from tests.reports.filled import COMMUNE, DUTIES, drawn, typed_over


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """A workspace with the plan and no report yet."""
    shutil.copytree(ROOT / "raw/plans", tmp_path / "raw/plans")
    return Settings(raw=tmp_path / "raw", warehouse=tmp_path / "warehouse")


def test_an_officers_day(office: Settings) -> None:
    """A form is sent out, comes back broken, is told why, comes back mended, is returned, and is accepted."""
    where = ("--raw", office.raw, "--warehouse", office.warehouse)
    made = run_papi(
        "report", "form", "--period", "2021-H1", "--unit", "phường Thọ Xương", "-o", office.raw.parent / "out", *where
    )
    assert made.code == 0, made.out
    form_file = office.raw.parent / "out/2021-H1_07201-tho-xuong.xlsx"
    content = form_file.read_bytes()
    form_file.write_bytes(typed_over(content, "Chi tieu", {"H2": "nhiều", "I2": 100}))
    checked = run_papi("report", "check", form_file, *where)
    assert checked.code == 1
    assert "Chi tieu H2: chữ / text: “nhiều”" in checked.out
    assert "Ví dụ: 12,5" in checked.out
    assert not office.receipts.exists()
    added = run_papi("report", "add", form_file, "--received", "2021-06-18T09:30", *where)
    assert added.code == 1
    assert "giữ lại / in quarantine" in added.out
    assert len(list(office.slips.glob("phieu_tra_lai_2021-H1_07201-tho-xuong_*.xlsx"))) == 1
    form_file.write_bytes(drawn())
    added = run_papi("report", "add", form_file, "--received", "2021-06-20T08:00", *where)
    assert added.code == 0, added.out
    call = ("--period", "2021-H1", "--unit", COMMUNE, *where)
    assert run_papi("report", "return", *call, "--reason", "Thiếu phụ lục").code == 0
    assert run_papi("report", "accept", *call).code == 0
    assert run_papi("report", "waive", *call).code == 2
    assert [e.event for e in registry.events(office, DUTIES)[0]] == ["returned", "accepted"]
    wrong = run_papi("report", "form", "--period", "2021-H1", "--unit", "Thọ Xuân", "-o", office.raw, *where)
    assert wrong.code == 2
    assert "is not one unit" in wrong.out


def test_all_forms_of_a_period_are_written_at_once(office: Settings) -> None:
    out = office.raw.parent / "out"
    made = run_papi("report", "form", "--period", "2021-H1", "--all", "-o", out, "--raw", office.raw)
    assert made.code == 0, made.out
    assert len(list(out.glob("2021-H1_*.xlsx"))) == 239


def test_a_plan_shows_its_open_questions() -> None:
    shown = run_papi("plan", "show", "bg-2021")
    assert shown.code == 0
    for part in ("2021-Q1         0", "due_unspecified", "Quý I/2021", "before 20 March", "twelve of them inferred"):
        assert part in shown.out
    assert run_papi("plan", "show", "bg-1999").code == 2


@pytest.mark.long
def test_a_demonstration_is_one_command_that_says_where_to_look(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    made = run_papi("demo", folder, "--period=2021-PLAN", "--raw", copy_of_raw(tmp_path / "raw", [2020]))
    assert made.code == 0, made.out
    assert "marts.chase_list" in made.out
    settings = Settings(raw=folder / "raw", warehouse=folder / "warehouse")
    assert (settings.reports / registry.MARK).is_file()
    with connect(settings) as connection:
        assert connection.execute("select distinct is_simulated from core.fct_report").fetchall() == [(True,)]
