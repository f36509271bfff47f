"""Grids of cells to one tidy frame, for each kind of layout.

Belongs here: where scores stand in a file and what they are scores of. Does not belong here: whether they are
believable, which the rules in expectations/ decide; bytes, which cells.py reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.findings import Finding
from pipelines.names import normalise, plain, slug
from pipelines.reference import Indicator, Places, province_code
from pipelines.workbooks.cells import Book, Reading, Sheet, Unreadable, Value, column_letter, is_blank, number, shown
from pipelines.workbooks.headings import Heading, Headings
from pipelines.workbooks.layout import Layout, ProvinceAColumn, ProvinceARow, ScoreARow

if TYPE_CHECKING:
    import pandas as pd

FRAME_COLUMNS = [
    "province_code",
    "code",
    "measure",
    "form",
    "score_text",
    "score",
    "interval_pct",
    "parent_code",
    "label_vi",
    "label_en",
    "scale_label",
    "source_row",
    "source_cell",
]
MEASURES = ("score", "ci_low", "ci_high", "standard_error", "rank", "n_ranked")
MAX_FINDINGS = 100
HEADER_WITHIN = 20
ONE_SLIP_IN = 6  # provinces: a header row with that many mistaken names is the header still, and is told so


@dataclass
class Read:
    """What has been read so far: records with FRAME_COLUMNS, what is wrong, and what was forgiven or passed over."""

    file: str
    records: list[dict[str, object]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def frame(self) -> pd.DataFrame | None:
        """One row a cell, or None where anything is wrong."""
        if self.findings:
            return None
        import pandas as pd

        return pd.DataFrame.from_records(self.records, columns=FRAME_COLUMNS).astype({"score": "float64"})


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
        _read_scores(read, sheet, layout, headings, places)
    elif isinstance(layout, ProvinceARow):
        _read_province_rows(read, sheet, layout, headings, places)
    else:
        _read_province_columns(read, sheet, layout, headings, places)
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


# --- one score a row -----------------------------------------------------------------------------------------------


def _read_scores(read: Read, sheet: Sheet, layout: ScoreARow, headings: Headings, places: Places) -> None:
    header = _header_row(sheet, layout)
    columns: dict[str, int] = {}
    for position, value in enumerate(sheet.rows[header]):
        column = None if is_blank(value) else layout.column_of(str(value))
        if column is None or column in columns:
            _unwanted(read, sheet, header, value, layout)
        else:
            columns[column] = position
    wanted = ["code", "score"] if "province_name" in columns else ["province_code", "code", "score"]
    for column in wanted:
        if column not in columns:
            found = ", ".join(str(value) for value in sheet.rows[header] if value is not None)
            expected = f"a column {column} among {', '.join(names[0] for names in layout.columns.values())}"
            remedy = f"Give the file the headings of layout {layout.layout}, once each."
            read.findings.append(Finding("columns", read.file, found, expected, remedy, sheet.name, header + 1, column))
    if read.findings:
        return
    if len(sheet.rows) == header + 1:
        read.findings.append(
            Finding(
                "not_empty",
                read.file,
                "a header alone",
                "a row for each score",
                "Ask for the file again.",
                sheet.name,
                header + 1,
            )
        )
    for number_, values in enumerate(sheet.rows[header + 1 :], start=header + 1):
        _read_score(read, sheet, layout, headings, places, columns, number_, values)
        if len(read.findings) >= MAX_FINDINGS:
            return


def _header_row(sheet: Sheet, layout: Layout) -> int:
    """Position of the first row that bears at least two of the layout's headings; the first where there is none."""
    for position, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        if sum(isinstance(value, str) and layout.column_of(value) is not None for value in row) >= 2:
            return position
    return 0


def _unwanted(read: Read, sheet: Sheet, row: int, value: Value, layout: Layout) -> None:
    expected = f"only {', '.join(headings[0] for headings in layout.columns.values())}, once each"
    remedy = f"Give the file the headings of layout {layout.layout}, once each."
    found = "a blank heading" if is_blank(value) else str(value)
    read.findings.append(Finding("columns", read.file, found, expected, remedy, sheet.name, row + 1))


