"""A workbook is hostile until proven."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipelines.workbooks import cells
from pipelines.workbooks.cells import Book, Unreadable
from tests.workbooks.official import workbook

GOOD = workbook({"a": [["Mã tỉnh", "Điểm"], ["01", 1.5]]})


def with_part(name: str, content: bytes) -> bytes:
    packed = io.BytesIO(GOOD)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def refusal(content: bytes, sheet: str = "a") -> str:
    with pytest.raises(Unreadable) as refused:
        Book(content, "f.xlsx").read(sheet)
    assert refused.value.finding.remedy
    return refused.value.finding.found


def test_a_plain_workbook_is_read_with_addresses() -> None:
    sheet = Book(GOOD, "f.xlsx").read("a")
    assert sheet.rows == [["Mã tỉnh", "Điểm"], ["01", 1.5]]
    assert sheet.address(1, 1) == "a!B2"


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other files"),
        ("xl/connections.xml", "connections to data elsewhere"),
        ("xl/embeddings/oleObject1.bin", "embedded files"),
    ],
)
def test_what_could_act_or_reach_out_is_refused(part: str, what: str) -> None:
    assert refusal(with_part(part, b"x")).startswith(what)


def test_an_archive_that_swells_is_refused_unread() -> None:
    assert "packed into" in refusal(with_part("xl/media/zeros.bin", bytes(20_000_000)))


def test_entities_are_not_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(packed, "w") as new:
        for part in old.namelist():
            new.writestr(part, bomb if part == "xl/workbook.xml" else old.read(part))
    assert "Entit" in refusal(packed.getvalue())


def test_a_table_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_ROWS", 1)
    assert refusal(GOOD).startswith("more than 1 rows")


@pytest.mark.parametrize("content", [GOOD[:200], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook"])
def test_a_broken_or_locked_workbook_is_refused(content: bytes) -> None:
    assert "a workbook" in refusal(content)
