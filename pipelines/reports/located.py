"""Where a form has what: tables by their headings, values by the label beside them.

Belongs here: finding places in a sheet. Does not belong here: what a cell may hold.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.reports import form
from pipelines.reports.typed import text_of
from pipelines.reports.wording import Words, spelt
from pipelines.workbooks.cells import Sheet, Value, column_letter, is_blank


class Table:
    """The rows of a sheet below its headings, by code; ``row`` counts from 0, as do ``columns``."""

    def __init__(self, tab: str, sheet: Sheet, row: int, columns: dict[Words, int]) -> None:
        self.tab, self.sheet, self.row, self.columns = tab, sheet, row, columns

    def cell(self, row: int, column: Words) -> str:
        return self.sheet_cell(row, self.columns[column])

    @staticmethod
    def sheet_cell(row: int, column: int) -> str:
        return f"{column_letter(column)}{row + 1}"

    def value(self, row: int, column: Words) -> Value:
        return at(self.sheet, row, self.columns[column])

    def outside(self, headings: tuple[Words, ...]) -> list[str]:
        """The cells below the headings that hold something and stand in a column of none of these headings."""
        own = {spelling for heading in headings for spelling in heading.spellings}
        known = {n for n, value in enumerate(self.sheet.rows[self.row]) if spelt(text_of(value)) in own}
        return [
            self.sheet_cell(row, n)
            for row in self.below()
            for n, value in enumerate(self.sheet.rows[row])
            if n not in known and not is_blank(value)
        ]

    def below(self) -> range:
        """Rows below the headings, up to the labels that stand under the table."""
        rows = self.sheet.rows
        end = next((n for n in range(self.row + 1, len(rows)) if label_of(at(self.sheet, n, 0)) is not None), len(rows))
        return range(self.row + 1, end)


def tables_in(tab: str, sheet: Sheet) -> Iterable[tuple[str, Table]]:
    """The row of each kind of table that most of its headings stand in, where more than half of those read do."""
    rows = [
        {spelt(text_of(value)): n for n, value in reversed(list(enumerate(row))) if isinstance(value, str)}
        for row in sheet.rows
    ]
    for kind, read in form.READ.items():
        best: Table | None = None
        for number, texts in enumerate(rows):
            columns = {
                heading: texts[held]
                for heading in read
                if (held := next((s for s in heading.spellings if s in texts), None)) is not None
            }
            if len(columns) * 2 > len(read) and (best is None or len(columns) > len(best.columns)):
                best = Table(tab, sheet, number, columns)
        if best is not None:
            yield kind, best


def label_of(value: Value) -> Words | None:
    """The label that a cell holds, or None."""
    if not isinstance(value, str):
        return None
    said = spelt(value.rstrip(":"))
    return next((label for label in form.LABELS if said in label.spellings), None)


def beside_labels(sheet: Sheet) -> dict[Words, tuple[Value, str]]:
    """For each label that stands in a sheet, the first value to its right and its cell, up to the next label."""
    found: dict[Words, tuple[Value, str]] = {}
    for number, row in enumerate(sheet.rows):
        for column, held in enumerate(row):
            label = label_of(held)
            if label is None or label in found:
                continue
            found[label] = (None, Table.sheet_cell(number, column + 1))
            for right in range(column + 1, len(row)):
                if label_of(row[right]) is not None:
                    break
                if not is_blank(row[right]):
                    found[label] = (row[right], Table.sheet_cell(number, right))
                    break
    return found


def at(sheet: Sheet, row: int, column: int) -> Value:
    """The value at a place counted from 0; beyond the end of a row there is none."""
    values = sheet.rows[row]
    return values[column] if column < len(values) else None
