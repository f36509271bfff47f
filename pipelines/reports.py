"""Reports under raw/reports: what came when, what each says, and what officers did with it.

Belongs here: the registry of receipts and of events, judging a form against what its unit owes. Does not belong here:
cells, see workbooks/report.py; states and rates, which are SQL over what is landed from here.

A file is kept as it came, whatever is wrong with it: raw/reports/<period>/<unit>/v<n>-<sha8>.xlsx, or in unplaced/
where not even the sender can be told. receipts.csv lists every file with its time and hash; events.csv is the
officers'. A form that cannot be read or does not fit is in quarantine: that is a verdict of reading, made anew whenever
plan, units or reader change, and not a place.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from pipelines.deliveries import sha256_of
from pipelines.findings import Finding
from pipelines.names import inert
from pipelines.obligations import Duties, Obligation
from pipelines.plans import PERIODS
from pipelines.settings import Settings
from pipelines.workbooks import report as form
from pipelines.workbooks.report import Identity, ReadReport, Report, read_report

EVENTS, MARK = "events.csv", "SIMULATED"
RECEIPT_COLUMNS = [
    "received_at",
    "received_source",
    "period",
    "unit_key",
    "path",
    "sha256",
    "original_name",
    "simulated",
]
EVENT_COLUMNS = ["at", "period", "unit_key", "event", "decision_no", "reason", "by"]
EVENT_WORDS = {"returned": "trả lại", "accepted": "tiếp nhận", "waived": "miễn"}
UNPLACED = "unplaced"
MANY = 40  # from so many unread files on, two processes read them
FIVE = 5
MIN_SHINGLES = 20
BOILERPLATE = 10  # a sequence of words in more reports than this is the form's language, not a copy
NEEDS_REASON = ("nothing_arose", "not_applicable", "not_measurable")
# By unit, year and target: what was answered so far, with the place of its period in the year.
Figures = dict[tuple[str, int, str], list[tuple[int, form.TargetAnswer]]]


@dataclass(frozen=True)
class Receipt:
    """One file as it came; unit and period are empty where they could not be told. ``path`` is below raw/reports."""

    received_at: datetime
    received_source: str
    period: str
    unit_key: str
    path: str
    sha256: str
    original_name: str
    simulated: bool


@dataclass(frozen=True)
class Event:
    """What an officer did with a unit's report after its receipt; ``row`` is its line in events.csv."""

    at: datetime
    period: str
    unit_key: str
    event: str
    decision_no: str
    reason: str
    by: str
    row: int


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


class NotFiled(ValueError):
    """The file or event cannot be taken; the message says why."""


def is_simulated(settings: Settings) -> bool:
    """Whether the workspace holds simulated reports, and those alone."""
    return (settings.reports / MARK).exists()


# --- the registry --------------------------------------------------------------------------------------------------


def receipts(settings: Settings, as_of: date | None = None) -> tuple[list[Receipt], list[Finding]]:
    """Every receipt known on a day (all, where it is None) in order of time, and what is wrong with the registry."""
    path = settings.receipts
    findings: list[Finding] = []
    known = []
    for number, row in _rows(path, RECEIPT_COLUMNS, findings):
        at = _moment(row["received_at"])
        if at is None:
            findings.append(_line(path, number, "received_at", row["received_at"], "2021-06-18T09:30"))
            continue
        simulated = row["simulated"] == "yes"
        known.append(Receipt(**{**row, "received_at": at, "simulated": simulated}))  # type: ignore[arg-type]
    listed = {receipt.path for receipt in known}
    for file in sorted(settings.reports.glob("*/**/*")) if settings.reports.is_dir() else []:
        name = file.relative_to(settings.reports).as_posix()
        if file.is_file() and not file.name.startswith(".") and name not in listed:
            remedy = "Đưa tệp vào bằng `papi report add`. / File it with `papi report add`."
            findings.append(
                Finding("receipt_listed", f"raw/reports/{name}", "không có trong sổ / not listed", path.name, remedy)
            )
    known = [receipt for receipt in known if as_of is None or receipt.received_at.date() <= as_of]
    return sorted(known, key=lambda r: (r.received_at, r.path)), findings


