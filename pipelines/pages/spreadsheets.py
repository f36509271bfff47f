"""Published tables as files for Excel: a workbook with its notes, and a CSV as a Vietnamese Excel reads it.

Belongs here: how rows become cells. Does not belong here: which rows, and anything that is read back.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from pipelines.files import inert, write_whole

if TYPE_CHECKING:
    import duckdb

MAX_ROWS = 1_048_575  # of a sheet, below its headings
MAX_TEXT = 32_767  # signs of a cell
CUT = " […]"
FONT = {"font_name": "Times New Roman", "font_size": 11}
DATA, NOTES = "Dữ liệu", "Ghi chú"
WIDEST = 40
NUMBERS = (int, float, Decimal)
SHEET = "xl/worksheets/sheet1.xml"  # of a workbook, where the rows stand
FIRST_DAY = datetime(1899, 12, 30)  # from which a sheet counts days
# Signs that XML has no place for are written _xHHHH_, and what looks like that by its first sign.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
NOT_PLAIN = re.compile(rf"[&<>]|{CONTROL.pattern}")
YES, NO = "TRUE", "FALSE"


class TooManyRows(ValueError):
    """The table does not fit into a sheet."""


@dataclass(frozen=True)
class Rows:
    """What a query gave: names of the columns, and its rows as DuckDB's Python values."""

    columns: list[str]
    rows: list[tuple[Any, ...]]

    @staticmethod
    def of(connection: duckdb.DuckDBPyConnection, table: str) -> Rows:
        """Every row of a published table, in the order of its columns."""
        relation = connection.sql(f"from {table} order by all")
        return Rows(relation.columns, relation.fetchall())


def workbook(given: Rows, notes: Sequence[tuple[str, str]]) -> bytes:
    """An .xlsx of two sheets: the rows with real numbers and dates, and what is to be known of them.

    Texts stay texts, also codes such as 3.1 and what looks like a formula; a text longer than a cell holds ends in […].
    Raises ``TooManyRows``.
    """
    if len(given.rows) > MAX_ROWS:
        raise TooManyRows(f"{len(given.rows)} rows, and a sheet has {MAX_ROWS}")
    target = io.BytesIO()
    with ZipFile(io.BytesIO(_frame(given, notes))) as frame, ZipFile(target, "w", ZIP_DEFLATED) as book:
        for part in frame.infolist():
            content = frame.read(part)
            with book.open(part, "w") as to:
                to.writelines(_filled(content.decode("utf-8"), given) if part.filename == SHEET else [content])
    return target.getvalue()


