"""Reports come as they come: every fault is told to its sender by sheet and cell, and no file is lost."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import reports
from pipelines.forms import report_form
from pipelines.obligations import Duties
from pipelines.outputs import return_slip
from pipelines.reports import Arrival, Event, Landed, NotFiled
from pipelines.settings import ROOT, Settings
from pipelines.workbooks import report as form
from pipelines.workbooks.report import CommuneAnswer, Report, TargetAnswer, TaskAnswer, read_report
from tests.conftest import run_papi

DUTIES = Duties(Settings())
COMMUNE, DISTRICT, AGENCY = "07201-tho-xuong", "213-bac-giang", "stnmt-bac-giang"
JUNE = datetime(2021, 6, 18, 9, 30)


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """A workspace with the plan and no report yet."""
    shutil.copytree(ROOT / "raw/plans", tmp_path / "raw/plans")
    return Settings(raw=tmp_path / "raw", warehouse=tmp_path / "warehouse")


def filled(unit: str = COMMUNE, period: str = "2021-H1", numerator: int = 90) -> Report:
    """Every answer given: each task done, each target 90 of 100."""
    owed = DUTIES.find(unit, period)
    assert owed is not None
    content = report_form.content_of(DUTIES, owed)
    return Report(
        tasks=[
            TaskAnswer(task_id=i.task_id, answer="done", result="đã làm", evidence="1/BC", reason=None, cell="")
            for i in content.items
        ],
        targets=[
            TargetAnswer(
                target_id=t.target_id, answer="reported", numerator=Decimal(numerator), denominator=Decimal(100),
                reason=None, cell="",
            )
            for t in content.targets
        ],
        communes=[CommuneAnswer(unit_key=c.unit_key, has_reported=True, cell="") for c in content.communes],
    )  # fmt: skip


def drawn(
    unit: str = COMMUNE, period: str = "2021-H1", answers: Report | None = None, simulated: bool = False
) -> bytes:
    owed = DUTIES.find(unit, period)
    assert owed is not None
    return report_form.draw(report_form.content_of(DUTIES, owed, simulated), answers or filled(unit, period))


def typed_over(content: bytes, sheet: str, cells: dict[str, str | float | None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book[sheet][cell] = value
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def add(office: Settings, content: bytes, at: datetime = JUNE, unit: str = "", period: str = "") -> Landed:
    path = office.raw.parent / "post.xlsx"
    path.write_bytes(content)
    [receipt] = reports.file_reports(office, DUTIES, [Arrival(path, at, "test", unit, period)])
    return next(item for item in reports.land(office, DUTIES) if item.receipt == receipt)


# --- the form ------------------------------------------------------------------------------------------------------


def test_a_form_is_prefilled_locked_and_offers_its_answers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(drawn(DISTRICT)))
    assert book.sheetnames == ["Bao cao", "Chi tieu", "Xa", "Huong dan", "_papi"]
    tasks = book["Bao cao"]
    assert tasks["B3"].value == "Thành phố Bắc Giang (213-bac-giang)"
    assert tasks["B4"].value == "6 tháng đầu năm 2021 (2021-H1)"
    assert tasks["B5"].value == "Sở Nội vụ tỉnh Bắc Giang"
    assert tasks["B6"].value == datetime(2021, 6, 21)
    assert [tasks.cell(9 + n, 1).value for n in range(3)] == ["D1b", "D1d", "D2c"]
    assert tasks.protection.sheet
    assert tasks["A9"].protection.locked
    assert not tasks["D9"].protection.locked
    [choice] = tasks.data_validations.dataValidation
    assert str(choice.sqref) == "D9:D22"
    assert "Không phát sinh / Nothing arose" in choice.formula1
    assert book["_papi"].sheet_state == "hidden"
    assert [row[0].value for row in book["Xa"].iter_rows(min_row=2)][:2] == ["07201-tho-xuong", "07204-tran-nguyen-han"]
    assert book["Xa"].max_row == 17


def test_last_periods_answers_stand_beside_the_new_ones() -> None:
    owed = DUTIES.find(COMMUNE, "2021-FY")
    assert owed is not None
    content = report_form.content_of(DUTIES, owed, previous=filled(numerator=77))
    book = openpyxl.load_workbook(io.BytesIO(report_form.draw(content)))
    assert book["Bao cao"]["C9"].value == "Đã hoàn thành / Done - đã làm"
    assert (book["Chi tieu"]["E2"].value, book["Chi tieu"]["F2"].value) == (77, 100)
    assert book["Chi tieu"]["H2"].value is None


def test_a_text_never_becomes_a_formula() -> None:
    answers = filled()
    first = answers.tasks[0].model_copy(update={"result": "=HYPERLINK(1)"})
    content = drawn(answers=answers.model_copy(update={"tasks": [first, *answers.tasks[1:]]}))
    cell = openpyxl.load_workbook(io.BytesIO(content))["Bao cao"]["E9"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s") or cell.quotePrefix


def test_what_was_filled_in_is_read_back() -> None:
    for unit in (COMMUNE, DISTRICT, AGENCY):
        read = read_report(drawn(unit), "form.xlsx")
        assert read.findings == []
        assert read.identity is not None
        assert (read.identity.unit_key, read.identity.period) == (unit, "2021-H1")
        assert read.report is not None
        without_cells = [
            [one.model_copy(update={"cell": ""}) for one in part]
            for part in (read.report.tasks, read.report.targets, read.report.communes)
        ]
        asked = filled(unit)
        assert without_cells == [asked.tasks, asked.targets, asked.communes]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.sampled_from([*form.TASK_ANSWERS.values(), None]), TEXTS, TEXTS), min_size=10, max_size=10),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_any_answers_survive_the_way_through_a_workbook(
    answers: list[tuple[form.TaskWord | None, str, str]], a: int, b: int
) -> None:
    asked = filled()
    tasks = [
        task.model_copy(update={"answer": word, "result": result, "reason": reason})
        for task, (word, result, reason) in zip(asked.tasks, answers, strict=True)
    ]
    low, high = sorted((Decimal(a) / 100, Decimal(b) / 100))
    targets = [target.model_copy(update={"numerator": low, "denominator": high}) for target in asked.targets]
    read = read_report(drawn(answers=asked.model_copy(update={"tasks": tasks, "targets": targets})), "form.xlsx")
    assert read.report is not None, read.findings
    assert [t.answer for t in read.report.tasks] == [t.answer for t in tasks]
    assert [t.reason for t in read.report.tasks] == [_composed(t.reason) for t in tasks]
    assert [(t.numerator, t.denominator) for t in read.report.targets] == [(low, high)] * len(targets)


def _composed(text: str | None) -> str | None:
    import unicodedata

    return unicodedata.normalize("NFC", text).strip() if text else None


# --- what is refused -----------------------------------------------------------------------------------------------


def with_macros() -> bytes:
    content = io.BytesIO(drawn())
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return content.getvalue()


FAULTS: list[tuple[str, Callable[[], bytes], str, str | None, str]] = [
    ("text in a number", lambda: typed_over(drawn(), "Chi tieu", {"H2": "khoảng 90"}), "number", "H2", "khoảng 90"),
    ("a formula", lambda: typed_over(drawn(), "Chi tieu", {"H2": "=1+1"}), "number", "H2", "=1+1"),
    ("a negative", lambda: typed_over(drawn(), "Chi tieu", {"H2": -3}), "not_negative", "H2", "-3"),
    ("numerator above", lambda: typed_over(drawn(), "Chi tieu", {"H3": 101}), "numerator_not_above", "H3", "101 > 100"),
    ("one number alone", lambda: typed_over(drawn(), "Chi tieu", {"I2": None}), "both_numbers", "H2", "thiếu"),
    ("figures without a case", lambda: typed_over(drawn(), "Chi tieu", {"G2": "Không phát sinh"}), "answer_fits", "G2",
     "Không phát sinh"),
    ("an unknown answer", lambda: typed_over(drawn(), "Bao cao", {"D9": "Tạm ổn"}), "answer_known", "D9", "Tạm ổn"),
    ("another unit's name", lambda: typed_over(drawn(), "Bao cao", {"B3": "Xã khác"}), "unit_matches", "B3", "Xã khác"),
    ("another period", lambda: typed_over(drawn(), "Bao cao", {"B4": "năm 2021"}), "period_matches", "B4", "năm 2021"),
    ("an edited checksum", lambda: typed_over(drawn(), "_papi", {"B4": DISTRICT}), "form_whole", None, ""),
    ("a task not owed", lambda: typed_over(drawn(), "Bao cao", {"A9": "D6a"}), "task_owed", "D9", "D6a"),
    ("a task twice", lambda: typed_over(drawn(), "Bao cao", {"A9": "D1b"}), "task_owed", "D9", "D1b (lặp lại"),
    ("a commune of another district", lambda: typed_over(drawn(DISTRICT), "Xa", {"A2": "07525-chu"}), "commune_known",
     "C2", "07525-chu"),
    ("macros", with_macros, "file_readable", None, "macros"),
    ("too large", lambda: drawn() + b" " * form.MAX_FORM_BYTES, "size", None, "byte"),
    ("no form", lambda: b"a photograph", "is_a_form", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("what", "content", "rule", "cell", "found"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_faulty_form_waits_in_quarantine_and_is_kept_as_it_came(
    office: Settings, what: str, content: Callable[[], bytes], rule: str, cell: str | None, found: str
) -> None:
    came = content()
    item = add(office, came)
    assert item.report is None
    [finding] = [f for f in item.findings if f.rule_id == rule][:1]
    assert finding.cell == cell
    assert found in finding.found
    assert " / " in finding.expected
    assert (office.reports / item.receipt.path).read_bytes() == came
    slip = openpyxl.load_workbook(return_slip.write(item, office.slips / return_slip.file_name(item))).active
    assert slip is not None
    assert finding.found in [row[2].value for row in slip.iter_rows(min_row=9)]


def test_a_form_of_another_plan_or_unit_is_refused(office: Settings) -> None:
    path = office.raw / "plans/bg-2021/tasks.csv"
    path.write_text(path.read_text("utf-8").replace("commune;STC", "commune"), "utf-8")
    changed = Duties(office)
    (office.raw.parent / "post.xlsx").write_bytes(drawn())
    item = reports.check(office, changed, office.raw.parent / "post.xlsx")
    assert [f.rule_id for f in item.findings] == ["plan_version"]
    theirs = add(office, drawn(), unit="07204-tran-nguyen-han", period="2021-H1")
    assert [f.rule_id for f in theirs.findings] == ["unit_matches"]
    assert theirs.receipt.path.startswith("2021-H1/07204-tran-nguyen-han/")


def test_a_cumulative_figure_does_not_fall_within_a_year(office: Settings) -> None:
    assert add(office, drawn(answers=filled(numerator=90))).report is not None
    later = add(office, drawn(period="2021-FY", answers=filled(period="2021-FY", numerator=80)), datetime(2021, 11, 20))
    assert [(f.rule_id, f.sheet, f.found) for f in later.findings] == [
        ("cumulative_does_not_fall", "Chi tieu", "80"),
        ("cumulative_does_not_fall", "Chi tieu", "80"),
    ]
    next_year = add(
        office, drawn(period="2022-H1", answers=filled(period="2022-H1", numerator=5)), datetime(2022, 6, 1)
    )
    assert next_year.report is not None


def test_a_mended_form_replays_as_the_next_version_and_nothing_is_lost(office: Settings) -> None:
    broken = add(office, typed_over(drawn(), "Chi tieu", {"H2": -3}))
    mended = add(office, drawn(), datetime(2021, 6, 20, 8, 0))
    assert (broken.version, broken.state, mended.version, mended.state) == (1, "quarantined", 2, "received")
    assert mended.completeness.is_complete
    assert len(list((office.reports / "2021-H1" / COMMUNE).iterdir())) == 2
    with pytest.raises(NotFiled, match="is here already"):
        add(office, drawn())


def test_what_cannot_be_placed_is_kept_unplaced_until_somebody_says_whose_it_is(office: Settings) -> None:
    item = add(office, b"a photograph")
    assert item.receipt.path.startswith("unplaced/")
    named = add(office, b"another photograph", unit=COMMUNE, period="2021-H1")
    assert named.receipt.path.startswith(f"2021-H1/{COMMUNE}/v1-")


def test_a_file_put_there_by_hand_or_edited_is_told(office: Settings) -> None:
    item = add(office, drawn())
    (office.reports / "2021-H1/by-hand.xlsx").write_bytes(b"x")
    path = office.reports / item.receipt.path
    path.write_bytes(path.read_bytes() + b" ")
    shutil.rmtree(office.landing)
    [landed] = reports.land(office, DUTIES)
    assert [f.rule_id for f in landed.findings] == ["file_as_received"]
    assert [f.rule_id for f in reports.receipts(office)[1]] == ["receipt_listed"]


def test_simulated_reports_never_enter_a_real_workspace_nor_real_ones_a_demonstration(office: Settings) -> None:
    with pytest.raises(NotFiled, match="simulated"):
        add(office, drawn(simulated=True))
    assert not office.receipts.exists()
    add(office, drawn())
    (office.reports / reports.MARK).write_text("", "utf-8")
    [landed] = reports.land(office, DUTIES)
    assert {f.rule_id for f in landed.findings} == {"simulated_apart"}


def test_four_answers_without_a_figure_are_four_and_need_a_reason(office: Settings) -> None:
    words = {"nothing_arose": "có lý do", "not_applicable": None, "not_measurable": "chưa đo", None: None}
    answers = filled()
    targets = [
        t.model_copy(update={"answer": word, "numerator": None, "denominator": None, "reason": reason})
        for t, (word, reason) in zip(answers.targets, words.items(), strict=True)
    ]
    item = add(office, drawn(answers=answers.model_copy(update={"targets": targets})))
    assert item.report is not None
    assert [t.answer for t in item.report.targets] == list(words)
    assert (item.completeness.targets_owed, item.completeness.targets_answered) == (4, 2)
    assert [(r.rule_id, r.cell) for r in item.remarks] == [("reason_given", "H3")]


def test_words_of_another_unit_are_told_and_not_refused(office: Settings) -> None:
    words = (
        "chúng tôi đã mở ba lớp tập huấn tại nhà văn hóa thôn cho tổ hòa giải và dán bảng công khai ở chợ phiên đầu "
        "tháng"
    )
    answers = filled()
    own = answers.model_copy(
        update={"tasks": [t.model_copy(update={"result": f"{words} {t.task_id}"}) for t in answers.tasks]}
    )
    first = add(office, drawn(answers=own))
    copy = add(office, drawn("07204-tran-nguyen-han", answers=own), datetime(2021, 6, 18, 10, 0))
    assert first.copied_from is None
    assert copy.copied_from == first.report_id
    assert [r.rule_id for r in copy.remarks] == ["own_words"]
    assert copy.report is not None


# --- the registers -------------------------------------------------------------------------------------------------


def event(word: str, at: datetime, **more: str) -> Event:
    return Event(at, "2021-H1", COMMUNE, word, more.get("decision_no", ""), more.get("reason", ""), "SNV", 0)


def test_events_kept_in_excel_are_read_and_bad_lines_are_told(office: Settings) -> None:
    add(office, drawn())
    lines = [
        ["24/06/2021 14:00", "2021-H1", COMMUNE, "Trả lại", "", "Thiếu minh chứng", "A"],
        ["2021-06-25", "2021-H1", COMMUNE, "accepted", "", "", "A"],
        ["2021-06-25", "2021-H1", "99999-khong-co", "accepted", "", "", "A"],
        ["2021-06-25", "2021-H1", COMMUNE, "miễn", "", "", "A"],
        ["hôm qua", "2021-H1", COMMUNE, "accepted", "", "", "A"],
    ]
    with (office.reports / "events.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(reports.EVENT_COLUMNS)
        writer.writerows(lines)
    known, findings = reports.events(office, DUTIES)
    assert [(e.event, e.at) for e in known] == [
        ("returned", datetime(2021, 6, 24, 14, 0)),
        ("accepted", datetime(2021, 6, 25, 23, 59)),
    ]
    assert [(f.row, f.column) for f in findings] == [(4, "unit_key"), (5, "decision_no"), (6, "at")]
    reports.add_event(office, DUTIES, event("waived", datetime(2021, 6, 26, 8, 0), decision_no="12/QĐ"))
    known, findings = reports.events(office, DUTIES, date(2021, 6, 25))
    assert len(known) == 2
    assert (office.reports / "events.csv").read_bytes().startswith(b"\xef\xbb\xbfat;period")
    assert reports.events(office, DUTIES)[0][-1].decision_no == "12/QĐ"


def test_what_never_came_is_neither_accepted_nor_returned(office: Settings) -> None:
    with pytest.raises(NotFiled, match="no readable report"):
        reports.add_event(office, DUTIES, event("accepted", JUNE))
    reports.add_event(office, DUTIES, event("waived", JUNE, decision_no="12/QĐ"))


# --- the commands --------------------------------------------------------------------------------------------------


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
    assert [e.event for e in reports.events(office, DUTIES)[0]] == ["returned", "accepted"]
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
