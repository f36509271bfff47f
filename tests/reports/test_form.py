"""A form goes out prefilled and comes back with the same answers."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reports import drawing, form
from pipelines.reports.form import read_report
from tests.reports.filled import AGENCY, COMMUNE, DISTRICT, DUTIES, drawn, filled


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
    content = drawing.content_of(DUTIES, owed, previous=filled(numerator=77))
    book = openpyxl.load_workbook(io.BytesIO(drawing.draw(content)))
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
