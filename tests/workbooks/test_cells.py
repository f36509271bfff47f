"""A workbook is hostile until proven: refused for what it is, before anything unpacks it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pipelines.workbooks import cells
from pipelines.workbooks.cells import Book, Sheet, Unreadable
from tests.workbooks.hostile import READ, REFUSED, REFUSED_IN_SHEET, open_document, open_document_row
from tests.workbooks.official import workbook

GOOD = workbook({"a": [["Mã tỉnh", "Điểm"], ["01", 1.5]]})


def read(content: bytes) -> Sheet:
    book = Book(content, "f")
    return book.read(book.sheet_names[0] if book.sheet_names else None)


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert refused.value.finding.remedy
    return refused.value.finding.found


def test_a_plain_workbook_is_read_with_addresses() -> None:
    sheet = Book(GOOD, "f.xlsx").read("a")
    assert sheet.rows == [["Mã tỉnh", "Điểm"], ["01", 1.5]]
    assert sheet.address(1, 1) == "a!B2"


@pytest.mark.parametrize("what", REFUSED)
def test_what_could_act_swell_or_hide_is_refused_by_what_it_is(what: str) -> None:
    make, said = REFUSED[what]
    assert said in refusal(make())


@pytest.mark.parametrize("what", REFUSED_IN_SHEET)
def test_a_sheet_without_end_or_with_impossible_numbers_is_refused(what: str) -> None:
    make, said = REFUSED_IN_SHEET[what]
    assert said in refusal(make())


@pytest.mark.parametrize("what", READ)
def test_what_only_looks_odd_is_read(what: str) -> None:
    assert len(read(READ[what]()).rows) > 30


def test_an_open_document_is_read_and_its_emptiness_is_not_part_of_it() -> None:
    rows = open_document_row(["Mã", "Điểm"]) + open_document_row(["", ""], 3) + open_document_row(["01", "x"])
    book = Book(open_document(rows + '<table:table-row table:number-rows-repeated="1048570"/>'), "f.ods")
    assert book.read("2024_VIE_ENG").rows == [["Mã", "Điểm"], [], [], [], ["01", "x"]]


def test_an_old_workbook_is_read_with_its_hidden_sheets_named() -> None:
    book = Book((Path(__file__).parent / "old.xls").read_bytes(), "old.xls")
    assert (book.sheet_names, book.hidden) == (["Tổng hợp", "Ẩn"], frozenset({"Ẩn"}))
    assert book.read("Tổng hợp").rows == [["Tỉnh", "Điểm"], ["Bắc Giang", 1.5], ["Hà Nội", 2.25]]


def test_a_row_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_ROWS", 1)
    assert refusal(GOOD).startswith("more than 1 rows")


def test_a_sheet_is_read_once_however_often_it_is_asked_for() -> None:
    book = Book(GOOD, "f.xlsx")
    assert book.read("a") is book.read("a")


def test_every_part_of_a_workbook_has_a_limit_of_its_own() -> None:
    packed = io.BytesIO(GOOD)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(19_000_000))
    assert "of xl/media/zeros.bin packed into" in refusal(packed.getvalue())