def _frame(given: Rows, notes: Sequence[tuple[str, str]]) -> bytes:
    """The workbook with its headings and notes, without any row."""
    import xlsxwriter

    target = io.BytesIO()
    options = {"constant_memory": True, "default_format_properties": FONT, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        heading = book.add_format({**FONT, "bold": True, "bottom": 1})
        day, moment = (book.add_format({**FONT, "num_format": form}) for form in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"))
        wrapped = book.add_format({**FONT, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(DATA)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(given.rows), max(len(given.columns) - 1, 0))
        for column, name in enumerate(given.columns):
            seen = [len(str(row[column])) for row in given.rows[:200]]
            kind = next((type(row[column]) for row in given.rows if row[column] is not None), str)
            written = moment if kind is datetime else day if kind is date else None
            sheet.set_column(column, column, min(max([len(name) + 3, *seen]), WIDEST), written)
            sheet.write_string(0, column, name, heading)
        about = book.add_worksheet(NOTES)
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 100)
        for number, (what, said) in enumerate(notes):
            about.write_string(number, 0, _fitting(what), wrapped)
            about.write_string(number, 1, _fitting(said), wrapped)
    return target.getvalue()


def _filled(sheet: str, given: Rows) -> Iterator[bytes]:
    """The sheet of the frame with the rows below its headings, piece by piece.

    xlsxwriter takes ten microseconds for a cell, and the downloads of the site have a million: this takes one.
    """
    from xlsxwriter.utility import xl_col_to_name

    begin, end, rest = sheet.partition("</sheetData>")
    names = [xl_col_to_name(column) for column in range(len(given.columns))]
    area = f'<dimension ref="A1:{names[-1]}{len(given.rows) + 1}"/>' if names else ""
    yield re.sub(r"<dimension [^>]*/>", area, begin).encode()
    styled = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]* style="(\d+)"', begin)  # neighbours that are alike are one
    styles = {at: f' s="{style}"' for low, high, style in styled for at in range(int(low), int(high) + 1)}
    columns = [(name, styles.get(at, "")) for at, name in enumerate(names, start=1)]
    for number, row in enumerate(given.rows, start=2):
        cells = "".join(
            f'<c r="{name}{number}"{style}{_content(value)}</c>'
            for (name, style), value in zip(columns, row, strict=True)
            if value is not None
        )
        yield f'<row r="{number}">{cells}</row>'.encode()
    yield (end + rest).encode()


def _content(value: Any) -> str:
    """What stands in a cell, from the type of the cell on; days are counted as Excel does."""
    kind = type(value)
    if kind is bool:
        return f' t="b"><v>{value:d}</v>'
    if kind in NUMBERS and math.isfinite(value):
        return f"><v>{float(value):.16G}</v>"
    if kind is datetime:
        return f"><v>{(value.replace(tzinfo=None) - FIRST_DAY) / timedelta(days=1):.16G}</v>"
    if kind is date:
        return f"><v>{(value - FIRST_DAY.date()).days}</v>"
    text = _fitting(str(value))
    if NOT_PLAIN.search(text):
        text = escape(CONTROL.sub(lambda found: f"_x{ord(found[0][0]):04X}_{found[0][1:]}", text), quote=False)
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'


def write_csv(to: Path, given: Rows) -> None:
    """A CSV that a Vietnamese Excel opens by a double click: UTF-8 with its mark, semicolons, decimal commas.

    Dates are dd/mm/yyyy; a text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(map(inert, given.columns))
    writer.writerows(map(_as_typed, row) for row in given.rows)
    write_whole(to, text.getvalue().encode("utf-8-sig"))


def notes_of(connection: duckdb.DuckDBPyConnection, table: str, created: datetime, as_of: str) -> list[tuple[str, str]]:
    """What is to be known of a published table: what it is, of when, by whom, and each column."""
    schema, name = table.split(".")
    [(comment,)] = connection.execute(
        "select comment from duckdb_tables() where schema_name = ? and table_name = ?", [schema, name]
    ).fetchall()
    columns = connection.execute(
        "select column_name, comment from duckdb_columns() where schema_name = ? and table_name = ? "
        "order by column_index",
        [schema, name],
    ).fetchall()
    publishers = connection.execute("select distinct publisher from core.dim_release order by all").fetchall()
    known = "mọi bản công bố / every release" if as_of == "all" else f"{date.fromisoformat(as_of):%d/%m/%Y}"
    marked = []
    if _is_simulated(connection, table, [column for column, _ in columns]):
        marked = [("DỮ LIỆU MÔ PHỎNG / SIMULATED", "Bảng có dòng mô phỏng, không phải số liệu thật / not real data")]
    return [
        ("Bảng / Table", table),
        *marked,
        ("Nội dung / Content", comment or ""),
        ("Lập lúc / Made", f"{created:%d/%m/%Y %H:%M}"),
        ("Biết đến ngày / Known as of", known),
        ("Nguồn / Sources", "; ".join(publisher for (publisher,) in publishers)),
        ("Số trong tệp CSV / Numbers in the CSV", "dấu phẩy thập phân, dấu chấm phẩy ngăn cột / comma, semicolon"),
        ("", ""),
        ("Cột / Column", "Ý nghĩa / Meaning"),
        *((column, said or "") for column, said in columns),
    ]


def _is_simulated(connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str]) -> bool:
    if "is_simulated" not in columns:
        return False
    [(found,)] = connection.execute(f"select coalesce(bool_or(is_simulated), false) from {table}").fetchall()
    return bool(found)


def _fitting(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT


def _as_typed(value: Any) -> str:
    return TYPED.get(type(value), lambda text: inert(str(text)))(value)


def _with_comma(value: float | Decimal) -> str:
    whole, _, decimals = format(Decimal(str(value)), "f").partition(".")
    return f"{whole},{decimals.rstrip('0')}".rstrip(",")


# How a kind of value is typed into a Vietnamese Excel; all else is text.
TYPED: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    bool: lambda value: YES if value else NO,
    int: str,
    float: _with_comma,
    Decimal: _with_comma,
    datetime: lambda value: f"{value:%d/%m/%Y %H:%M}",
    date: lambda value: f"{value:%d/%m/%Y}",
}
