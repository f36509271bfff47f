"""The report form: one workbook for one unit and period, prefilled.

Belongs here: drawing. Does not belong here: what the unit owes, which comes with the form's content; reading it back,
see form.py. Texts are written as texts, whatever they begin with.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.plans import Item, Target
from pipelines.plan.units import Unit
from pipelines.reports import form, guide
from pipelines.reports.form import Report
from pipelines.reports.wording import Language, Words, period_name, shown, twin

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FONT, SIZE = "Times New Roman", 11
LINE = 15.0  # points that a line of this size takes
# A4 lying, less its margins, takes 140 characters of this font: fitted to its width they stay above 10 points in print.
PAGE_WIDTH = 140
# Widths are counted in characters of the font of the workbook: with ours, every program counts alike.
WORKBOOK = {
    "default_format_properties": {"font_name": FONT, "font_size": SIZE},
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
MIN_INPUT_LINES = 3
SIMULATED = twin("DỮ LIỆU MÔ PHỎNG, KHÔNG PHẢI BÁO CÁO THẬT", "SIMULATED DATA, NOT A REAL REPORT")
TASK_TITLE = twin("BÁO CÁO THỰC HIỆN KẾ HOẠCH NÂNG CAO CHỈ SỐ PAPI", "REPORT ON THE PAPI PLAN")
PLAN_TITLE = twin("KẾ HOẠCH RIÊNG CỦA ĐƠN VỊ VỀ CHỈ SỐ PAPI", "THE UNIT'S OWN PLAN")


@dataclass(frozen=True)
class Content:
    """What goes into one form; ``previous`` are the unit's last answers."""

    obligation: Obligation
    items: list[Item]
    targets: list[Target]
    communes: list[Unit]
    recipient: str
    is_simulated: bool = False
    previous: Report | None = None
    language: Language = "vi"


def content_of(
    duties: Duties,
    obligation: Obligation,
    simulated: bool = False,
    previous: Report | None = None,
    language: Language = "vi",
) -> Content:
    """What the form of an obligation holds. A unit's own plan has no answers to give."""
    is_report = obligation.rule.deliverable == "report"
    plan, unit = obligation.plan, obligation.unit
    return Content(
        obligation,
        plan.items_of(unit) if is_report else [],
        plan.targets_of(unit, obligation.kind) if is_report else [],
        duties.communes_of(obligation) if is_report and unit.level == "district" else [],
        _recipient(duties, obligation),
        simulated,
        previous,
        language,
    )


def _recipient(duties: Duties, obligation: Obligation) -> str:
    """Whom the report is addressed to, and through whom: a Sở receives for the chair of the province."""
    units = {u.unit_key: u for u in duties.units.on(obligation.due_nominal or date.max).values()}
    to = units.get(obligation.recipient_key or "")
    if to is None:
        return ""
    if to.level == "district":
        via = f" (qua {obligation.rule.via_vi})" if obligation.rule.via_vi else ""
        return f"{to.official_name_vi}{via}"
    if to.level == "province":
        return f"Chủ tịch {to.official_name_vi}"
    province = units.get(to.parent_key)
    if obligation.rule.deliverable == "unit_plan" or province is None:
        return to.official_name_vi
    return f"Chủ tịch {province.official_name_vi} (qua {to.name_vi})"


def file_name(obligation: Obligation) -> str:
    """Period first, no accents, no blanks."""
    return f"{obligation.period}_{obligation.unit.unit_key}.xlsx"


