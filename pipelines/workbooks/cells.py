"""Files as grids of cells: text tables and workbooks, read only where that is certain and safe.

Belongs here: bytes to values with their addresses. Does not belong here: what the cells mean, or whether a file may be
opened, which container.py decides before.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from pipelines.finding import Finding
from pipelines.workbooks.container import MIB, Unreadable, broken, kind_of, unreadable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from python_calamine import CalamineWorkbook

__all__ = ["Book", "Formula", "Reading", "Sheet", "Unreadable", "Value"]

# A sheet or text table of scores has some ten thousand cells.
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 20_000, 500, 1_000_000
MAX_TEXT_BYTES, MAX_LINE_BYTES = 10 * MIB, 100_000
NINE_DECIMALS = Decimal("1e-9")
WINDOWS_1258 = "windows-1258"


class Reading(BaseModel):
    """How one file is to be read where it differs from its layout, as its manifest declares."""

    model_config = ConfigDict(extra="forbid")

    encoding: Literal["utf-8", "windows-1258"] | None = None
    decimal: Literal[".", ","] | None = None
    delimiter: Literal[",", ";", "\t"] | None = None
    sheet: str | None = None


class Formula(str):
    """A formula whose value the file does not hold."""


# A number, a text, a formula without a value, or None for a blank.
Value = float | str | Formula | None


@dataclass(frozen=True)
class Sheet:
    """Rows of values; ``name`` is None for a text table, which has no sheets."""

    name: str | None
    rows: list[list[Value]]

    def address(self, row: int, column: int) -> str:
        """Address of the cell at these positions from 0, as a spreadsheet writes it: C17, or 2016_PAPI!C17."""
        cell = f"{column_letter(column)}{row + 1}"
        return f"{self.name}!{cell}" if self.name else cell


class Book:
    """A file whose sheets can be listed and read one by one; each is read once, however often it is asked for.

    Raises ``Unreadable`` on opening or reading. Texts are NFC and without blanks around them. ``content`` are its bytes
    as they came, ``hidden`` the names of sheets that a spreadsheet program does not show.
    """

    def __init__(self, content: bytes, name: str, as_typed: bool = False) -> None:
        """With ``as_typed`` a formula is a formula even where its value is stored: a form is filled in by hand."""
        self.name, self.content, self._as_typed = name, content, as_typed
        self._read: dict[tuple[str | None, ...], Sheet] = {}
        self._percentages: dict[str, frozenset[str]] = {}
        self.kind = kind_of(content, name)
        self.is_workbook = self.kind != "text"
        self.sheet_names: list[str] = []
        self.hidden: frozenset[str] = frozenset()
        if self.kind == "xlsx":
            sheets = self._formulas.worksheets
            self.sheet_names = [sheet.title for sheet in sheets]
            self.hidden = frozenset(sheet.title for sheet in sheets if sheet.sheet_state != "visible")
        elif self.is_workbook:
            self.sheet_names, self.hidden = _sheets_of(self._plain)

    def read(self, sheet_name: str | None = None, encoding: str = "utf-8", delimiter: str = ",") -> Sheet:
        """One sheet, or the text table where ``sheet_name`` is None, written as the other two say."""
        key = (None, encoding, delimiter) if sheet_name is None else (sheet_name,)
        if key not in self._read:
            if sheet_name is None:
                rows = _text_rows(self.content, self.name, encoding, delimiter)
            else:
                rows = self._within_limits(sheet_name)
            self._read[key] = Sheet(sheet_name, rows)
        return self._read[key]

    def percentages(self, sheet_name: str) -> frozenset[str]:
        """Addresses of the cells of an .xlsx, opened ``as_typed``, whose numbers are shown with a percent sign."""
        if sheet_name not in self._percentages:
            sheet: Any = self._formulas[sheet_name]
            self._percentages[sheet_name] = frozenset(
                cell.coordinate
                for row in sheet.iter_rows()
                for cell in row
                if isinstance(cell.value, int | float) and "%" in cell.number_format
            )
        return self._percentages[sheet_name]

    @cached_property
    def _packed(self) -> bytes:
        """What openpyxl opens: a form's days are told by its styles, a table of scores has none."""
        return self.content if self._as_typed else _without_styles(self.content, self.name)

    @cached_property
    def _formulas(self) -> Workbook:
        return _open(self._packed, self.name, stored_values=False)

    @cached_property
    def _values(self) -> Workbook:
        return self._formulas if self._as_typed else _open(self._packed, self.name, stored_values=True)

    @cached_property
    def _plain(self) -> CalamineWorkbook:
        """An .xls or .ods, of which only the values can be seen."""
        from python_calamine import CalamineWorkbook

        try:
            return CalamineWorkbook.from_filelike(io.BytesIO(self.content))
        except BaseException as error:  # its parser panics with an exception that is no Exception
            raise broken(self.name, error) from None

    def _within_limits(self, sheet_name: str) -> list[list[Value]]:
        """Rows of values; cells without one at the end of a row or sheet are not part of it."""
        rows: list[list[Value]] = []
        n_blank = n_cells = 0
        found = ""
        for row in self._rows_of(sheet_name):
            n_cells += len(row)
            while row and row[-1] is None:
                row.pop()
            if not row:
                n_blank += 1
                continue
            if len(rows) + n_blank >= MAX_ROWS or len(row) > MAX_COLUMNS or n_cells > MAX_CELLS:
                found = f"more than {MAX_ROWS} rows, {MAX_COLUMNS} columns or {MAX_CELLS} cells"
                break
            rows += [[] for _ in range(n_blank)]
            n_blank = 0
            rows.append(row)
        if found:
            remedy = "Take away what lies outside the table and save again."
            raise unreadable(self.name, found, "a table of scores", remedy, sheet_name)
        return rows

    def _rows_of(self, sheet_name: str) -> Iterator[list[Value]]:
        try:
            if self.kind != "xlsx":
                for values in self._plain.get_sheet_by_name(sheet_name).iter_rows():
                    yield [_plain_value(value) for value in values]
                return
            typed = _raw_rows(self._formulas, sheet_name)
            if self._as_typed:
                for row in typed:
                    yield [_value(value, value) for value in row]
                return
            for formulas, stored in zip_longest(typed, _raw_rows(self._values, sheet_name), fillvalue=()):
                yield [_value(f, v) for f, v in zip_longest(formulas, stored)]
        except (GeneratorExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # a broken file is met with whatever the parser raises, panics included
            raise broken(self.name, error) from None


def column_letter(position: int) -> str:
    """Name of the column at this position from 0: A, B, ..., AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_blank(value: Value) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value == ""


def number(value: Value, decimal: str) -> str | None:
    """The number with a decimal point, or None: no exponents, no thousands separators, no nan or inf.

    A number cell is taken to nine decimals, half away from zero; a text must be written with ``decimal``.
    """
    if isinstance(value, float):
        if not abs(value) < 1_000_000:
            return None
        return f"{Decimal(repr(value)).quantize(NINE_DECIMALS, ROUND_HALF_UP):f}"
    if not isinstance(value, str) or isinstance(value, Formula):
        return None
    if not re.fullmatch(rf"-?\d{{1,6}}({re.escape(decimal)}\d+)?", value, flags=re.ASCII):
        return None
    return value.replace(",", ".")


def shown(value: Value) -> str:
    """A value as a finding quotes it."""
    if is_blank(value):
        return "a blank cell"
    if isinstance(value, Formula):
        return f"the formula {value} without a stored value"
    return repr(value)


# --- text tables ---------------------------------------------------------------------------------------------------


def _text_rows(content: bytes, name: str, encoding: str, delimiter: str) -> list[list[Value]]:
    _refuse_endless(content, name)
    text = _decoded(content, name, encoding)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise unreadable(name, str(error), "rows of cells", "Save the file as plain CSV.") from None
    if sum(map(len, rows)) > MAX_CELLS or any(len(row) > MAX_COLUMNS for row in rows):
        found = f"more than {MAX_COLUMNS} columns or {MAX_CELLS} cells"
        raise unreadable(name, found, "a table of scores", "Ask the sender for the table alone.")
    return [[_text(cell) for cell in row] for row in rows]


def _refuse_endless(content: bytes, name: str) -> None:
    """Refuse by size before anything is decoded; a line may end with either sign or both."""
    remedy = "Ask the sender for the table alone."
    if len(content) > MAX_TEXT_BYTES:
        raise unreadable(name, f"{len(content)} bytes of text", f"at most {MAX_TEXT_BYTES}", remedy)
    lines = content.splitlines()
    if len(lines) > MAX_ROWS:
        raise unreadable(name, f"{len(lines)} lines", f"at most {MAX_ROWS}", remedy)
    longest = max(range(len(lines)), key=lambda at: len(lines[at]), default=None)
    if longest is not None and len(lines[longest]) > MAX_LINE_BYTES:
        found, expected = f"{len(lines[longest])} bytes in line {longest + 1}", f"at most {MAX_LINE_BYTES}"
        raise unreadable(name, found, expected, remedy)


def _decoded(content: bytes, name: str, encoding: str) -> str:
    """A byte order mark says what the file is; without one it is what was declared, and never what it looks like."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif encoding == WINDOWS_1258 and is_utf8(content) and not content.isascii():
        raise unreadable(
            name, "UTF-8 text", f"{WINDOWS_1258} text, as declared", "Take `encoding` out of the manifest."
        )
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8, or declare `reading: {encoding: windows-1258}` in release.yaml if it is that."
        found, expected = f"byte 0x{content[error.start]:02x}", f"{_named(encoding)} text"
        raise Unreadable(Finding("encoding", name, found, expected, remedy, row=row)) from None


def is_utf8(content: bytes) -> bool:
    """Whether bytes are text in UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _named(encoding: str) -> str:
    return {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(encoding, encoding)


def _text(cell: str) -> Value:
    return unicodedata.normalize("NFC", cell).strip() or None


# --- workbooks -----------------------------------------------------------------------------------------------------


def _without_styles(content: bytes, name: str) -> bytes:
    """The same workbook without its styles: they cost more to read than all cells, and say only which are dates."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
            for part in old.namelist():
                if part.lower().endswith((".xml", ".rels")) and not part.lower().endswith("styles.xml"):
                    new.writestr(part, old.read(part))
    except Exception as error:  # zipfile meets a broken archive with whatever its parts raise
        raise broken(name, error) from None
    return packed.getvalue()


def _open(content: bytes, name: str, stored_values: bool) -> Workbook:
    import openpyxl

    try:
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=stored_values, keep_links=False)
    except Exception as error:  # openpyxl meets a broken file with whatever its parser raises
        raise broken(name, error) from error


def _raw_rows(book: Workbook, sheet_name: str) -> Iterator[tuple[object, ...]]:
    sheet: Any = book[sheet_name]
    sheet.reset_dimensions()
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(values_only=True)
    return rows


def _sheets_of(book: CalamineWorkbook) -> tuple[list[str], frozenset[str]]:
    """Names of the sheets with cells, and those of them that are not shown."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    return [s.name for s in sheets], frozenset(s.name for s in sheets if s.visible != SheetVisibleEnum.Visible)


def _value(formula: object, stored: object) -> Value:
    """A cell from its two readings: what was typed, and what the file holds as its value."""
    if isinstance(formula, str) and formula.startswith("=") and stored in (None, formula):
        return Formula(formula)
    return _plain_value(stored)


def _plain_value(stored: object) -> Value:
    if isinstance(stored, bool) or stored is None:
        return None if stored is None else str(stored)
    if isinstance(stored, int | float):
        return float(stored)
    if isinstance(stored, date) and not isinstance(stored, datetime):
        stored = datetime(stored.year, stored.month, stored.day)
    return _text(str(stored))
