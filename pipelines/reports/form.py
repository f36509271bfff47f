"""The report form: its sheets, headings and answers, and what a filled one says as a record.

Belongs here: the shape of the form, which drawing.py draws and reading.py reads, and its versions. Does not belong
here: cells. Forms of earlier versions differ in words only: ``older`` words are read as well.
"""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.finding import Finding
from pipelines.reports.wording import Words

FORM_VERSION = "2"
KNOWN_VERSIONS = ("1", FORM_VERSION)
HIDDEN, TASKS, TARGETS, COMMUNES, UNIT_PLAN, GUIDE = "_papi", "Báo cáo", "Chỉ tiêu", "Xã", "Kế hoạch", "Hướng dẫn"
SHEETS = (TASKS, TARGETS, COMMUNES, UNIT_PLAN)
HIDDEN_SAID = "trang tính ẩn"

CODE = Words(vi="Mã", en="Code")
REASON = Words(vi="Lý do, vướng mắc", en="Reason", older=("Lý do",))
PROGRESS = Words(vi="Tình trạng thực hiện", en="Answer", older=("Trả lời",))
RESULT = Words(vi="Kết quả cụ thể", en="Result", older=("Kết quả",))
EVIDENCE = Words(vi="Tài liệu kiểm chứng", en="Evidence", older=("Minh chứng",))
ACHIEVED_NOW = Words(vi="Số đã đạt kỳ này (tử số)", en="Numerator now", older=("Tử số kỳ này",))
TOTAL_NOW = Words(vi="Tổng số phải thực hiện kỳ này (mẫu số)", en="Denominator now", older=("Mẫu số kỳ này",))
HAS_REPORTED = Words(vi="Đã báo cáo", en="Has reported")
RECEIVED_ON = Words(vi="Ngày nhận", en="Received on")
TASK_HEADINGS = (
    CODE,
    Words(vi="Nhiệm vụ", en="Task"),
    Words(vi="Kỳ trước", en="Last period"),
    PROGRESS,
    RESULT,
    EVIDENCE,
    REASON,
)
TARGET_HEADINGS = (
    CODE,
    Words(vi="Chỉ tiêu", en="Target"),
    Words(vi="Cách tính số đã đạt (tử số)", en="Numerator", older=("Tử số",)),
    Words(vi="Cách tính tổng số phải thực hiện (mẫu số)", en="Denominator", older=("Mẫu số",)),
    Words(vi="Kỳ trước: đã đạt", en="Last: numerator", older=("Kỳ trước: tử",)),
    Words(vi="Kỳ trước: tổng số", en="Last: denominator", older=("Kỳ trước: mẫu",)),
    PROGRESS,
    ACHIEVED_NOW,
    TOTAL_NOW,
    REASON,
    Words(vi="Tỷ lệ", en="Share"),
)
COMMUNE_HEADINGS = (CODE, Words(vi="Xã, phường, thị trấn", en="Commune"), HAS_REPORTED, RECEIVED_ON)
HEADINGS = {TASKS: TASK_HEADINGS, TARGETS: TARGET_HEADINGS, COMMUNES: COMMUNE_HEADINGS}
# The columns that are read; the others are for the reader of the form.
READ = {
    TASKS: (CODE, PROGRESS, RESULT, EVIDENCE, REASON),
    TARGETS: (CODE, PROGRESS, ACHIEVED_NOW, TOTAL_NOW, REASON),
    COMMUNES: (CODE, HAS_REPORTED, RECEIVED_ON),
}
TASK_TEXTS = {"result": RESULT, "evidence": EVIDENCE, "reason": REASON}

UNIT_LABEL = Words(vi="Đơn vị báo cáo", en="Unit", older=("Đơn vị",))
PERIOD_LABEL = Words(vi="Kỳ báo cáo", en="Period")
DOCUMENT_NUMBER = Words(vi="Số, ký hiệu văn bản", en="Document number", older=("Số văn bản",))
SIGNED_ON = Words(vi="Ngày ký văn bản", en="Date signed", older=("Ngày ký",))
CUT_OFF_ON = Words(vi="Số liệu chốt đến ngày", en="Figures up to")
PREPARED_BY = Words(vi="Người lập biểu", en="Prepared by")
HEAD_OF_UNIT = Words(vi="Thủ trưởng đơn vị", en="Head of the unit")
DIFFICULTIES = Words(vi="Khó khăn, vướng mắc", en="Difficulties")
PROPOSALS = Words(vi="Kiến nghị, đề xuất", en="Proposals")
LABELS = (
    UNIT_LABEL, PERIOD_LABEL, DOCUMENT_NUMBER, SIGNED_ON, CUT_OFF_ON, PREPARED_BY, HEAD_OF_UNIT, DIFFICULTIES,
    PROPOSALS,
)  # fmt: skip

