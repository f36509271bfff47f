"""A form as it comes back: cells to answers, or findings that the sender understands.

Belongs here: finding the answers, and what a cell may hold. Does not belong here: whether the unit owes them, which
answers.py judges; files that are no form, see refusals.py. A sheet is known by its headings and a column by its own, so
a tab may be renamed, rows and columns inserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pipelines.finding import Finding
from pipelines.reports import form
from pipelines.reports.located import Table, at, beside_labels, label_of, tables_in
from pipelines.reports.refusals import not_a_form, too_large, unreadable
from pipelines.reports.typed import (
    day_of,
    example,
    expected_day,
    nearest_word,
    no_number,
    old_font_of,
    printed,
    text_of,
)
from pipelines.reports.wording import Words, spelt, twin
from pipelines.spelling import plain
from pipelines.workbooks.cells import Book, Formula, Sheet, Unreadable, Value, is_blank

MAX_FORM_BYTES = 2 * 1024 * 1024
MAX_FIGURE = 10_000_000  # there are two million people in the province
Word = TypeVar("Word", bound=str)


def read_report(content: bytes, name: str, original_name: str | None = None) -> form.ReadReport:
    """Read one form. Never raises for bad input: what is wrong comes back as findings, all of it at once.

    ``original_name`` is how its sender calls the file, where it is not kept under that name.
    """
    if len(content) > MAX_FORM_BYTES:
        return _refused(too_large(len(content), MAX_FORM_BYTES, name))
    try:
        book = Book(content, name, as_typed=True)
        if book.kind != "xlsx" or form.HIDDEN not in book.sheet_names:
            return _refused(not_a_form(content, name, book.kind, original_name or name))
        return _Form(book, name).read()
    except Unreadable as error:
        return _refused(unreadable(error.finding, content))


def _refused(finding: Finding) -> form.ReadReport:
    return form.ReadReport(identity=None, report=None, findings=[finding])


class _Form:
    """One form while it is read."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name
        self.findings: list[Finding] = []
        self.remarks: list[Finding] = []
        self.sheets: dict[str, Sheet] = {}
        self.tables: dict[str, Table] = {}
        self.old_fonts: list[tuple[str, str, str]] = []

    def read(self) -> form.ReadReport:
        identity = self._identity()
        report = None
        if identity is not None:
            self._read_sheets()
            if identity.period.endswith("PLAN"):
                tabs = self._unit_plan_tabs()
            else:
                self._find_tables()
                tabs = {kind: table.tab for kind, table in self.tables.items()}
            fields = self._fields(tabs.get(form.UNIT_PLAN) or tabs.get(form.TASKS))
            report = form.Report(
                tasks=self._tasks(), targets=self._targets(), communes=self._communes(), tabs=tabs, **fields
            )
            self._say_old_fonts()
        return form.ReadReport(identity=identity, report=report, findings=self.findings, remarks=self.remarks)

    def _say(self, rule: str, sheet: str, cell: str | None, found: str, expected: str, remedy: str) -> None:
        self.findings.append(Finding(rule, self.name, found, expected, remedy, sheet=sheet, cell=cell))

    def _is_said(self, sheet: str, *cells: str) -> bool:
        """Whether something is said of one of these cells already: one slip is one finding."""
        return any(one.sheet == sheet and one.cell in cells for one in self.findings)

    def _identity(self) -> form.Identity | None:
        hidden = self.book.read(form.HIDDEN)
        said = {
            str(row[0]): "" if is_blank(row[1]) else text_of(row[1]) for row in hidden.rows if len(row) > 1 and row[0]
        }
        remedy = twin(
            "Dùng lại biểu mẫu gốc của chính đơn vị cho kỳ này.", "Use the original form of the unit for this period."
        )
        if set(said) != set(form.Identity.model_fields):
            self._say(
                "form_whole", form.HIDDEN_SAID, None, "trang tính ẩn đã bị sửa hoặc xóa nội dung",
                twin("trang tính ẩn còn nguyên như khi biểu mẫu được gửi đi", "the hidden sheet as it was sent out"),
                remedy,
            )  # fmt: skip
            return None
        identity = form.Identity.model_validate({**said, "simulated": said["simulated"] == "yes"})
        if identity.form_version not in form.KNOWN_VERSIONS or not identity.is_whole():
            self._say(
                "form_whole", form.HIDDEN_SAID, None, "thông tin ẩn về đơn vị hoặc kỳ báo cáo đã bị thay đổi",
                twin("biểu mẫu còn nguyên như khi được gửi đi", "a form as it was sent out"), remedy,
            )  # fmt: skip
        return identity

    # --- sheets ----------------------------------------------------------------------------------------------------

    def _read_sheets(self) -> None:
        """Every sheet but the hidden one; one that cannot be read matters where it bears a name of the form."""
        for tab in self.book.sheet_names:
            if tab == form.HIDDEN:
                continue
            try:
                self.sheets[tab] = self.book.read(tab)
            except Unreadable as error:
                if plain(tab) in {plain(kind) for kind in form.SHEETS}:
                    self.findings.append(unreadable(error.finding, b""))

    def _find_tables(self) -> None:
        """Which sheet holds which table, by headings; where some are changed, the name of the sheet helps."""
        found: dict[str, list[Table]] = {}
        for tab, sheet in self.sheets.items():
            best = max(
                ((len(table.columns), plain(tab) == plain(kind), kind, table) for kind, table in tables_in(tab, sheet)),
                key=lambda one: one[:2],
                default=None,
            )
            if best is not None:
                found.setdefault(best[2], []).append(best[3])
        for kind, tables in found.items():
            if len(tables) > 1:
                said = ", ".join(f"“{table.tab}”" for table in tables)
                self._say(
                    "sheet_once", tables[1].tab, None, f"{len(tables)} trang tính có cùng một bảng: {said}",
                    twin(f"một trang tính “{kind}”", f"one sheet “{kind}”"),
                    twin("Xóa bản sao, chỉ giữ trang tính đã điền.", "Delete the copy, keep the one filled in."),
                )  # fmt: skip
                continue
            [table] = tables
            self.tables[kind] = table
            missing = [heading for heading in form.READ[kind] if heading not in table.columns]
            for heading in missing:
                column = form.HEADINGS[kind].index(heading)
                held = text_of(at(table.sheet, table.row, column))
                is_free = column not in table.columns.values()
                where = Table.sheet_cell(table.row, column) if is_free else None
                self._say(
                    "headings", table.tab, where, f"“{held}”" if is_free and held else "thiếu một cột",
                    twin(f"tiêu đề cột “{heading.vi}”", f"the heading “{heading.en}”"),
                    twin("Giữ nguyên hàng tiêu đề của biểu mẫu.", "Leave the row of headings as it was."),
                )  # fmt: skip
            if missing:
                del self.tables[kind]
        for kind in form.HEADINGS:
            named = next((tab for tab in self.sheets if plain(tab) == plain(kind)), None)
            if kind not in found and named is not None and named not in {t.tab for ts in found.values() for t in ts}:
                self._say(
                    "headings", named, None, "không thấy hàng tiêu đề của bảng",
                    twin("hàng tiêu đề như trong biểu mẫu gốc", "the row of headings as in the original form"),
                    twin("Giữ nguyên hàng tiêu đề của biểu mẫu.", "Leave the row of headings as it was."),
                )  # fmt: skip

    def _unit_plan_tabs(self) -> dict[str, str]:
        for tab, sheet in self.sheets.items():
            labels = {label for row in sheet.rows for value in row if (label := label_of(value)) is not None}
            if {form.DOCUMENT_NUMBER, form.SIGNED_ON} <= labels:
                return {form.UNIT_PLAN: tab}
        return {}

    def _rows(self, kind: str) -> Iterable[tuple[Table, int]]:
        """Rows of a table that bear a code; one that holds an answer without a code is a fault."""
        table = self.tables.get(kind)
        if table is None:
            return
        for row in table.below():
            if not is_blank(table.value(row, form.CODE)):
                yield table, row
                continue
            lost = [c for c in form.READ[kind][1:] if not is_blank(table.value(row, c))]
            if lost:
                self._say(
                    "code_given", table.tab, table.cell(row, form.CODE),
                    f"ô mã trống, nhưng dòng {row + 1} có nội dung",
                    twin("mã như trong biểu mẫu gốc, mỗi dòng một mã", "the code as in the original form, one a row"),
                    twin(
                        "Bỏ gộp ô, gõ lại mã; việc ngoài kế hoạch thì ghi vào một dòng đã có mã.",
                        "Split merged cells and type the code again; other work belongs into a row that has a code.",
                    ),
                )  # fmt: skip
        self._outside(kind, table)

    def _outside(self, kind: str, table: Table) -> None:
        """A remark where somebody wrote beside the table or in a column of their own, which is not read."""
        beside = table.outside(form.HEADINGS[kind])
        if beside:
            self.remarks.append(
                Finding(
                    "inside_the_table", self.name, f"có nội dung ngoài bảng ở {', '.join(beside[:3])}",
                    twin("nội dung trong các cột của bảng; ngoài bảng không được đọc",
                         "everything in the columns of the table; what is beside it is not read"),
                    twin("Chuyển vào cột phù hợp của bảng.", "Move it into a column of the table."),
                    sheet=table.tab, cell=beside[0],
                )
            )  # fmt: skip

    # --- cells -----------------------------------------------------------------------------------------------------

    def _word(self, tab: str, cell: str, value: Value, words: dict[Word, Words]) -> Word | None:
        """One of the words of a list, in Vietnamese, English or both; None for a blank."""
        if is_blank(value):
            return None
        said = spelt(text_of(value))
        for word, shown in words.items():
            if said in shown.spellings:
                return word
        if self._is_old_font(tab, cell, value):
            return None
        near = nearest_word(text_of(value), [shown.vi for shown in words.values()])
        self._say(
            "answer_known", tab, cell, f"“{text_of(value)}”",
            twin("; ".join(w.vi for w in words.values()), "; ".join(w.en for w in words.values())),
            twin(f"Chọn trong danh sách của ô, ví dụ: {near}", f"Choose from the list of the cell, such as: {near}"),
        )  # fmt: skip
        return None

    def _number(self, tab: str, cell: str, value: Value, beside: str | None = None) -> Decimal | None:
        if is_blank(value):
            return None
        if isinstance(value, Formula):
            self._say(
                "number", tab, cell, f"công thức {value}", twin("một số gõ vào ô", "a number typed into the cell"),
                twin("Gõ kết quả của công thức vào ô, ví dụ: 95", "Type the result of the formula, such as: 95"),
            )  # fmt: skip
            return None
        if isinstance(value, str):
            if re.fullmatch(r"\d{1,12}(,\d{1,2})?", value):  # one reading only, whatever the format of the cell
                value = float(value.replace(",", "."))
            else:
                self._not_a_number(tab, cell, value)
                return None
        number = Decimal(repr(value))
        if cell in self.book.percentages(tab):
            if beside is None or not self._is_said(tab, beside):  # both figures of a share are one slip
                self._say(
                    "not_a_percentage", tab, cell, f"{printed(number * 100)}%",
                    twin("một số đếm, không phải tỷ lệ phần trăm", "a count, not a percentage"),
                    twin("Gõ số đã đạt và tổng số phải thực hiện; tỷ lệ được tính sẵn. Ví dụ: 190 và 200",
                         "Type both counts; the share is computed. Example: 190 and 200"),
                )  # fmt: skip
        elif number < 0:
            self._say(
                "not_negative", tab, cell, printed(number), twin("một số từ 0 trở lên", "a number from 0 up"),
                example(printed(-number)),
            )  # fmt: skip
        elif number > MAX_FIGURE:
            self._say(
                "not_too_large", tab, cell, printed(number),
                twin(f"một số không quá {MAX_FIGURE // 1_000_000} triệu", f"a number of {MAX_FIGURE} at most"),
                twin("Kiểm tra lại các chữ số. Ví dụ: 1250", "Look at the digits again. Example: 1250"),
            )  # fmt: skip
        return number

    def _not_a_number(self, tab: str, cell: str, value: str) -> None:
        found, remedy = no_number(text_of(value))
        self._say("number", tab, cell, found, twin("một số gõ vào ô", "a number typed into the cell"), remedy)

    def _words_of(self, tab: str, cell: str, value: Value) -> str | None:
        """A text, or None where nothing is said: a blank, a dash, dots."""
        text = text_of(value)
        if not re.search(r"\w", text):
            return None
        self._is_old_font(tab, cell, value)
        return text

    def _is_old_font(self, tab: str, cell: str, value: Value) -> bool:
        """Whether a text is of a font from before Unicode; all such cells are told at once."""
        font = old_font_of(text_of(value))
        if font is not None:
            self.old_fonts.append((tab, cell, font))
        return font is not None

    def _say_old_fonts(self) -> None:
        if not self.old_fonts:
            return
        tab, cell, font = self.old_fonts[0]
        more = f", và {len(self.old_fonts) - 1} ô khác" if len(self.old_fonts) > 1 else ""
        self._say(
            "unicode", tab, cell, f"chữ gõ bằng phông cũ {font}{more}",
            twin("chữ Việt Unicode (Times New Roman, Arial)", "Vietnamese in Unicode (Times New Roman, Arial)"),
            twin("Đặt bộ gõ (UniKey) ở bảng mã Unicode rồi gõ lại các ô này. Ví dụ: Đã hoàn thành",
                 "Set the keyboard (UniKey) to Unicode and type these cells again. Example: Đã hoàn thành"),
        )  # fmt: skip

    def _day(self, tab: str, cell: str, value: Value) -> date | None:
        if is_blank(value):
            return None
        day = day_of(value)
        if day is None:
            self._say("date", tab, cell, f"“{text_of(value)}”", expected_day(text_of(value)), example("18/06/2021"))
        return day

    # --- parts -----------------------------------------------------------------------------------------------------

    def _tasks(self) -> list[form.TaskAnswer]:
        return [
            form.TaskAnswer(
                task_id=text_of(table.value(row, form.CODE)),
                answer=self._word(
                    table.tab, table.cell(row, form.PROGRESS), table.value(row, form.PROGRESS), form.TASK_ANSWERS
                ),
                **{
                    part: self._words_of(table.tab, table.cell(row, column), table.value(row, column))
                    for part, column in form.TASK_TEXTS.items()
                },
                cell=table.cell(row, form.PROGRESS),
                places={part: table.cell(row, column) for part, column in form.TASK_TEXTS.items()},
            )
            for table, row in self._rows(form.TASKS)
        ]

    def _targets(self) -> list[form.TargetAnswer]:
        answers = []
        for table, row in self._rows(form.TARGETS):
            tab = table.tab
            chosen, above, below = (table.cell(row, c) for c in (form.PROGRESS, form.ACHIEVED_NOW, form.TOTAL_NOW))
            word = self._word(tab, chosen, table.value(row, form.PROGRESS), form.TARGET_ANSWERS)
            numerator = self._number(tab, above, table.value(row, form.ACHIEVED_NOW))
            denominator = self._number(tab, below, table.value(row, form.TOTAL_NOW), beside=above)
            if not self._is_said(tab, chosen, above, below):
                self._figures_fit(tab, (chosen, above, below), word, numerator, denominator)
            has_figures = numerator is not None or denominator is not None
            answers.append(
                form.TargetAnswer(
                    target_id=text_of(table.value(row, form.CODE)),
                    answer=word or ("reported" if has_figures else None),
                    numerator=numerator,
                    denominator=denominator,
                    reason=self._words_of(tab, table.cell(row, form.REASON), table.value(row, form.REASON)),
                    cell=above,
                    places={"reason": table.cell(row, form.REASON)},
                )
            )
        return answers

    def _figures_fit(
        self,
        tab: str,
        cells: tuple[str, str, str],
        word: form.TargetWord | None,
        numerator: Decimal | None,
        denominator: Decimal | None,
    ) -> None:
        """Answer and figures of one target must fit one another; the first that does not is told."""
        chosen, above, below = cells
        has_figures = numerator is not None or denominator is not None
        both = twin("cả số đã đạt và tổng số", "both the numerator and the denominator")
        if word not in (None, "reported"):
            if has_figures:
                assert word is not None
                self._say(
                    "answer_fits", tab, chosen, f"“{form.TARGET_ANSWERS[word].vi}” mà vẫn có số liệu",
                    twin("“Có số liệu”, hoặc hai ô số để trống", "Reported, or no figures"),
                    twin("Chọn “Có số liệu” hoặc xóa hai số.", "Choose Reported, or take the figures away."),
                )  # fmt: skip
        elif word == "reported" and not has_figures:
            self._say("both_numbers", tab, above, "“Có số liệu” mà thiếu cả hai số", both, example("95 và 120"))
        elif has_figures and (numerator is None or denominator is None):
            is_first = numerator is None
            lacking, typed = ("số đã đạt", denominator) if is_first else ("tổng số", numerator)
            self._say(
                "both_numbers", tab, above if is_first else below,
                f"thiếu {lacking}; ô bên cạnh là {printed(typed or Decimal(0))}", both, example("95 và 120"),
            )  # fmt: skip
        elif numerator is not None and denominator is not None:
            if numerator > denominator:
                self._say(
                    "numerator_not_above", tab, above, f"{printed(numerator)} > {printed(denominator)}",
                    twin("số đã đạt không lớn hơn tổng số", "a numerator not above its denominator"),
                    twin("Kiểm tra hai số, có thể đã gõ đổi chỗ. Ví dụ: 95 trên 120",
                         "Look at both, they may have changed places. Example: 95 of 120"),
                )  # fmt: skip
            elif denominator == 0:
                self._say(
                    "answer_fits", tab, chosen, "0 trên 0",
                    twin("“Không phát sinh” và lý do, khi không có gì để đếm",
                         "Nothing arose, with a reason, where there is nothing to count"),
                    twin("Chọn “Không phát sinh”, để trống hai số. Ví dụ lý do: không có hồ sơ trong kỳ",
                         "Choose Nothing arose and leave both figures blank."),
                )  # fmt: skip

    def _communes(self) -> list[form.CommuneAnswer]:
        answers = []
        for table, row in self._rows(form.COMMUNES):
            tab, chosen, came = table.tab, table.cell(row, form.HAS_REPORTED), table.cell(row, form.RECEIVED_ON)
            word = self._word(tab, chosen, table.value(row, form.HAS_REPORTED), form.COMMUNE_ANSWERS)
            day = self._day(tab, came, table.value(row, form.RECEIVED_ON))
            if word == "no" and day is not None:
                self._say(
                    "answer_fits", tab, chosen, f"“Không” mà vẫn có ngày nhận {day:%d/%m/%Y}",
                    twin("“Có” cùng ngày nhận, hoặc “Không” và ô ngày để trống",
                         "Yes with the day, or No and no day"),
                    twin("Sửa một trong hai ô.", "Correct one of the two cells."),
                )  # fmt: skip
            answers.append(
                form.CommuneAnswer(
                    unit_key=text_of(table.value(row, form.CODE)),
                    has_reported={"yes": True, "no": False, None: day is not None or None}[word],
                    cell=chosen,
                    received_on=day,
                )
            )
        return answers

    def _fields(self, tab: str | None) -> dict[str, Any]:
        """What stands beside the labels of the first sheet: of the unit, of the document, and at its end."""
        sheet = self.sheets.get(tab or "")
        if tab is None or sheet is None:
            return {}
        beside = beside_labels(sheet)
        fields: dict[str, Any] = {"has_head": form.CUT_OFF_ON in beside, "days": {}}
        days: dict[str, form.Shown] = {}
        for label, name in (
            (form.DOCUMENT_NUMBER, "document_number"), (form.DIFFICULTIES, "difficulties"),
            (form.PROPOSALS, "proposals"), (form.PREPARED_BY, "prepared_by"), (form.HEAD_OF_UNIT, "head_of_unit"),
        ):  # fmt: skip
            if label in beside:
                value, cell = beside[label]
                fields[name] = self._words_of(tab, cell, value)
        for label, name in ((form.SIGNED_ON, "signed_on"), (form.CUT_OFF_ON, "cut_off_on")):
            if label in beside:
                value, cell = beside[label]
                fields[name] = self._day(tab, cell, value)
                days[name] = form.Shown(text=text_of(value), sheet=tab, cell=cell)
        for label, name in ((form.UNIT_LABEL, "unit_shown"), (form.PERIOD_LABEL, "period_shown")):
            value, cell = beside.get(label, (None, ""))
            fields[name] = form.Shown(text=text_of(value), sheet=tab, cell=cell or None)
        return {**fields, "days": days}
