"""The tracking workbook so-theo-doi.xlsx: the registers as people read them, with room for new lines.

Belongs here: its sheets, and what was typed into them as new lines of events.csv. Does not belong here: what a line
must hold, see registry.py and filing.py.

The csv files stay what is stored. A workbook is a copy of a moment: lines of the register stand in it locked, new ones
are typed below them, and it may be taken in more than once. A report enters by its file alone, so the sheet of reports
received only shows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.finding import Finding
from pipelines.plan.obligations import Duties
from pipelines.plan.units import LEVELS_VI, Unit
from pipelines.reports import filing, registry
from pipelines.reports.drawing import FONT, PAGE_WIDTH, SIZE, WORKBOOK, height_of
from pipelines.reports.landed import Landed
from pipelines.reports.refusals import unreadable
from pipelines.reports.registry import Event, Receipt
from pipelines.reports.typed import moment_of, text_of
from pipelines.reports.wording import Language, Words, period_name, shown, spelt, twin
from pipelines.workbooks.cells import Book, Formula, Sheet, Unreadable, Value, column_letter, is_blank

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FILE_NAME = "so-theo-doi.xlsx"
HIDDEN, KIND = "_papi", "so-theo-doi"
EVENTS, RECEIPTS, LISTS, GUIDE = "Theo dõi", "Đã nhận", "Danh mục", "Hướng dẫn"
ROOM = 300  # lines for new events
LOOKED_AT = 20  # rows in which the headings are looked for
FIRST_DAY = datetime(1899, 12, 30)  # from which a spreadsheet counts days
UNIT, PERIOD = Words(vi="Đơn vị", en="Unit"), Words(vi="Kỳ báo cáo", en="Period")
# By column of the csv file: its heading and its width, PAGE_WIDTH in all. The first says which line it is.
HEADINGS: dict[str, dict[str, tuple[Words, float]]] = {
    EVENTS: {
        "row": (Words(vi="Dòng", en="Line"), 6),
        "at": (Words(vi="Ngày giờ", en="When"), 16),
        "period": (PERIOD, 20),
        "unit_key": (UNIT, 34),
        "event": (Words(vi="Việc", en="Event"), 11),
        "decision_no": (Words(vi="Số quyết định", en="Decision"), 14),
        "reason": (Words(vi="Lý do", en="Reason"), 25),
        "by": (Words(vi="Người thực hiện", en="By"), 14),
    },
    RECEIPTS: {
        "path": (Words(vi="Nơi lưu", en="Kept as"), 34),
        "received_at": (Words(vi="Nhận lúc", en="Received"), 16),
        "received_source": (Words(vi="Căn cứ", en="Known by"), 19),
        "period": (PERIOD, 20),
        "unit_key": (UNIT, 34),
        "original_name": (Words(vi="Tên tệp đã gửi", en="File"), 17),
    },
}
TIMES = ("at", "received_at")
TITLES = {
    EVENTS: twin("SỔ THEO DÕI XỬ LÝ BÁO CÁO", "REGISTER OF WHAT WAS DONE WITH REPORTS"),
    RECEIPTS: twin("SỔ BÁO CÁO ĐÃ NHẬN (chỉ để xem)", "REPORTS RECEIVED (to look at)"),
}
LINES = (
    twin("CÁCH DÙNG", "HOW TO USE IT"),
    twin(
        "1. Trang “Theo dõi”: ghi việc mới vào dòng nền vàng, cột “Dòng” để trống; dòng đã có trong sổ bị khóa.",
        "1. Sheet “Theo dõi”: new lines go into the yellow rows, “Dòng” stays blank. Lines of the register are locked.",
    ),
    twin(
        "2. Kỳ, đơn vị và việc chọn trong danh sách của ô. Ngày gõ theo ngày/tháng/năm giờ:phút, ví dụ 24/06/2021 "
        "14:00; không ghi giờ thì tính đến hết ngày.",
        "2. Period, unit and event are chosen from lists. Type day/month/year hour:minute, such as 24/06/2021 14:00; a "
        "day alone is its end.",
    ),
    twin(
        "3. Trả lại phải có lý do; miễn phải có số quyết định.",
        "3. A return needs a reason, a waiver the number of a decision.",
    ),
    twin(
        "4. Lưu tệp, rồi đưa vào sổ bằng `papi report register --in`. Có một ô sai thì chưa dòng nào được ghi; dòng đã "
        "đưa vào rồi thì không ghi lần nữa.",
        "4. Save, then `papi report register --in`. One wrong cell, and no line is written; what is there is not "
        "written again.",
    ),
    twin(
        "5. Báo cáo mới đến thì nhận bằng `papi report add`; trang “Đã nhận” chỉ để xem.",
        "5. A report that comes is filed by `papi report add`; the sheet “Đã nhận” only shows.",
    ),
)
DRAW_AGAIN = twin(
    "Trả lại nội dung cũ, hoặc xuất sổ mới bằng `papi report register --out` rồi ghi lại dòng mới.",
    "Put it back, or draw the workbook again and type the new lines there.",
)


@dataclass(frozen=True)
class Registers:
    """Both registers as they are stored, with the plan they are about."""

    duties: Duties
    receipts: list[Receipt]
    events: list[Event]

    def lines(self, sheet: str) -> dict[str, dict[str, str]]:
        """The lines of a sheet by the mark of each: its place in events.csv, or where the report is kept."""
        if sheet == EVENTS:
            known = sorted(self.events, key=lambda event: event.row)
            return {str(e.row): {**registry.line_of(e), "row": str(e.row)} for e in known}
        return {
            r.path: {name: str(getattr(r, name)) for name in HEADINGS[RECEIPTS]}
            | {"received_at": f"{r.received_at:%Y-%m-%dT%H:%M}"}
            for r in self.receipts
        }

    @property
    def units(self) -> list[Unit]:
        """Every unit that owes something, in order of level and code, as it was last."""
        owing = {o.unit.unit_key: o.unit for o in self.duties.obligations if o.not_applicable_reason is None}
        levels = list(LEVELS_VI)
        return sorted(owing.values(), key=lambda unit: (levels.index(unit.level), unit.code, unit.unit_key))

    @property
    def periods(self) -> list[str]:
        return list(dict.fromkeys(o.period for o in self.duties.obligations if o.not_applicable_reason is None))


# --- drawing -------------------------------------------------------------------------------------------------------


def draw(registers: Registers, language: Language = "vi") -> bytes:
    """The workbook: lines as they are stored, and room for new ones with lists to choose from."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **WORKBOOK}) as book:
        first = min((plan.head.issued_from for plan in registers.duties.plans.values()), default=date(2021, 1, 1))
        book.set_properties({"created": datetime(first.year, 1, 1)})  # the same lines make the same bytes
        _Drawing(book, registers, language, first).draw()
    return target.getvalue()