def events(settings: Settings, duties: Duties, as_of: date | None = None) -> tuple[list[Event], list[Finding]]:
    """Every event known on a day, in order of time; a line that cannot be is refused and the others go on."""
    path = settings.reports / EVENTS
    findings: list[Finding] = []
    known = []
    for number, row in _rows(path, EVENT_COLUMNS, findings):
        at = _moment(row["at"])
        word = next((w for w, vi in EVENT_WORDS.items() if row["event"].strip().lower() in (w, vi)), None)
        problems = [
            (at is None, "at", row["at"], "2021-06-24 14:00, 24/06/2021 14:00"),
            (word is None, "event", row["event"], ", ".join(f"{w} ({vi})" for w, vi in EVENT_WORDS.items())),
            (duties.find(row["unit_key"], row["period"]) is None, "unit_key", f"{row['unit_key']} {row['period']}",
             "đơn vị có nghĩa vụ trong kỳ / a unit that owes a report for the period"),
            (word == "waived" and not row["decision_no"], "decision_no", "ô trống / blank",
             "số quyết định miễn / the number of the decision"),
            (word == "returned" and not row["reason"], "reason", "ô trống / blank", "lý do trả lại / the reason"),
        ]  # fmt: skip
        wrong = [
            _line(path, number, column, found, expected) for is_wrong, column, found, expected in problems if is_wrong
        ]
        findings += wrong
        if not wrong and at is not None and word is not None and (as_of is None or at.date() <= as_of):
            known.append(Event(**{**row, "at": at, "event": word, "row": number}))  # type: ignore[arg-type]
    return sorted(known, key=lambda e: (e.at, e.row)), findings


def _rows(path: Path, columns: list[str], findings: list[Finding]) -> list[tuple[int, dict[str, str]]]:
    """Lines of a csv that a spreadsheet may have saved: with or without a byte order mark, by comma or semicolon."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        findings.append(_line(path, 1, None, "không phải UTF-8 / not UTF-8", "CSV UTF-8"))
        return []
    for delimiter in (",", ";"):
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        if rows and rows[0] == columns:
            whole = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
            for number, row in whole:
                if len(row) != len(columns):
                    findings.append(_line(path, number, None, f"{len(row)} ô / cells", f"{len(columns)} ô / cells"))
            return [
                (n, dict(zip(columns, (c.strip() for c in row), strict=True)))
                for n, row in whole
                if len(row) == len(columns)
            ]
    findings.append(_line(path, 1, None, text.split("\n", 1)[0], ",".join(columns)))
    return []


def _moment(text: str) -> datetime | None:
    """A time as 2021-06-18T09:30 or 18/06/2021 09:30; without an hour, the end of the day."""
    spelt = re.sub(r"^(\d{1,2})/(\d{1,2})/(\d{4})", lambda m: f"{m[3]}-{int(m[2]):02}-{int(m[1]):02}", text.strip())
    for pattern in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(spelt, pattern)
        except ValueError:
            continue
    try:
        return datetime.combine(date.fromisoformat(spelt), datetime.max.time()).replace(second=0, microsecond=0)
    except ValueError:
        return None


def _line(path: Path, row: int, column: str | None, found: str, expected: str) -> Finding:
    remedy = "Sửa dòng này trong tệp. / Correct this line of the file."
    return Finding("registry_line", f"raw/reports/{path.name}", found, expected, remedy, row=row, column=column)


# --- judging -------------------------------------------------------------------------------------------------------


def check(settings: Settings, duties: Duties, path: Path) -> Landed:
    """Judge a file that was not filed: what its sender would be told. Its figures are compared with those filed."""
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
    figures: Figures = defaultdict(list)
    judged = []
    for position, item in enumerate(unjudged):
        known = only_last and position < len(unjudged) - 1
        result = item if known else _judge_one(item, duties, simulated, figures)
        judged.append(result)
        if result.report is not None and result.obligation is not None:
            period = PERIODS.index(result.obligation.kind)
            for answer in result.report.targets:
                figures[result.obligation.unit.unit_key, result.obligation.year, answer.target_id].append(
                    (period, answer)
                )
    return _copies(judged)


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
        before = [a for period, a in figures[key] if period < PERIODS.index(obligation.kind)]
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


def _copies(judged: list[Landed]) -> list[Landed]:
    """Tell reports whose words are those of another unit, or of the unit's own last report: Jaccard over five words."""
    results = []
    before: dict[str, tuple[str, frozenset[str]]] = {}
    groups: dict[tuple[str, str], list[tuple[str, str, frozenset[str]]]] = defaultdict(list)
    spread: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    words = [_shingles(item.report) if item.report else frozenset() for item in judged]
    for item, shingles in zip(judged, words, strict=True):
        if item.obligation is not None:
            spread[item.obligation.period, item.obligation.unit.level].update(shingles)
    posted: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for item, shingles in zip(judged, words, strict=True):
        if item.report is None or item.obligation is None:
            results.append(item)
            continue
        group = (item.obligation.period, item.obligation.unit.level)
        own = frozenset(s for s in shingles if spread[group][s] <= BOILERPLATE)
        unit_key, limit = item.obligation.unit.unit_key, item.obligation.plan.head.settings.copied_text
        copied = None
        if len(own) >= MIN_SHINGLES:
            shared = Counter(other for s in own for other in posted[*group, s])
            candidates = [groups[group][position] for position, _ in shared.most_common(3)]
            last = before.get(unit_key)
            if last is not None and last[0].split("/")[0] != item.obligation.period:
                candidates.append((last[0], unit_key, last[1]))
            for report_id, other_unit, theirs in candidates:
                same_report = other_unit == unit_key and report_id.split("/")[0] == item.obligation.period
                if not same_report and len(own & theirs) / len(own | theirs) > limit:
                    copied = report_id
                    break
            for s in own:
                posted[*group, s].append(len(groups[group]))
            groups[group].append((item.report_id, unit_key, own))
            before[unit_key] = (item.report_id, own)
        remark = []
        if copied is not None:
            found = f"gần như {copied} / nearly that of it"
            expected = "lời của chính đơn vị, về kỳ này / the unit's own words on this period"
            remedy = "Viết lại kết quả của kỳ này. / Write this period's results."
            remark = [Finding("own_words", _name(item), found, expected, remedy, sheet=form.TASKS)]
        results.append(replace(item, remarks=[*item.remarks, *remark], n_checks=item.n_checks + 1, copied_from=copied))
    return results


