"""The report form: one workbook for one unit and period, prefilled.

Belongs here: drawing. Does not belong here: what the unit owes, which comes with the form's content; reading it back,
see workbooks/report.py. Texts are written as texts, whatever they begin with.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.plans import Item, Target
from pipelines.plan.units import Unit
from pipelines.reports import form
from pipelines.reports.form import Report

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

PERIODS_VI = {
    "PLAN": "kế hoạch của đơn vị",
    "Q1": "quý I năm",
    "H1": "6 tháng đầu năm",
    "Q3": "quý III năm",
    "FY": "năm",
}
SIMULATED = "DỮ LIỆU MÔ PHỎNG, KHÔNG PHẢI BÁO CÁO THẬT / SIMULATED DATA, NOT A REAL REPORT"
GUIDE = (
    "Chỉ điền các ô nền vàng. / Fill in the yellow cells only.",
    "Chọn câu trả lời trong danh sách; ô trống là chưa trả lời. / Choose an answer; a blank is none.",
    "“Không phát sinh”, “Không áp dụng”, “Không đo được” cần ghi lý do. / These three need a reason.",
    "Số liệu gõ bằng số, không gõ chữ, không dùng công thức. / Type figures as numbers, no text, no formulas.",
    "Tử số không lớn hơn mẫu số. / A numerator is not above its denominator.",
    "Chỉ tiêu lũy kế không giảm trong năm. / Cumulative figures do not fall within a year.",
    "Không sửa tên đơn vị, kỳ báo cáo, trang ẩn; lưu dạng .xlsx. / Leave unit, period and hidden sheet; save as .xlsx.",
    "Không ghi thông tin cá nhân của người dân. / Nothing about single citizens.",
)


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


def content_of(
    duties: Duties, obligation: Obligation, simulated: bool = False, previous: Report | None = None
) -> Content:
    """What the form of an obligation holds. A unit's own plan has no answers to give."""
    is_report = obligation.rule.deliverable == "report"
    plan, unit = obligation.plan, obligation.unit
    recipients = {u.unit_key: u for u in duties.units.all}
    recipient = recipients[obligation.recipient_key].full_name_vi if obligation.recipient_key else ""
    via = (
        f" ({obligation.rule.via_vi})"
        if obligation.rule.via_vi and recipient.startswith(("Huyện", "Thành", "Thị"))
        else ""
    )
    return Content(
        obligation,
        plan.items_of(unit) if is_report else [],
        plan.targets_of(unit, obligation.kind) if is_report else [],
        duties.communes_of(obligation) if is_report and unit.level == "district" else [],
        f"UBND {recipient}{via}" if via else recipient,
        simulated,
        previous,
    )


def file_name(obligation: Obligation) -> str:
    """Period first, no accents, no blanks."""
    return f"{obligation.period}_{obligation.unit.unit_key}.xlsx"


def draw(content: Content, answers: Report | None = None) -> bytes:
    """The form as a workbook; ``answers`` fills it in, as a sender would."""
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        # The same content makes the same bytes.
        book.set_properties({"created": datetime(content.obligation.year, 1, 1)})
        _Drawing(book, content, answers or Report()).draw()
    return target.getvalue()