def _read_score(
    read: Read,
    sheet: Sheet,
    layout: ScoreARow,
    headings: Headings,
    places: Places,
    columns: dict[str, int],
    row: int,
    values: list[Value],
) -> None:
    if all(is_blank(value) for value in values):
        remedy = "Take the row away; what is not published is declared in release.yaml."
        read.findings.append(Finding("no_blank_row", read.file, "a blank row", "a score", remedy, sheet.name, row + 1))
        return
    if len(values) != len(columns) and sheet.name is None:
        remedy = f"Separate cells by {layout.delimiter!r}."
        found, expected = f"{len(values)} cells", f"{len(columns)} cells"
        read.findings.append(Finding("columns", read.file, found, expected, remedy, sheet.name, row + 1))
        return
    cells = {column: values[at] if at < len(values) else None for column, at in columns.items()}
    key_columns = [column for column in ("province_code", "province_name", "code") if column in columns]
    problems = [
        Finding("not_blank", read.file, "a blank cell", f"a {c}", "Fill it in.", sheet.name, row + 1, c)
        for c in key_columns
        if is_blank(cells[c])
    ]
    measured = {m: cells[m] for m in MEASURES if m in columns and not is_blank(cells[m])}
    if not measured:
        measured["score"] = None
    province = _province_of(read, sheet, places, row, columns, cells, problems)
    code = _code_of(headings, str(_plain_number(cells["code"])))
    for measure, value in measured.items():
        text = number(value, layout.decimal)
        if text is None:
            problems.append(_not_a_number(read, sheet, layout, row, columns[measure], measure, value))
        elif not problems:
            _keep(read, sheet, province, code, measure, text, row, columns[measure])
    read.findings += problems


def _province_of(
    read: Read,
    sheet: Sheet,
    places: Places,
    row: int,
    columns: dict[str, int],
    cells: dict[str, Value],
    problems: list[Finding],
) -> str:
    """The province code of a row. A code that no province bears is left to the rules, a name cannot be."""
    code = province_code(str(_plain_number(cells.get("province_code")))) if "province_code" in columns else None
    if "province_name" not in columns or is_blank(cells["province_name"]):
        return code or ""
    place = places.find(code, [str(cells["province_name"])])
    if place.province is None:
        problems.append(_unknown_province(read, sheet, row, columns["province_name"], place.problem))
        return code or ""
    return place.province.code


def _code_of(headings: Headings, text: str) -> str:
    """A code, or the code of the indicator that the text names; what is neither is left to the rules."""
    heading = headings.match([text])
    return heading.indicator.code if heading.indicator and not heading.is_slip else text


def _plain_number(value: Value) -> Value:
    """A number cell that stands for a code: 24, not 24.0."""
    return f"{value:g}" if isinstance(value, float) else value


# --- a province a row ----------------------------------------------------------------------------------------------


def _read_province_rows(read: Read, sheet: Sheet, layout: ProvinceARow, headings: Headings, places: Places) -> None:
    first = next(
        (
            position
            for position, row in enumerate(sheet.rows[:HEADER_WITHIN])
            if any(isinstance(value, str) and layout.column_of(value) for value in row)
        ),
        None,
    )
    if first is None:
        _no_header(read, sheet, ", ".join(name for names in layout.columns.values() for name in names))
        return
    keys: dict[int, str] = {
        position: column
        for position, value in enumerate(sheet.rows[first])
        if isinstance(value, str) and (column := layout.column_of(value))
    }
    summaries = {normalise(name) for name in layout.not_provinces}
    data_from = next(
        (
            position
            for position in range(first + 1, len(sheet.rows))
            if any(_clues(sheet.rows[position], keys)) and not _is_heading_row(sheet.rows[position], keys, layout)
        ),
        len(sheet.rows),
    )
    header, data = sheet.rows[first:data_from], sheet.rows[data_from:]
    columns = _indicator_columns(read, sheet, header, data, keys, headings, first)
    if read.findings:
        return
    seen: set[str] = set()
    for row, values in enumerate(data, start=data_from):
        given, names = _clues(values, keys)
        if all(is_blank(value) for value in values):
            continue
        if {normalise(clue) for clue in (given or "", *names)} & summaries:
            continue
        place = places.find(province_code(given) if given else None, names)
        at = next(iter(keys))
        if place.province is None:
            read.findings.append(_unknown_province(read, sheet, row, at, place.problem))
        elif place.province.code in seen:
            read.findings.append(_province_again(read, sheet, row, at, place.province.name_vi))
        else:
            seen.add(place.province.code)
            for position, indicator in columns.items():
                value = values[position] if position < len(values) else None
                _keep_official(read, sheet, layout, place.province.code, indicator.code, row, position, value)