def _shingles(report: Report) -> frozenset[str]:
    """Sequences of five words of the results, without figures."""
    words = re.findall(r"[^\W\d_]+", " ".join(a.result or "" for a in report.tasks).casefold())
    return frozenset(" ".join(words[n : n + FIVE]) for n in range(len(words) - FIVE + 1))


# --- reading once --------------------------------------------------------------------------------------------------


def _read_all(settings: Settings, known: list[Receipt]) -> list[ReadReport]:
    """What each file says, from the store where it was read before."""
    store = settings.landing / "reports" / _reader_fingerprint()
    kept = {r.path: _recall(store, r) for r in known}
    new = [r for r in known if kept[r.path] is None]
    if len(new) >= MANY:
        with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
            fresh = list(pool.map(_read_one, [settings.reports] * len(new), new, chunksize=20))
    else:
        fresh = [_read_one(settings.reports, receipt) for receipt in new]
    for receipt, one in zip(new, fresh, strict=True):
        _remember(store, receipt, one)
        kept[receipt.path] = one
    return [read for receipt in known if (read := kept[receipt.path]) is not None]


def _read_one(folder: Path, receipt: Receipt) -> ReadReport:
    path = folder / receipt.path
    name = f"raw/reports/{receipt.path}"
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file() or sha256_of(path) != receipt.sha256:
        remedy = "Trả lại tệp như khi nhận. / Restore the file as received; git has it."
        found = "không có hoặc đã sửa / missing or edited"
        finding = Finding("file_as_received", name, found, f"sha256 {receipt.sha256[:12]}", remedy)
        return ReadReport(identity=None, report=None, findings=[finding])
    return read_report(path.read_bytes(), name)


