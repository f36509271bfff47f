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
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.files import write_whole
from pipelines.plan.obligations import Duties
from pipelines.reports.answers import land
from pipelines.reports.landed import Landed
from pipelines.reports.reading import read_report
from pipelines.reports.registry import (
    Event,
    NotFiled,
    Problem,
    Receipt,
    append_events,
    append_receipts,
    check,
    event_of,
    is_simulated,
    line_of,
    problems_of_day,
    problems_of_letters,
    receipts,
)
from pipelines.reports.wording import twin
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

    Raises ``NotFiled`` where a file is listed already or is marked simulated in a real workspace, came on a day that
    cannot be, or where a register is not whole; then none is filed.
    """
    check(settings, duties)
    known, _ = receipts(settings)
    listed = {receipt.sha256: receipt.path for receipt in known}
    versions = Counter((receipt.period, receipt.unit_key) for receipt in known)
    simulated = is_simulated(settings)
    filed, contents = [], []
    for arrival in sorted(arrivals, key=lambda a: a.received_at):
        content = arrival.path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 in listed:
            vi = f"{arrival.path.name} đã được nhận trước đây"
            raise NotFiled(twin(vi, f"{arrival.path.name} is here already, as raw/reports/{listed[sha256]}"))
        # A demonstration says who sends; whatever comes to an office is opened to see.
        is_known = arrival.unit_key and simulated
        identity = None if is_known else read_report(content, arrival.path.name).identity
        says_simulated = arrival.simulated or (identity is not None and identity.simulated)
        if says_simulated and not simulated:
            vi = f"{arrival.path.name} là báo cáo mô phỏng, không nhận vào nơi làm việc thật"
            raise NotFiled(twin(vi, "it is marked simulated and stays out of a workspace of real reports"))
        period, unit_key = arrival.period, arrival.unit_key
        if identity is not None and not unit_key and duties.find(identity.unit_key, identity.period):
            period, unit_key = identity.period, identity.unit_key
        problems = problems_of_day(duties, duties.find(unit_key, period), "received_at", arrival.received_at)
        problems += problems_of_letters("received_source", arrival.source)
        if problems:
            raise NotFiled(said(problems))
        suffix = arrival.path.suffix.lower()
        suffix = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"
        if unit_key:
            versions[period, unit_key] += 1
            place = f"{period}/{unit_key}/v{versions[period, unit_key]}-{sha256[:8]}{suffix}"
        else:
            place = f"{UNPLACED}/{sha256[:16]}{suffix}"
        listed[sha256] = place
        came = (arrival.received_at, arrival.source)
        name = arrival.path.name.encode("utf-8", "replace").decode()  # a name may hold bytes that are no letters
        filed.append(Receipt(*came, period, unit_key, place, sha256, name, arrival.simulated))
        contents.append(content)
    for receipt, content in zip(filed, contents, strict=True):
        write_whole(settings.reports / receipt.path, content)
    append_receipts(settings, filed)
    return filed


def add_event(settings: Settings, duties: Duties, event: Event) -> None:
    """Add a line to events.csv. Raises ``NotFiled`` where it cannot be, such as without a report to speak of."""
    check(settings, duties)
    problems = problems_of(land(settings, duties), duties, line_of(event))[1]
    if problems:
        raise NotFiled(said(problems))
    append_events(settings, [event])


def problems_of(landed: list[Landed], duties: Duties, line: Mapping[str, str]) -> tuple[Event | None, list[Problem]]:
    """The event of a new line, or None and what keeps it out of events.csv. ``landed`` are the reports that came."""
    event, problems = event_of(line, duties)
    if event is None or event.event == "waived":
        return event, problems
    if any(
        item.state == "received" and (item.receipt.unit_key, item.receipt.period) == (event.unit_key, event.period)
        for item in landed
    ):
        return event, []
    found = f"chưa có báo cáo hợp lệ của {event.unit_key} kỳ {event.period}"
    expected = twin("một báo cáo đã nhận", f"a readable report of {event.unit_key} for {event.period}")
    return None, [Problem("unit_key", found, expected, twin("Nhận báo cáo trước.", "Take the report in first."))]


def said(problems: list[Problem]) -> str:
    """Problems as a command says them."""
    return "\n".join(f"{one.found}\n    Cần có: {one.expected}\n    Cách sửa: {one.remedy}" for one in problems)
