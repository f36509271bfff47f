"""Reports come as they come: every fault is told to its sender by sheet and cell, and no file is lost."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest

from pipelines.plan.obligations import Duties
from pipelines.reports import answers, faults, filing, form, reading, registry, slips
from pipelines.reports.registry import NotFiled
from pipelines.settings import Settings
from tests.reports.filled import COMMUNE, DISTRICT, DUTIES, JUNE, add, drawn, filled, typed_over


def with_macros() -> bytes:
    content = io.BytesIO(drawn())
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return content.getvalue()


FAULTS: list[tuple[str, Callable[[], bytes], str, str | None, str]] = [
    ("text in a number", lambda: typed_over(drawn(), form.TARGETS, {"H2": "khoảng 90"}), "number", "H2", "khoảng 90"),
    ("a formula", lambda: typed_over(drawn(), form.TARGETS, {"H2": "=1+1"}), "number", "H2", "=1+1"),
    ("a negative", lambda: typed_over(drawn(), form.TARGETS, {"H2": -3}), "not_negative", "H2", "-3"),
    ("numerator above", lambda: typed_over(drawn(), form.TARGETS, {"H3": 121}), "numerator_not_above", "H3",
     "121 > 120"),
    ("one number alone", lambda: typed_over(drawn(), form.TARGETS, {"I2": None}), "both_numbers", "I2", "thiếu"),
    ("figures without a case", lambda: typed_over(drawn(), form.TARGETS, {"G2": "Không phát sinh"}), "answer_fits",
     "G2", "Không phát sinh"),
    ("an unknown answer", lambda: typed_over(drawn(), form.TASKS, {"D9": "Tạm ổn"}), "answer_known", "D9", "Tạm ổn"),
    ("another unit's name", lambda: typed_over(drawn(), form.TASKS, {"B3": "Xã khác"}), "unit_matches", "B3",
     "Xã khác"),
    ("another period", lambda: typed_over(drawn(), form.TASKS, {"B4": "năm 2021"}), "period_matches", "B4", "năm 2021"),
    ("an edited checksum", lambda: typed_over(drawn(), form.HIDDEN, {"B4": DISTRICT}), "form_whole", None, "đơn vị"),
    ("a task not owed", lambda: typed_over(drawn(), form.TASKS, {"A9": "D6a"}), "task_owed", "A9", "D6a"),
    ("a task twice", lambda: typed_over(drawn(), form.TASKS, {"A9": "D1b"}), "task_owed", "A10", "D1b lặp lại"),
    ("a commune of another district", lambda: typed_over(drawn(DISTRICT), form.COMMUNES, {"A2": "07525-chu"}),
     "commune_known", "A2", "07525-chu"),
    ("macros", with_macros, "file_readable", None, "macro"),
    ("too large", lambda: drawn() + b" " * reading.MAX_FORM_BYTES, "size", None, "MB"),
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
    slip = openpyxl.load_workbook(slips.write(item, DUTIES, office.slips / slips.file_name(item), JUNE.date())).active
    assert slip is not None
    assert finding.found in [row[2].value for row in slip.iter_rows(min_row=1)]


def test_a_form_of_another_plan_or_unit_is_refused(office: Settings) -> None:
    path = office.raw / "plans/bg-2021/tasks.csv"
    path.write_text(path.read_text("utf-8").replace("commune;STC", "commune"), "utf-8")
    changed = Duties(office)
    (office.raw.parent / "post.xlsx").write_bytes(drawn())
    item = answers.check(office, changed, office.raw.parent / "post.xlsx")
    assert [f.rule_id for f in item.findings] == ["plan_version"]
    theirs = add(office, drawn(), unit="07204-tran-nguyen-han", period="2021-H1")
    assert [f.rule_id for f in theirs.findings] == ["unit_matches"]
    assert theirs.receipt.path.startswith("2021-H1/07204-tran-nguyen-han/")


def test_a_cumulative_figure_does_not_fall_within_a_year(office: Settings) -> None:
    assert add(office, drawn(answers=filled(numerator=90))).report is not None
    later = add(office, drawn(period="2021-FY", answers=filled(period="2021-FY", numerator=80)), datetime(2021, 11, 20))
    assert [(f.rule_id, f.sheet, f.found) for f in later.findings] == [
        ("cumulative_does_not_fall", form.TARGETS, "80"),
        ("cumulative_does_not_fall", form.TARGETS, "80"),
    ]
    next_year = add(
        office, drawn(period="2022-H1", answers=filled(period="2022-H1", numerator=5)), datetime(2022, 6, 1)
    )
    assert next_year.report is not None


def test_a_correction_within_its_own_period_may_lower_a_cumulative_figure(office: Settings) -> None:
    add(office, drawn(answers=filled(numerator=90)))
    corrected = add(office, drawn(answers=filled(numerator=80)), datetime(2021, 6, 19, 8, 0))
    assert (corrected.version, corrected.state, corrected.findings) == (2, "received", [])


def test_a_figure_that_was_corrected_binds_later_periods_no_more(office: Settings) -> None:
    """A hundred stated for ninety, then corrected: the year goes on from ninety, and not below that."""
    for numerator, at in ((100, datetime(2021, 6, 18)), (90, datetime(2021, 6, 19))):
        add(office, drawn(answers=filled(numerator=numerator)), at)
    for numerator, at, state in ((89, datetime(2021, 11, 20), "quarantined"), (95, datetime(2021, 11, 21), "received")):
        item = add(office, drawn(period="2021-FY", answers=filled(period="2021-FY", numerator=numerator)), at)
        assert item.state == state


def test_a_figure_does_not_fall_below_any_earlier_period_of_its_year(office: Settings) -> None:
    for period, numerator, month in (("2022-Q1", 80, 3), ("2022-H1", 90, 6)):
        add(office, drawn(period=period, answers=filled(period=period, numerator=numerator)), datetime(2022, month, 1))
    later = add(office, drawn(period="2022-FY", answers=filled(period="2022-FY", numerator=85)), datetime(2022, 11, 1))
    assert {(f.rule_id, f.remedy) for f in later.findings} == {
        ("cumulative_does_not_fall", "Ví dụ: 90 / Example: 90"),
    }


def test_a_mended_form_replays_as_the_next_version_and_nothing_is_lost(office: Settings) -> None:
    broken = add(office, typed_over(drawn(), form.TARGETS, {"H2": -3}))
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
    [landed] = answers.land(office, DUTIES)
    assert [f.rule_id for f in landed.findings] == ["file_as_received"]
    assert [f.rule_id for f in registry.receipts(office)[1]] == ["receipt_listed"]


def test_every_unit_is_known_by_its_own_name_and_by_no_other(office: Settings) -> None:
    """Sở Văn hóa, Thể thao và Du lịch has a comma in its name."""
    item = add(office, drawn())
    owed = [one for one in DUTIES.obligations if one.period == "2021-H1"]
    for one, other in zip(owed, owed[1:] + owed[:1], strict=True):
        shown = form.Shown(text=one.unit.official_name_vi, sheet=form.TASKS, cell="B3")
        report = form.Report(unit_shown=shown)
        assert faults.names_match(item, report, one) == []
        assert [fault.rule_id for fault in faults.names_match(item, report, other)] == ["unit_matches"]


def test_a_file_kept_under_another_name_is_judged_by_its_own(office: Settings) -> None:
    """Excel leaves a file ~$bao-cao.xlsx beside one that is open, which goes along when a folder is filed."""
    path = office.raw.parent / "~$bao-cao.xlsx"
    path.write_bytes(b"\x0bOfficer")
    filing.file_reports(office, DUTIES, [filing.Arrival(path, JUNE, "test")])
    [item] = answers.land(office, DUTIES)
    assert "~$" in item.findings[0].found


def test_simulated_reports_never_enter_a_real_workspace_nor_real_ones_a_demonstration(office: Settings) -> None:
    with pytest.raises(NotFiled, match="simulated"):
        add(office, drawn(simulated=True))
    assert not office.receipts.exists()
    add(office, drawn())
    (office.reports / registry.MARK).write_text("", "utf-8")
    [landed] = answers.land(office, DUTIES)
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
    assert [(r.rule_id, r.cell) for r in item.remarks] == [("reason_given", "J3"), ("all_answered", None)]
    assert "chưa trả lời: TG10" in item.remarks[1].found


@pytest.mark.parametrize(
    ("word", "reason", "evidence", "answered", "evidenced"),
    [
        ("done", None, "1/BC", 1, 1),
        ("done", None, None, 1, 0),
        ("in_progress", None, None, 1, 0),
        ("not_started", None, None, 1, 1),  # there can be no evidence of it
        ("nothing_arose", "không có hồ sơ", None, 1, 1),
        ("nothing_arose", None, "1/BC", 0, 0),
        ("not_applicable", None, None, 0, 0),
        (None, "quên", None, 0, 0),
    ],
)
def test_a_task_is_answered_with_its_reason_and_evidenced_with_its_document(
    office: Settings, word: str | None, reason: str | None, evidence: str | None, answered: int, evidenced: int
) -> None:
    """One of the tasks is answered so, the others are done with evidence."""
    answers = filled()
    changed = {"answer": word, "reason": reason, "evidence": evidence, "result": None}
    tasks = [answers.tasks[0].model_copy(update=changed), *answers.tasks[1:]]
    found = add(office, drawn(answers=answers.model_copy(update={"tasks": tasks}))).completeness
    without = len(tasks) - 1
    assert (found.tasks_owed, found.tasks_answered, found.tasks_evidenced) == (
        len(tasks), without + answered, without + evidenced,
    )  # fmt: skip
    assert found.is_complete == (answered == 1)


def test_a_district_answers_for_a_commune_with_no_as_with_yes_and_not_with_a_blank(office: Settings) -> None:
    answers = filled(DISTRICT)
    said: list[bool | None] = [False, None]
    communes = [
        *(c.model_copy(update={"has_reported": has}) for c, has in zip(answers.communes, said, strict=False)),
        *answers.communes[2:],
    ]
    found = add(office, drawn(DISTRICT, answers=answers.model_copy(update={"communes": communes}))).completeness
    assert found.communes_covered == found.communes_owed - 1
    assert not found.is_complete


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
