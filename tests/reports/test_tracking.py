"""The tracking workbook, as officers fill it in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from pipelines.reports import answers, registry, tracking
from pipelines.reports.drawing import PAGE_WIDTH
from pipelines.reports.tracking import EVENTS, RECEIPTS, Registers, Typed
from pipelines.settings import Settings
from tests.reports.filled import COMMUNE, DUTIES, add, drawn
from tests.reports.test_registry import line, write_events

THO_XUONG, H1 = "UBND phường Thọ Xương (07201-tho-xuong)", "6 tháng đầu năm 2021"
NEW = 5  # the first row for new lines: two lines of the register stand below the headings


@pytest.fixture
def known(office: Settings) -> Registers:
    """One report and two events."""
    add(office, drawn())
    write_events(office, line("2021-06-21", "returned", reason="Thiếu phụ lục"), line("2021-06-24T14:00"))
    return Registers(DUTIES, registry.receipts(office)[0], registry.events(office, DUTIES))


def filled_in(known: Registers, cells: dict[str, Any], tab: str = EVENTS) -> bytes:
    return changed(known, lambda book: [book[tab].__setitem__(cell, value) for cell, value in cells.items()])


def changed(known: Registers, change: Callable[[Any], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(tracking.draw(known)))
    change(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def new_line(row: int = NEW, **cells: Any) -> dict[str, Any]:
    """A new line with a waiver, or what is given."""
    typed = {"at": datetime(2021, 6, 25, 9, 30), "period": H1, "unit_key": THO_XUONG, "event": "miễn",
             "decision_no": "12/QĐ-SNV", "reason": None, "by": "A"} | cells  # fmt: skip
    return {f"{letter}{row}": value for letter, value in zip("BCDEFGH", typed.values(), strict=True)}


def taken(office: Settings, known: Registers, content: bytes) -> Typed:
    return tracking.read(content, tracking.FILE_NAME, known, answers.land(office, DUTIES))


def test_an_untouched_workbook_says_nothing_new(office: Settings, known: Registers) -> None:
    for language in ("vi", "en", "both"):
        assert taken(office, known, tracking.draw(known, language)) == Typed([], 0, [])
    assert tracking.draw(known) == tracking.draw(known)


def test_the_workbook_shows_names_real_days_and_lists_to_choose_from(known: Registers) -> None:
    book = openpyxl.load_workbook(io.BytesIO(tracking.draw(known)))
    shown = [cell.value for cell in book[EVENTS][3]]
    assert shown[:5] == ["2", datetime(2021, 6, 21, 23, 59), H1, THO_XUONG, "trả lại"]
    assert [cell.value for cell in book[RECEIPTS][3]][3:5] == [H1, THO_XUONG]
    lists = {str(one.sqref).split(":")[0]: one.formula1 for one in book[EVENTS].data_validations.dataValidation}
    assert lists["E5"] == f'"{",".join(registry.EVENT_WORDS.values())}"'
    assert lists["D5"].startswith("'Danh mục'!$A$2")
    assert THO_XUONG in [row[0] for row in book["Danh mục"].iter_rows(values_only=True)]
    assert book[EVENTS]["B3"].protection.locked
    assert not book[EVENTS]["B5"].protection.locked
    assert book["_papi"].sheet_state == "hidden"
    assert {sum(width for _, width in one.values()) for one in tracking.HEADINGS.values()} == {PAGE_WIDTH}


@pytest.mark.parametrize(
    ("cells", "at"),
    [
        ({}, datetime(2021, 6, 25, 9, 30)),
        ({"at": datetime(2021, 6, 25)}, datetime(2021, 6, 25, 23, 59)),
        ({"at": "25/06/2021 9:30"}, datetime(2021, 6, 25, 9, 30)),
        ({"at": 44372.395833333336}, datetime(2021, 6, 25, 9, 30)),
        ({"unit_key": "Phường Thọ Xương", "period": "2021-H1", "event": "Miễn "}, datetime(2021, 6, 25, 9, 30)),
        ({"unit_key": COMMUNE, "event": "waived"}, datetime(2021, 6, 25, 9, 30)),
    ],
)
def test_a_new_line_is_read_as_people_type_it(
    office: Settings, known: Registers, cells: dict[str, Any], at: datetime
) -> None:
    typed = taken(office, known, filled_in(known, new_line(**cells)))
    assert typed.findings == []
    [event] = typed.events
    assert (event.at, event.period, event.unit_key, event.event) == (at, "2021-H1", COMMUNE, "waived")
    assert (event.decision_no, event.reason, event.by) == ("12/QĐ-SNV", "", "A")


DAMAGE: dict[str, tuple[dict[str, Any], str, str]] = {
    "no decision": (new_line(decision_no=None), "F5", "ô trống"),
    "no reason": (new_line(event="trả lại"), "G5", "ô trống"),
    "no day": (new_line(at=None), "B5", "ô trống"),
    "a day that can be read two ways": (new_line(at="6/5/2021"), "B5", "6/5/2021"),
    "a day before the plan": (new_line(at=datetime(2012, 6, 25)), "B5", "25/06/2012"),
    "a day to come": (new_line(at=datetime(2099, 6, 25)), "B5", "25/06/2099"),
    "a unit of no plan": (new_line(unit_key="UBND phường Thọ Xuân"), "D5", "UBND phường Thọ Xuân"),
    "a period of nobody": (new_line(period="2021-Q1"), "D5", "2021-Q1"),
    "no report to accept": (new_line(unit_key="UBND phường Trần Phú (07213-tran-phu)", event="tiếp nhận"), "D5",
                            "chưa có báo cáo"),
    "an unknown word": (new_line(event="xong"), "E5", "xong"),
    "a formula": (new_line(reason='=HYPERLINK("a")'), "G5", "công thức"),
    "an old reason changed": ({"G3": "Thiếu chữ ký"}, "G3", "Thiếu chữ ký"),
    "an old day changed": ({"B4": datetime(2021, 6, 23, 14, 0)}, "B4", "23/06/2021"),
    "an old unit changed": ({"D4": "UBND phường Trần Phú (07213-tran-phu)"}, "D4", "Trần Phú"),
    "a number for a line": (new_line() | {"A5": "9"}, "A5", "9"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_one_wrong_cell_is_named_and_no_line_is_taken(office: Settings, known: Registers, kind: str) -> None:
    cells, cell, found = DAMAGE[kind]
    typed = taken(office, known, filled_in(known, {**new_line(NEW + 1), **cells}))
    assert typed.events == []
    assert [(one.sheet, one.cell) for one in typed.findings] == [(EVENTS, cell)]
    assert found in typed.findings[0].found
    assert " / " in typed.findings[0].expected


def test_what_came_is_only_shown_and_no_line_may_go(office: Settings, known: Registers) -> None:
    received = taken(office, known, filled_in(known, {"B3": datetime(2021, 6, 10)}, RECEIPTS))
    assert [(one.sheet, one.cell) for one in received.findings] == [(RECEIPTS, "B3")]
    gone = taken(office, known, changed(known, lambda book: book[EVENTS].delete_rows(3)))
    assert [one.found for one in gone.findings] == ["dòng 2 không còn"]
    headless = taken(office, known, changed(known, lambda book: book[EVENTS].delete_rows(2)))
    assert [one.found for one in headless.findings] == ["thiếu trang tính hoặc một tiêu đề"]
    for other in (drawn(), b"PK", b"a,b"):
        assert len(taken(office, known, other).findings) == 1


def test_a_workbook_may_be_taken_in_twice_and_after_other_lines_were_added(office: Settings, known: Registers) -> None:
    content = filled_in(known, new_line())
    registry.append_events(office, taken(office, known, content).events)
    later = Registers(DUTIES, known.receipts, registry.events(office, DUTIES))
    assert len(later.events) == 3
    assert taken(office, later, content) == Typed([], 1, [])
    more = taken(office, later, filled_in(known, new_line(reason="Chia tách")))
    assert [event.reason for event in more.events] == ["Chia tách"]
