"""What reading a sheet has in common, whichever kind of layout it has: keeping values, telling what is wrong.

Belongs here: records, findings and their words. Does not belong here: where in a sheet the values stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from pipelines.finding import Finding
from pipelines.seeds import Places
from pipelines.spelling import normalise
from pipelines.workbooks.cells import Formula, Sheet, Value, column_letter, is_blank, number, shown
from pipelines.workbooks.headings import Heading, Headings
from pipelines.workbooks.layout import ProvinceAColumn, ProvinceARow, ScoreARow

if TYPE_CHECKING:
    import pandas as pd

FRAME_COLUMNS = [
    "province_code", "code", "measure", "form", "mark", "score_text", "score", "interval_pct", "parent_code",
    "label_vi", "label_en", "scale_label", "unit", "source_row", "source_cell",
]  # fmt: skip
HEADER_WITHIN = 20
L = TypeVar("L", ScoreARow, ProvinceARow, ProvinceAColumn)


@dataclass
class Read:
    """What has been read so far: records with FRAME_COLUMNS, what is wrong, and what was tolerated or passed over.

    ``understood`` counts the headings whose meaning was found, to tell the layout of a file from others.
    """

    file: str
    records: list[dict[str, object]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    understood: int = 0

    def frame(self) -> pd.DataFrame | None:
        """One row a cell, or None where anything is wrong."""
        if self.findings:
            return None
        import pandas as pd

        return pd.DataFrame.from_records(self.records, columns=FRAME_COLUMNS).astype({"score": "float64"})


class Reader(Generic[L]):
    """One sheet while it is read; positions of rows and columns count from 0."""

    def __init__(self, read: Read, sheet: Sheet, layout: L, headings: Headings, places: Places) -> None:
        self.result, self.sheet, self.headings, self.places = read, sheet, headings, places
        self.layout: L = layout
        self._marks = {normalise(mark) for mark in layout.no_data}

    # --- keeping ---

    def keep(
        self, province: str, code: str, measure: str, text: str | None, row: int, column: int, **described: object
    ) -> None:
        """One value, a number as text; ``described`` are further columns of the frame."""
        self.result.records.append(
            {
                **dict.fromkeys(FRAME_COLUMNS),
                "province_code": province,
                "code": code,
                "measure": measure,
                "score_text": text,
                "score": None if text is None else float(text),
                "source_row": row + 1,
                "source_cell": self.sheet.address(row, column),
                **described,
            }
        )

    def keep_official(self, province: str, code: str, row: int, column: int, value: Value) -> bool:
        """Keep a score of an official layout, where a blank, a zero and a mark all mean that it is not published.

        Returns whether it is published.
        """
        text = number(value, self.layout.decimal)
        if self.is_left_out(value) or (text is not None and float(text) == 0):
            form = "blank" if is_blank(value) else "zero" if text is not None else "mark"
            mark = str(value) if form == "mark" else None
            self.keep(province, code, "score", None, row, column, form=form, mark=mark)
            return False
        if text is None:
            self.not_a_number(row, column, "score", value)
            return False
        self.keep(province, code, "score", text, row, column)
        return True

    def is_left_out(self, value: Value) -> bool:
        """Whether a cell holds nothing, or a mark of the layout that says so."""
        return is_blank(value) or (isinstance(value, str) and normalise(value) in self._marks)

    # --- telling ---

    def say(
        self, rule: str, found: str, expected: str, remedy: str, row: int | None = None, column: str | None = None
    ) -> None:
        """A finding on the sheet, or on one of its rows."""
        at = None if row is None else row + 1
        self.result.findings.append(
            Finding(rule, self.result.file, found, expected, remedy, self.sheet.name, at, column)
        )

    def say_cell(
        self, rule: str, found: str, expected: str, remedy: str, row: int, column: int, name: str | None = None
    ) -> None:
        """A finding on one cell, whose column has a letter or a name."""
        letter = column_letter(column)
        place = (self.sheet.name, row + 1, name or letter, f"{letter}{row + 1}")
        self.result.findings.append(Finding(rule, self.result.file, found, expected, remedy, *place))

    def not_a_number(self, row: int, column: int, measure: str, value: Value) -> None:
        remedy = "Write the number plainly; a score that is not published has no row and is declared in release.yaml."
        decimal = self.layout.decimal
        if isinstance(value, Formula):
            remedy = "Open the workbook in Excel, let it calculate, save it, and send that."
        elif self.sheet.name is not None:
            remedy = "Write a number. A mark that the publisher prints for no data goes to no_data of the layout."
        elif isinstance(value, str) and number(value, other := "." if decimal == "," else ",") is not None:
            remedy = f"If {other!r} is the decimal sign of the whole file, declare `reading: {{decimal: '{other}'}}`."
        expected, name = f"a number with {decimal!r} as its decimal sign", None if self.sheet.name else measure
        self.say_cell("number", shown(value), expected, remedy, row, column, name)

    def unknown_province(self, row: int, column: int, problem: str) -> None:
        expected = "a province of the day in provinces_as_of, named once"
        remedy = (
            "Correct it at its sender. Another spelling of a province goes to the seed province_alias, a region or a "
            "summary to not_provinces of the layout."
        )
        self.say_cell("province_named", problem, expected, remedy, row, column)

    def unmatched(self, row: int, column: int, texts: list[str], nearest: tuple[str, ...]) -> None:
        """A heading that names no indicator, or one that was named before."""
        found = " | ".join(texts) or "no heading"
        expected = f"a heading of this method, once; nearest: {'; '.join(nearest)}"
        remedy = "Check year and method; add a name that the publisher really prints to the layout under also_called."
        self.say_cell("heading_known", found, expected, remedy, row, column)

    def no_header(self, expected: str) -> None:
        first = next((row for row in self.sheet.rows if any(not is_blank(value) for value in row)), [])
        found = ", ".join(str(value) for value in first[:8] if not is_blank(value))
        self.say("columns", found, expected, "Check the layout, and that the sheet is the table of scores.")

    def note(self, text: str, row: int, column: int) -> None:
        """Something tolerated or passed over, with its cell."""
        self.result.notes.append(f"{self.sheet.address(row, column)}: {text}")

    def note_slip(self, row: int, column: int, heading: Heading) -> None:
        """A mistyped heading that can mean one indicator alone."""
        assert heading.indicator is not None
        self.note(f"{' | '.join(heading.names)!r} read as {heading.indicator.code}", row, column)


def plain_number(value: Value) -> Value:
    """A number cell that stands for a code: 24, not 24.0."""
    return f"{value:g}" if isinstance(value, float) else value


def texts_at(rows: Iterable[list[Value]], column: int) -> list[str]:
    """The texts of one column, blanks left out."""
    return [str(row[column]) for row in rows if column < len(row) and not is_blank(row[column])]


def value_at(row: list[Value], column: int) -> Value:
    """A cell of a row, None beyond its end."""
    return row[column] if column < len(row) else None