@dataclass
class _Drawing:
    book: Any
    registers: Registers
    language: Language
    first: date
    formats: dict[str, Format] = field(default_factory=dict)

    def draw(self) -> None:
        base = {"text_wrap": True, "valign": "top", "font_name": FONT, "font_size": SIZE}
        typed, time = {"border": 1, "locked": False, "bg_color": "#FFF9DB"}, {"num_format": "dd/mm/yyyy hh:mm"}
        styles: dict[str, dict[str, Any]] = {
            "text": {},
            "title": {"bold": True, "font_size": 14, "text_wrap": False},
            "head": {"bold": True, "bg_color": "#DDE6F0", "border": 1, "align": "center"},
            "cell": {"border": 1},
            "time": {"border": 1, "align": "left", **time},
            "input": {**typed, "num_format": "@"},
            "time_input": {**typed, "align": "left", **time},
        }
        self.formats = {name: self.book.add_format({**base, **looks}) for name, looks in styles.items()}
        sheets = {name: self._table(name) for name in (EVENTS, RECEIPTS)}
        self._room(*sheets[EVENTS], self._lists())
        self._guide()
        self._hidden()

    def _sheet(self, name: str, widths: Sequence[float]) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(name)
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.6, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f'&R&"{FONT}"&10&P/&N')
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def _table(self, name: str) -> tuple[Worksheet, int]:
        """A register as it is stored; returns the first free row."""
        headings = HEADINGS[name]
        widths = [width for _, width in headings.values()]
        sheet = self._sheet(name, widths)
        sheet.write_string(0, 0, shown(TITLES[name], self.language), self.formats["title"])
        sheet.set_row(0, 22)
        said = [words.said(self.language) for words, _ in headings.values()]
        for at, text in enumerate(said):
            sheet.write_string(1, at, text, self.formats["head"])
        sheet.set_row(1, height_of((text, width * 0.9) for text, width in zip(said, widths, strict=True)))
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        row = 1
        for row, line in enumerate(self.registers.lines(name).values(), start=2):
            texts = []
            for at, column in enumerate(headings):
                moment = moment_of(line[column]) if column in TIMES else None
                texts.append(_as_people_say(self.registers.duties, column, line[column], self.language))
                if moment is not None:
                    sheet.write_datetime(row, at, moment, self.formats["time"])
                else:
                    sheet.write_string(row, at, texts[-1], self.formats["cell"])
            sheet.set_row(row, height_of(zip(texts, widths, strict=True)))
        return sheet, row + 1

    def _lists(self) -> tuple[str, str]:
        """The sheet of units and periods; returns where each list stands."""
        units = [unit_label(unit) for unit in self.registers.units]
        periods = [period_name(period).said(self.language) for period in self.registers.periods]
        sheet = self._sheet(LISTS, (70, 44))
        for column, (words, names) in enumerate(((UNIT, units), (PERIOD, periods))):
            sheet.write_string(0, column, words.said(self.language), self.formats["head"])
            for row, name in enumerate(names, start=1):
                sheet.write_string(row, column, name, self.formats["text"])
        return f"='{LISTS}'!$A$2:$A${len(units) + 1}", f"='{LISTS}'!$B$2:$B${len(periods) + 1}"

    def _room(self, sheet: Worksheet, first: int, lists: tuple[str, str]) -> None:
        """Rows for new lines, with lists and the form of a day."""
        columns, last = list(HEADINGS[EVENTS]), first + ROOM - 1
        for row in range(first, last + 1):
            for at, column in enumerate(columns):
                style = "cell" if column == "row" else "time_input" if column in TIMES else "input"
                sheet.write_blank(row, at, None, self.formats[style])
        chosen = {"unit_key": lists[0], "period": lists[1], "event": [*registry.EVENT_WORDS.values()]}
        said = shown(twin("Chọn trong danh sách.", "Choose from the list."), self.language)
        for column, source in chosen.items():
            at = columns.index(column)
            sheet.data_validation(first, at, last, at, {"validate": "list", "source": source, "error_message": said})
        at = columns.index("at")
        said = shown(twin("Gõ ngày giờ, ví dụ 24/06/2021 14:00", "Type such as 24/06/2021 14:00"), self.language)
        sheet.data_validation(
            first, at, last, at,
            {"validate": "date", "criteria": ">=", "value": self.first, "error_type": "warning",
             "error_message": said},
        )  # fmt: skip

    def _guide(self) -> None:
        sheet = self._sheet(GUIDE, (PAGE_WIDTH,))
        for row, line in enumerate(LINES):
            text = shown(line, self.language)
            sheet.write_string(row, 0, text, self.formats["text"])
            sheet.set_row(row, height_of([(text, PAGE_WIDTH)]))

    def _hidden(self) -> None:
        """What was drawn, so that a line that is gone is missed."""
        sheet: Worksheet = self.book.add_worksheet(HIDDEN)
        sheet.protect("")
        sheet.hide()
        sheet.write_string(0, 0, KIND)
        marks = [(name, mark) for name in (EVENTS, RECEIPTS) for mark in self.registers.lines(name)]
        for row, pair in enumerate(marks, start=1):
            for column, text in enumerate(pair):
                sheet.write_string(row, column, text)


