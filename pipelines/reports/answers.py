"""Answers: what each report that came says, judged against what its unit owes.

Belongs here: reading each file once, and the verdict on it. Does not belong here: cells, see form.py; states and rates,
which are SQL over what is landed from here. A form that cannot be read or does not fit is in quarantine: that is a
verdict, made anew whenever plan, units or code change, and not a place.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path

from pipelines.files import sha256_of
from pipelines.finding import Finding
from pipelines.kept import Store, key_of
from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.plans import PERIODS
from pipelines.reports import copies, form
from pipelines.reports.form import Identity, ReadReport, Report, read_report
from pipelines.reports.registry import Receipt, is_simulated, receipts
from pipelines.settings import Settings

MANY = 40  # from so many unread files on, two processes read them
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
    return Landed(receipt, report_id, version, None, read.identity, read.report, read.findings)


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
    owed = _Owed.of(duties, obligation)
    findings = [*_not_owed(item, item.report, owed), *_falling(item, item.report, obligation, figures)]
    if findings:
        return replace(item, obligation=obligation, report=None, findings=findings)
    n_checks, remarks = _remarks(item.report, _name(item))
    completeness = _completeness(item.report, owed)
    return replace(item, obligation=obligation, remarks=remarks, n_checks=n_checks, completeness=completeness)


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
    return f"raw/reports/{item.receipt.path}"


def _fault(
    item: Landed, rule: str, found: str, expected: str, example: str, sheet: str | None = None, cell: str | None = None
) -> Finding:
    remedy = f"Ví dụ: {example} / Example: {example}"
    return Finding(rule, _name(item), found, expected, remedy, sheet=sheet, cell=cell)


def _of_another_kind(item: Landed, simulated: bool) -> list[Finding]:
    """A simulated report among real ones, or the other way round."""
    marked = {item.receipt.simulated, item.identity.simulated if item.identity else item.receipt.simulated}
    if marked == {simulated}:
        return []
    return [
        _fault(
            item,
            "simulated_apart",
            "thật / real" if simulated else "mô phỏng / simulated",
            "báo cáo thật ở nơi làm việc thật, mô phỏng ở nơi mô phỏng / real reports here, simulated ones in a demo",
            "tạo biểu mẫu tại nơi làm việc này / make the form in this workspace",
        )
    ]


def _of_another_place(item: Landed, identity: Identity, obligation: Obligation | None, duties: Duties) -> list[Finding]:
    """A form that is not of the unit and period it was filed for, of the plan as it is, or of anybody who owes one."""
    found = []
    said, filed = (identity.unit_key, identity.period), (item.receipt.unit_key, item.receipt.period)
    if item.receipt.unit_key and said != filed:
        example = "biểu mẫu của chính đơn vị / the unit's own form"
        found.append(_fault(item, "unit_matches", " ".join(said), " ".join(filed), example, form.HIDDEN))
    plan = duties.plans.get(identity.plan_id)
    if plan is None or plan.version != identity.plan_version:
        known = ", ".join(f"{p.plan_id} {p.version}" for p in duties.plans.values())
        carried, example = f"{identity.plan_id} {identity.plan_version}", "tải lại biểu mẫu / take a new form"
        found.append(_fault(item, "plan_version", carried, known, example, form.HIDDEN))
    if obligation is None or obligation.not_applicable_reason is not None:
        expected = "đơn vị phải báo cáo trong kỳ này / a unit that owes a report for this period"
        found.append(_fault(item, "owes_a_report", " ".join(said), expected, "2021-H1", form.HIDDEN))
    return found


def _not_owed(item: Landed, report: Report, owed: _Owed) -> list[Finding]:
    """Codes that the unit does not answer for, or answers for twice."""
    found = []
    for sheet, rule, known, said in (
        (form.TASKS, "task_owed", owed.tasks, [(a.task_id, a.cell) for a in report.tasks]),
        (form.TARGETS, "target_owed", owed.targets, [(a.target_id, a.cell) for a in report.targets]),
        (form.COMMUNES, "commune_known", owed.communes, [(a.unit_key, a.cell) for a in report.communes]),
    ):
        seen = Counter(code for code, _ in said)
        expected = f"mỗi mã một lần, trong / each once, of: {', '.join(sorted(known))}"
        for code, cell in said:
            if code not in known or seen[code] > 1:
                again = " (lặp lại / again)" if seen[code] > 1 else ""
                found.append(_fault(item, rule, f"{code}{again}", expected, min(known, default="-"), sheet, cell))
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
                least = form.printed(highest)
                expected = f"ít nhất {least}, như kỳ trước / at least {least}, as before"
                found.append(
                    _fault(
                        item, "cumulative_does_not_fall", form.printed(now), expected, least, form.TARGETS, answer.cell
                    )
                )
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


def _remarks(report: Report, name: str) -> tuple[int, list[Finding]]:
    """Number of checks asked, and those that failed: nothing that refuses a report, everything that asks for a look."""
    asked = 0
    remarks = []

    def ask(is_well: bool, rule: str, sheet: str, cell: str, found: str, expected: str) -> None:
        nonlocal asked
        asked += 1
        if not is_well:
            remedy = "Bổ sung ở lần gửi sau. / Add it when you send again."
            remarks.append(Finding(rule, name, found, expected, remedy, sheet=sheet, cell=cell))

    for task in report.tasks:
        if task.answer == "done":
            ask(bool(task.evidence), "evidence_given", form.TASKS, task.cell, "không có minh chứng / no evidence",
                "số, ngày văn bản hoặc đường dẫn / number and day of a document, or a link")  # fmt: skip
        if task.answer in ("done", "in_progress"):
            ask(bool(task.result), "result_given", form.TASKS, task.cell, "không có kết quả / no result",
                "một câu về việc đã làm / a sentence on what was done")  # fmt: skip
    reasons: list[tuple[str, str | None, str | None, str]] = [
        *((form.TASKS, a.answer, a.reason, a.cell) for a in report.tasks),
        *((form.TARGETS, a.answer, a.reason, a.cell) for a in report.targets),
    ]
    for sheet, word, reason, cell in reasons:
        if word in NEEDS_REASON:
            ask(bool(reason), "reason_given", sheet, cell, "không có lý do / no reason",
                "lý do / a reason")  # fmt: skip
    return asked, remarks


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
            found = f"gần như {source} / nearly that of it"
            expected = "lời của chính đơn vị, về kỳ này / the unit's own words on this period"
            remedy = "Viết lại kết quả của kỳ này. / Write this period's results."
            remarks = [*remarks, Finding("own_words", _name(item), found, expected, remedy, sheet=form.TASKS)]
        yield replace(item, remarks=remarks, n_checks=item.n_checks + 1, copied_from=source)


# --- reading once --------------------------------------------------------------------------------------------------


def _read_all(settings: Settings, known: list[Receipt]) -> list[ReadReport]:
    """What each file says, from the store where it was read before."""
    store = Store(settings.landing / "reports")
    places = [_place(settings.reports, receipt) for receipt in known]
    new = [(receipt, place) for receipt, place in zip(known, places, strict=True) if store.find(*place) is None]
    fresh = _read_new(settings.reports, [receipt for receipt, _ in new])
    for (_, place), read in zip(new, fresh, strict=True):
        with store.make(*place) as draft:
            draft.write_text(read.model_dump_json(), encoding="utf-8")
    return [
        ReadReport.model_validate_json(path.read_bytes())
        for place in places
        if (path := store.find(*place)) is not None
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
        remedy = "Trả lại tệp như khi nhận. / Restore the file as received; git has it."
        found = "không có hoặc đã sửa / missing or edited"
        finding = Finding("file_as_received", name, found, f"sha256 {receipt.sha256[:12]}", remedy)
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
