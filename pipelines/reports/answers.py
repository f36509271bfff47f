"""Answers: what each report that came says, judged against what its unit owes.

Belongs here: reading each file once, and the verdict on it. Does not belong here: cells, see form.py; states and rates,
which are SQL over what is landed from here. A form that cannot be read or does not fit is in quarantine: that is a
verdict, made anew whenever plan, units or code change, and not a place.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from pipelines.clock import today
from pipelines.files import sha256_of
from pipelines.finding import Finding
from pipelines.kept import Store, key_of
from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.plans import PERIODS
from pipelines.reports import copies, form
from pipelines.reports.form import Identity, ReadReport, Report, Shown
from pipelines.reports.reading import example, printed, read_report
from pipelines.reports.registry import Receipt, is_simulated, receipts
from pipelines.reports.wording import period_name, spelt, twin
from pipelines.settings import Settings
from pipelines.spelling import place

MANY = 40  # from so many unread files on, two processes read them
MANY_RESULTS = 5  # from so many tasks on, one result for all is none
WEEK = timedelta(days=7)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PERIOD = re.compile(r"\d{4}-(PLAN|Q1|H1|Q3|FY)")
PRIVATE = re.compile(r"(?<!\d)\d{9,15}(?!\d)")  # identity cards, telephones, insurance cards
NEEDS_REASON = ("nothing_arose", "not_applicable", "not_measurable")
# By unit, year and target: the last answer so far for each period, by the place of the period in the year.
Figures = dict[tuple[str, int, str], dict[int, form.TargetAnswer]]


@dataclass(frozen=True)
class Completeness:
    """What a report owes and what it answers; an answer that needs a reason counts with one only."""

    tasks_owed: int = 0
    tasks_answered: int = 0
    tasks_evidenced: int = 0
    targets_owed: int = 0
    targets_answered: int = 0
    communes_owed: int = 0
    communes_covered: int = 0

    @property
    def is_complete(self) -> bool:
        return (self.tasks_answered, self.targets_answered, self.communes_covered) == (
            self.tasks_owed,
            self.targets_owed,
            self.communes_owed,
        )


@dataclass(frozen=True)
class Landed:
    """A receipt as judged: ``report`` is None in quarantine. ``remarks`` ask for care and refuse nothing."""

    receipt: Receipt
    report_id: str
    version: int
    obligation: Obligation | None
    identity: Identity | None
    report: Report | None
    findings: list[Finding]
    remarks: list[Finding] = field(default_factory=list)
    completeness: Completeness = Completeness()
    n_checks: int = 0
    copied_from: str | None = None

    @property
    def state(self) -> str:
        return "received" if self.report is not None else "quarantined"


# --- judging -------------------------------------------------------------------------------------------------------


def check(settings: Settings, duties: Duties, path: Path) -> Landed:
    """Judge a file that was not filed: what its sender would hear. Its figures are compared with those filed."""
    receipt = Receipt(datetime.max, "", "", "", str(path), "", path.name, is_simulated(settings))
    read = read_report(path.read_bytes(), path.name)
    before = land(settings, duties)
    return judge([*before, _unjudged(receipt, read, 0)], duties, is_simulated(settings), only_last=True)[-1]


def land(settings: Settings, duties: Duties, as_of: date | None = None) -> list[Landed]:
    """Every receipt known on a day, read and judged, in order of time. A file is parsed once while the reader stays."""
    known, _ = receipts(settings, as_of)
    read = _read_all(settings, known)
    versions: Counter[tuple[str, str]] = Counter()
    unjudged = []
    for receipt, one in zip(known, read, strict=True):
        versions[receipt.period, receipt.unit_key] += 1
        unjudged.append(_unjudged(receipt, one, versions[receipt.period, receipt.unit_key]))
    return judge(unjudged, duties, is_simulated(settings))


def _unjudged(receipt: Receipt, read: ReadReport, version: int) -> Landed:
    report_id = (
        f"{receipt.period}/{receipt.unit_key}/v{version}" if receipt.unit_key else receipt.path.rsplit(".", 1)[0]
    )
    return Landed(receipt, report_id, version, None, read.identity, read.report, read.findings, read.remarks)


def judge(unjudged: list[Landed], duties: Duties, simulated: bool, only_last: bool = False) -> list[Landed]:
    """Judge reports in order of time against what their units owe and what they said before."""
    figures: Figures = defaultdict(dict)
    judged = []
    for position, item in enumerate(unjudged):
        known = only_last and position < len(unjudged) - 1
        result = item if known else _judge_one(item, duties, simulated, figures)
        judged.append(result)
        if result.report is not None and result.obligation is not None:
            period = PERIODS.index(result.obligation.kind)
            for answer in result.report.targets:
                figures[result.obligation.unit.unit_key, result.obligation.year, answer.target_id][period] = answer
    return [*_with_copies(judged)]


def _judge_one(item: Landed, duties: Duties, simulated: bool, figures: Figures) -> Landed:
    identity = item.identity
    findings = [*item.findings, *_of_another_kind(item, simulated)]
    if identity is None:
        return replace(item, report=None, findings=findings)
    obligation = duties.find(identity.unit_key, identity.period)
    findings += _of_another_place(item, identity, obligation, duties)
    if obligation is None or item.report is None or findings:
        return replace(item, obligation=obligation, report=None, findings=findings)
    owed, report = _Owed.of(duties, obligation), _with_known_codes(item.report, duties, obligation)
    findings = [
        *_names_match(item, report, obligation),
        *_whole_form(item, report, owed),
        *_days_can_be(item, report, obligation, today()),
    ]
    unknown = _not_owed(item, report, owed)
    findings += unknown or [*_counted(item, report, obligation), *_falling(item, report, obligation, figures)]
    if findings:
        return replace(item, obligation=obligation, report=None, findings=findings)
    asked = _remarks(item, report, obligation, owed, duties)
    return replace(
        item,
        obligation=obligation,
        report=report,
        remarks=asked.remarks,
        n_checks=asked.n_checks,
        completeness=_completeness(report, owed),
    )


def _with_known_codes(report: Report, duties: Duties, obligation: Obligation) -> Report:
    """The report with codes as the plan spells them, however they were typed."""
    codes = [i.task_id for i in obligation.plan.items] + [t.target_id for t in obligation.plan.targets]
    codes += [unit.unit_key for unit in duties.communes_of(obligation)]
    known = {code.casefold(): code for code in codes}

    def spelt_so(code: str) -> str:
        return known.get(code.casefold(), code)

    return report.model_copy(
        update={
            "tasks": [a.model_copy(update={"task_id": spelt_so(a.task_id)}) for a in report.tasks],
            "targets": [a.model_copy(update={"target_id": spelt_so(a.target_id)}) for a in report.targets],
            "communes": [a.model_copy(update={"unit_key": spelt_so(a.unit_key)}) for a in report.communes],
        }
    )


@dataclass
class _Asked:
    """Remarks so far, and the number of checks of which they are those that failed."""

    name: str
    remarks: list[Finding]
    n_checks: int

    def ask(self, is_well: bool, rule: str, sheet: str, cell: str | None, found: str, vi: str, en: str) -> None:
        self.n_checks += 1
        if not is_well:
            remedy = twin("Bổ sung ở lần gửi sau.", "Add it when you send again.")
            self.remarks.append(Finding(rule, self.name, found, twin(vi, en), remedy, sheet=sheet, cell=cell))


@dataclass(frozen=True)
class _Owed:
    """What a report must answer; a unit's own plan only has to be there, with its number and day."""

    is_unit_plan: bool
    tasks: frozenset[str]
    targets: frozenset[str]
    communes: frozenset[str]

    @classmethod
    def of(cls, duties: Duties, obligation: Obligation) -> _Owed:
        if obligation.rule.deliverable == "unit_plan":
            return cls(True, frozenset(), frozenset(), frozenset())
        plan, unit = obligation.plan, obligation.unit
        return cls(
            False,
            frozenset(item.task_id for item in plan.items_of(unit)),
            frozenset(target.target_id for target in plan.targets_of(unit, obligation.kind)),
            frozenset(commune.unit_key for commune in duties.communes_of(obligation)),
        )


