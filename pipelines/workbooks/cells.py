"""Files as grids of cells: text tables and workbooks, read only where that is certain and safe.

Belongs here: bytes to values with their addresses, and refusing what cannot be trusted. Does not belong here: what the
cells mean. A workbook is hostile until proven: macros, links to elsewhere, and archives that swell are refused unread.
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
from decimal import ROUND_HALF_UP, Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from pipelines.finding import Finding

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_ROWS, MAX_COLUMNS = 20_000, 500
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 200
NINE_DECIMALS = Decimal("1e-9")
HOSTILE = {
    "vbaproject.bin": "macros",
    "macrosheets/": "macros",
    "externallinks/": "links to other files",
    "connections.xml": "connections to data elsewhere",
    "embeddings/": "embedded files",
    "activex/": "controls",
}
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


class Unreadable(ValueError):
    """The file cannot be trusted or read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class Book:
    """A file whose sheets can be listed and read one by one.

    Raises ``Unreadable`` on opening or reading. Texts are NFC and without blanks around them.
    """

    def __init__(
        self, content: bytes, name: str, encoding: str = "utf-8", delimiter: str = ",", as_typed: bool = False
    ) -> None:
        """With ``as_typed`` a formula is a formula even where its value is stored: a form is filled in by hand."""
        self._content, self._name, self._encoding, self._delimiter = content, name, encoding, delimiter
        self.is_workbook = content.startswith(b"PK\x03\x04")
        if self.is_workbook:
            _refuse_hostile(content, name)
            self._formulas = _open(content, name, stored_values=False)
            self._values = self._formulas if as_typed else _open(content, name, stored_values=True)
            self.sheet_names: list[str] = [sheet.title for sheet in self._values.worksheets]
        elif content.startswith(b"\xd0\xcf\x11\xe0"):
            raise _unreadable(
                name,
                "an old .xls or a workbook with a password",
                "an .xlsx workbook that opens without one",
                "Open it in Excel and save it as an Excel workbook (.xlsx) without a password.",
            )
        else:
            self.sheet_names = []

    def read(self, sheet_name: str | None = None) -> Sheet:
        """One sheet, or the text table where ``sheet_name`` is None."""
        if sheet_name is None:
            return Sheet(None, _text_rows(self._content, self._name, self._encoding, self._delimiter))
        return Sheet(sheet_name, self._sheet_rows(sheet_name))

    def _sheet_rows(self, sheet_name: str) -> list[list[Value]]:
        rows: list[list[Value]] = []
        typed = self._raw_rows(self._formulas, sheet_name)
        pairs: Iterator[tuple[tuple[object, ...], tuple[object, ...]]]
        if self._values is self._formulas:
            pairs = ((row, row) for row in typed)
        else:
            pairs = zip_longest(typed, self._raw_rows(self._values, sheet_name), fillvalue=())
        try:
            for formulas, values in pairs:
                if len(rows) >= MAX_ROWS or len(values) > MAX_COLUMNS:
                    raise _unreadable(
                        self._name,
                        f"more than {MAX_ROWS} rows or {MAX_COLUMNS} columns",
                        "a table of scores",
                        "Take away what lies outside the table and save again.",
                        sheet_name,
                    )
                rows.append([_value(f, v) for f, v in zip_longest(formulas, values)])
        except Unreadable:
            raise
        except Exception as error:  # openpyxl meets a broken file with whatever its parser raises
            raise _broken(self._name, error) from error
        while rows and not any(value is not None for value in rows[-1]):
            rows.pop()
        return rows

    @staticmethod
    def _raw_rows(book: Workbook, sheet_name: str) -> Iterator[tuple[object, ...]]:
        sheet: Any = book[sheet_name]
        sheet.reset_dimensions()
        rows: Iterator[tuple[object, ...]] = sheet.iter_rows(values_only=True)
        return rows


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
    text = _decoded(content, name, encoding)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _unreadable(name, str(error), "rows of cells", "Save the file as plain CSV.") from None
    return [[_text(cell) for cell in row] for row in rows]


def _decoded(content: bytes, name: str, encoding: str) -> str:
    """A byte order mark says what the file is; without one it is what was declared, and never what it looks like."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif encoding == WINDOWS_1258 and _is_utf8(content) and not content.isascii():
        raise _unreadable(
            name, "UTF-8 text", f"{WINDOWS_1258} text, as declared", "Take `encoding` out of the manifest."
        )
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8, or declare `reading: {encoding: windows-1258}` in release.yaml if it is that."
        found, expected = f"byte 0x{content[error.start]:02x}", f"{_named(encoding)} text"
        raise Unreadable(Finding("encoding", name, found, expected, remedy, row=row)) from None


def _is_utf8(content: bytes) -> bool:
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


def _refuse_hostile(content: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _broken(name, error) from None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * len(content):
        raise _unreadable(
            name,
            f"{unpacked} bytes packed into {len(content)}",
            f"at most {MAX_UNPACKED_BYTES} bytes, packed at most {MAX_RATIO} times",
            "Ask the sender for the workbook again; this one swells when it is opened.",
        )
    for part in parts:
        for mark, what in HOSTILE.items():
            if mark in part.filename.lower():
                raise _unreadable(
                    name,
                    f"{what} ({part.filename})",
                    "values alone",
                    "Copy the values into a new workbook, save it as .xlsx, and ask the sender why they were there.",
                )


def _open(content: bytes, name: str, stored_values: bool) -> Workbook:
    import openpyxl

    try:
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=stored_values, keep_links=False)
    except Exception as error:  # openpyxl meets a broken file with whatever its parser raises
        raise _broken(name, error) from error


def _value(formula: object, stored: object) -> Value:
    """A cell from its two readings: what was typed, and what the file holds as its value."""
    if isinstance(formula, str) and formula.startswith("=") and stored in (None, formula):
        return Formula(formula)
    if isinstance(stored, bool) or stored is None:
        return None if stored is None else str(stored)
    if isinstance(stored, int | float):
        return float(stored)
    return _text(str(stored))


def _broken(name: str, error: Exception) -> Unreadable:
    while error.__cause__ is not None and isinstance(error.__cause__, Exception):
        error = error.__cause__
    said = (str(error) or type(error).__name__).splitlines()[0]
    return _unreadable(
        name, f"a workbook that cannot be read: {said}", "an .xlsx workbook", "Open it in Excel and save it again."
    )


def _unreadable(name: str, found: str, expected: str, remedy: str, sheet: str | None = None) -> Unreadable:
    return Unreadable(Finding("file_readable", name, found, expected, remedy, sheet=sheet))