TaskWord = Literal["done", "in_progress", "not_started", "nothing_arose", "not_applicable"]
TargetWord = Literal["reported", "nothing_arose", "not_applicable", "not_measurable"]
NOTHING_AROSE = Words(vi="Không phát sinh", en="Nothing arose")
NOT_APPLICABLE = Words(vi="Không áp dụng", en="Not applicable")
TASK_ANSWERS: dict[TaskWord, Words] = {
    "done": Words(vi="Đã hoàn thành", en="Done"),
    "in_progress": Words(vi="Đang thực hiện", en="In progress"),
    "not_started": Words(vi="Chưa thực hiện", en="Not started"),
    "nothing_arose": NOTHING_AROSE,
    "not_applicable": NOT_APPLICABLE,
}
TARGET_ANSWERS: dict[TargetWord, Words] = {
    "reported": Words(vi="Có số liệu", en="Reported"),
    "nothing_arose": NOTHING_AROSE,
    "not_applicable": NOT_APPLICABLE,
    "not_measurable": Words(vi="Không đo được", en="Not measurable"),
}
YES, NO = Words(vi="Có", en="Yes"), Words(vi="Không", en="No")
COMMUNE_ANSWERS: dict[Literal["yes", "no"], Words] = {"yes": YES, "no": NO}


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
        said = (self.plan_id, self.plan_version, self.unit_key, self.period, self.simulated)
        return self.checksum == checksum(*said, form_version=self.form_version)


class TaskAnswer(Record):
    """The answer on one task; ``cell`` is where it stands, ``places`` where the texts beside it do."""

    task_id: str
    answer: TaskWord | None
    result: str | None
    evidence: str | None
    reason: str | None
    cell: str
    places: dict[str, str] = {}


class TargetAnswer(Record):
    """The answer on one target: a numerator and denominator where ``answer`` is reported; the rest as for a task."""

    target_id: str
    answer: TargetWord | None
    numerator: Decimal | None
    denominator: Decimal | None
    reason: str | None
    cell: str
    places: dict[str, str] = {}


class CommuneAnswer(Record):
    """Whether a district says that a commune has reported to it, and on which day."""

    unit_key: str
    has_reported: bool | None
    cell: str
    received_on: date | None = None


class Shown(Record):
    """A cell beside a label: its text, and where it stands."""

    text: str
    sheet: str
    cell: str | None


class Report(Record):
    """Everything that a form says.

    ``tabs`` are the names of its sheets by the names that the form had; ``days`` are where its days stand.
    """

    tasks: list[TaskAnswer] = []
    targets: list[TargetAnswer] = []
    communes: list[CommuneAnswer] = []
    document_number: str | None = None
    signed_on: date | None = None
    cut_off_on: date | None = None
    difficulties: str | None = None
    proposals: str | None = None
    prepared_by: str | None = None
    head_of_unit: str | None = None
    unit_shown: Shown | None = None
    period_shown: Shown | None = None
    tabs: dict[str, str] = {}
    days: dict[str, Shown] = {}
    has_head: bool = False

    def tab(self, sheet: str) -> str:
        """The name of a sheet in this file."""
        return self.tabs.get(sheet, sheet)


class ReadReport(Record):
    """A file as read: who it is from, where that could be told, its answers as far as they could be read, or None.

    With ``findings`` it cannot be taken; the answers are there to find what else is wrong.
    """

    identity: Identity | None
    report: Report | None
    findings: list[Finding]
    remarks: list[Finding] = []


def checksum(
    plan_id: str, plan_version: str, unit_key: str, period: str, simulated: bool, form_version: str = FORM_VERSION
) -> str:
    """Twelve characters that tie a form to plan, unit and period. Against mistakes, not against forgers."""
    parts = "|".join((form_version, plan_id, plan_version, unit_key, period, str(simulated)))
    return hashlib.sha256(parts.encode()).hexdigest()[:12]