def _name(item: Landed) -> str:
    """The file as an engineer finds it, or as its sender calls it where it was not filed."""
    return f"raw/reports/{item.receipt.path}" if item.receipt.sha256 else item.receipt.original_name


def _fault(
    item: Landed, rule: str, found: str, expected: str, remedy: str, sheet: str | None = None, cell: str | None = None
) -> Finding:
    return Finding(rule, _name(item), found, expected, remedy, sheet=sheet, cell=cell)


def _of_another_kind(item: Landed, simulated: bool) -> list[Finding]:
    """A simulated report among real ones, or the other way round."""
    marked = {item.receipt.simulated, item.identity.simulated if item.identity else item.receipt.simulated}
    if marked == {simulated}:
        return []
    return [
        _fault(
            item, "simulated_apart", "báo cáo thật" if simulated else "báo cáo mô phỏng",
            twin("báo cáo thật ở nơi làm việc thật, mô phỏng ở nơi mô phỏng",
                 "real reports here, simulated ones in a demonstration"),
            twin("Tạo biểu mẫu tại nơi làm việc này.", "Make the form in this workspace."),
        )
    ]  # fmt: skip


def _of_another_place(item: Landed, identity: Identity, obligation: Obligation | None, duties: Duties) -> list[Finding]:
    """A form that is not of the unit and period it was filed for, of the plan as it is, or of anybody who owes one."""
    found = []
    said, filed = (identity.unit_key, identity.period), (item.receipt.unit_key, item.receipt.period)
    own = twin("Dùng biểu mẫu của chính đơn vị cho đúng kỳ.", "Use the unit's own form of the period.")
    if item.receipt.unit_key and said != filed:
        expected, meant = (_unit_and_period(duties, *one) for one in (filed, said))
        found.append(_fault(item, "unit_matches", f"biểu mẫu của {meant}", twin(expected, expected), own))
    plan = duties.plans.get(identity.plan_id)
    if plan is None or plan.version != identity.plan_version:
        found.append(
            _fault(
                item, "plan_version", "biểu mẫu cũ: kế hoạch đã thay đổi sau khi biểu mẫu được gửi đi",
                twin("biểu mẫu theo kế hoạch hiện hành", "a form of the plan as it is now"),
                twin("Xin biểu mẫu mới của Sở Nội vụ và chép nội dung sang.", "Ask for a new form and copy into it."),
            )
        )  # fmt: skip
    if obligation is None or obligation.not_applicable_reason is not None:
        found.append(
            _fault(
                item, "owes_a_report", f"{_unit_and_period(duties, *said)}: không phải báo cáo trong kỳ này",
                twin("đơn vị phải báo cáo trong kỳ này", "a unit that owes a report for this period"),
                twin("Không cần gửi; hỏi Sở Nội vụ nếu thấy chưa đúng.", "Nothing is owed; ask if that seems wrong."),
            )
        )  # fmt: skip
    return found


