"""A file and its layout to one tidy frame.

Belongs here: opening the file, choosing the sheet, handing it to the reader of its kind of layout. Does not belong
here: whether scores are believable, which the rules in expectations/ decide; bytes, which cells.py reads.
"""

from __future__ import annotations

from pipelines.finding import Finding
from pipelines.seeds import Indicator, Places
from pipelines.workbooks.cells import Book, Reading, Unreadable, is_blank
from pipelines.workbooks.headings import Headings
from pipelines.workbooks.layout import Layout, ProvinceARow, ScoreARow
from pipelines.workbooks.province_a_column import ProvinceColumns
from pipelines.workbooks.province_a_row import ProvinceRows
from pipelines.workbooks.reader import Read
from pipelines.workbooks.score_a_row import ScoreRows

MAX_FINDINGS = 100


def read_table(
    content: bytes,
    name: str,
    year: int,
    layout: Layout,
    indicators: dict[str, Indicator],
    places: Places,
    reading: Reading | None = None,
) -> Read:
    """Read what one file says of one year.

    ``indicators`` are those of the year's method by code, ``places`` the provinces of its day. The frame has one row
    a province, code and measure. ``form`` is blank or zero for a score that an official layout leaves out;
    ``score_text`` then is None, else the number with a decimal point. At most MAX_FINDINGS findings.
    """
    layout = layout.read_as(reading)
    try:
        book = Book(content, name, layout.encoding, layout.delimiter)
        sheet = book.read(_sheet_name(book, name, year, layout, reading))
    except Unreadable as error:
        return Read(name, findings=[error.finding])
    read = Read(name)
    headings = Headings(indicators, layout)
    if not any(not is_blank(value) for row in sheet.rows for value in row):
        read.findings.append(
            Finding("not_empty", name, "an empty file", "a header and a row for each score", "Ask for the file again.")
        )
    elif isinstance(layout, ScoreARow):
        ScoreRows(read, sheet, layout, headings, places).read(MAX_FINDINGS)
    elif isinstance(layout, ProvinceARow):
        ProvinceRows(read, sheet, layout, headings, places).read()
    else:
        ProvinceColumns(read, sheet, layout, headings, places).read()
    del read.findings[MAX_FINDINGS:]
    return read


def _sheet_name(book: Book, name: str, year: int, layout: Layout, reading: Reading | None) -> str | None:
    """The sheet that holds the year: as declared, else by the layout's names, else the only one."""
    if not book.is_workbook:
        return None
    declared = reading.sheet if reading else None
    found = [s for s in book.sheet_names if s == declared] if declared else layout.sheet_of(year, book.sheet_names)
    if len(found) == 1:
        return found[0]
    expected = declared or ", ".join(sheet.format(year=year) for sheet in layout.sheets) or "one sheet"
    raise Unreadable(
        Finding(
            "sheet",
            name,
            ", ".join(book.sheet_names),
            f"one sheet named {expected}",
            "Name the sheet of this year in release.yaml: `reading: {sheet: ...}`.",
        )
    )
