"""The report form as it comes back: cells to answers, or findings that the sender understands.

Belongs here: where the answers stand in the form, and what a cell may hold. Does not belong here: whether the unit owes
them, which reports.py judges; drawing the form, see forms/report_form.py, which takes sheets and headings from here.
Sentences are for officers: Vietnamese, then English.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from pipelines.finding import Finding
from pipelines.spelling import normalise
from pipelines.workbooks.cells import Book, Formula, Sheet, Unreadable, Value, is_blank

MAX_FORM_BYTES = 2 * 1024 * 1024
FORM_VERSION = "1"
HIDDEN, TASKS, TARGETS, COMMUNES, UNIT_PLAN, GUIDE = "_papi", "Bao cao", "Chi tieu", "Xa", "Ke hoach", "Huong dan"
CODE = "Mã / Code"
TASK_HEADINGS = (
    CODE,
    "Nhiệm vụ / Task",
    "Kỳ trước / Last period",
    "Trả lời / Answer",
    "Kết quả / Result",
    "Minh chứng / Evidence",
    "Lý do / Reason",
)
TARGET_HEADINGS = (
    CODE,
    "Chỉ tiêu / Target",
    "Tử số / Numerator",
    "Mẫu số / Denominator",
    "Kỳ trước: tử / Last: numerator",
    "Kỳ trước: mẫu / Last: denominator",
    "Trả lời / Answer",
    "Tử số kỳ này / Numerator now",
    "Mẫu số kỳ này / Denominator now",
    "Lý do / Reason",
    "Tỷ lệ / Share",
)
COMMUNE_HEADINGS = (CODE, "Xã, phường, thị trấn / Commune", "Đã báo cáo / Has reported", "Ngày nhận / Received on")
UNIT_PLAN_LABELS = ("Số văn bản / Document number", "Ngày ký / Date signed")
UNIT_LABEL, PERIOD_LABEL = "Đơn vị / Unit", "Kỳ báo cáo / Period"

TaskWord = Literal["done", "in_progress", "not_started", "nothing_arose", "not_applicable"]
TargetWord = Literal["reported", "nothing_arose", "not_applicable", "not_measurable"]
NOTHING_AROSE, NOT_APPLICABLE = "Không phát sinh / Nothing arose", "Không áp dụng / Not applicable"
TASK_ANSWERS: dict[str, TaskWord] = {
    "Đã hoàn thành / Done": "done",
    "Đang thực hiện / In progress": "in_progress",
    "Chưa thực hiện / Not started": "not_started",
    NOTHING_AROSE: "nothing_arose",
    NOT_APPLICABLE: "not_applicable",
}
TARGET_ANSWERS: dict[str, TargetWord] = {
    "Có số liệu / Reported": "reported",
    NOTHING_AROSE: "nothing_arose",
    NOT_APPLICABLE: "not_applicable",
    "Không đo được / Not measurable": "not_measurable",
}
YES, NO = "Có / Yes", "Không / No"
Word = TypeVar("Word", bound=str)


class Record(BaseModel):
    """Part of a report, kept as JSON once it was read."""

    model_config = ConfigDict(frozen=True)


class Identity(Record):
    """What the hidden sheet says the form is. ``checksum`` ties the rest together."""

    form_version: str
    plan_id: str
    plan_version: str
    unit_key: str
    period: str
    simulated: bool
    checksum: str

    def is_whole(self) -> bool:
        """Whether nobody changed one of these by hand."""
        return self.checksum == checksum(self.plan_id, self.plan_version, self.unit_key, self.period, self.simulated)


class TaskAnswer(Record):
    """The answer on one task; ``cell`` is where it stands."""

    task_id: str
    answer: TaskWord | None
    result: str | None
    evidence: str | None
    reason: str | None
    cell: str


class TargetAnswer(Record):
    """The answer on one target: a numerator and denominator where ``answer`` is reported."""

    target_id: str
    answer: TargetWord | None
    numerator: Decimal | None
    denominator: Decimal | None
    reason: str | None
    cell: str


class CommuneAnswer(Record):
    """Whether a district says that a commune has reported to it."""

    unit_key: str
    has_reported: bool | None
    cell: str


class Report(Record):
    """Everything that a form says."""

    tasks: list[TaskAnswer] = []
    targets: list[TargetAnswer] = []
    communes: list[CommuneAnswer] = []
    document_number: str | None = None
    signed_on: date | None = None


class ReadReport(Record):
    """A file as read: who it is from, where that could be told, and its answers, or None and what is wrong."""

    identity: Identity | None
    report: Report | None
    findings: list[Finding]


def checksum(plan_id: str, plan_version: str, unit_key: str, period: str, simulated: bool) -> str:
    """Twelve characters that tie a form to plan, unit and period. Against mistakes, not against forgers."""
    parts = "|".join((FORM_VERSION, plan_id, plan_version, unit_key, period, str(simulated)))
    return hashlib.sha256(parts.encode()).hexdigest()[:12]


def read_report(content: bytes, name: str) -> ReadReport:
    """Read one form. Never raises for bad input: what is wrong comes back as findings, all of it at once."""
    if len(content) > MAX_FORM_BYTES:
        return _refused(
            "size", name, f"{len(content)} byte", f"nhiều nhất {MAX_FORM_BYTES} byte / at most that many bytes",
            "Gửi lại biểu mẫu, không kèm ảnh / Send the form without pictures.",
        )  # fmt: skip
    try:
        book = Book(content, name, as_typed=True)
    except Unreadable as error:
        return ReadReport(identity=None, report=None, findings=[_for_officers(error.finding)])
    if not book.is_workbook or HIDDEN not in book.sheet_names:
        return _refused(
            "is_a_form", name, ", ".join(book.sheet_names) or "không phải tệp Excel / not a workbook",
            "biểu mẫu do `papi report form` tạo / a form made by `papi report form`",
            "Tải lại biểu mẫu của kỳ này và điền vào đó / Take this period's form and fill it in.",
        )  # fmt: skip
    try:
        return _Form(book, name).read()
    except Unreadable as error:
        return ReadReport(identity=None, report=None, findings=[_for_officers(error.finding)])


def _refused(rule: str, name: str, found: str, expected: str, remedy: str) -> ReadReport:
    return ReadReport(identity=None, report=None, findings=[Finding(rule, name, found, expected, remedy)])


def _for_officers(finding: Finding) -> Finding:
    """What cells.py refuses, in words for the sender."""
    return Finding(
        finding.rule_id,
        finding.file,
        finding.found,
        f"tệp Excel (.xlsx) chỉ có giá trị, không macro, không liên kết / {finding.expected}",
        f"Mở trong Excel, lưu lại thành .xlsx rồi gửi / {finding.remedy}",
        finding.sheet,
    )


class _Form:
    """One form while it is read."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name
        self.findings: list[Finding] = []
        self._read: dict[str, Sheet] = {}

    def read(self) -> ReadReport:
        identity = self._identity()
        report = None
        if identity is not None:
            self._names_match(identity)
            number, signed_on = self._unit_plan()
            report = Report(
                tasks=self._tasks(),
                targets=self._targets(),
                communes=self._communes(),
                document_number=number,
                signed_on=signed_on,
            )
        return ReadReport(identity=identity, report=None if self.findings else report, findings=self.findings)

    def _say(self, rule: str, sheet: str, cell: str | None, found: str, expected: str, example: str) -> None:
        remedy = f"Ví dụ: {example} / Example: {example}"
        self.findings.append(Finding(rule, self.name, found, expected, remedy, sheet=sheet, cell=cell))

    def _identity(self) -> Identity | None:
        hidden = self.book.read(HIDDEN)
        said = {
            str(row[0]): "" if is_blank(row[1]) else _text(row[1]) for row in hidden.rows if len(row) > 1 and row[0]
        }
        wanted = set(Identity.model_fields)
        if set(said) != wanted:
            self._say(
                "form_whole", HIDDEN, None, ", ".join(sorted(wanted ^ set(said))),
                "trang ẩn còn nguyên / the hidden sheet as it was", "không sửa trang ẩn",
            )  # fmt: skip
            return None
        identity = Identity.model_validate({**said, "simulated": said["simulated"] == "yes"})
        if identity.form_version != FORM_VERSION or not identity.is_whole():
            self._say(
                "form_whole", HIDDEN, None, identity.checksum,
                "mã kiểm tra của đơn vị, kỳ và kế hoạch này / the checksum of this unit, period and plan",
                "điền vào biểu mẫu của chính đơn vị mình, không chép sang biểu mẫu khác",
            )  # fmt: skip
        return identity

    def _names_match(self, identity: Identity) -> None:
        """Unit and period as the officer sees them must be those of the hidden sheet."""
        sheet = self._sheet(UNIT_PLAN if identity.period.endswith("PLAN") else TASKS)
        if sheet is None:
            return
        for rule, label, wanted in (
            ("unit_matches", UNIT_LABEL, identity.unit_key),
            ("period_matches", PERIOD_LABEL, identity.period),
        ):
            row = next((n for n, r in enumerate(sheet.rows) if r and r[0] == label), None)
            shown = _text(sheet.rows[row][1]) if row is not None and len(sheet.rows[row]) > 1 else ""
            if not shown.endswith(f"({wanted})"):
                cell = None if row is None else f"B{row + 1}"
                self._say(
                    rule, sheet.name or "", cell, f"“{shown}”",
                    f"({wanted}), như khi biểu mẫu được gửi đi / as the form was sent out",
                    "dùng đúng biểu mẫu của đơn vị và của kỳ",
                )  # fmt: skip

    def _sheet(self, name: str) -> Sheet | None:
        if name in self.book.sheet_names and name not in self._read:
            self._read[name] = self.book.read(name)
        return self._read.get(name)

    def _table(self, name: str, headings: tuple[str, ...]) -> list[tuple[int, list[Value]]]:
        """Rows below the headings that bear a code, with their number from 1, as wide as the headings."""
        sheet = self._sheet(name)
        if sheet is None:
            return []
        wanted = [normalise(heading) for heading in headings]
        for position, row in enumerate(sheet.rows):
            if [normalise(_text(value)) for value in row[: len(headings)]] == wanted:
                below = enumerate(sheet.rows[position + 1 :], start=position + 2)
                padded = ((n, [*r, *[None] * len(headings)][: len(headings)]) for n, r in below)
                return [(n, r) for n, r in padded if not is_blank(r[0])]
        self._say(
            "headings", name, None, "không thấy hàng tiêu đề / no row of headings", " | ".join(headings),
            "giữ nguyên hàng tiêu đề của biểu mẫu",
        )  # fmt: skip
        return []

    def _word(self, sheet: str, cell: str, value: Value, words: dict[str, Word]) -> Word | None:
        """One of the words of a list, in Vietnamese, English or both; None for a blank."""
        if is_blank(value):
            return None
        spelt = normalise(_text(value))
        for shown, word in words.items():
            if spelt in {normalise(part) for part in (shown, *shown.split(" / "))}:
                return word
        self._say("answer_known", sheet, cell, f"“{_text(value)}”", "; ".join(words), next(iter(words)))
        return None

    def _number(self, sheet: str, cell: str, value: Value) -> Decimal | None:
        if is_blank(value):
            return None
        if not isinstance(value, float):
            what = f"công thức / a formula: {value}" if isinstance(value, Formula) else f"chữ / text: “{value}”"
            self._say("number", sheet, cell, what, "một số gõ vào ô / a number typed into the cell", "12,5")
            return None
        number = Decimal(repr(value))
        if value < 0:
            self._say("not_negative", sheet, cell, _text(value), "một số từ 0 trở lên / a number from 0 up", "0")
        return number

    def _tasks(self) -> list[TaskAnswer]:
        answers = []
        for row, values in self._table(TASKS, TASK_HEADINGS):
            cell = f"D{row}"
            word = self._word(TASKS, cell, values[3], TASK_ANSWERS)
            result, evidence, reason = (_or_none(value) for value in values[4:7])
            answers.append(
                TaskAnswer(
                    task_id=_text(values[0]), answer=word, result=result, evidence=evidence, reason=reason, cell=cell
                )
            )
        return answers

    def _targets(self) -> list[TargetAnswer]:
        answers = []
        for row, values in self._table(TARGETS, TARGET_HEADINGS):
            word = self._word(TARGETS, f"G{row}", values[6], TARGET_ANSWERS)
            numerator = self._number(TARGETS, f"H{row}", values[7])
            denominator = self._number(TARGETS, f"I{row}", values[8])
            if numerator is not None and denominator is not None and numerator > denominator:
                self._say(
                    "numerator_not_above", TARGETS, f"H{row}", f"{printed(numerator)} > {printed(denominator)}",
                    "tử số không lớn hơn mẫu số / a numerator not above its denominator", "95 trên 100",
                )  # fmt: skip
            has_numbers = numerator is not None or denominator is not None
            if (word == "reported" or (word is None and has_numbers)) and None in (numerator, denominator):
                self._say(
                    "both_numbers", TARGETS, f"H{row}", "thiếu một trong hai số / one of the two is missing",
                    "cả tử số và mẫu số / numerator and denominator", "95 và 100",
                )  # fmt: skip
            if word not in (None, "reported") and has_numbers:
                self._say(
                    "answer_fits", TARGETS, f"G{row}", f"“{_text(values[6])}” và có số / and figures",
                    "“Có số liệu”, hoặc để trống hai số / Reported, or no figures", "Có số liệu / Reported",
                )  # fmt: skip
            answers.append(
                TargetAnswer(
                    target_id=_text(values[0]),
                    answer=word or ("reported" if has_numbers else None),
                    numerator=numerator,
                    denominator=denominator,
                    reason=_or_none(values[9]),
                    cell=f"H{row}",
                )
            )
        return answers

    def _communes(self) -> list[CommuneAnswer]:
        return [
            CommuneAnswer(
                unit_key=_text(values[0]),
                has_reported={"yes": True, "no": False, None: None}[
                    self._word(COMMUNES, f"C{row}", values[2], {YES: "yes", NO: "no"})
                ],
                cell=f"C{row}",
            )
            for row, values in self._table(COMMUNES, COMMUNE_HEADINGS)
        ]

    def _unit_plan(self) -> tuple[str | None, date | None]:
        """Number and day of signing of a unit's own plan."""
        sheet = self._sheet(UNIT_PLAN)
        if sheet is None:
            return None, None
        said = {row[0]: (n, row[1] if len(row) > 1 else None) for n, row in enumerate(sheet.rows, start=1) if row}
        _, number = said.get(UNIT_PLAN_LABELS[0], (0, None))
        row, signed = said.get(UNIT_PLAN_LABELS[1], (0, None))
        signed_on = None
        if not is_blank(signed):
            signed_on = _day(_text(signed))
            if signed_on is None:
                self._say("date", UNIT_PLAN, f"B{row}", f"“{_text(signed)}”", "ngày tháng năm / a date", "10/05/2021")
        return _or_none(number), signed_on


def printed(figure: Decimal) -> str:
    """A figure as an officer writes it: a decimal comma, no trailing zeros."""
    return f"{figure.normalize():f}".replace(".", ",")


def _text(value: Value) -> str:
    if is_blank(value):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _or_none(value: Value) -> str | None:
    return _text(value) or None


def _day(text: str) -> date | None:
    """A date cell, or a date typed as dd/mm/yyyy."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})( 00:00:00)?", text)
    typed = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        if found:
            return date(*(int(part) for part in found.groups()[:3]))
        return date(*(int(part) for part in reversed(typed.groups()))) if typed else None
    except ValueError:
        return None