def _unit_and_period(duties: Duties, unit_key: str, period: str) -> str:
    """Both by name, as far as they are known."""
    obligation = duties.find(unit_key, period)
    unit = obligation.unit if obligation else next((u for u in duties.units.all if u.unit_key == unit_key), None)
    name = unit.official_name_vi if unit else unit_key
    return f"{name}, {period_name(period).vi}" if PERIOD.fullmatch(period) else f"{name}, {period}"


def _names_match(item: Landed, report: Report, obligation: Obligation) -> list[Finding]:
    """Unit and period as the officer sees them must be those of the hidden sheet, however they are spelt."""
    unit, period = obligation.unit, period_name(obligation.period)
    names = (unit.official_name_vi, unit.full_name_vi, unit.name_vi)
    found = []
    for rule, shown, key, wanted, is_right in (
        (
            "unit_matches", report.unit_shown, unit.unit_key, unit.official_name_vi,
            report.unit_shown is None or place(report.unit_shown.text) in {place(name) for name in names},
        ),
        (
            "period_matches", report.period_shown, obligation.period, period.vi,
            report.period_shown is None or spelt(report.period_shown.text) in period.spellings,
        ),
    ):  # fmt: skip
        if shown is None or is_right or f"({key})" in shown.text or shown.text.endswith(f": {key}"):
            continue
        found.append(
            _fault(
                item, rule, f"“{shown.text}”" if shown.text else "không thấy tên đơn vị hoặc kỳ báo cáo",
                twin(f"{wanted}, như khi biểu mẫu được gửi đi", f"{wanted}, as the form was sent out"),
                twin(f"Gõ lại: {wanted}; hoặc dùng đúng biểu mẫu của đơn vị và của kỳ.",
                     f"Type {wanted}, or use the form of the unit and period."),
                shown.sheet, shown.cell,
            )
        )  # fmt: skip
    return found


