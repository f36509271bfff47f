"""A register as a spreadsheet program saved it: bytes to lines, and lines added in the form that was found.

Belongs here: encoding, separator, quotation marks, line ends, letters that were lost. Does not belong here: what a line
means, see registry.py.

Excel and LibreOffice leave UTF-8 with or without a byte order mark, or UTF-16 ("Unicode text"); commas, semicolons or
tabs; a first line `sep=;`; quotation marks around all texts or where they must be; blank lines and cells at the end.
All of these are read. ANSI is refused as a whole: it has no ế, and where it had to write one there is a ? now.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import dataclass

from pipelines.files import inert
from pipelines.reports.wording import twin

DELIMITERS = (",", ";", "\t")
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# Inside a word, before one, after consonants alone (H? s?): no Vietnamese sentence has a question mark there.
LOST = re.compile(r"\w\?[\w/-]|(?<!\S)\?+\w|\ufffd|(?<![\w?])(?=\w)[BCDĐGHKLMNPQRSTVX]?[bcdđghklmnpqrstvx]{0,2}\?")
SAVE_AS = twin(
    "Mở bản còn đủ dấu, chọn Lưu thành, kiểu “CSV UTF-8”; hoặc khôi phục tệp từ bản sao lưu.",
    "Open the copy that has all its letters, save it as “CSV UTF-8”; or restore the file.",
)
RESTORE = twin(
    "Khôi phục tệp từ bản sao lưu, hoặc gõ lại hàng tiêu đề.", "Restore the file, or type the headings again."
)
CLOSE_QUOTES = twin(
    "Sửa dấu ngoặc kép trong tệp, hoặc khôi phục tệp từ bản sao lưu.",
    "Correct the quotation marks of the file, or restore it.",
)


class NotRead(ValueError):
    """The file as a whole cannot be read: what was found, expected, and is to be done, and in which line."""

    def __init__(self, found: str, expected: str, remedy: str, row: int = 1) -> None:
        super().__init__(found)
        self.found, self.expected, self.remedy, self.row = found, expected, remedy, row


ADDED = ("file",)  # columns that registers made before do not have


@dataclass(frozen=True)
class Shape:
    """How a file is written; a new one as here: Excel takes a file without a byte order mark for ANSI."""

    mark: bytes = codecs.BOM_UTF8
    encoding: str = "utf-8"
    delimiter: str = ","
    is_quoted: bool = False
    line_end: str = "\n"


@dataclass(frozen=True)
class Saved:
    """Lines below the headings with their numbers as a spreadsheet shows them, each with a cell for every column."""

    shape: Shape
    lines: list[tuple[int, list[str]]]


def read(content: bytes, columns: list[str]) -> Saved:
    """The lines of a register with these columns; texts are NFC, without blanks around them. Raises ``NotRead``.

    Cells that a line lacks at its end are blank: Excel leaves them out. Cells beyond the last column stay, where they
    hold something.
    """
    if content.startswith(b"PK"):
        raise NotRead("đây là tệp Excel, không phải tệp CSV", twin("tệp CSV UTF-8", "a file of CSV UTF-8"), SAVE_AS)
    mark, encoding = _encoding_of(content)
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = "tệp lưu kiểu ANSI hoặc bảng mã khác; chữ có dấu có thể đã mất"
        raise NotRead(found, twin("tệp CSV UTF-8", "a file of CSV UTF-8"), SAVE_AS, row) from None
    declared = DECLARED.match(text)
    table = text[declared.end() :] if declared else text
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(table, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            if not _begins_with(table, delimiter, columns):
                continue
            found = "dấu ngoặc kép mở mà không đóng, hoặc đóng giữa ô"
            expected = twin("mỗi ô trọn trong dấu ngoặc kép hoặc không có", "quotation marks around whole cells")
            raise NotRead(found, expected, CLOSE_QUOTES, _line_of_the_error(table, delimiter)) from None
        if rows and _are_headings(rows[0], columns):
            lines = [(number, _cells(row, columns)) for number, row in enumerate(rows[1:], start=2)]
            line_end = next((end for end in ("\r\n", "\n", "\r") if end in text), "\n")
            shape = Shape(mark, encoding, delimiter, table.startswith('"'), line_end)
            return Saved(shape, [(number, cells) for number, cells in lines if any(cells)])
    first = table.splitlines()[0][:100] if table.strip() else "tệp rỗng"
    names = ", ".join(columns)
    expected = twin(
        f"hàng tiêu đề {names}, ngăn cách bằng dấu phẩy, chấm phẩy hoặc tab",
        f"the headings {names}, separated by commas, semicolons or tabs",
    )
    raise NotRead(f"hàng tiêu đề “{first}”" if table.strip() else first, expected, RESTORE)


def added(content: bytes, columns: list[str], rows: list[list[str]]) -> bytes:
    """The file with these lines at its end, in the form in which it is; a new one where it is empty.

    Raises ``NotRead``. No cell is taken for a formula by a spreadsheet.
    """
    shape = read(content, columns).shape if content else Shape()
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=shape.delimiter,
        lineterminator=shape.line_end,
        quoting=csv.QUOTE_ALL if shape.is_quoted else csv.QUOTE_MINIMAL,
    )
    if not content:
        writer.writerow(columns)
    writer.writerows([[inert(cell) for cell in row] for row in rows])
    before = content or shape.mark
    end = shape.line_end.encode(shape.encoding)
    joint = b"" if before == shape.mark or before.endswith(end) else end
    return before + joint + text.getvalue().encode(shape.encoding)


def has_lost_letters(text: str) -> bool:
    """Whether letters went lost on the way through ANSI (Ch?a ký), or UTF-8 was taken for it (ChÆ°a kÃ½).

    A question mark is one of these as LOST has it, but for addresses of pages.
    """
    words = " ".join(word for word in text.split(" ") if "://" not in word)
    return bool(LOST.search(words)) or any(_is_read_twice(text, ansi) for ansi in ("cp1252", "cp1258"))


def _is_read_twice(text: str, ansi: str) -> bool:
    if text.isascii():
        return False
    try:
        # Bytes that the ANSI page has no letter for stay what they are.
        as_bytes = b"".join(sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else ansi) for sign in text)
        return as_bytes.decode("utf-8") != text
    except UnicodeError:
        return False


def _encoding_of(content: bytes) -> tuple[bytes, str]:
    """The byte order mark and the encoding. Headings are plain letters: in UTF-16 every other byte of them is 0."""
    for mark, encoding in UTF_16.items():
        if content.startswith(mark):
            return mark, encoding
    if content.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8, "utf-8"
    if content[1:2] == b"\0":
        return b"", "utf-16-le"
    return b"", "utf-16-be" if content[:1] == b"\0" else "utf-8"


def _cells(row: list[str], columns: list[str], fold: bool = False) -> list[str]:
    """As many cells as there are columns, and those beyond that hold something."""
    cells = [unicodedata.normalize("NFC", cell).strip() for cell in row]
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    cells += [""] * (len(columns) - len(cells))
    return [cell.casefold() for cell in cells] if fold else cells


def _are_headings(row: list[str], columns: list[str]) -> bool:
    """Whether a row has the headings; a register made before a column was added has a blank there."""
    said = _cells(row, columns, fold=True)
    return said in (columns, ["" if column in ADDED else column for column in columns])


def _begins_with(table: str, delimiter: str, columns: list[str]) -> bool:
    first = re.split(r"[\r\n]", table, maxsplit=1)[0]
    return _are_headings([cell.strip('"') for cell in first.split(delimiter)], columns)


def _line_of_the_error(table: str, delimiter: str) -> int:
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for number, _ in enumerate(reader, start=2):  # noqa: B007 - the line after the last that could be read
            pass
    except csv.Error:
        pass
    return number