@dataclass
class _Drawing:
    book: Any
    content: Content
    answers: Report
    formats: dict[str, Format] = field(default_factory=dict)

    def draw(self) -> None:
        base = {"text_wrap": True, "valign": "top", "font_name": "Times New Roman", "font_size": 12}
        self.formats = {
            "text": self.book.add_format(base),
            "head": self.book.add_format({**base, "bold": True, "bg_color": "#DDE6F0", "border": 1}),
            "title": self.book.add_format({**base, "bold": True, "font_size": 14, "text_wrap": False}),
            "banner": self.book.add_format({**base, "bold": True, "font_color": "#B00000", "text_wrap": False}),
            "cell": self.book.add_format({**base, "border": 1}),
            "input": self.book.add_format({**base, "border": 1, "locked": False, "bg_color": "#FFF9DB"}),
            "number": self.book.add_format({**base, "border": 1, "num_format": "#,##0.##"}),
            "number_input": self.book.add_format(
                {**base, "border": 1, "locked": False, "bg_color": "#FFF9DB", "num_format": "#,##0.##"}
            ),
            "date": self.book.add_format({**base, "num_format": "dd/mm/yyyy", "align": "left"}),
            "date_input": self.book.add_format(
                {
                    **base,
                    "border": 1,
                    "locked": False,
                    "bg_color": "#FFF9DB",
                    "num_format": "dd/mm/yyyy",
                    "align": "left",
                }
            ),
            "share": self.book.add_format({**base, "border": 1, "num_format": "0.0%"}),
        }
        if self.content.obligation.rule.deliverable == "unit_plan":
            self._unit_plan()
        else:
            self._tasks()
            self._targets()
            self._communes()
        self._guide()
        self._hidden()

    def _sheet(self, name: str, widths: tuple[int, ...]) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(name)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def _top(self, sheet: Worksheet, title: str) -> int:
        """Who reports what by when to whom; returns the next free row."""
        obligation, unit = self.content.obligation, self.content.obligation.unit
        period = f"{PERIODS_VI[obligation.kind]} {obligation.year} ({obligation.period})"
        sheet.write_string(0, 0, title, self.formats["title"])
        if self.content.is_simulated:
            sheet.write_string(1, 0, SIMULATED, self.formats["banner"])
        for row, (label, text) in enumerate(
            (
                (form.UNIT_LABEL, f"{unit.full_name_vi} ({unit.unit_key})"),
                (form.PERIOD_LABEL, period),
                ("Nơi nhận / To", self.content.recipient),
            ),
            start=2,
        ):
            sheet.write_string(row, 0, label, self.formats["text"])
            sheet.write_string(row, 1, text, self.formats["text"])
        sheet.write_string(5, 0, "Hạn nộp / Due", self.formats["text"])
        if obligation.due_counted:
            sheet.write_datetime(5, 1, obligation.due_counted, self.formats["date"])
        return 7

    def _headings(self, sheet: Worksheet, row: int, headings: tuple[str, ...]) -> None:
        for column, heading in enumerate(headings):
            sheet.write_string(row, column, heading, self.formats["head"])
        sheet.freeze_panes(row + 1, 2)
        sheet.repeat_rows(row)

    def _put(self, sheet: Worksheet, row: int, column: int, value: Any, style: str) -> None:
        if value is None:
            sheet.write_blank(row, column, None, self.formats[style])
        elif isinstance(value, str):
            sheet.write_string(row, column, value, self.formats[style])
        else:
            sheet.write_number(row, column, float(value), self.formats[style])

    def _tasks(self) -> None:
        sheet = self._sheet(form.TASKS, (12, 46, 30, 22, 40, 28, 28))
        top = self._top(sheet, "BÁO CÁO THỰC HIỆN KẾ HOẠCH NÂNG CAO CHỈ SỐ PAPI / REPORT ON THE PAPI PLAN")
        self._headings(sheet, top, form.TASK_HEADINGS)
        now = {a.task_id: a for a in self.answers.tasks}
        before = {a.task_id: a for a in self.content.previous.tasks} if self.content.previous else {}
        shown = {word: text for text, word in form.TASK_ANSWERS.items()}
        for row, item in enumerate(self.content.items, start=top + 1):
            last, answer = before.get(item.task_id), now.get(item.task_id)
            said = " - ".join(filter(None, [shown.get(last.answer), last.result])) if last and last.answer else ""
            self._put(sheet, row, 0, item.task_id, "cell")
            self._put(sheet, row, 1, f"{item.title_vi} / {item.title_en} ({item.anchor})", "cell")
            self._put(sheet, row, 2, said, "cell")
            self._put(sheet, row, 3, shown[answer.answer] if answer and answer.answer else None, "input")
            for column, part in enumerate(("result", "evidence", "reason"), start=4):
                self._put(sheet, row, column, getattr(answer, part, None), "input")
        self._choose(sheet, top + 1, 3, len(self.content.items), list(form.TASK_ANSWERS))

    def _targets(self) -> None:
        if not self.content.targets:
            return
        sheet = self._sheet(form.TARGETS, (10, 40, 28, 28, 14, 14, 24, 16, 16, 28, 10))
        self._headings(sheet, 0, form.TARGET_HEADINGS)
        now = {a.target_id: a for a in self.answers.targets}
        before = {a.target_id: a for a in self.content.previous.targets} if self.content.previous else {}
        shown = {word: text for text, word in form.TARGET_ANSWERS.items()}
        for row, target in enumerate(self.content.targets, start=1):
            last, answer = before.get(target.target_id), now.get(target.target_id)
            cumulative = "; lũy kế từ đầu năm / cumulative" if target.is_cumulative else ""
            self._put(sheet, row, 0, target.target_id, "cell")
            self._put(sheet, row, 1, f"{target.title_vi} / {target.title_en} ({target.anchor}{cumulative})", "cell")
            self._put(sheet, row, 2, f"{target.numerator_vi} / {target.numerator_en}", "cell")
            self._put(sheet, row, 3, f"{target.denominator_vi} / {target.denominator_en}", "cell")
            self._put(sheet, row, 4, last.numerator if last else None, "number")
            self._put(sheet, row, 5, last.denominator if last else None, "number")
            self._put(sheet, row, 6, shown[answer.answer] if answer and answer.answer else None, "input")
            self._put(sheet, row, 7, answer.numerator if answer else None, "number_input")
            self._put(sheet, row, 8, answer.denominator if answer else None, "number_input")
            self._put(sheet, row, 9, answer.reason if answer else None, "input")
            share = _share(answer) if answer else ""
            sheet.write_formula(row, 10, f'=IF(N(I{row + 1})>0,H{row + 1}/I{row + 1},"")', self.formats["share"], share)
        count = len(self.content.targets)
        self._choose(sheet, 1, 6, count, list(form.TARGET_ANSWERS))
        sheet.data_validation(
            1, 7, count, 8,
            {"validate": "decimal", "criteria": ">=", "value": 0, "error_title": "Số liệu / Figure",
             "error_message": "Gõ một số từ 0 trở lên. / Type a number from 0 up."},
        )  # fmt: skip

    def _communes(self) -> None:
        if not self.content.communes:
            return
        sheet = self._sheet(form.COMMUNES, (26, 40, 20, 18))
        self._headings(sheet, 0, form.COMMUNE_HEADINGS)
        said = {a.unit_key: a.has_reported for a in self.answers.communes}
        for row, commune in enumerate(self.content.communes, start=1):
            has = said.get(commune.unit_key)
            self._put(sheet, row, 0, commune.unit_key, "cell")
            self._put(sheet, row, 1, commune.full_name_vi, "cell")
            self._put(sheet, row, 2, None if has is None else form.YES if has else form.NO, "input")
            self._put(sheet, row, 3, None, "date_input")
        self._choose(sheet, 1, 2, len(self.content.communes), [form.YES, form.NO])

    def _unit_plan(self) -> None:
        sheet = self._sheet(form.UNIT_PLAN, (34, 60))
        top = self._top(sheet, "KẾ HOẠCH CỦA ĐƠN VỊ / THE UNIT'S OWN PLAN")
        number, signed = form.UNIT_PLAN_LABELS
        sheet.write_string(top, 0, number, self.formats["head"])
        self._put(sheet, top, 1, self.answers.document_number, "input")
        sheet.write_string(top + 1, 0, signed, self.formats["head"])
        self._put(sheet, top + 1, 1, None, "date_input")
        if self.answers.signed_on:
            sheet.write_datetime(top + 1, 1, self.answers.signed_on, self.formats["date_input"])

    def _choose(self, sheet: Worksheet, first: int, column: int, count: int, words: list[str]) -> None:
        if count:
            sheet.data_validation(
                first, column, first + count - 1, column,
                {"validate": "list", "source": words, "error_title": "Trả lời / Answer",
                 "error_message": "Chọn trong danh sách. / Choose from the list."},
            )  # fmt: skip

    def _guide(self) -> None:
        sheet = self._sheet(form.GUIDE, (120,))
        for row, line in enumerate(GUIDE):
            sheet.write_string(row, 0, line, self.formats["text"])

    def _hidden(self) -> None:
        obligation = self.content.obligation
        plan_id, version = obligation.plan.plan_id, obligation.plan.version
        unit_key, period, simulated = obligation.unit.unit_key, obligation.period, self.content.is_simulated
        sheet = self._sheet(form.HIDDEN, (20, 40))
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


def _share(answer: form.TargetAnswer) -> float | str:
    """What the formula beside the figures shows until a spreadsheet computes it."""
    return float(answer.numerator / answer.denominator) if answer.numerator is not None and answer.denominator else ""