def _whole_form(item: Landed, report: Report, owed: _Owed) -> list[Finding]:
    """A sheet that is gone, or a form in which nothing is answered."""
    wanted = {form.UNIT_PLAN} if owed.is_unit_plan else set()
    for sheet, codes in ((form.TASKS, owed.tasks), (form.TARGETS, owed.targets), (form.COMMUNES, owed.communes)):
        wanted |= {sheet} if codes else set()
    found = [
        _fault(
            item, "sheet_there", f"thiếu trang tính “{sheet}”",
            twin(f"trang tính “{sheet}” với bảng như trong biểu mẫu gốc", f"the sheet “{sheet}” as in the form"),
            twin("Lấy biểu mẫu gốc, chép nội dung sang.", "Take the original form and copy into it."), sheet,
        )
        for sheet in form.SHEETS if sheet in wanted - set(report.tabs)
    ]  # fmt: skip
    if found:
        return found
    said = [
        *((a.answer, a.result, a.evidence, a.reason) for a in report.tasks),
        *((a.answer, a.reason) for a in report.targets),
        *((a.has_reported,) for a in report.communes),
        *([(report.document_number, report.signed_on)] if owed.is_unit_plan else []),
    ]
    if any(part is not None for parts in said for part in parts):
        return []
    sheet, first = (form.UNIT_PLAN, "số, ký hiệu và ngày ký") if owed.is_unit_plan else (form.TASKS, "các ô nền vàng")
    return [
        _fault(
            item, "something_answered", "biểu mẫu còn trống, chưa trả lời mục nào",
            twin(f"{first} đã điền", "the yellow cells filled in"),
            twin("Điền biểu mẫu, lưu lại rồi gửi. Có thể đã gửi nhầm tệp gốc.",
                 "Fill the form in, save and send it; this may be the wrong file."),
            report.tab(sheet),
        )
    ]  # fmt: skip


def _not_owed(item: Landed, report: Report, owed: _Owed) -> list[Finding]:
    """Codes that the unit does not answer for, or answers for twice."""
    found = []
    for sheet, rule, known, said in (
        (form.TASKS, "task_owed", owed.tasks, [(a.task_id, a.cell) for a in report.tasks]),
        (form.TARGETS, "target_owed", owed.targets, [(a.target_id, a.cell) for a in report.targets]),
        (form.COMMUNES, "commune_known", owed.communes, [(a.unit_key, a.cell) for a in report.communes]),
    ):
        seen = Counter(code for code, _ in said)
        codes = ", ".join(sorted(known))
        for code, cell in said:
            if code in known and seen[code] == 1:
                continue
            again = seen[code] > 1
            lacking = next((one for one in sorted(known) if one not in seen), min(known, default="-"))
            found.append(
                _fault(
                    item, rule, f"mã {code}{' (lặp lại)' if again else ' không thuộc biểu mẫu của đơn vị'}",
                    twin(f"mỗi mã một lần, trong: {codes}", f"each once, of: {codes}"),
                    twin(f"Gõ lại mã như trong biểu mẫu gốc, ví dụ: {lacking}",
                         f"Type the code of the original form, such as: {lacking}"),
                    report.tab(sheet), f"A{cell.lstrip(LETTERS)}",
                )
            )  # fmt: skip
    return found


def _days_can_be(item: Landed, report: Report, obligation: Obligation, today: date) -> list[Finding]:
    """Days of signing, of figures and of receipt lie within the plan's life, and not after the report came."""
    came = today if item.receipt.received_at == datetime.max else item.receipt.received_at.date()
    issued, year = obligation.plan.head.issued_from, date(obligation.year, 1, 1)
    days = [
        (report.signed_on, issued, report.days.get("signed_on")),
        (report.cut_off_on, year, report.days.get("cut_off_on")),
        *(
            (a.received_on, year, Shown(text="", sheet=report.tab(form.COMMUNES), cell=_beside(a.cell)))
            for a in report.communes
        ),
    ]
    return [
        _fault(
            item, "day_can_be", f"{day:%d/%m/%Y}",
            twin(f"một ngày từ {first:%d/%m/%Y} đến ngày gửi ({came:%d/%m/%Y})",
                 f"a day from {first:%d/%m/%Y} to the day of sending ({came:%d/%m/%Y})"),
            twin(f"Kiểm tra ngày, tháng, năm (ngày trước, tháng sau). Ví dụ: {max(first, came - WEEK):%d/%m/%Y}",
                 f"Look at day, month and year. Example: {max(first, came - WEEK):%d/%m/%Y}"),
            where.sheet, where.cell,
        )
        for day, first, where in days if day is not None and where is not None and not first <= day <= came
    ]  # fmt: skip


