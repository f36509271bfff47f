"""A demonstration: a workspace of its own with simulated reports of every unit, marked as such wherever they stand.

Belongs here: inventing reports and keeping a ledger of what was invented. Does not belong here: judging or counting
them; that is the work of the same code that real reports meet.
"""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.units import Unit
from pipelines.reports import drawing, filing, form, registry
from pipelines.reports.filing import Arrival
from pipelines.reports.form import CommuneAnswer, Report, TargetAnswer, TargetWord, TaskAnswer, TaskWord
from pipelines.reports.registry import Event
from pipelines.settings import Settings

PERIODS = ("2021-PLAN", "2021-H1", "2021-FY", "2022-Q1", "2022-H1", "2022-FY")
AS_OF = date(2022, 12, 15)
SEED = 2021
# Fate of a report, with its weight. What never comes is missing; what comes broken is sent again or not.
FATES = {
    "on_time": 70,
    "late": 11,
    "missing": 8,
    "returned_and_sent_again": 5,
    "returned_and_left": 1,
    "broken_and_mended": 3,
    "broken": 1,
    "copied": 1,
}
FAULTS = ("numerator_above", "negative", "text_for_a_number", "another_unit", "not_a_form")
MARKED = "Mọi báo cáo trong thư mục này là mô phỏng. / Every report in this folder is simulated.\n"
DONE = (
    "tổ chức {n} hội nghị tại các thôn với sự tham gia của người dân",
    "niêm yết công khai tại trụ sở {unit} và nhà văn hóa",
    "phát thanh {n} lượt tin bài trên loa truyền thanh",
    "kiểm tra {n} lượt và nhắc nhở những nơi làm chưa tốt",
    "tiếp nhận {n} ý kiến góp ý rồi trả lời bằng văn bản",
    "tập huấn cho {n} cán bộ phụ trách ở cơ sở",
    "rà soát {n} thủ tục, bỏ bớt giấy tờ không cần thiết",
    "bố trí thêm kinh phí và phân công lãnh đạo {unit} theo dõi",
)


@dataclass(frozen=True)
class Invented:
    """One line of the ledger: what was made up for one obligation. Empty days are things that did not happen."""

    period: str
    unit_key: str
    level: str
    parent_key: str
    fate: str
    unreadable_on: date | None
    first_readable_on: date | None
    returned_on: date | None
    sent_again_on: date | None
    accepted_on: date | None
    waived_on: date | None
    is_complete: bool
    fault: str
    is_said_by_district: bool | None = None


class NotEmpty(ValueError):
    """The folder for the demonstration holds something already."""


