"""Phụ lục: units, districts, targets, tasks and who is to be reminded, as a workbook whose totals are formulas.

Belongs here: the sheets and their figures. Does not belong here: states and lateness, see situation.py.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.papers import progress
from pipelines.papers.figures import Figures, Value, quoted
from pipelines.papers.reminders import BANDS
from pipelines.papers.situation import COUNTED, LEVELS_VI, SIMULATED, Owed, Situation
from pipelines.reports.drawing import FONT, height_of

if TYPE_CHECKING:
    import duckdb

SIZE = 11


@dataclass(frozen=True)
class Cell:
    """A cell: a text, a figure with table, column and key, or a formula with the value it has.

    ``named`` is the day that a text names, to which table, column and key then belong.
    """

    value: Value | str
    source: tuple[str, str, str] | None = None
    formula: str | None = None
    style: str = "text"
    named: date | None = None


@dataclass(frozen=True)
class Column:
    """A column of a sheet; its width in characters."""

    heading: str
    width: float


def drawn(connection: duckdb.DuckDBPyConnection, situation: Situation) -> tuple[bytes, Figures]:
    """The workbook, and the figures in it by sheet and cell."""
    with _book() as (target, book):
        drawing = _Drawing(book, situation)
        drawing.units()
        drawing.districts()
        drawing.targets(progress.targets(connection, situation))
        drawing.tasks(connection)
        drawing.to_remind()
    return target.getvalue(), drawing.figures


def drawn_of_district(
    situation: Situation, head: Owed, results: Iterable[progress.TargetResult]
) -> tuple[bytes, Figures]:
    """The same of one district and its communes, with its own of these results; tasks are told of the province."""
    with _book() as (target, book):
        drawing = _Drawing(book, replace(situation, owed=situation.below(head)), head.full_name_vi)
        drawing.units()
        drawing.districts()
        drawing.targets([one for one in results if one.unit_key == head.unit_key])
        drawing.to_remind()
    return target.getvalue(), drawing.figures


@contextmanager
def _book() -> Iterator[tuple[io.BytesIO, Any]]:
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "default_format_properties": {"font_name": FONT, "font_size": SIZE}}
    with xlsxwriter.Workbook(target, options) as book:
        yield target, book


class _Drawing:
    def __init__(self, book: Any, situation: Situation, whose: str = "") -> None:
        self.figures = Figures()
        self._book, self._situation = book, situation
        self._whose = f"{whose}. " if whose else ""
        base: dict[str, Any] = {"font_name": FONT, "font_size": SIZE, "valign": "top", "text_wrap": True, "border": 1}
        number = {**base, "align": "right", "indent": 1}
        looks: dict[str, dict[str, Any]] = {
            "text": base,
            "centre": {**base, "align": "center"},
            "count": {**number, "num_format": "#,##0"},
            "days": {**base, "align": "center", "num_format": "#,##0"},
            "amount": {**number, "num_format": "#,##0.00"},
            "percent": {**number, "num_format": "0.00"},
            "day": {**base, "align": "center", "num_format": "dd/mm/yyyy"},
            "head": {**base, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#DDE6F0"},
        }
        looks |= {f"{name}_total": {**look, "bold": True} for name, look in looks.items()}
        self._formats = {name: book.add_format(look) for name, look in looks.items()}
        plain = {"font_name": FONT, "font_size": SIZE}
        self._title = book.add_format({**plain, "bold": True, "font_size": 14})
        self._marked = book.add_format({**plain, "bold": True, "font_color": "#C00000"})
        self._note = book.add_format({**plain, "italic": True})

    def units(self) -> None:
        table = self._situation.table
        columns = [
            Column("STT", 5),
            Column("Đơn vị", 34),
            Column("Cấp", 11),
            Column("Mốc tính trễ", 11),
            Column("Nhận lần đầu", 11),
            Column("Nhận lần cuối", 11),
            Column("Số ngày làm việc trễ", 9),
            Column("Tình trạng", 34),
            Column("Số lần trả lại", 8),
            Column("Mục đã trả lời", 8),
            Column("Mục phải trả lời", 8),
            Column("Tỷ lệ trả lời, %", 9),
        ]

        def line(number: int, row: int, one: Owed) -> list[Cell]:
            report = f"report_id = {quoted(one.report_id or '')}"
            back = f"event = 'returned' and {one.key} and cast(happened_at as date) <= '{self._situation.as_of}'"
            return [
                Cell(number, style="centre"),
                Cell(one.name),
                Cell(LEVELS_VI[one.level]),
                Cell(one.due_counted, (table, "due_counted", one.key), style="day"),
                Cell(one.first_received_on, (table, "first_received_on", one.key), style="day"),
                Cell(one.last_received_on, (table, "last_received_on", one.key), style="day"),
                Cell(one.days_late, (table, "days_late", one.key), style="days"),
                self._state(one),
                Cell(one.n_returned, ("core.fct_report_event", "count(*)", back), style="count"),
                *(
                    [
                        Cell(one.items_answered, ("core.fct_report", "items_answered", report), style="count"),
                        Cell(one.items_owed, ("core.fct_report", "items_owed", report), style="count"),
                        Cell(
                            Decimal(100) * (one.items_answered or 0) / one.items_owed,
                            formula=f"=100*J{row}/K{row}",
                            style="percent",
                        ),
                    ]
                    if one.items_owed
                    else [Cell(None)] * 3
                ),
            ]

        self._sheet(
            "01 Đơn vị", "Tình hình gửi báo cáo của từng đơn vị", columns, _numbered(self._situation.owed, line)
        )

    def districts(self) -> None:
        situation = self._situation
        columns = [
            Column("STT", 5),
            Column("Huyện", 26),
            Column("Báo cáo của huyện", 24),
            Column("Huyện trễ, ngày làm việc", 9),
            *(Column(heading, 10) for heading, _, _ in COUNTED),
            Column("Tỷ lệ nộp, %", 9),
            Column("Tỷ lệ đúng hạn, %", 9),
        ]
        heads = [one for one in situation.heads if one.level == "district"]
        below = {head.unit_key: situation.below(head)[1:] for head in heads}

        def line(number: int, row: int, head: Owed) -> list[Cell]:
            counts = [
                (
                    sum(bool(counts_in(one)) for one in below[head.unit_key]),
                    f"period = {quoted(situation.period)} and recipient_key = {quoted(head.unit_key)} and {which}",
                )
                for _, which, counts_in in COUNTED
            ]
            return [
                Cell(number, style="centre"),
                Cell(head.name),
                self._state(head),
                Cell(head.days_late, (situation.table, "days_late", head.key), style="days"),
                *(Cell(n, (situation.table, "count(*)", key), style="count") for n, key in counts),
                *_rates(row, [n for n, _ in counts]),
            ]

        def total(first: int, last: int) -> list[Cell]:
            row = last + 1
            sums = [
                sum(bool(counts_in(one)) for head in heads for one in below[head.unit_key])
                for _, _, counts_in in COUNTED
            ]
            return [
                Cell(""),
                Cell("Tổng"),
                Cell(""),
                Cell(""),
                *(
                    Cell(n, formula=f"=SUM({letter}{first}:{letter}{last})", style="count")
                    for letter, n in zip("EFGHIJKL", sums, strict=True)
                ),
                *_rates(row, sums),
            ]

        title = "Chấp hành chế độ báo cáo theo huyện"
        self._sheet("02 Huyện", title, columns, _numbered(heads, line), total if heads else None)

    def targets(self, results: Iterable[progress.TargetResult]) -> None:
        columns = [
            Column("Chỉ tiêu", 8),
            Column("Nội dung", 40),
            Column("Phạm vi", 22),
            Column("Đã đạt (tử số)", 12),
            Column("Phải thực hiện (mẫu số)", 12),
            Column("Đạt, %", 9),
            Column("Mức phải đạt", 9),
            Column("Đơn vị có số liệu (n)", 9),
            Column("Đơn vị phải báo cáo (N)", 9),
            Column("Trả lời không có số", 9),
            Column("Đánh giá", 26),
        ]
        named = {one.unit_key: one.full_name_vi for one in self._situation.owed}

        def line(_: int, row: int, one: progress.TargetResult) -> list[Cell]:
            where = "Toàn tỉnh" if one.unit_key is None else f"{named[one.unit_key]} và các xã"
            share = one.share
            return [
                Cell(one.target_id, style="centre"),
                Cell(one.title),
                Cell(where),
                _known(one.numerator),
                _known(one.denominator),
                Cell(share, formula=f"=100*D{row}/E{row}", style="percent") if share is not None else Cell(None),
                *(_known(part) for part in (one.target_value, one.n_reporting, one.n_owing, one.n_without_figures)),
                Cell(one.said),
            ]

        self._sheet("03 Chỉ tiêu", "Kết quả chỉ tiêu", columns, _numbered(results, line))

    def tasks(self, connection: duckdb.DuckDBPyConnection) -> None:
        counted = {
            "n_owing": "Đơn vị phải báo cáo (N)",
            "n_reporting": "Đã gửi báo cáo (n)",
            "n_answered": "Có trả lời",
            "n_done": "Đã hoàn thành",
            "n_done_with_evidence": "Trong đó có kiểm chứng",
            "n_in_progress": "Đang thực hiện",
            "n_not_started": "Chưa thực hiện",
            "n_nothing_arose": "Không phát sinh",
            "n_not_applicable": "Không áp dụng",
        }
        columns = [Column("Mã", 7), Column("Nhiệm vụ", 52), *(Column(heading, 11) for heading in counted.values())]
        found = progress.tasks(connection, self._situation)

        def line(_: int, __: int, one: progress.TaskProgress) -> list[Cell]:
            counts = (_known(one.counts[name]) for name in counted)
            return [Cell(one.task_id, style="centre"), Cell(one.title), *counts]

        self._sheet("04 Nhiệm vụ", "Tiến độ nhiệm vụ", columns, _numbered(found, line))

    def to_remind(self) -> None:
        situation = self._situation
        columns = [
            Column("STT", 5),
            Column("Đơn vị", 36),
            Column("Thuộc", 30),
            Column("Mốc tính trễ", 12),
            Column("Số ngày làm việc trễ", 10),
            Column("Nhóm", 26),
            Column("Tình trạng", 50),
        ]
        named = {one.unit_key: one.name for one in situation.owed if one.level == "district"}

        def line(number: int, _: int, one: Owed) -> list[Cell]:
            [band] = [title for low, high, title in BANDS if low <= one.days_late <= (high or one.days_late)]
            return [
                Cell(number, style="centre"),
                Cell(one.name),
                Cell(named.get(one.recipient_key or "", "")),
                Cell(one.due_counted, (situation.table, "due_counted", one.key), style="day"),
                Cell(one.days_late, (situation.table, "days_late", one.key), style="days"),
                Cell(band),
                self._state(one),
            ]

        title = "Đơn vị phải đôn đốc" if situation.late else "Không có đơn vị phải đôn đốc"
        self._sheet("05 Đôn đốc", title, columns, _numbered(situation.late, line))

    def _state(self, one: Owed) -> Cell:
        if one.said_on is None:
            return Cell(one.said)
        source = (self._situation.table, one.said_on, one.key)
        return Cell(one.said, source, named=getattr(one, one.said_on))

    def _sheet(self, name: str, title: str, columns: Sequence[Column], lines: Any, total: Any = None) -> None:
        """One table with its head; ``lines`` gives each row once it knows the number of its row in Excel."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P/&N")
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        situation = self._situation
        about = f"{self._whose}{situation.period_vi}. Chốt đến hết ngày {situation.as_of:%d/%m/%Y}."
        heads = [(title, self._title), (about, self._note)]
        if situation.is_simulated:
            heads.insert(0, (SIMULATED, self._marked))
        for row, (text, look) in enumerate(heads):
            sheet.write_string(row, 0, text, look)
        first = len(heads)
        headings = [(column.heading, column.width) for column in columns]
        sheet.set_row(first, height_of(headings))
        for index, column in enumerate(columns):
            sheet.write_string(first, index, column.heading, self._formats["head"])
        sheet.repeat_rows(first)
        sheet.freeze_panes(first + 1, 2)
        row = first + 1
        for make in lines:
            self._row(sheet, name, row, make(row + 1), columns)
            row += 1
        if total is not None:
            self._row(sheet, name, row, total(first + 2, row), columns, "_total")

    def _row(
        self, sheet: Any, name: str, row: int, cells: Sequence[Cell], columns: Sequence[Column], look: str = ""
    ) -> None:
        texts = [(one.value, column.width) for one, column in zip(cells, columns, strict=True)]
        sheet.set_row(row, height_of((text, width) for text, width in texts if isinstance(text, str)))
        for index, cell in enumerate(cells):
            style = self._formats[f"{cell.style}{look}"]
            if cell.source is not None:
                self.figures.say(f"{name}!{_letter(index)}{row + 1}", _value(cell), *cell.source)
            if cell.formula is not None:
                sheet.write_formula(row, index, cell.formula, style, float(cell.value))  # type: ignore[arg-type]
            elif cell.value is None:
                sheet.write_blank(row, index, None, style)
            elif isinstance(cell.value, str):
                sheet.write_string(row, index, cell.value, style)
            elif isinstance(cell.value, date):
                sheet.write_datetime(row, index, cell.value, style)
            else:
                sheet.write_number(row, index, float(cell.value), style)


def _numbered(things: Iterable[Any], line: Any) -> Iterable[Any]:
    """For each thing what makes its cells once the row is known; things are numbered from 1."""
    return [lambda row, n=n, one=one: line(n, row, one) for n, one in enumerate(things, start=1)]


def _rates(row: int, counts: list[int]) -> list[Cell]:
    """Reporting rate and rate on time of a row of districts, of what is expected in its column E."""
    expected, actual, on_time = counts[:3]
    if not expected:
        return [Cell(None), Cell(None)]
    return [
        Cell(Decimal(100) * n / expected, formula=f"=100*{letter}{row}/E{row}", style="percent")
        for letter, n in (("F", actual), ("G", on_time))
    ]


def _known(part: progress.Known | None) -> Cell:
    """A figure with decimals only where it has some."""
    if part is None:
        return Cell(None)
    is_whole = part.value is None or part.value == int(part.value)  # type: ignore[arg-type]
    return Cell(part.value, part[1:], style="count" if is_whole else "amount")


def _letter(column: int) -> str:
    return "ABCDEFGHIJKLMNOP"[column]


def _value(cell: Cell) -> Value:
    return cell.named if isinstance(cell.value, str) else cell.value