def _beside(cell: str) -> str:
    """The cell to the right, where a district gives the day on which a commune reported."""
    column = cell.rstrip("0123456789")
    return f"{chr(ord(column) + 1)}{cell[len(column) :]}"


def _counted(item: Landed, report: Report, obligation: Obligation) -> list[Finding]:
    """Figures of a target that is counted are whole; a share in their place is told as what it is."""
    targets = {target.target_id: target for target in obligation.plan.targets}
    found = []
    for answer in report.targets:
        target = targets[answer.target_id]
        figures = [f for f in (answer.numerator, answer.denominator) if f is not None]
        broken = next((f for f in figures if f % 1), None)
        if not target.is_whole or broken is None:
            continue
        cell = answer.cell if broken == answer.numerator else _beside(answer.cell)
        sheet, counted = report.tab(form.TARGETS), target.counted_in_vi or "số đếm"
        is_share = max(figures) <= 1
        found.append(
            _fault(
                item, "not_a_percentage" if is_share else "whole_number", printed(broken),
                twin(f"một số nguyên ({counted})" + (", không phải tỷ lệ" if is_share else ""),
                     f"a whole number ({target.counted_in_en})" + (", not a share" if is_share else "")),
                twin("Gõ số đã đạt và tổng số phải thực hiện, không chấm, không phẩy. Ví dụ: 190 và 200",
                     "Type both counts, without point or comma. Example: 190 and 200"),
                sheet, cell,
            )
        )  # fmt: skip
    return found


def _falling(item: Landed, report: Report, obligation: Obligation, figures: Figures) -> list[Finding]:
    """Cumulative figures below those of an earlier period of the year."""
    found = []
    is_cumulative = {target.target_id: target.is_cumulative for target in obligation.plan.targets}
    for answer in report.targets:
        key = (obligation.unit.unit_key, obligation.year, answer.target_id)
        before = [a for period, a in figures[key].items() if period < PERIODS.index(obligation.kind)]
        for name in ("numerator", "denominator") if is_cumulative[answer.target_id] else ():
            now = getattr(answer, name)
            highest = max((figure for a in before if (figure := getattr(a, name)) is not None), default=None)
            if now is not None and highest is not None and now < highest:
                least = printed(highest)
                expected = twin(f"ít nhất {least}, như kỳ trước (số lũy kế)", f"at least {least}, as before")
                found.append(
                    _fault(
                        item, "cumulative_does_not_fall", printed(now), expected, example(least),
                        report.tab(form.TARGETS), answer.cell if name == "numerator" else _beside(answer.cell),
                    )
                )  # fmt: skip
    return found


def _completeness(report: Report, owed: _Owed) -> Completeness:
    if owed.is_unit_plan:
        there = bool(report.document_number) + (report.signed_on is not None)
        return Completeness(tasks_owed=2, tasks_answered=there, tasks_evidenced=there)
    answered = [a for a in report.tasks if a.answer and (a.reason or a.answer not in NEEDS_REASON)]
    evidenced = [a for a in answered if a.evidence or a.answer in (*NEEDS_REASON, "not_started")]
    figures = [a for a in report.targets if a.answer and (a.reason or a.answer not in NEEDS_REASON)]
    return Completeness(
        len(owed.tasks),
        len(answered),
        len(evidenced),
        len(owed.targets),
        len(figures),
        len(owed.communes),
        sum(a.has_reported is not None for a in report.communes),
    )