def unit_label(unit: Unit) -> str:
    """A unit by its name, with its key: communes of two districts have one name."""
    return f"{unit.official_name_vi} ({unit.unit_key})"


def _as_people_say(duties: Duties, column: str, text: str, language: Language) -> str:
    """A cell of a csv file as the workbook shows it."""
    if column == "unit_key":
        unit = next((u for u in reversed(duties.units.all) if u.unit_key == text), None)
        return unit_label(unit) if unit else text
    if column == "period" and re.fullmatch(r"\d{4}-\w+", text):
        return period_name(text).said(language)
    return registry.EVENT_WORDS[text] if column == "event" else text


# --- reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """New lines of a workbook; ``n_there`` of those typed are in the register already. None of them with findings."""

    events: list[Event]
    n_there: int
    findings: list[Finding]


def read(content: bytes, name: str, registers: Registers, landed: list[Landed]) -> Typed:
    """The new lines of a workbook. ``landed`` are the reports that came. Never raises for bad input.

    A line of the register that was changed or taken out is a finding: it was done, and what is wrong with it is
    answered by a new line.
    """
    try:
        book = Book(content, name, as_typed=True)
        if HIDDEN not in book.sheet_names or not (drawn := book.read(HIDDEN).rows) or drawn[0] != [KIND]:
            found = "tệp này không phải sổ theo dõi, hoặc trang tính ẩn đã bị xóa"
            expected = twin(f"{FILE_NAME} do `papi report register --out` tạo", f"{FILE_NAME} as it was drawn")
            return Typed([], 0, [Finding("tracking_whole", name, found, expected, DRAW_AGAIN)])
        reading = _Reading(name, registers, landed)
        for tab in HEADINGS:
            reading.read(tab, book, [text_of(row[1]) for row in drawn[1:] if row[0] == tab])
    except Unreadable as error:
        return Typed([], 0, [unreadable(error.finding, content)])
    return Typed([] if reading.findings else reading.events, reading.n_there, reading.findings)