def _clues(values: list[Value], keys: dict[int, str]) -> tuple[str | None, list[str]]:
    """Code and names that a row gives of its province."""
    given = {at: _plain_number(values[at]) for at in keys if at < len(values) and not is_blank(values[at])}
    code = next((str(value) for at, value in given.items() if keys[at] == "province_code"), None)
    return code, [str(value) for at, value in given.items() if keys[at] == "province_name"]


def _is_heading_row(values: list[Value], keys: dict[int, str], layout: Layout) -> bool:
    return any(at < len(values) and layout.column_of(str(values[at])) for at in keys)


def _indicator_columns(
    read: Read,
    sheet: Sheet,
    header: list[list[Value]],
    data: list[list[Value]],
    keys: dict[int, str],
    headings: Headings,
    first: int,
) -> dict[int, Indicator]:
    """Which indicator each column holds, by all its header cells together."""
    columns: dict[int, Indicator] = {}
    for position in range(max(len(row) for row in (*header, *data))):
        texts = [str(row[position]) for row in header if position < len(row) and not is_blank(row[position])]
        is_empty = all(position >= len(row) or row[position] in (None, 0.0) for row in data)
        if position in keys or (is_empty and not texts):
            continue
        heading = headings.match(texts)
        if heading.indicator is None and is_empty:
            continue  # a measure that this method does not score has its column still
        if heading.indicator is None or heading.indicator in columns.values():
            read.findings.append(_unmatched(read, sheet, first, position, texts, headings.nearest(heading)))
            continue
        columns[position] = heading.indicator
        if heading.is_slip:
            read.notes.append(_slip(sheet, first, position, heading))
    return columns


# --- a province a column -------------------------------------------------------------------------------------------


def _read_province_columns(
    read: Read, sheet: Sheet, layout: ProvinceAColumn, headings: Headings, places: Places
) -> None:
    begins = next((n for n, row in enumerate(sheet.rows) if _names_an_indicator(row, headings)), len(sheet.rows))
    provinces = _province_columns(read, sheet, sheet.rows[:begins], places)
    if not provinces:
        return
    label_columns = range(min(provinces))
    scale_column = next(
        (
            position
            for row in sheet.rows[:begins]
            for position in label_columns
            if position < len(row)
            and isinstance(row[position], str)
            and layout.column_of(str(row[position])) == "scale"
        ),
        None,
    )
    patterns = {measure: re.compile(pattern) for measure, pattern in layout.measures.items()}
    above = _Above()
    for row in range(begins, len(sheet.rows)):
        values = sheet.rows[row]
        texts = [
            str(values[at])
            for at in label_columns
            if at != scale_column and at < len(values) and not is_blank(values[at])
        ]
        scale = str(values[scale_column]) if scale_column is not None and not is_blank(values[scale_column]) else None
        cells = {at: values[at] if at < len(values) else None for at in provinces}
        is_empty = all(value in (None, 0.0) for value in cells.values())
        if not texts and is_empty:
            continue
        measure = next(_measures(texts, patterns), None)
        if measure is not None:
            _keep_measure(read, sheet, layout, above, provinces, row, cells, *measure)
            continue
        heading = headings.match(texts) if texts else Heading(None, None, [])
        has_no_code = layout.indicator_rows and bool(texts) and heading.indicator is None and heading.code is None
        if heading.indicator is not None and heading.indicator.code not in above.seen:
            above.begin(heading.indicator)
            if heading.is_slip:
                read.notes.append(_slip(sheet, row, 0, heading))
            for column, code in provinces.items():
                _keep_official(read, sheet, layout, code, heading.indicator.code, row, column, cells[column], above)
        elif heading.indicator is None and heading.code is not None and is_empty:
            above.begin(None)
            read.notes.append(f"{sheet.address(row, 0)}: {heading.code} is not scored by this method and is left out")
        elif has_no_code and above.coded is not None and any(value is not None for value in cells.values()):
            _keep_indicator(read, sheet, layout, above, provinces, row, cells, texts, scale)
        elif not (is_empty or (has_no_code and above.seen)):
            read.findings.append(_unmatched(read, sheet, row, 0, texts, headings.nearest(heading)))


@dataclass
class _Above:
    """What stands above a row: the last indicator with a code, the code last scored, and where that has scores."""

    coded: Indicator | None = None
    code: str | None = None
    scored: set[str] = field(default_factory=set)
    published: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    labels: dict[str, object] = field(default_factory=dict)

    @property
    def coded_is_scored(self) -> bool:
        """Whether the score above is of the indicator with a code, not of a finer one below that."""
        return self.coded is not None and self.code == self.coded.code

    def begin(self, indicator: Indicator | None) -> None:
        self.coded, self.code = indicator, indicator.code if indicator else None
        self.scored, self.published, self.labels = set(), set(), {}
        self.seen |= {indicator.code} if indicator else set()


