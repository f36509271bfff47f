"""A file and its layout to one tidy frame.

Belongs here: choosing the sheet, handing it to the reader of its kind of layout. Does not belong here: whether scores
are believable, which the rules in expectations/ decide; bytes, which cells.py reads.
"""

from __future__ import annotations

from pipelines.finding import Finding
from pipelines.seeds import Indicator, Places
from pipelines.workbooks.cells import Book, Reading, Sheet, is_blank
from pipelines.workbooks.container import Unreadable
from pipelines.workbooks.headings import Headings
from pipelines.workbooks.layout import Layout, ProvinceARow, ScoreARow
from pipelines.workbooks.province_a_column import ProvinceColumns
from pipelines.workbooks.province_a_row import ProvinceRows
from pipelines.workbooks.reader import Read
from pipelines.workbooks.score_a_row import ScoreRows

MAX_FINDINGS = 100


def read_file(
    content: bytes,
    name: str,
    year: int,
    layout: Layout,
    indicators: dict[str, Indicator],
    places: Places,
    reading: Reading | None = None,
) -> Read:
    """Open a file and read what it says of one year, as ``read_table`` does."""
    try:
        book = Book(content, name)
    except Unreadable as error:
        return Read(name, findings=[error.finding])
    return read_table(book, year, layout, indicators, places, reading)


def read_table(
    book: Book,
    year: int,
    layout: Layout,
    indicators: dict[str, Indicator],
    places: Places,
    reading: Reading | None = None,
) -> Read:
    """Read what one file says of one year.

    ``indicators`` are those of the year's method by code, ``places`` the provinces of its day. The frame has one row
    a province, code and measure. ``form`` is blank, zero or mark for a score that an official layout leaves out;
    ``score_text`` then is None, else the number with a decimal point. At most MAX_FINDINGS findings.

    A workbook's sheet is the declared one, else the one that the layout names for the year, else the one that holds
    the most of the year's indicators, where that is one alone: the others are named in a note.
    """
    layout = layout.read_as(reading)
    headings = Headings(indicators, layout)
    try:
        read = _read_book(book, year, layout, headings, places, reading)
    except Unreadable as error:
        return Read(book.name, findings=[error.finding])
    if layout.remark and not read.findings:
        read.notes.append(layout.remark)
    del read.findings[MAX_FINDINGS:]
    return read


def _read_book(
    book: Book, year: int, layout: Layout, headings: Headings, places: Places, reading: Reading | None
) -> Read:
    if not book.is_workbook:
        return _read_sheet(book.name, book.read(None, layout.encoding, layout.delimiter), layout, headings, places)
    declared = reading.sheet if reading else None
    named = [s for s in book.sheet_names if s == declared] if declared else layout.sheet_of(year, book.sheet_names)
    if declared and not named:
        return _no_sheet(book, declared, "Name a sheet that the workbook has.")
    tried = {
        name: _read_sheet(book.name, book.read(name), layout, headings, places) for name in named or book.sheet_names
    }
    if len(named) == 1:
        chosen = named[0]
    else:
        whole = {name: read for name, read in tried.items() if read.records and not read.findings}
        most = max((_n_stated(read) for read in whole.values()), default=0)
        fitting = [name for name, read in whole.items() if _n_stated(read) == most]
        if len(fitting) > 1 and any(_said(whole[name]) != _said(whole[fitting[0]]) for name in fitting):
            remedy = "Choose one: --sheet NAME, or `reading: {sheet: NAME}` in release.yaml."
            unclear = _no_sheet(book, f"{year} in one sheet alone; it stands in {' and in '.join(fitting)}", remedy)
            unclear.understood = whole[fitting[0]].understood
            return unclear
        if not fitting and (len(tried) > 1 or not layout.sheets):
            return _nearest(book, year, layout, tried)
        chosen = fitting[0] if fitting else next(iter(tried))
    read = tried[chosen]
    if not read.findings:
        _tell_of_sheets(read, book, chosen, year, layout, is_named=bool(named))
    return read


def _nearest(book: Book, year: int, layout: Layout, tried: dict[str, Read]) -> Read:
    """The sheet that comes nearest to the table of the year, with what is wrong with it; else that there is none."""
    if tried:
        nearest = max(tried.values(), key=lambda read: (read.understood, -len(read.findings)))
        if nearest.understood:
            return nearest
    expected = ", ".join(sheet.format(year=year) for sheet in layout.sheets) or "one sheet"
    remedy = "Name the sheet of this year: --sheet NAME, or `reading: {sheet: NAME}` in release.yaml."
    return _no_sheet(book, f"a sheet named {expected}, or one table of the year", remedy)


def _tell_of_sheets(read: Read, book: Book, chosen: str, year: int, layout: Layout, is_named: bool) -> None:
    """Note what the choice of a sheet rests on, and which others were not read."""
    if chosen in book.hidden:
        read.notes.append(f"sheet {chosen} is hidden in the workbook, and is read")
    if not is_named:
        read.notes.append(f"sheet {chosen} is read: it does not name {year}, and holds most of its indicators")
    others = [name for name in book.sheet_names if name != chosen and not layout.years_of(name) - {year}]
    if others:
        read.notes.append(f"not read: {_listed(book, others)}")


def _n_stated(read: Read) -> int:
    return len({record["code"] for record in read.records if record["parent_code"] is None})


def _said(read: Read) -> set[tuple[object, ...]]:
    return {(r["province_code"], r["code"], r["measure"], r["score_text"]) for r in read.records}


def _read_sheet(name: str, sheet: Sheet, layout: Layout, headings: Headings, places: Places) -> Read:
    read = Read(name)
    if not any(not is_blank(value) for row in sheet.rows for value in row):
        remedy = "Ask for the file again."
        expected = "a header and a row for each score"
        found = f"an empty {'sheet' if sheet.name else 'file'}"
        read.findings.append(Finding("not_empty", name, found, expected, remedy, sheet=sheet.name))
    elif isinstance(layout, ScoreARow):
        ScoreRows(read, sheet, layout, headings, places).read(MAX_FINDINGS)
    elif isinstance(layout, ProvinceARow):
        ProvinceRows(read, sheet, layout, headings, places).read()
    else:
        ProvinceColumns(read, sheet, layout, headings, places).read()
    return read


def _no_sheet(book: Book, expected: str, remedy: str) -> Read:
    found = _listed(book, book.sheet_names) or "no sheet"
    return Read(book.name, findings=[Finding("sheet", book.name, found, expected, remedy)])


def _listed(book: Book, names: list[str]) -> str:
    return ", ".join(f"sheet {name}{' (hidden)' if name in book.hidden else ''}" for name in names)