def make(source: Settings, folder: Path, periods: Sequence[str] = PERIODS, seed: int = SEED) -> Settings:
    """Make a workspace in ``folder`` with plans and releases of ``source`` and simulated reports; returns its settings.

    The same seed makes the same reports. The ledger lies in ledger.csv. Raises ``NotEmpty``.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NotEmpty(f"{folder} is not empty")
    settings = Settings(raw=folder / "raw", warehouse=folder / "warehouse", as_of=AS_OF)
    shutil.copytree(source.raw, settings.raw, ignore=shutil.ignore_patterns(source.reports.name))
    settings.reports.mkdir()
    (settings.reports / registry.MARK).write_text(MARKED, encoding="utf-8")
    duties = Duties(settings)
    chance = random.Random(seed)  # noqa: S311 - a demonstration
    office = _Office(settings, duties, chance, folder / "post")
    for period in periods:
        for obligation in duties.obligations:
            if obligation.period == period and obligation.not_applicable_reason is None:
                office.invent(obligation)
    office.post()
    shutil.rmtree(folder / "post")
    with (folder / "ledger.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(Invented.__dataclass_fields__), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(line) for line in office.ledger)
    return settings


class _Office:
    """Invents what each unit sends, and what becomes of it."""

    def __init__(self, settings: Settings, duties: Duties, chance: random.Random, folder: Path) -> None:
        self.settings, self.duties, self.chance, self.folder = settings, duties, chance, folder
        self.ledger: list[Invented] = []
        self.arrivals: list[Arrival] = []
        self.events: list[Event] = []
        self.size: dict[tuple[str, str], int] = {}
        self.texts: dict[str, Report] = {}
        self.said: dict[tuple[str, str], bool | None] = {}
        # Words to make texts of that are nobody else's; together they mean nothing.
        titles = " ".join(item.title_vi for plan in duties.plans.values() for item in plan.items)
        self.words = sorted({word for word in re.findall(r"[^\W\d_]+", titles.lower()) if len(word) > 1})
        folder.mkdir()

    def invent(self, obligation: Obligation) -> None:
        chance, due = self.chance, obligation.due_counted
        assert due is not None
        [fate] = chance.choices(list(FATES), list(FATES.values()))
        if obligation.rule.deliverable == "unit_plan" and fate in ("copied", "broken", "broken_and_mended"):
            fate = "on_time"
        first = readable = returned = again = accepted = waived = None
        fault = ""
        report = self._answers(obligation, fate)
        if fate == "missing":
            if chance.random() < 0.05:
                waived = due + timedelta(days=chance.randint(1, 5))
                self._event(obligation, "waived", waived, decision_no=f"QĐ-{chance.randint(10, 99)}/SNV")
        elif fate in ("broken", "broken_and_mended"):
            fault = chance.choice(FAULTS)
            first = due - timedelta(days=chance.randint(1, 6))
            self._send(obligation, self._spoilt(obligation, report, fault), first)
            if fate == "broken_and_mended":
                readable = due + timedelta(days=chance.randint(0, 3))
                self._send(obligation, self._drawn(obligation, report), readable)
        else:
            late = fate == "late"
            readable = (
                due + timedelta(days=chance.randint(1, 20)) if late else due - timedelta(days=chance.randint(0, 9))
            )
            self._send(obligation, self._drawn(obligation, report), readable)
            if fate.startswith("returned"):
                returned = readable + timedelta(days=chance.randint(1, 3))
                self._event(obligation, "returned", returned, reason="Thiếu tài liệu kiểm chứng")
                if fate == "returned_and_sent_again":
                    again = returned + timedelta(days=chance.randint(1, 9))
                    self._send(obligation, self._drawn(obligation, _mended(report)), again)
            elif chance.random() < 0.8:
                accepted = readable + timedelta(days=chance.randint(2, 15))
                self._event(obligation, "accepted", accepted)
        is_complete = readable is not None and self._is_whole(obligation, report)
        unit = obligation.unit
        who = (obligation.period, unit.unit_key, unit.level, unit.parent_key)
        self.ledger.append(Invented(*who, fate, first, readable, returned, again, accepted, waived, is_complete, fault))
        self.said |= {(obligation.period, answer.unit_key): answer.has_reported for answer in report.communes}

    def post(self) -> None:
        """File everything in order of time."""
        self.ledger = [
            replace(line, is_said_by_district=self.said.get((line.period, line.unit_key))) for line in self.ledger
        ]
        filing.file_reports(self.settings, self.duties, self.arrivals)
        registry.append_events(self.settings, sorted(self.events, key=lambda e: e.at))

    def _send(self, obligation: Obligation, content: bytes, day: date) -> None:
        path = self.folder / f"{len(self.arrivals):05d}.xlsx"
        path.write_bytes(content)
        at = datetime.combine(day, time(self.chance.randint(8, 16), self.chance.randint(0, 59)))
        self.arrivals.append(
            Arrival(path, at, "simulated", obligation.unit.unit_key, obligation.period, simulated=True)
        )

    def _event(self, obligation: Obligation, event: str, day: date, decision_no: str = "", reason: str = "") -> None:
        at = datetime.combine(day, time(16, 30))
        self.events.append(
            Event(at, obligation.period, obligation.unit.unit_key, event, decision_no, reason, "simulated", 0)
        )

    def _drawn(self, obligation: Obligation, report: Report) -> bytes:
        return drawing.draw(drawing.content_of(self.duties, obligation, simulated=True), report)

    def _spoilt(self, obligation: Obligation, report: Report, fault: str) -> bytes:
        if fault == "not_a_form":
            return f"{obligation.obligation_id}: bản chụp, không phải biểu mẫu".encode()
        if fault == "another_unit" or not report.targets:
            same_level = [o for o in self.duties.obligations if o.period == obligation.period]
            other = next(o for o in same_level if o.unit.level == obligation.unit.level and o.unit != obligation.unit)
            return self._drawn(other, self._answers(other, "on_time"))
        typed: dict[str, float | str] = {"numerator_above": 140, "negative": -1, "text_for_a_number": "khoảng 90"}
        return _typed_over(
            self._drawn(obligation, report), {"G2": form.TARGET_ANSWERS["reported"].vi, "H2": typed[fault], "I2": 120}
        )

    def _answers(self, obligation: Obligation, fate: str) -> Report:
        if obligation.rule.deliverable == "unit_plan":
            signed = (obligation.due_nominal or AS_OF) - timedelta(days=self.chance.randint(10, 15))
            return Report(document_number=f"{self.chance.randint(10, 200)}/KH", signed_on=signed)
        unit, plan = obligation.unit, obligation.plan
        tasks = [self._task(unit, item.task_id) for item in plan.items_of(unit)]
        named = (obligation.due_nominal or AS_OF) - timedelta(days=10)
        communes = [
            CommuneAnswer(unit_key=c.unit_key, has_reported=has, cell="", received_on=named if has else None)
            for c in (self.duties.communes_of(obligation) if unit.level == "district" else [])
            for has in [self.chance.random() < 0.9]
        ]
        targets = [
            self._target(obligation, t.target_id, t.is_cumulative) for t in plan.targets_of(unit, obligation.kind)
        ]
        report = Report(tasks=tasks, targets=targets, communes=communes, **self._document(obligation))
        if fate == "copied" and unit.level in self.texts:
            model = {a.task_id: a for a in self.texts[unit.level].tasks}
            report = report.model_copy(update={"tasks": [model.get(a.task_id, a) for a in tasks]})
        self.texts[unit.level] = report
        return report

    def _document(self, obligation: Obligation) -> dict[str, Any]:
        """Number and day of the report, the day of its figures, and who answers for it."""
        cut_off = (obligation.due_nominal or AS_OF) - timedelta(days=self.chance.randint(10, 15))
        return {
            "document_number": f"{self.chance.randint(10, 200)}/BC-UBND",
            "signed_on": cut_off,
            "cut_off_on": cut_off,
            "prepared_by": "Cán bộ mô phỏng",
            "head_of_unit": "Thủ trưởng mô phỏng",
            "difficulties": self.chance.choice(("Thiếu kinh phí", "Thiếu người phụ trách", None)),
            "proposals": self.chance.choice(("Đề nghị tập huấn", "Đề nghị bố trí kinh phí", None)),
        }

    def _task(self, unit: Unit, task_id: str) -> TaskAnswer:
        words: list[TaskWord | None] = ["done", "in_progress", "not_started", "nothing_arose", "not_applicable", None]
        [word] = self.chance.choices(words, [50, 30, 8, 6, 5, 1])
        deed = self.chance.choice(DONE).format(n=self.chance.randint(2, 90), unit=unit.full_name_vi)
        result = f"{deed}; {' '.join(self.chance.choices(self.words, k=12))}"
        has_work = word in ("done", "in_progress")
        has_evidence = has_work and self.chance.random() < 0.85
        return TaskAnswer(
            task_id=task_id,
            answer=word,
            result=result if has_work else None,
            evidence=f"{self.chance.randint(1, 300)}/BC-UBND" if has_evidence else None,
            reason=None if has_work or word is None else "Không có trong kỳ",
            cell="",
        )

    def _target(self, obligation: Obligation, target_id: str, is_cumulative: bool) -> TargetAnswer:
        words: list[TargetWord] = ["reported", "nothing_arose", "not_applicable", "not_measurable"]
        [word] = self.chance.choices(words, [90, 4, 3, 3])
        if word != "reported":
            reason = "Chưa có nguồn số liệu"
            return TargetAnswer(
                target_id=target_id, answer=word, numerator=None, denominator=None, reason=reason, cell=""
            )
        key = obligation.unit.unit_key, target_id
        base = self.size.setdefault(key, self.chance.randint(40, 900))
        parts = {"Q1": 1, "H1": 2, "FY": 4}[obligation.kind] if is_cumulative else 4
        denominator = base * parts
        share = {"2021": 0.80, "2022": 0.92}.get(str(obligation.year), 0.9)
        return TargetAnswer(
            target_id=target_id,
            answer=word,
            numerator=Decimal(int(denominator * share)),
            denominator=Decimal(denominator),
            reason=None,
            cell="",
        )

    @staticmethod
    def _is_whole(obligation: Obligation, report: Report) -> bool:
        return obligation.rule.deliverable == "unit_plan" or all(task.answer for task in report.tasks)


def _mended(report: Report) -> Report:
    """The report with evidence for everything done."""
    if report.document_number:
        return report.model_copy(update={"document_number": f"{report.document_number} (sửa)"})
    tasks = [
        task.model_copy(update={"evidence": f"{task.evidence or 'Phụ lục'}, bổ sung"}) if task.result else task
        for task in report.tasks
    ]
    return report.model_copy(update={"tasks": tasks})


def _typed_over(content: bytes, cells: dict[str, float | str]) -> bytes:
    """The form after somebody typed into its targets."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book[form.TARGETS][cell] = value
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()