def _names_an_indicator(row: list[Value], headings: Headings) -> bool:
    return any(isinstance(value, str) and headings.is_known(value) for value in row)


def _province_columns(read: Read, sheet: Sheet, header: list[list[Value]], places: Places) -> dict[int, str]:
    """Province code by column, from the header rows that name most provinces, each once.

    Other rows above the scores may name other things, such as the provinces that these became.
    """
    named: list[dict[int, str]] = []
    for row in header:
        found = {}
        for position, value in enumerate(row):
            clue = _plain_number(value)
            if is_blank(clue):
                continue
            code = province_code(str(clue))
            place = places.find(code, []) if code.isdigit() else places.find(None, [str(clue)])
            if place.province is not None:
                found[position] = place.province.code
        named.append(found)
    most = max((len(set(found.values())) for found in named), default=0)
    if most < 2:
        _no_header(read, sheet, "a row of province codes or names")
        return {}
    rows = [
        position
        for position, found in enumerate(named)
        if len(set(found.values())) >= max(most, len(found)) - most // ONE_SLIP_IN
    ]
    columns = named[rows[0]]
    for position in rows[1:]:
        for column in columns.keys() | named[position].keys():
            if columns.get(column) != named[position].get(column):
                said = shown(header[position][column] if column < len(header[position]) else None)
                read.findings.append(_unknown_province(read, sheet, position, column, said))
    first = min(columns)
    for column in range(first, max(len(row) for row in sheet.rows)):
        if column in columns:
            continue
        texts = [str(header[p][column]) for p in rows if column < len(header[p]) and not is_blank(header[p][column])]
        has_values = any(column < len(row) and isinstance(row[column], float) for row in sheet.rows[len(header) :])
        if texts or has_values:
            problem = places.find(None, texts[-1:]).problem
            read.findings.append(_unknown_province(read, sheet, rows[-1], column, problem))
    return {} if read.findings else columns


def _measures(texts: list[str], patterns: dict[str, re.Pattern[str]]) -> Iterator[tuple[str, str | None]]:
    """The measure that a row's label names, with the interval's level where it is printed."""
    for text in texts:
        for measure, pattern in patterns.items():
            found = pattern.search(normalise(text))
            if found:
                yield measure, found.groupdict().get("level")


def _keep_measure(
    read: Read,
    sheet: Sheet,
    layout: Layout,
    above: _Above,
    provinces: dict[int, str],
    row: int,
    cells: dict[int, Value],
    measure: str,
    level: str | None,
) -> None:
    """Keep a row of intervals or errors of the score above; where that is not published there is none.

    A zero is no error, and no bound of a score whose scale begins above it.
    """
    for column, code in provinces.items():
        if above.code is None or code not in above.scored:
            continue
        value = cells[column]
        text = number(value, layout.decimal)
        is_zero = text is not None and float(text) == 0
        if is_blank(value) or (is_zero and (above.coded_is_scored or measure == "standard_error")):
            continue
        if text is None:
            read.findings.append(_not_a_number(read, sheet, layout, row, column, measure, value))
        else:
            pct = level if measure in ("ci_low", "ci_high") else None
            _keep(read, sheet, code, above.code, measure, text, row, column, interval_pct=pct)


def _keep_indicator(
    read: Read,
    sheet: Sheet,
    layout: Layout,
    above: _Above,
    provinces: dict[int, str],
    row: int,
    cells: dict[int, Value],
    texts: list[str],
    scale: str | None,
) -> None:
    """Keep an indicator that describes itself: its code is that of what it belongs to and its own name.

    A zero is a value of a share, but not where the score above is not published.
    """
    assert above.coded is not None
    english = next((text for text in texts if plain(text) == text.casefold()), None)
    vietnamese = next((text for text in texts if text != english), None)
    code = f"{above.coded.code}.{slug(english or texts[0])}"
    if code in above.seen:
        read.findings.append(_unmatched(read, sheet, row, 0, texts, (code,)))
        return
    above.seen.add(code)
    above.code, above.scored = code, set()
    for column, province in provinces.items():
        value = cells[column]
        if is_blank(value) or province not in above.published:
            continue
        text = number(value, layout.decimal)
        if text is None:
            read.findings.append(_not_a_number(read, sheet, layout, row, column, "score", value))
            continue
        above.scored.add(province)
        _keep(
            read,
            sheet,
            province,
            code,
            "score",
            text,
            row,
            column,
            parent_code=above.coded.code,
            label_vi=vietnamese,
            label_en=english,
            scale_label=scale,
        )