class _Reading:
    """One workbook while it is read."""

    def __init__(self, name: str, registers: Registers, landed: list[Landed]) -> None:
        self.name, self.registers, self.landed = name, registers, landed
        self.findings: list[Finding] = []
        self.events: list[Event] = []
        self.n_there = 0
        self._there = [_told(line) for line in registers.lines(EVENTS).values()]

    def read(self, tab: str, book: Book, drawn: list[str]) -> None:
        found = next((name for name in book.sheet_names if spelt(name) == spelt(tab)), None)
        sheet = book.read(found) if found else Sheet(tab, [])
        top, columns = _headings_in(sheet, tab)
        if not columns:
            words = ", ".join(words.vi for words, _ in HEADINGS[tab].values())
            expected = twin(f"trang tính “{tab}” có hàng tiêu đề: {words}", f"the sheet “{tab}” with its headings")
            self._say(tab, None, "thiếu trang tính hoặc một tiêu đề", expected, DRAW_AGAIN)
            return
        stored, left = self.registers.lines(tab), dict.fromkeys(drawn)
        mark_column = next(iter(HEADINGS[tab]))
        for number, row in enumerate(sheet.rows[top + 1 :], start=top + 2):
            cells = {column: row[at] if at < len(row) else None for column, at in columns.items()}
            places = {column: f"{column_letter(at)}{number}" for column, at in columns.items()}
            if all(is_blank(value) for value in cells.values()):
                continue
            mark = text_of(cells[mark_column])
            if mark in left:
                del left[mark]
                self._compare(tab, cells, places, stored.get(mark, {}))
            elif mark or tab == RECEIPTS:
                expected = twin("ô trống ở dòng mới", "a blank in a new line")
                self._say(tab, places[mark_column], f"“{mark or 'dòng mới'}”", expected, DRAW_AGAIN)
            else:
                self._add(cells, places)
        for mark in left:
            self._say(tab, None, f"dòng {mark} không còn", twin("mọi dòng đã có trong sổ", "every line"), DRAW_AGAIN)

    def _compare(
        self, tab: str, cells: Mapping[str, Value], places: Mapping[str, str], stored: Mapping[str, str]
    ) -> None:
        """A line that is in the register says what the register says."""
        for column, value in cells.items():
            now = stored.get(column, "")
            if _same(column, self._meant(column, value, cells)) != _same(column, now):
                now_said = _as_people_say(self.registers.duties, column, now, "vi") or registry.BLANK
                expected = twin(f"{now_said}, như trong sổ", f"{now or 'a blank'}, as in the register")
                self._say(tab, places[column], f"“{text_of(value)}”", expected, DRAW_AGAIN)

    def _add(self, cells: Mapping[str, Value], places: Mapping[str, str]) -> None:
        for column, value in cells.items():
            if isinstance(value, Formula):
                expected = twin("chữ, số hoặc ngày gõ vào ô", "what is typed, no formula")
                remedy = twin("Gõ nội dung vào ô, không dùng công thức.", "Type the result of the formula.")
                self._say(EVENTS, places[column], f"công thức {value}", expected, remedy)
                return
        line = {column: self._meant(column, value, cells) for column, value in cells.items() if column != "row"}
        if _told(line) in self._there:
            self.n_there += 1
            return
        self._there.append(_told(line))
        event, problems = filing.problems_of(
            self.landed, self.registers.duties, {**line, "file": ""}, [*self.registers.events, *self.events]
        )
        for one in problems:
            self._say(EVENTS, places[one.column], one.found, one.expected, one.remedy)
        self.events += [event] if event is not None else []

    def _meant(self, column: str, value: Value, cells: Mapping[str, Value]) -> str:
        """What a cell says, as the csv file has it."""
        text = text_of(value)
        if column in TIMES:
            return _time_of(value)
        if column == "period":
            return next((p for p in self.registers.periods if spelt(text) in period_name(p).spellings), text)
        if column == "event":
            return registry.word_of(text) or text
        if column == "unit_key":
            keyed = re.search(r"\(([^()]+)\)$", text)
            if keyed:
                return keyed[1]
            owed = self.registers.duties.named(text, self._meant("period", cells.get("period"), {}))
            return owed.unit.unit_key if owed else text
        return text

    def _say(self, tab: str, cell: str | None, found: str, expected: str, remedy: str) -> None:
        self.findings.append(Finding("tracking_line", self.name, found, expected, remedy, sheet=tab, cell=cell))


