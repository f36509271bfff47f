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
from dataclasses import replace
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path

from pipelines.clock import today
from pipelines.files import sha256_of
from pipelines.finding import Finding
from pipelines.kept import Store, key_of
from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.plans import PERIODS
from pipelines.reports import copies, faults, form
from pipelines.reports.form import ReadReport, Report
from pipelines.reports.landed import Landed, Owed, name_of
from pipelines.reports.reading import read_report
from pipelines.reports.registry import Receipt, events, is_simulated, receipts, undone_receipts
from pipelines.reports.remarks import completeness_of, remarks_on
from pipelines.reports.wording import twin
from pipelines.settings import Settings

MANY = 40  # from so many unread files on, two processes read them


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
    undone = undone_receipts(events(settings, duties, as_of))
    versions: Counter[tuple[str, str]] = Counter()
    unjudged = []
    for receipt, one in zip(known, read, strict=True):
        versions[receipt.period, receipt.unit_key] += 1
        item = _unjudged(receipt, one, versions[receipt.period, receipt.unit_key])
        is_undone = (receipt.period, receipt.unit_key, receipt.file) in undone
        unjudged.append(replace(item, is_undone=is_undone))
    return judge(unjudged, duties, is_simulated(settings))


def _unjudged(receipt: Receipt, read: ReadReport, version: int) -> Landed:
    report_id = (
        f"{receipt.period}/{receipt.unit_key}/v{version}" if receipt.unit_key else receipt.path.rsplit(".", 1)[0]
    )
    return Landed(receipt, report_id, version, None, read.identity, read.report, read.findings, read.remarks)


def judge(unjudged: list[Landed], duties: Duties, simulated: bool, only_last: bool = False) -> list[Landed]:
    """Judge reports in order of time against what their units owe and what they said before."""
    figures: faults.Figures = defaultdict(dict)
    judged = []
    for position, item in enumerate(unjudged):
        known = only_last and position < len(unjudged) - 1
        result = item if known else _judge_one(item, duties, simulated, figures)
        judged.append(result)
        if result.report is not None and result.obligation is not None and not result.is_undone:
            period = PERIODS.index(result.obligation.kind)
            for answer in result.report.targets:
                figures[result.obligation.unit.unit_key, result.obligation.year, answer.target_id][period] = answer
    return [*_with_copies(judged)]


def _judge_one(item: Landed, duties: Duties, simulated: bool, figures: faults.Figures) -> Landed:
    identity = item.identity
    findings = [*item.findings, *faults.of_another_kind(item, simulated)]
    # What cannot be taken is of whom it was filed for, whatever it says itself.
    filed_for = duties.find(item.receipt.unit_key, item.receipt.period)
    if identity is None:
        return replace(item, obligation=filed_for, report=None, findings=findings)
    obligation = duties.find(identity.unit_key, identity.period)
    findings += faults.of_another_place(item, identity, obligation, duties)
    is_whole = all(finding.rule_id != "form_whole" for finding in item.findings)
    if obligation is None or item.report is None or not is_whole or len(findings) > len(item.findings):
        said = obligation if identity.is_whole() and not item.receipt.unit_key else None
        return replace(item, obligation=filed_for or said, report=None, findings=findings)
    owed, report = Owed.of(duties, obligation), _with_known_codes(item.report, duties, obligation)
    more = [
        *faults.names_match(item, report, obligation),
        *([] if findings else faults.whole_form(item, report, owed)),
        *faults.days_can_be(item, report, obligation, today()),
    ]
    unknown = faults.not_owed(item, report, owed)
    more += unknown or [
        *faults.counted(item, report, obligation),
        *faults.falling(item, report, obligation, figures),
    ]
    told = {(finding.sheet, finding.cell) for finding in findings}  # one slip is one finding
    findings += [finding for finding in more if (finding.sheet, finding.cell) not in told]
    if findings:
        return replace(item, obligation=obligation, report=None, findings=findings)
    asked = remarks_on(item, report, obligation, owed, duties)
    return replace(
        item,
        obligation=obligation,
        report=report,
        remarks=asked.remarks,
        n_checks=asked.n_checks,
        completeness=completeness_of(report, owed),
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


def _with_copies(judged: list[Landed]) -> Iterator[Landed]:
    """The reports with a remark on each whose words are not its own."""
    owed = [
        (item, item.obligation, item.report)
        for item in judged
        if item.obligation and item.report and not item.is_undone
    ]
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
            remarks = [*remarks, Finding("own_words", name_of(item), found, expected, remedy, sheet=form.TASKS)]
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
    return read_report(path.read_bytes(), name, receipt.original_name)


def previous_report(landed: list[Landed], obligation: Obligation) -> Report | None:
    """The unit's last readable report of an earlier period, to be shown beside the new form."""
    own = [
        item
        for item in landed
        if item.report is not None
        and not item.is_undone
        and item.obligation is not None
        and item.obligation.rule.deliverable == "report"
        and item.obligation.unit.unit_key == obligation.unit.unit_key
        and (item.obligation.due_nominal or date.max) < (obligation.due_nominal or date.max)
    ]
    latest = sorted(own, key=lambda i: (i.obligation.due_nominal or date.min if i.obligation else date.min, i.version))
    return latest[-1].report if latest else None