def draw(content: Content, answers: Report | None = None) -> bytes:
    """The form as a workbook; ``answers`` fills it in, as a sender would."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **WORKBOOK}) as book:
        # The same content makes the same bytes.
        book.set_properties({"created": datetime(content.obligation.year, 1, 1)})
        _Drawing(book, content, answers or Report()).draw()
    return target.getvalue()


def height_of(texts: Iterable[tuple[str, float]], at_least: int = 1) -> float:
    """Height in points of a row whose cells hold these texts, each with the width of its column in characters.

    LibreOffice shows a row without a height as one line, however many its text takes.
    """
    lines = max((_lines(text, width) for text, width in texts), default=1)
    return LINE * max(lines, at_least) + 3


def _lines(text: str, width: float) -> int:
    wide = max(int(width * 0.95), 1)
    return sum(max(len(textwrap.wrap(line, wide)), 1) for line in text.split("\n"))


@dataclass
class _Drawing:
    book: Any
    content: Content
    answers: Report
    formats: dict[str, Format] = field(default_factory=dict)

    def draw(self) -> None:
        base = {"text_wrap": True, "valign": "top", "font_name": FONT, "font_size": SIZE}
        typed = {**base, "border": 1, "locked": False, "bg_color": "#FFF9DB"}
        figure, day = {"num_format": "#,##0.##"}, {"num_format": "dd/mm/yyyy", "align": "left"}
        self.formats = {
            name: self.book.add_format(looks)
            for name, looks in {
                "text": base,
                "label": {**base, "bold": True},
                "head": {**base, "bold": True, "bg_color": "#DDE6F0", "border": 1, "align": "center"},
                "title": {**base, "bold": True, "font_size": 14, "text_wrap": False},
                "banner": {**base, "bold": True, "font_color": "#B00000", "text_wrap": False},
                "cell": {**base, "border": 1},
                "input": typed,
                "number": {**base, "border": 1, **figure},
                "number_input": {**typed, **figure},
                "date_input": {**typed, **day},
                "share": {**base, "border": 1, "num_format": "0.0%"},
            }.items()
        }
        if self.content.obligation.rule.deliverable == "unit_plan":
            self._unit_plan()
        else:
            self._tasks()
            self._targets()
            self._communes()
        self._guide()
        self._hidden()

    def _say(self, words: Words | str) -> str:
        language = self.content.language
        return words.said(language) if isinstance(words, Words) else shown(words, language)

    def _sheet(self, name: str, widths: Sequence[float]) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(name)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.6, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        unit, period = self.content.obligation.unit, period_name(self.content.obligation.period)
        name_shown = unit.official_name_vi.replace("&", "&&")
        sheet.set_header(f'&L&"{FONT}"&10{name_shown} - {self._say(period)}')
        sheet.set_footer(f'&R&"{FONT}"&10&P/&N')
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def _top(self, sheet: Worksheet, title: str, widths: Sequence[float]) -> int:
        """Who reports what by when to whom; returns the next free row."""
        obligation, unit = self.content.obligation, self.content.obligation.unit
        sheet.write_string(0, 0, self._say(title), self.formats["title"])
        sheet.set_row(0, 22)
        if self.content.is_simulated:
            sheet.write_string(1, 0, self._say(SIMULATED), self.formats["banner"])
        due, counted = _due_words(obligation)
        code = twin("Mã", "Code")
        rows = (
            (self._say(form.UNIT_LABEL), unit.official_name_vi, f"{self._say(code)}: {unit.unit_key}"),
            (
                self._say(form.PERIOD_LABEL),
                self._say(period_name(obligation.period)),
                f"{self._say(code)}: {obligation.period}",
            ),
            (self._say(twin("Nơi nhận", "To")), self.content.recipient, ""),
            (self._say(twin("Hạn nộp", "Due")), self._say(due), ""),
            (self._say(twin("Tính đúng hạn", "Counted")), self._say(counted), ""),
        )
        for row, (label, text, beside) in enumerate(rows, start=2):
            sheet.write_string(row, 0, label, self.formats["label"])
            sheet.write_string(row, 1, text, self.formats["text"])
            if beside:
                sheet.write_string(row, 2, beside, self.formats["text"])
            sheet.set_row(row, height_of(zip((label, text, beside), widths, strict=False)))
        return 7

    def _headings(self, sheet: Worksheet, row: int, headings: tuple[Words, ...], widths: Sequence[float]) -> None:
        texts = [self._say(heading) for heading in headings]
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, self.formats["head"])
        sheet.set_row(row, height_of((text, width * 0.9) for text, width in zip(texts, widths, strict=True)))
        sheet.freeze_panes(row + 1, 2)
        sheet.repeat_rows(row)

    def _put(self, sheet: Worksheet, row: int, column: int, value: Any, style: str) -> None:
        if value is None:
            sheet.write_blank(row, column, None, self.formats[style])
        elif isinstance(value, str):
            sheet.write_string(row, column, value, self.formats[style])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.formats[style])
        else:
            sheet.write_number(row, column, float(value), self.formats[style])

    def _row(self, sheet: Worksheet, row: int, values: Sequence[Any], styles: Sequence[str], widths: Any) -> None:
        """One row of a table, as high as its texts and with room to type."""
        for column, (value, style) in enumerate(zip(values, styles, strict=True)):
            self._put(sheet, row, column, value, style)
        texts = [(value, width) for value, width in zip(values, widths, strict=False) if isinstance(value, str)]
        sheet.set_row(row, height_of(texts, MIN_INPUT_LINES))

    def _tasks(self) -> None:
        widths = (15, 35, 20, 17, 21, 16, 16)
        sheet = self._sheet(form.TASKS, widths)
        top = self._top(sheet, TASK_TITLE, widths)
        said = self.answers
        for row, (label, value, style) in enumerate(
            (
                (form.DOCUMENT_NUMBER, said.document_number, "input"),
                (form.SIGNED_ON, said.signed_on, "date_input"),
                (form.CUT_OFF_ON, said.cut_off_on, "date_input"),
                (form.PREPARED_BY, said.prepared_by, "input"),
                (form.HEAD_OF_UNIT, said.head_of_unit, "input"),
            ),
            start=2,
        ):
            sheet.write_string(row, 4, self._say(label), self.formats["label"])
            sheet.merge_range(row, 5, row, 6, "", self.formats[style])
            self._put(sheet, row, 5, value, style)
        self._headings(sheet, top, form.TASK_HEADINGS, widths)
        now = {a.task_id: a for a in self.answers.tasks}
        before = {a.task_id: a for a in self.content.previous.tasks} if self.content.previous else {}
        row = top
        for row, item in enumerate(self.content.items, start=top + 1):
            last, answer = before.get(item.task_id), now.get(item.task_id)
            earlier = (
                " - ".join(filter(None, [self._say(form.TASK_ANSWERS[last.answer]), last.result]))
                if last and last.answer
                else ""
            )
            values = [
                item.task_id,
                f"{self._say(twin(item.title_vi, item.title_en))} ({item.anchor})",
                earlier,
                self._say(form.TASK_ANSWERS[answer.answer]) if answer and answer.answer else None,
                *(getattr(answer, part, None) for part in ("result", "evidence", "reason")),
            ]
            self._row(sheet, row, values, ("cell",) * 3 + ("input",) * 4, widths)
        self._choose(sheet, top + 1, 3, len(self.content.items), form.TASK_ANSWERS.values())
        for below, (label, text) in enumerate(
            ((form.DIFFICULTIES, said.difficulties), (form.PROPOSALS, said.proposals)), start=row + 2
        ):
            sheet.write_string(below, 0, self._say(label), self.formats["head"])
            sheet.merge_range(below, 1, below, 6, "", self.formats["input"])
            self._put(sheet, below, 1, text, "input")
            sheet.set_row(below, height_of([(text or "", sum(widths[1:]))], MIN_INPUT_LINES))

    def _targets(self) -> None:
        if not self.content.targets:
            return
        widths = (6, 25, 15, 16, 9, 9, 16, 11, 12, 14, 7)
        sheet = self._sheet(form.TARGETS, widths)
        self._headings(sheet, 0, form.TARGET_HEADINGS, widths)
        now = {a.target_id: a for a in self.answers.targets}
        before = {a.target_id: a for a in self.content.previous.targets} if self.content.previous else {}
        styles = ("cell",) * 4 + ("number",) * 2 + ("input",) + ("number_input",) * 2 + ("input",)
        for row, target in enumerate(self.content.targets, start=1):
            last, answer = before.get(target.target_id), now.get(target.target_id)
            values = [
                target.target_id,
                self._target(target),
                self._say(twin(target.numerator_vi, target.numerator_en)),
                self._say(twin(target.denominator_vi, target.denominator_en)),
                last.numerator if last else None,
                last.denominator if last else None,
                self._say(form.TARGET_ANSWERS[answer.answer]) if answer and answer.answer else None,
                answer.numerator if answer else None,
                answer.denominator if answer else None,
                answer.reason if answer else None,
            ]
            self._row(sheet, row, values, styles, widths)
            share = _share(answer) if answer else ""
            sheet.write_formula(row, 10, f'=IF(N(I{row + 1})>0,H{row + 1}/I{row + 1},"")', self.formats["share"], share)
        count = len(self.content.targets)
        self._choose(sheet, 1, 6, count, form.TARGET_ANSWERS.values())
        sheet.data_validation(
            1, 7, count, 8,
            {"validate": "decimal", "criteria": ">=", "value": 0,
             "error_title": self._say(twin("Số liệu", "Figure")),
             "error_message": self._say(twin("Gõ một số từ 0 trở lên.", "Type a number from 0 up."))},
        )  # fmt: skip

    def _target(self, target: Target) -> str:
        """Title, place in the plan, and how its figures are counted."""
        counted = []
        if target.counted_in_vi:
            vi, en = f"Đơn vị tính: {target.counted_in_vi}", f"Unit: {target.counted_in_en}"
            whole = ("; số nguyên", "; whole numbers") if target.is_whole else ("", "")
            counted.append(self._say(twin(vi + whole[0], en + whole[1])))
        if target.is_cumulative:
            counted.append(self._say(twin("Lũy kế từ đầu năm", "Cumulative over the year")))
        title = f"{self._say(twin(target.title_vi, target.title_en))} ({target.anchor})"
        return "\n".join([title, *counted])

    def _communes(self) -> None:
        if not self.content.communes:
            return
        widths = (32, 46, 30, 30)
        sheet = self._sheet(form.COMMUNES, widths)
        self._headings(sheet, 0, form.COMMUNE_HEADINGS, widths)
        said = {a.unit_key: a for a in self.answers.communes}
        for row, commune in enumerate(self.content.communes, start=1):
            answer = said.get(commune.unit_key)
            has = answer.has_reported if answer else None
            self._put(sheet, row, 0, commune.unit_key, "cell")
            self._put(sheet, row, 1, commune.full_name_vi, "cell")
            self._put(sheet, row, 2, None if has is None else self._say(form.YES if has else form.NO), "input")
            self._put(sheet, row, 3, answer.received_on if answer else None, "date_input")
            sheet.set_row(row, height_of([(commune.full_name_vi, widths[1])]))
        self._choose(sheet, 1, 2, len(self.content.communes), form.COMMUNE_ANSWERS.values())

    def _unit_plan(self) -> None:
        widths = (30, 70, 36)
        sheet = self._sheet(form.UNIT_PLAN, widths)
        top = self._top(sheet, PLAN_TITLE, widths)
        for row, (label, value, style) in enumerate(
            (
                (form.DOCUMENT_NUMBER, self.answers.document_number, "input"),
                (form.SIGNED_ON, self.answers.signed_on, "date_input"),
            ),
            start=top,
        ):
            sheet.write_string(row, 0, self._say(label), self.formats["head"])
            self._put(sheet, row, 1, value, style)
            sheet.set_row(row, height_of([(self._say(label), widths[0] * 0.9)]))

    def _choose(self, sheet: Worksheet, first: int, column: int, count: int, words: Iterable[Words]) -> None:
        if count:
            sheet.data_validation(
                first, column, first + count - 1, column,
                {"validate": "list", "source": [self._say(one) for one in words],
                 "error_title": self._say(twin("Trả lời", "Answer")),
                 "error_message": self._say(twin("Chọn trong danh sách.", "Choose from the list."))},
            )  # fmt: skip

    def _guide(self) -> None:
        sheet = self._sheet(form.GUIDE, (PAGE_WIDTH,))
        for row, line in enumerate(guide.LINES):
            text = self._say(line)
            sheet.write_string(row, 0, text, self.formats["text" if row else "label"])
            sheet.set_row(row, height_of([(text, PAGE_WIDTH)]))

    def _hidden(self) -> None:
        obligation = self.content.obligation
        plan_id, version = obligation.plan.plan_id, obligation.plan.version
        unit_key, period, simulated = obligation.unit.unit_key, obligation.period, self.content.is_simulated
        sheet: Worksheet = self.book.add_worksheet(form.HIDDEN)
        sheet.protect("")
        sheet.hide()
        for row, (name, text) in enumerate(
            {
                "form_version": form.FORM_VERSION,
                "plan_id": plan_id,
                "plan_version": version,
                "unit_key": unit_key,
                "period": period,
                "simulated": "yes" if simulated else "no",
                "checksum": form.checksum(plan_id, version, unit_key, period, simulated),
            }.items()
        ):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, text)


def _due_words(obligation: Obligation) -> tuple[str, str]:
    """The deadline as the plan has it, and the last day that counts as in time: two things, where a day is off."""
    named, counted = obligation.due_nominal, obligation.due_counted
    if named is None or counted is None:
        return twin("kế hoạch không nêu ngày", "the plan names no day"), ""
    due = twin(f"trước ngày {day_words(named)} (theo kế hoạch)", f"before {day_words(named)}, says the plan")
    vi, en = f"đến hết ngày {day_words(counted)}", f"to the end of {day_words(counted)}"
    if counted > named:
        vi, en = f"{vi}, ngày làm việc kế tiếp", f"{en}, the next working day"
    return due, twin(vi, en)


def day_words(day: date) -> str:
    """A day as a Vietnamese document has it: 20/6/2021."""
    return f"{day.day}/{day.month}/{day.year}"


def _share(answer: form.TargetAnswer) -> float | str:
    """What the formula beside the figures shows until a spreadsheet computes it."""
    return float(answer.numerator / answer.denominator) if answer.numerator is not None and answer.denominator else ""