def _remarks(item: Landed, report: Report, obligation: Obligation, owed: _Owed, duties: Duties) -> _Asked:
    """What refuses no report and asks for a look."""
    asked = _Asked(_name(item), list(item.remarks), len(item.remarks))
    tasks, targets, communes = (report.tab(sheet) for sheet in (form.TASKS, form.TARGETS, form.COMMUNES))
    for task in report.tasks:
        if task.answer == "done":
            asked.ask(bool(task.evidence), "evidence_given", tasks, task.cell, "không có tài liệu kiểm chứng",
                      "số, ngày văn bản hoặc đường dẫn", "number and day of a document, or a link")  # fmt: skip
        if task.answer in ("done", "in_progress"):
            asked.ask(bool(task.result), "result_given", tasks, task.cell, "không có kết quả cụ thể",
                      "một câu về việc đã làm", "a sentence on what was done")  # fmt: skip
    reasons: list[tuple[str, str | None, str | None, str]] = [
        *((tasks, a.answer, a.reason, a.cell) for a in report.tasks),
        *((targets, a.answer, a.reason, a.cell) for a in report.targets),
    ]
    for sheet, word, reason, cell in reasons:
        if word in NEEDS_REASON:
            asked.ask(bool(reason), "reason_given", sheet, cell, "không có lý do", "lý do", "a reason")
    items = {one.task_id: one.title_vi for one in obligation.plan.items}
    titles = {one.target_id: one.title_vi for one in obligation.plan.targets}
    names = {unit.unit_key: unit.full_name_vi for unit in duties.communes_of(obligation)}
    for sheet, owing, known, answered in (
        (tasks, owed.tasks, items, {a.task_id for a in report.tasks if a.answer}),
        (targets, owed.targets, titles, {a.target_id for a in report.targets if a.answer}),
        (communes, owed.communes, names, {a.unit_key for a in report.communes if a.has_reported is not None}),
    ):
        left = "; ".join(f"{code} {known.get(code, '')}".strip() for code in sorted(owing - answered))
        if owing:
            asked.ask(not left, "all_answered", sheet, None, f"chưa trả lời: {left}",
                      "mọi mục của biểu mẫu", "every line of the form")  # fmt: skip
    if owed.is_unit_plan:
        asked.ask(bool(report.document_number), "document_given", report.tab(form.UNIT_PLAN), None,
                  "chưa ghi số, ký hiệu văn bản", "số, ký hiệu văn bản", "the document's number")  # fmt: skip
        asked.ask(report.signed_on is not None, "document_given", report.tab(form.UNIT_PLAN), None,
                  "chưa ghi ngày ký ở ô riêng", "ngày ký ở ô “Ngày ký văn bản”",
                  "its day in a cell of its own")  # fmt: skip
    elif report.has_head:
        lacking = [
            label.vi
            for label, value in (
                (form.DOCUMENT_NUMBER, report.document_number), (form.SIGNED_ON, report.signed_on),
                (form.CUT_OFF_ON, report.cut_off_on), (form.PREPARED_BY, report.prepared_by),
                (form.HEAD_OF_UNIT, report.head_of_unit),
            )
            if not value
        ]  # fmt: skip
        asked.ask(not lacking, "document_given", tasks, None, f"chưa ghi: {'; '.join(lacking)}",
                  "các ô nền vàng ở đầu trang tính", "the yellow cells at the top of the sheet")  # fmt: skip
    _private_and_repeated(asked, report)
    is_whole = {target.target_id: target.is_whole for target in obligation.plan.targets}
    of_a_hundred = [_beside(a.cell) for a in report.targets if a.denominator == 100 and is_whole[a.target_id]]
    if report.targets:
        asked.ask(not of_a_hundred, "count_of_a_hundred", targets, next(iter(of_a_hundred), None),
                  f"tổng số đúng bằng 100 ở {', '.join(of_a_hundred)}",
                  "số đếm thật; nếu đây là tỷ lệ phần trăm thì ghi lại hai số đếm",
                  "the true count; if this is a percentage, give both counts")  # fmt: skip
    return asked


def _private_and_repeated(asked: _Asked, report: Report) -> None:
    """Figures that may identify a citizen, and one sentence in place of all results."""
    texts = [(text, a.cell) for a in report.tasks for text in (a.result, a.evidence, a.reason) if text]
    texts += [(text, a.cell) for a in report.targets if (text := a.reason)]
    texts += [(text, "") for text in (report.difficulties, report.proposals) if text]
    private = [(found[0], cell) for text, cell in texts if (found := PRIVATE.search(text))]
    hidden = f"dãy {len(private[0][0])} chữ số liền nhau" if private else ""
    more = f", và {len(private) - 1} chỗ khác" if len(private) > 1 else ""
    asked.ask(not private, "no_personal_data", report.tab(form.TASKS), private[0][1] or None if private else None,
              f"{hidden}{more}, có thể là số căn cước, điện thoại hoặc thẻ bảo hiểm của người dân",
              "không có thông tin cá nhân", "no personal data")  # fmt: skip
    results = [a.result for a in report.tasks if a.result]
    same = len(results) >= MANY_RESULTS and len(set(results)) == 1
    if results:
        asked.ask(not same, "own_result_each", report.tab(form.TASKS), report.tasks[0].cell,
                  f"mọi nhiệm vụ cùng một kết quả: “{results[0][:60]}”", "kết quả riêng của từng nhiệm vụ",
                  "a result of its own for each task")  # fmt: skip


