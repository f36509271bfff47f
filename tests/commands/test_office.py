"""The commands of the standing agency."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from pipelines.commands import office as office_commands
from pipelines.published import connect
from pipelines.reports import form, registry
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
        "report",
        "form",
        "--period",
        "2021-H1",
        "--unit",
        "UBND phường Thọ Xương",
        "-o",
        office.raw.parent / "out",
        *where,
    )
    assert made.code == 0, made.out
    form_file = office.raw.parent / "out/2021-H1_07201-tho-xuong.xlsx"
    content = form_file.read_bytes()
    form_file.write_bytes(typed_over(content, form.TARGETS, {"H2": "nhiều", "I2": 120}))
    checked = run_papi("report", "check", form_file, *where)
    assert checked.code == 1
    assert "Chỉ tiêu H2: chữ “nhiều”" in checked.out
    assert "Ví dụ: 95" in checked.out
    assert not office.receipts.exists()
    added = run_papi("report", "add", form_file, "--received", "2021-06-18T09:30", *where)
    assert added.code == 1
    assert "chưa tiếp nhận, đề nghị sửa và gửi lại" in added.out
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


def test_a_batch_goes_on_past_what_is_here_already_and_a_mistake_is_taken_back(office: Settings) -> None:
    """Officers drop the same folder every day; one of them names the wrong unit."""
    where = ("--raw", office.raw, "--warehouse", office.warehouse)
    first, second = (office.raw.parent / name for name in ("a.xlsx", "b.xlsx"))
    first.write_bytes(drawn())
    second.write_bytes(drawn("07204-tran-nguyen-han"))
    who, wrong = ("--period", "2021-H1", "--unit", COMMUNE), ("--period", "2021-H1", "--unit", "07213-tran-phu")
    when = ("--received", "2021-06-18T09:30")
    assert run_papi("report", "add", first, *wrong, *when, *where).code == 1
    assert run_papi("report", "undo-receipt", *wrong, "--reason", "nhầm đơn vị", *where).code == 0
    added = run_papi("report", "add", first, *when, *where)
    assert (added.code, "a.xlsx (UBND phường Thọ Xương, 2021-H1): đã nhận" in added.out) == (0, True)
    both = run_papi("report", "add", first, second, *when, *where)
    assert both.code == 0, both.out
    assert "a.xlsx đã được nhận trước đây" in both.out
    assert "b.xlsx (UBND phường Trần Nguyên Hãn, 2021-H1): đã nhận" in both.out
    early = run_papi("report", "accept", *who, "--on", "2021-06-17", *where)
    assert (early.code, "chưa có báo cáo hợp lệ" in early.out) == (1, True)
    assert "tiếp nhận / accepted (v1-" in run_papi("report", "accept", *who, *where).out
    undone = run_papi("report", "undo-accept", *who, "--reason", "nhầm", *where)
    assert "hủy tiếp nhận / acceptance_undone (v1-" in undone.out


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


def test_the_officers_guide_goes_as_described(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of docs/huong-dan.md exists and says what the guide shows."""
    folder = office.raw.parent
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PAPI_RAW", str(office.raw))
    monkeypatch.setenv("PAPI_WAREHOUSE", str(office.warehouse))
    (folder / "nhan").mkdir()
    (folder / "nhan/phuong-tho-xuong.xlsx").write_bytes(drawn())
    broken = typed_over(drawn("07204-tran-nguyen-han"), form.TARGETS, {"H2": "khoảng 90"})
    (folder / "nhan/phuong-tran-nguyen-han.xlsx").write_bytes(broken)
    guide = (ROOT / "docs/huong-dan.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```\n\n```text\n(.*?)^```", guide, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == guide.count("```sh") == 6
    for commands, shown in blocks:
        said = "".join(run_papi(*shlex.split(line)[1:]).out for line in commands.splitlines())
        for line in shown.splitlines():
            assert line.strip() in said
    assert "select" not in guide.lower()


ENGLISH = re.compile(
    r"\b(the|of|is|are|and|with|from|not|this|that|must|period|sheet|number|received|report|forms?|unit|expected)\b",
    re.I,
)
ENGINEERS = re.compile(r"raw/|(?<!\.)\bcsv\b|checksum|quarantine|sha256|json|Traceback|landing|None\b|_papi|marts?\.")


@pytest.mark.parametrize(
    "command", ["form", "check", "add", "return", "accept", "waive", "undo-receipt", "undo-accept", "undo-waive"]
)
def test_help_of_the_office_is_in_vietnamese_first(command: str) -> None:
    """What the project says of a command and its options; the frame around it is the library's."""
    found = office_commands.report.commands[command]
    said = [found.help or "", *(option.help or "" for option in found.params if isinstance(option, click.Option))]
    for text in said:
        vi, _, en = text.partition(" / ")
        assert en
        assert not ENGLISH.search(vi)
    assert run_papi("report", command, "--help").code == 0


def test_messages_of_the_office_are_in_vietnamese_first(office: Settings) -> None:
    where = ("--raw", office.raw, "--warehouse", office.warehouse)
    good, bad, out = (office.raw.parent / name for name in ("a.xlsx", "b.pdf", "out"))
    good.write_bytes(drawn())
    bad.write_bytes(b"%PDF-1.4")
    who = ("--period", "2021-H1", "--unit", COMMUNE)
    calls: list[tuple[object, ...]] = [
        ("form", "--period", "2021-H1", "-o", out),
        ("form", "--period", "2030-H1", "--all", "-o", out),
        ("form", "--period", "2021-H1", "--unit", "Thọ Xuân", "-o", out),
        ("form", *who, "-o", out),
        ("check", good),
        ("check", bad),
        ("accept", *who),
        ("add", good, bad, "--received", "2021-06-18T09:30"),
        ("add", good),
        ("add", good, "--unit", COMMUNE),
        ("return", *who, "--reason", "Thiếu phụ lục"),
        ("accept", *who),
        ("undo-accept", *who, "--reason", "nhầm"),
        ("undo-accept", *who, "--reason", "nhầm"),
        ("undo-receipt", *who, "--reason", "nhầm"),
        ("undo-waive", *who, "--reason", "nhầm"),
        ("waive", *who, "--decision", "12/QĐ-SNV"),
        ("undo-waive", *who, "--reason", "nhầm"),
    ]
    said = [line for call in calls for line in run_papi("report", *call, *where).out.splitlines()]
    assert len(said) > len(calls)
    for line in said:
        vi, between, _ = line.partition(" / ")
        text = line.replace(str(office.raw.parent), "")
        assert between or not ENGLISH.search(text), line
        assert not ENGINEERS.search(vi.replace(str(office.raw.parent), "")), line
