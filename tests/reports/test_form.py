"""A form goes out prefilled and comes back with the same answers."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reports import drawing, form
from pipelines.reports.reading import read_report
from tests.reports.filled import AGENCY, COMMUNE, DISTRICT, DUTIES, drawn, filled


def test_a_form_is_prefilled_locked_and_offers_its_answers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(drawn(DISTRICT)))
    assert book.sheetnames == ["Báo cáo", "Chỉ tiêu", "Xã", "Hướng dẫn", "_papi"]
    tasks = book[form.TASKS]
    assert tasks["B3"].value == "UBND thành phố Bắc Giang"
    assert tasks["B4"].value == "6 tháng đầu năm 2021"
    assert tasks["B5"].value == "Chủ tịch UBND tỉnh Bắc Giang (qua Sở Nội vụ)"
    assert tasks["B6"].value == "trước ngày 20/6/2021 (theo kế hoạch)"
    assert tasks["B7"].value == "đến hết ngày 21/6/2021, ngày làm việc kế tiếp"
    assert [tasks.cell(9 + n, 1).value for n in range(3)] == ["D1b", "D1d", "D2c"]
    assert tasks.protection.sheet
    assert tasks["A9"].protection.locked
    assert not tasks["D9"].protection.locked
    [choice] = tasks.data_validations.dataValidation
    assert str(choice.sqref) == "D9:D22"
    assert "Không phát sinh" in choice.formula1
    assert book["_papi"].sheet_state == "hidden"
    assert [row[0].value for row in book[form.COMMUNES].iter_rows(min_row=2)][:2] == [
        "07201-tho-xuong",
        "07204-tran-nguyen-han",
    ]
    assert book[form.COMMUNES].max_row == 17


def test_last_periods_answers_stand_beside_the_new_ones() -> None:
    owed = DUTIES.find(COMMUNE, "2021-FY")
    assert owed is not None
    content = drawing.content_of(DUTIES, owed, previous=filled(numerator=77))
    book = openpyxl.load_workbook(io.BytesIO(drawing.draw(content)))
    assert book[form.TASKS]["C9"].value == "Đã hoàn thành - đã làm D1a"
    assert (book[form.TARGETS]["E2"].value, book[form.TARGETS]["F2"].value) == (77, 120)
    assert book[form.TARGETS]["H2"].value is None


def test_a_text_never_becomes_a_formula() -> None:
    answers = filled()
    first = answers.tasks[0].model_copy(update={"result": "=HYPERLINK(1)"})
    content = drawn(answers=answers.model_copy(update={"tasks": [first, *answers.tasks[1:]]}))
    cell = openpyxl.load_workbook(io.BytesIO(content))[form.TASKS]["E9"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s") or cell.quotePrefix


def test_what_was_filled_in_is_read_back() -> None:
    for unit in (COMMUNE, DISTRICT, AGENCY):
        read = read_report(drawn(unit), "form.xlsx")
        assert read.findings == []
        assert read.identity is not None
        assert (read.identity.unit_key, read.identity.period) == (unit, "2021-H1")
        assert read.report is not None
        without_cells = [
            [one.model_copy(update={"cell": "", "places": {}}) for one in part]
            for part in (read.report.tasks, read.report.targets)
        ]
        asked = filled(unit)
        assert without_cells == [asked.tasks, asked.targets]
        said = [(one.unit_key, one.has_reported) for one in read.report.communes]
        assert said == [(one.unit_key, one.has_reported) for one in asked.communes]


LATIN_1 = "".join(map(chr, range(0xA1, 0x100))) + "œŒŸ"  # many of them are letters of fonts from before Unicode
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters=LATIN_1), max_size=40
).map(lambda text: f"a{text}")


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.sampled_from([*form.TASK_ANSWERS, None]), TEXTS, TEXTS), min_size=10, max_size=10),
    st.integers(0, 10**6),
    st.integers(1, 10**6),
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
