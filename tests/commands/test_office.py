"""The commands of the standing agency."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import openpyxl
import pytest

from pipelines.commands import office as office_commands
from pipelines.published import connect
from pipelines.reports import form, registry
from pipelines.settings import ROOT, Settings
from tests.conftest import copy_of_raw, run_papi
from tests.papers.conftest import published_in
from tests.reports.filled import COMMUNE, DUTIES, drawn, filled, typed_over

BLOCK = re.compile(r"^```sh\n(.*?)^```\n\n```text\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
# From the papers on the guide asks a published warehouse: that of tests/test_readme.py, then a small one.
PAPERS, TODAY = "\n## 7. ", "\n## 8. "


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
    assert [e.event for e in registry.events(office, DUTIES)] == ["returned", "accepted"]
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
    first.write_bytes(drawn(answers=filled(numerator=100)))
    again = run_papi("report", "add", first, "--received", "19/06/2021", *where)
    assert "a.xlsx (UBND phường Thọ Xương, 2021-H1, bản 2): đã nhận" in again.out
    early = run_papi("report", "accept", *who, "--on", "2021-06-17", *where)
    assert (early.code, "chưa có báo cáo hợp lệ" in early.out) == (1, True)
    assert "đã tiếp nhận / accepted (v2-" in run_papi("report", "accept", *who, *where).out
    undone = run_papi("report", "undo-accept", *who, "--reason", "nhầm", *where)
    assert "đã hủy việc tiếp nhận / acceptance_undone (v2-" in undone.out


@pytest.mark.parametrize(
    ("unit", "period", "why"),
    [
        (COMMUNE, "2021-Q1", "UBND phường Thọ Xương không phải báo cáo kỳ 2021-Q1: hạn trước ngày ban hành kế hoạch"),
        (COMMUNE, "2021-Q3", "kế hoạch không nêu ngày"),
        (COMMUNE, "2025-FY", "giải thể, sáp nhập sau 30/06/2025; đơn vị kế thừa: UBND phường Bắc Giang /"),
        ("07219-le-loi", "2026-H1", "giải thể, sáp nhập sau 31/12/2024; đơn vị kế thừa: UBND phường Bắc Giang /"),
        ("stttt-bac-giang", "2025-H1", "đơn vị kế thừa: Sở Khoa học và Công nghệ tỉnh Bắc Giang /"),
        ("213-bac-giang", "2025-FY", "đơn vị kế thừa: UBND phường Bắc Giang; UBND phường Đa Mai"),
        ("TP. Bắc Giang", "2025-FY", "đơn vị kế thừa: UBND phường Bắc Giang; UBND phường Đa Mai"),
        (COMMUNE, "2030-H1", "không đơn vị nào phải báo cáo kỳ 2030-H1"),
    ],
)
def test_what_nobody_owes_gets_no_form_nor_a_waiver_but_the_reason(
    office: Settings, unit: str, period: str, why: str
) -> None:
    call = ("--period", period, "--unit", unit, "--raw", office.raw)
    for command in (("form", *call, "-o", office.raw.parent / "out"), ("waive", *call, "--decision", "12/QĐ")):
        refused = run_papi("report", *command)
        assert refused.code == 2
        assert why in refused.out
    assert not (office.raw.parent / "out").exists()
    assert not office.reports.exists()


def test_an_empty_reason_or_number_is_refused_and_so_is_a_day_that_cannot_be(office: Settings) -> None:
    form_file = office.raw.parent / "a.xlsx"
    form_file.write_bytes(drawn())
    where = ("--raw", office.raw, "--warehouse", office.warehouse)
    call = ("--period", "2021-H1", "--unit", COMMUNE, *where)
    too_early = run_papi("report", "add", form_file, "--received", "18/06/2012", *where)
    assert (too_early.code, "a.xlsx: 18/06/2012" in too_early.out) == (1, True)
    assert run_papi("report", "add", form_file, "--received", "6/7/2021", *where).code == 2
    assert not office.reports.exists()
    assert run_papi("report", "add", form_file, "--received", "18/06/2021 9:30", *where).code == 0
    for command in (("waive", "--decision", " "), ("return", "--reason", ""), ("accept", "--on", "2012-06-20")):
        refused = run_papi("report", *command, *call)
        assert refused.code == 1
        assert "Cần có:" in refused.out
    assert not (office.reports / registry.EVENTS).exists()


def test_a_register_that_cannot_be_read_stops_every_command_that_reads_reports_or_writes(office: Settings) -> None:
    form_file, out = (office.raw.parent / name for name in ("a.xlsx", "out"))
    form_file.write_bytes(drawn())
    office.reports.mkdir()
    (office.reports / registry.EVENTS).write_bytes("at,period\nChưa".encode("cp1258"))
    who = ("--period", "2021-H1", "--unit", COMMUNE)
    for command in (
        ("report", "form", *who, "-o", out), ("report", "check", form_file), ("report", "add", form_file),
        ("report", "accept", *who), ("report", "return", *who, "--reason", "Thiếu phụ lục"),
        ("report", "waive", *who, "--decision", "12/QĐ"), ("sent", form_file, "--number", "12/SNV-CCHC"),
    ):  # fmt: skip
        refused = run_papi(*command, "--raw", office.raw, "--warehouse", office.warehouse)
        assert refused.code == 1
        assert "- events.csv, dòng 2: tệp lưu kiểu ANSI" in refused.out
    assert [path.name for path in office.reports.iterdir()] == [registry.EVENTS]
    assert not out.exists()


def test_all_forms_of_a_period_are_written_at_once(office: Settings) -> None:
    out = office.raw.parent / "out"
    made = run_papi("report", "form", "--period", "2021-H1", "--all", "-o", out, "--raw", office.raw)
    assert made.code == 0, made.out
    assert len(list(out.glob("2021-H1_*.xlsx"))) == 239


def test_units_of_one_name_are_shown_with_their_districts(office: Settings) -> None:
    call = ("report", "form", "--period", "2021-H1", "-o", office.raw.parent / "out", "--raw", office.raw)
    of_two = run_papi(*call, "--unit", "xã Phúc Sơn")
    assert of_two.code == 2
    assert "Xã Phúc Sơn, Huyện Sơn Động (07630-phuc-son); Xã Phúc Sơn, Huyện Tân Yên (07318-phuc-son)" in of_two.out
    assert "(UBND xã Phúc Sơn)" in run_papi(*call, "--unit", "xã Phúc Sơn, huyện Tân Yên").out


def test_a_period_that_nobody_owes_is_told_with_the_reason(office: Settings) -> None:
    out = office.raw.parent / "out"
    made = run_papi("report", "form", "--period", "2021-Q1", "--all", "-o", out, "--raw", office.raw)
    assert made.code == 2
    assert "không đơn vị nào phải báo cáo kỳ 2021-Q1: hạn trước ngày ban hành" in made.out


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
    guide, _, _ = (ROOT / "docs/huong-dan.md").read_text("utf-8").partition(PAPERS)
    blocks = BLOCK.findall(guide)
    assert len(blocks) == guide.count("```sh") == 8
    for commands, shown in blocks:
        if "--in" in commands:
            waived_in(folder / "so/so-theo-doi.xlsx")
        said = "".join(run_papi(*shlex.split(line)[1:]).out for line in commands.splitlines())
        for line in shown.splitlines():
            assert line.strip() in said
    assert "select" not in guide.lower()


def test_the_guide_from_the_days_work_to_a_sent_paper_goes_as_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    published_in(warehouse)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPI_RAW", str(tmp_path / "raw"))
    monkeypatch.setenv("PAPI_WAREHOUSE", str(warehouse))
    _, _, guide = (ROOT / "docs/huong-dan.md").read_text("utf-8").partition(TODAY)
    blocks = BLOCK.findall(guide)
    assert len(blocks) == guide.count("```sh") == 3
    for commands, shown in blocks:
        said = "".join(run_papi(*shlex.split(line)[1:]).out for line in commands.splitlines())
        for line in shown.splitlines():
            assert line.strip() in said


def waived_in(path: Path) -> None:
    """Type a new line into the tracking workbook: it stands below six that are there."""
    book = openpyxl.load_workbook(path)
    unit = "UBND phường Trần Nguyên Hãn (07204-tran-nguyen-han)"
    for letter, value in zip("BCDEF", ("25/06/2021", "2021-H1", unit, "miễn", "13/QĐ-SNV"), strict=True):
        book["Theo dõi"][f"{letter}9"] = value
    book.save(path)


def test_the_tracking_workbook_goes_out_and_comes_back_whole_or_not_at_all(office: Settings) -> None:
    where = ("--raw", office.raw, "--warehouse", office.warehouse)
    post, out = office.raw.parent / "a.xlsx", office.raw.parent / "so"
    post.write_bytes(drawn())
    assert run_papi("report", "add", post, "--received", "2021-06-18T09:30", *where).code == 0
    assert run_papi("report", "register", *where).code == 2
    assert "0 dòng đã ghi" in run_papi("report", "register", "--out", out, *where).out
    book = openpyxl.load_workbook(out / "so-theo-doi.xlsx")
    unit = "UBND phường Thọ Xương (07201-tho-xuong)"
    for row, reason in ((3, "Thiếu phụ lục"), (4, None)):
        for letter, value in zip("BCDEG", ("21/06/2021", "2021-H1", unit, "trả lại", reason), strict=True):
            book["Theo dõi"][f"{letter}{row}"] = value
    book.save(out / "so-theo-doi.xlsx")
    refused = run_papi("report", "register", "--in", out / "so-theo-doi.xlsx", *where)
    assert refused.code == 1
    assert "- Theo dõi G4: ô trống" in refused.out
    assert "1 lỗi; chưa ghi dòng nào" in refused.out
    assert not (office.reports / registry.EVENTS).exists()
    book["Theo dõi"]["G4"] = "Thiếu chữ ký"
    book.save(out / "so-theo-doi.xlsx")
    done = run_papi("report", "register", "--in", out / "so-theo-doi.xlsx", *where)
    assert (done.code, "ghi 2 dòng mới" in done.out) == (0, True)
    assert [event.reason for event in registry.events(office, DUTIES)] == ["Thiếu phụ lục", "Thiếu chữ ký"]
    assert len(list(office.slips.iterdir())) == 1


ENGLISH = re.compile(
    r"\b(the|of|is|are|and|with|from|not|this|that|must|period|sheet|number|received|report|forms?|unit|expected)\b",
    re.I,
)
ENGINEERS = re.compile(r"raw/|(?<!\.)\bcsv\b|checksum|quarantine|sha256|json|Traceback|landing|None\b|_papi|marts?\.")


@pytest.mark.parametrize(
    "command",
    ["form", "check", "add", "return", "accept", "waive", "undo-receipt", "undo-accept", "undo-waive", "register"],
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
        ("waive", *who, "--decision", ""),
        ("nhan", good),
        ("add",),
        ("add", out / "khong-co.xlsx"),
        ("add", good, "--received", "6/5/2021"),
        ("return", *who),
        ("return", *who, "--ly-do", "x"),
        ("form", "--period", "2021-H1", "--unit", COMMUNE, "-o", out, "--lang", "fr"),
        ("register",),
        ("register", "--out", out),
        ("register", "--in", good),
        ("register", "--in", out / "so-theo-doi.xlsx"),
    ]
    said = [line for call in calls for line in run_papi("report", *call, *where).out.splitlines()]
    assert len(said) > len(calls)
    for line in said:
        vi, between, _ = line.partition(" / ")
        text = line.replace(str(office.raw.parent), "")
        assert between or not ENGLISH.search(text), line
        assert not ENGINEERS.search(vi.replace(str(office.raw.parent), "")), line
