"""Published tables as files for Excel: a workbook with its notes, and a CSV as a Vietnamese Excel reads it.

Belongs here: how rows become cells. Does not belong here: which rows, and anything that is read back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.files import inert, write_whole

if TYPE_CHECKING:
    import duckdb

MAX_ROWS = 1_048_575  # of a sheet, below its headings
MAX_TEXT = 32_767  # signs of a cell
CUT = " […]"
FONT = {"font_name": "Times New Roman", "font_size": 11}
DATA, NOTES = "Dữ liệu", "Ghi chú"
WIDEST = 40
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
    import xlsxwriter

    if len(given.rows) > MAX_ROWS:
        raise TooManyRows(f"{len(given.rows)} rows, and a sheet has {MAX_ROWS}")
    target = io.BytesIO()
    # Row by row to disk: a table of two hundred thousand rows would take gigabytes.
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
            sheet.set_column(column, column, min(max([len(name) + 3, *seen]), WIDEST))
            sheet.write_string(0, column, name, heading)
        for number, row in enumerate(given.rows, start=1):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, bool):
                    sheet.write_boolean(number, column, value)
                elif isinstance(value, int | float | Decimal):
                    sheet.write_number(number, column, float(value))
                elif isinstance(value, datetime):
                    sheet.write_datetime(number, column, value.replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write_string(number, column, _fitting(str(value)))
        about = book.add_worksheet(NOTES)
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 100)
        for number, (what, said) in enumerate(notes):
            about.write_string(number, 0, _fitting(what), wrapped)
            about.write_string(number, 1, _fitting(said), wrapped)
    return target.getvalue()


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
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float | Decimal):
        whole, _, decimals = format(Decimal(str(value)), "f").partition(".")
        return f"{whole},{decimals.rstrip('0')}".rstrip(",")
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(value) if isinstance(value, int) else inert(str(value))