def _headings_in(sheet: Sheet, tab: str) -> tuple[int, dict[str, int]]:
    """The row of the headings and the place of each column; no columns where one heading is missing."""
    for number, row in enumerate(sheet.rows[:LOOKED_AT]):
        said = {spelt(text_of(value)): at for at, value in reversed(list(enumerate(row)))}
        places = {
            column: next((said[one] for one in words.spellings if one in said), None)
            for column, (words, _) in HEADINGS[tab].items()
        }
        columns = {column: at for column, at in places.items() if at is not None}
        if len(columns) == len(places):
            return number, columns
    return 0, {}


def _time_of(value: Value) -> str:
    """A time of a cell as text; midnight is a day without an hour, and the number of a day is one."""
    if isinstance(value, float):
        at = FIRST_DAY + timedelta(minutes=round(value * 1440)) if 40_000 <= value < 60_000 else None
        return f"{at:%Y-%m-%d %H:%M}".removesuffix(" 00:00") if at else text_of(value)
    return "" if value is None else re.sub(r"\.\d+$", "", str(value)).removesuffix(" 00:00:00")


def _same(column: str, text: str) -> object:
    """What two spellings of a cell are compared by."""
    if column in TIMES:
        at = moment_of(text)
        return at.replace(second=0) if at else text
    return " ".join(text.split())


def _told(line: Mapping[str, str]) -> list[object]:
    """What makes an event the same as another, of whichever version."""
    return [_same(column, line[column]) for column in registry.EVENT_COLUMNS if column != "file"]
