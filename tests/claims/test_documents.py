"""Documents are read within limits, and hostile ones are refused with the reason."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipelines.claims import documents as reading
from pipelines.workbooks.container import Unreadable
from tests.claims import documents


def word_with(changed: dict[str, bytes]) -> bytes:
    """A Word document with some parts changed or added."""
    out = io.BytesIO()
    plain = io.BytesIO(documents.word_of("một\nhai"))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in {*source.namelist(), *changed}:
            target.writestr(name, changed[name] if name in changed else source.read(name))
    return out.getvalue()


def test_paragraphs_and_cells_of_a_word_document_are_read_in_their_order() -> None:
    passages = reading.read(documents.word_of("một\nhai\nba"), "a.docx")
    assert [(one.text, one.place) for one in passages if one.text] == [
        ("một", "đoạn 1 / paragraph 1"), ("hai", "đoạn 2 / paragraph 2"), ("ba", "đoạn 3 / paragraph 3"),
    ]  # fmt: skip


def test_what_was_deleted_under_review_is_not_read_and_what_was_inserted_is() -> None:
    word = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        b"<w:p><w:r><w:t>44,</w:t></w:r><w:ins><w:r><w:t>32</w:t></w:r></w:ins>"
        b"<w:del><w:r><w:t>23</w:t></w:r></w:del></w:p>"
    )
    content = word_with({"word/document.xml": b"<w:document " + word + b"><w:body>" + body + b"</w:body></w:document>"})
    assert [one.text for one in reading.read(content, "a.docx")] == ["44,32"]


def test_wrapped_lines_are_joined_to_paragraphs_that_end_where_items_begin() -> None:
    text = "Năm 2020 tỉnh đạt 44,32\n\nđiểm, xếp thứ 13.\n12\n1. Trục 1: 5,48\nđiểm.\n- Trục 2\n"
    assert [(one.text, one.place) for one in reading.read(text.encode(), "a.txt")] == [
        ("Năm 2020 tỉnh đạt 44,32 điểm, xếp thứ 13.", "dòng 1 / line 1"),
        ("1. Trục 1: 5,48 điểm.", "dòng 5 / line 5"),
        ("- Trục 2", "dòng 7 / line 7"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_in_the_encodings_of_text_programs(encoding: str) -> None:
    assert reading.read("điểm".encode(encoding), "a.txt")[0].text == "điểm"


ENTITY = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "b">]><d/>'
TEMPLATE = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    b'Target="http://example.org/a.dotm" TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no text"),
        (b"%PDF-1.7\nbroken", "a PDF that cannot be read"),
        (documents.pdf_with(""), "no text (a scan?)"),
        (documents.pdf_with("/X Do"), "no text (a scan?)"),
        (b"PK\x03\x04 broken", "a document that cannot be read"),
        (word_with({"word/vbaProject.bin": b"x"}), "macros"),
        (word_with({"word/styles.xml": ENTITY}), "declarations of entities"),
        (word_with({"word/document.xml": ENTITY}), "declarations of entities"),
        (word_with({"word/_rels/settings.xml.rels": TEMPLATE}), "a template elsewhere"),
        (word_with({"word/media/big.png": bytes(5_000_000)}), "packed"),
        (word_with({"word/document.xml": b" " * 21_000_000}), "21000000 bytes in its part word/document.xml"),
        (b"\xe1\x80", "unknown encoding"),
        (b"a\0b", "no plain text"),
        (b"<html>44,32</html>", "no plain text"),
        (b"{\\rtf1 44,32}", "no plain text"),
        (b"a" * (reading.MAX_BYTES + 1), "bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_document_that_cannot_be_trusted_or_read_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reading.read(content, "a.docx")
    assert says in str(refused.value)
    assert refused.value.finding.remedy


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.001)
    with pytest.raises(Unreadable, match="seconds"):
        reading.read(documents.pdf_of("a"), "a.pdf")
