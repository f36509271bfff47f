"""Filing: reports and events as they come go into raw/reports, and nothing that came is lost.

Belongs here: where a file is put, and adding to the registers. Does not belong here: whether it is a good report.

A file is kept as it came, whatever is wrong with it: raw/reports/<period>/<unit>/v<n>-<sha8>.xlsx, or in unplaced/
where not even the sender is known.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.files import write_whole
from pipelines.plan.obligations import Duties
from pipelines.reports.answers import land
from pipelines.reports.decisions import is_waived, with_files
from pipelines.reports.landed import Landed
from pipelines.reports.reading import read_report
from pipelines.reports.registry import (
    AlreadyFiled,
    Event,
    NotFiled,
    Problem,
    Receipt,
    append_events,
    append_receipts,
    check,
    event_of,
    events,
    is_simulated,
    line_of,
    problems_of_day,
    problems_of_letters,
    receipts,
    undone_receipts,
)
from pipelines.reports.wording import twin, with_remedy
from pipelines.settings import Settings

UNPLACED = "unplaced"


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

    A file that was unplaced, or whose receipt an officer undid, is filed again and keeps the time at which it came.
    Raises ``AlreadyFiled`` where a file is listed, and ``NotFiled`` where it is marked simulated in a real workspace,
    came on a day that cannot be, or where a register is not whole; then none is filed.
    """
    check(settings, duties, is_filing=True)
    known, _ = receipts(settings)
    undone = undone_receipts(events(settings, duties))
    versions = Counter((receipt.period, receipt.unit_key) for receipt in known)
    simulated = is_simulated(settings)
    filed: list[Receipt] = []
    contents = []
    for arrival in sorted(arrivals, key=lambda a: a.received_at):
        content = arrival.path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        # A demonstration says who sends; whatever comes to an office is opened to see.
        is_known = arrival.unit_key and simulated
        identity = None if is_known else read_report(content, arrival.path.name).identity
        says_simulated = arrival.simulated or (identity is not None and identity.simulated)
        if says_simulated and not simulated:
            vi = f"{arrival.path.name} là báo cáo mô phỏng, không nhận vào nơi làm việc thật"
            raise NotFiled(twin(vi, "it is marked simulated and stays out of a workspace of real reports"))
        period, unit_key = arrival.period, arrival.unit_key
        # Who typed over the hidden sheet may not choose whom the file counts for.
        is_whole = identity is not None and identity.is_whole()
        if identity is not None and is_whole and not unit_key and duties.find(identity.unit_key, identity.period):
            period, unit_key = identity.period, identity.unit_key
        earlier = [receipt for receipt in (*known, *filed) if receipt.sha256 == sha256]
        for receipt in earlier:
            stands = (receipt.period, receipt.unit_key, receipt.file) not in undone
            if not unit_key or (stands and receipt.unit_key):
                raise AlreadyFiled(_here_already(arrival.path.name, receipt, duties))
        problems = problems_of_day(duties, duties.find(unit_key, period), "received_at", arrival.received_at)
        problems += problems_of_letters("received_source", arrival.source)
        if problems:
            raise NotFiled(f"{arrival.path.name}: {said(problems)}")
        suffix = arrival.path.suffix.lower()
        suffix = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"
        if unit_key:
            versions[period, unit_key] += 1
            place = f"{period}/{unit_key}/v{versions[period, unit_key]}-{sha256[:8]}{suffix}"
        else:
            place = f"{UNPLACED}/{sha256[:16]}{suffix}"
        came = (arrival.received_at, arrival.source)
        if earlier:
            came = (earlier[0].received_at, earlier[0].received_source)
        name = arrival.path.name.encode("utf-8", "replace").decode()  # a name may hold bytes that are no letters
        filed.append(Receipt(*came, period, unit_key, place, sha256, name, arrival.simulated))
        contents.append(content)
    for receipt, content in zip(filed, contents, strict=True):
        write_whole(settings.reports / receipt.path, content)
    append_receipts(settings, filed)
    return filed


def _here_already(name: str, receipt: Receipt, duties: Duties) -> str:
    whose = "chưa rõ đơn vị"
    if receipt.unit_key:
        whose = f"{_name_of(duties, receipt.unit_key, receipt.period)}, {receipt.period}, {receipt.file}"
    return twin(f"{name} đã được nhận trước đây ({whose})", f"{name} is here already, as raw/reports/{receipt.path}")


def add_event(settings: Settings, duties: Duties, event: Event) -> Event:
    """Add a line to events.csv and return it with the file that it is about.

    Raises ``NotFiled`` where it cannot be, such as where there is nothing to decide on or to undo.
    """
    check(settings, duties)
    line = line_of(event)
    found, problems = problems_of(land(settings, duties), duties, line, events(settings, duties))
    if found is None:
        raise NotFiled(said(problems))
    append_events(settings, [found])
    return found


def problems_of(
    landed: list[Landed], duties: Duties, line: Mapping[str, str], known: Iterable[Event]
) -> tuple[Event | None, list[Problem]]:
    """The event of a new line, with its file, or None and what keeps it out of events.csv.

    ``landed`` are the reports that came, ``known`` the events so far.
    """
    event, problems = event_of(line, duties)
    if event is None:
        return None, problems
    before = sorted((one for one in known if one.at <= event.at), key=lambda one: (one.at, one.row))
    [*_, (_, item)] = with_files([*before, event], landed)
    if item is not None:
        return replace(event, file=item.receipt.file), []
    if event.event == "waived" or (
        event.event == "waiver_undone" and is_waived(before, event.unit_key, event.period)
    ):  # fmt: skip
        return event, []
    found, vi, en = {
        "receipt_undone": ("không có tệp nào như vậy", "một tệp đã nhận", "a file received"),
        "acceptance_undone": ("chưa tiếp nhận báo cáo nào", "một báo cáo đã tiếp nhận", "an accepted report"),
        "waiver_undone": ("chưa có quyết định miễn", "một lần miễn còn hiệu lực", "a waiver"),
    }.get(event.event, ("chưa có báo cáo hợp lệ", "một báo cáo đã nhận", "a readable report"))
    until = f"{event.at:%H:%M %d/%m/%Y}"
    expected = twin(f"{vi} trước {until}", f"{en} of {event.unit_key} for {event.period} by {until}")
    remedy = twin("Kiểm tra đơn vị, kỳ và thời điểm; hoặc nhận báo cáo trước.", "Look at unit, period and time.")
    whose = _name_of(duties, event.unit_key, event.period)
    return None, [Problem("unit_key", f"{found} của {whose}, kỳ {event.period}", expected, remedy)]


def _name_of(duties: Duties, unit_key: str, period: str) -> str:
    owed = duties.find(unit_key, period)
    return owed.unit.official_name_vi if owed else unit_key


def said(problems: list[Problem]) -> str:
    """Problems as a command says them."""
    return "\n".join(with_remedy(one.found, one.expected, one.remedy) for one in problems)