def _with_copies(judged: list[Landed]) -> Iterator[Landed]:
    """The reports with a remark on each whose words are not its own."""
    owed = [(item, item.obligation, item.report) for item in judged if item.obligation and item.report]
    texts = [
        copies.Text(
            item.report_id,
            obligation.unit.unit_key,
            obligation.period,
            obligation.unit.level,
            " ".join(answer.result or "" for answer in report.tasks),
            obligation.plan.head.settings.copied_text,
        )
        for item, obligation, report in owed
    ]
    sources = dict(zip((id(item) for item, _, _ in owed), copies.sources(texts), strict=True))
    for item in judged:
        if id(item) not in sources:
            yield item
            continue
        remarks, source = item.remarks, sources[id(item)]
        if source is not None:
            found = f"lời văn gần như trùng với báo cáo {source}"
            expected = twin("lời của chính đơn vị, về kỳ này", "the unit's own words on this period")
            remedy = twin("Viết lại kết quả của kỳ này.", "Write this period's results.")
            remarks = [*remarks, Finding("own_words", _name(item), found, expected, remedy, sheet=form.TASKS)]
        yield replace(item, remarks=remarks, n_checks=item.n_checks + 1, copied_from=source)


# --- reading once --------------------------------------------------------------------------------------------------


def _read_all(settings: Settings, known: list[Receipt]) -> list[ReadReport]:
    """What each file says, from the store where it was read before."""
    store = Store(settings.landing / "reports")
    places = [_place(settings.reports, receipt) for receipt in known]
    new = [(receipt, kept) for receipt, kept in zip(known, places, strict=True) if store.find(*kept) is None]
    fresh = _read_new(settings.reports, [receipt for receipt, _ in new])
    for (_, kept), read in zip(new, fresh, strict=True):
        with store.make(*kept) as draft:
            draft.write_text(read.model_dump_json(), encoding="utf-8")
    return [
        ReadReport.model_validate_json(path.read_bytes()) for kept in places if (path := store.find(*kept)) is not None
    ]


def _read_new(folder: Path, new: list[Receipt]) -> list[ReadReport]:
    if len(new) < MANY:
        return [_read_one(folder, receipt) for receipt in new]
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_read_one, [folder] * len(new), new, chunksize=20))


def _place(folder: Path, receipt: Receipt) -> tuple[str, str]:
    """Name and key of a receipt in the store."""
    file = _file(folder, receipt)
    name = hashlib.sha256(receipt.path.encode()).hexdigest()[:24]
    return name, key_of("reports", [file] if file else [], receipt.path, receipt.sha256)


def _file(folder: Path, receipt: Receipt) -> Path | None:
    """The file of a receipt, or None where there is none below the folder."""
    path = folder / receipt.path
    return path if path.resolve().is_relative_to(folder.resolve()) and path.is_file() else None


def _read_one(folder: Path, receipt: Receipt) -> ReadReport:
    path, name = _file(folder, receipt), f"raw/reports/{receipt.path}"
    if path is None or sha256_of(path) != receipt.sha256:
        remedy = twin("Khôi phục tệp như khi nhận.", "Restore the file as received; git has it.")
        found, expected = "tệp đã nhận bị mất hoặc bị sửa", twin("tệp như khi nhận", "the file as received")
        finding = Finding("file_as_received", name, found, expected, remedy)
        return ReadReport(identity=None, report=None, findings=[finding])
    return read_report(path.read_bytes(), name)


def previous_report(landed: list[Landed], obligation: Obligation) -> Report | None:
    """The unit's last readable report of an earlier period, to be shown beside the new form."""
    own = [
        item
        for item in landed
        if item.report is not None
        and item.obligation is not None
        and item.obligation.rule.deliverable == "report"
        and item.obligation.unit.unit_key == obligation.unit.unit_key
        and (item.obligation.due_nominal or date.max) < (obligation.due_nominal or date.max)
    ]
    latest = sorted(own, key=lambda i: (i.obligation.due_nominal or date.min if i.obligation else date.min, i.version))
    return latest[-1].report if latest else None