# --- keeping and telling -------------------------------------------------------------------------------------------


def _keep_official(
    read: Read,
    sheet: Sheet,
    layout: Layout,
    province: str,
    code: str,
    row: int,
    column: int,
    value: Value,
    above: _Above | None = None,
) -> None:
    """Keep a score of an official layout, where a blank and a zero both mean that it is not published."""
    text = number(value, layout.decimal)
    if is_blank(value) or (text is not None and float(text) == 0):
        form = "blank" if is_blank(value) else "zero"
        _keep(read, sheet, province, code, "score", None, row, column, form=form)
    elif text is None:
        read.findings.append(_not_a_number(read, sheet, layout, row, column, "score", value))
    else:
        if above is not None:
            above.scored.add(province)
            above.published.add(province)
        _keep(read, sheet, province, code, "score", text, row, column)


def _keep(
    read: Read,
    sheet: Sheet,
    province: str,
    code: str,
    measure: str,
    text: str | None,
    row: int,
    column: int,
    **described: object,
) -> None:
    read.records.append(
        {
            **dict.fromkeys(FRAME_COLUMNS),
            "province_code": province,
            "code": code,
            "measure": measure,
            "score_text": text,
            "score": None if text is None else float(text),
            "source_row": row + 1,
            "source_cell": sheet.address(row, column),
            **described,
        }
    )


def _not_a_number(
    read: Read, sheet: Sheet, layout: Layout, row: int, column: int, measure: str, value: Value
) -> Finding:
    remedy = "Write the number plainly; a score that is not published has no row and is declared in release.yaml."
    if sheet.name is not None:
        remedy = "Open the workbook in Excel, let it calculate, save it, and send that; a score is a number cell."
    elif isinstance(value, str) and number(value, other := "." if layout.decimal == "," else ",") is not None:
        remedy = f"If {other!r} is the decimal sign of the whole file, declare `reading: {{decimal: '{other}'}}`."
    return Finding(
        "number",
        read.file,
        shown(value),
        f"a number with {layout.decimal!r} as its decimal sign",
        remedy,
        sheet.name,
        row + 1,
        measure if sheet.name is None else column_letter(column),
        f"{column_letter(column)}{row + 1}",
    )


def _unknown_province(read: Read, sheet: Sheet, row: int, column: int, problem: str) -> Finding:
    return Finding(
        "province_named",
        read.file,
        problem,
        "a province of the day in provinces_as_of, named once",
        "Correct the name at its sender, or add the spelling to the seed province_alias.",
        sheet.name,
        row + 1,
        column_letter(column),
        f"{column_letter(column)}{row + 1}",
    )


def _province_again(read: Read, sheet: Sheet, row: int, column: int, name: str) -> Finding:
    return Finding(
        "province_named",
        read.file,
        f"{name} again",
        "each province once",
        "Keep the row that the source prints.",
        sheet.name,
        row + 1,
        column_letter(column),
        f"{column_letter(column)}{row + 1}",
    )


def _unmatched(read: Read, sheet: Sheet, row: int, column: int, texts: list[str], nearest: tuple[str, ...]) -> Finding:
    return Finding(
        "heading_known",
        read.file,
        " | ".join(texts) or "no heading",
        f"a heading of this method, once; nearest: {'; '.join(nearest)}",
        "Check year and method; add a name that the publisher really prints to the layout under also_called.",
        sheet.name,
        row + 1,
        column_letter(column),
        f"{column_letter(column)}{row + 1}",
    )


def _no_header(read: Read, sheet: Sheet, expected: str) -> None:
    first = next((row for row in sheet.rows if any(not is_blank(value) for value in row)), [])
    found = ", ".join(str(value) for value in first[:8] if not is_blank(value))
    remedy = "Check the layout, and that the sheet is the table of scores."
    read.findings.append(Finding("columns", read.file, found, expected, remedy, sheet.name))


def _slip(sheet: Sheet, row: int, column: int, heading: Heading) -> str:
    assert heading.indicator is not None
    return f"{sheet.address(row, column)}: {' | '.join(heading.names)!r} read as {heading.indicator.code}"