def _reader_fingerprint() -> str:
    own = Path(__file__).parent
    code = [own / "workbooks" / f"{name}.py" for name in ("cells", "report")] + [own / "findings.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in code)).hexdigest()[:12]


def _recall(store: Path, receipt: Receipt) -> ReadReport | None:
    try:
        return ReadReport.model_validate_json((store / _kept_as(receipt)).read_bytes())
    except FileNotFoundError:
        return None


def _remember(store: Path, receipt: Receipt, read: ReadReport) -> None:
    store.mkdir(parents=True, exist_ok=True)
    draft = store / f"{_kept_as(receipt)}.tmp"
    draft.write_text(read.model_dump_json(), encoding="utf-8")
    os.replace(draft, store / _kept_as(receipt))


def _kept_as(receipt: Receipt) -> str:
    return hashlib.sha256(f"{receipt.path} {receipt.sha256}".encode()).hexdigest()[:24] + ".json"


# --- filing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrival:
    """A file with the time it came, and how that is known; unit and period where the sender said them."""

    path: Path
    received_at: datetime
    source: str
    unit_key: str = ""
    period: str = ""
    simulated: bool = False


def file_reports(settings: Settings, duties: Duties, arrivals: Iterable[Arrival]) -> list[Receipt]:
    """Put files into raw/reports as they came and list them; returns their receipts. Whatever they hold, none is lost.

    Raises ``NotFiled`` where a file is listed already or is marked simulated in a real workspace; then none is filed.
    """
    known, _ = receipts(settings)
    listed = {receipt.sha256: receipt.path for receipt in known}
    versions = Counter((receipt.period, receipt.unit_key) for receipt in known)
    simulated = is_simulated(settings)
    filed, contents = [], []
    for arrival in sorted(arrivals, key=lambda a: a.received_at):
        content = arrival.path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 in listed:
            raise NotFiled(f"{arrival.path.name} is here already, as raw/reports/{listed[sha256]}")
        # A demonstration says who sends; whatever comes to an office is opened to see.
        is_known = arrival.unit_key and simulated
        identity = None if is_known else read_report(content, arrival.path.name).identity
        says_simulated = arrival.simulated or (identity is not None and identity.simulated)
        if says_simulated and not simulated:
            raise NotFiled(f"{arrival.path.name} is marked simulated: it stays out of a workspace of real reports")
        period, unit_key = arrival.period, arrival.unit_key
        if identity is not None and not unit_key and duties.find(identity.unit_key, identity.period):
            period, unit_key = identity.period, identity.unit_key
        suffix = (
            arrival.path.suffix.lower() if re.fullmatch(r"\.[a-z0-9]{1,5}", arrival.path.suffix.lower()) else ".bin"
        )
        if unit_key:
            versions[period, unit_key] += 1
            place = f"{period}/{unit_key}/v{versions[period, unit_key]}-{sha256[:8]}{suffix}"
        else:
            place = f"{UNPLACED}/{sha256[:16]}{suffix}"
        listed[sha256] = place
        filed.append(
            Receipt(
                arrival.received_at,
                arrival.source,
                period,
                unit_key,
                place,
                sha256,
                arrival.path.name,
                arrival.simulated,
            )
        )
        contents.append(content)
    for receipt, content in zip(filed, contents, strict=True):
        target = settings.reports / receipt.path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}")
        draft.write_bytes(content)
        os.replace(draft, target)
    _append(settings.receipts, RECEIPT_COLUMNS, [_receipt_line(receipt) for receipt in filed])
    return filed


def _receipt_line(receipt: Receipt) -> list[str]:
    at, simulated = f"{receipt.received_at:%Y-%m-%dT%H:%M}", "yes" if receipt.simulated else "no"
    return [at, *(str(getattr(receipt, name)) for name in RECEIPT_COLUMNS[1:-1]), simulated]


def add_event(settings: Settings, duties: Duties, event: Event) -> None:
    """Add a line to events.csv. Raises ``NotFiled`` where the unit owes nothing or there is no report to speak of."""
    if duties.find(event.unit_key, event.period) is None:
        raise NotFiled(f"{event.unit_key} owes nothing for {event.period}")
    if event.event != "waived" and not any(
        item.state == "received" and (item.receipt.unit_key, item.receipt.period) == (event.unit_key, event.period)
        for item in land(settings, duties)
    ):
        raise NotFiled(f"no readable report of {event.unit_key} for {event.period} has come")
    append_events(settings, [event])


def append_events(settings: Settings, new: list[Event]) -> None:
    """Add lines to events.csv as they are; what is wrong with one is told when it is read."""
    lines = [[f"{e.at:%Y-%m-%dT%H:%M}", e.period, e.unit_key, e.event, e.decision_no, e.reason, e.by] for e in new]
    _append(settings.reports / EVENTS, EVENT_COLUMNS, lines)


def _append(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    """Add lines to a registry in one step, keeping how a spreadsheet saved it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    has_mark = path.exists() and path.read_bytes().startswith(b"\xef\xbb\xbf")
    delimiter = ";" if before.startswith(";".join(columns)) else ","
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    if not before:
        writer.writerow(columns)
    writer.writerows([[inert(cell) for cell in row] for row in rows])
    joint = "" if not before or before.endswith("\n") else "\n"
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(before + joint + text.getvalue(), encoding="utf-8-sig" if has_mark else "utf-8")
    os.replace(draft, path)


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
    return next((item.report for item in islice(reversed(latest), 1)), None)
