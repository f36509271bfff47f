"""Filing: reports and events as they come go into raw/reports, and nothing that came is lost.

Belongs here: where a file is put, and adding to the registers. Does not belong here: whether it is a good report.

A file is kept as it came, whatever is wrong with it: raw/reports/<period>/<unit>/v<n>-<sha8>.xlsx, or in unplaced/
where not even the sender is known.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.files import write_whole
from pipelines.plan.obligations import Duties
from pipelines.reports.answers import land
from pipelines.reports.decisions import OF_NO_FILE, is_waived, with_files
from pipelines.reports.landed import Landed
from pipelines.reports.reading import read_report
from pipelines.reports.registry import (
    NEEDS_REASON,
    AlreadyFiled,
    Event,
    NotFiled,
    Receipt,
    append_events,
    append_receipts,
    events,
    is_simulated,
    receipts,
    undone_receipts,
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

    A file that was unplaced, or whose receipt an officer undid, is filed again and keeps the time at which it came.
    Raises ``AlreadyFiled`` where a file is listed, and ``NotFiled`` where it is marked simulated in a real workspace;
    then none is filed.
    """
    known, _ = receipts(settings)
    undone = undone_receipts(events(settings, duties)[0])
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
                raise AlreadyFiled(_here_already(arrival.path.name, receipt))
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
        filed.append(Receipt(*came, period, unit_key, place, sha256, arrival.path.name, arrival.simulated))
        contents.append(content)
    for receipt, content in zip(filed, contents, strict=True):
        write_whole(settings.reports / receipt.path, content)
    append_receipts(settings, filed)
    return filed


def _here_already(name: str, receipt: Receipt) -> str:
    whose = f"{receipt.unit_key} kỳ {receipt.period}, {receipt.file}" if receipt.unit_key else "chưa rõ đơn vị"
    return twin(f"{name} đã được nhận trước đây ({whose})", f"{name} is here already, as raw/reports/{receipt.path}")


def add_event(settings: Settings, duties: Duties, event: Event) -> Landed | None:
    """Add a line to events.csv and return the file that it is about: None for a waiver.

    Raises ``NotFiled`` where the unit owes nothing, a reason is missing, or there is nothing to decide on or to undo.
    """
    who = f"{event.unit_key} kỳ {event.period}"
    owed = duties.find(event.unit_key, event.period)
    if owed is None or owed.not_applicable_reason is not None:
        vi = f"{event.unit_key} không phải báo cáo kỳ {event.period}"
        raise NotFiled(twin(vi, f"{event.unit_key} owes nothing for {event.period}"))
    if event.event in NEEDS_REASON and not event.reason.strip():
        raise NotFiled(twin(f"{who}: chưa ghi lý do", "a reason is needed"))
    before = [known for known in events(settings, duties)[0] if known.at <= event.at]
    [*_, (_, item)] = with_files([*before, event], land(settings, duties))
    if item is not None:
        event = replace(event, file=item.receipt.file)
    elif event.event not in OF_NO_FILE:
        vi, en = {
            "receipt_undone": ("không có tệp nào như vậy", "no such file"),
            "acceptance_undone": ("chưa tiếp nhận báo cáo nào", "no accepted report"),
        }.get(event.event, ("chưa có báo cáo hợp lệ", "no readable report"))
        until = f"{event.at:%H:%M %d/%m/%Y}"
        raise NotFiled(twin(f"{who}: {vi} tính đến {until}", f"{en} of {event.unit_key} by {until}"))
    elif event.event == "waiver_undone" and not is_waived(before, event.unit_key, event.period):
        raise NotFiled(twin(f"{who}: chưa được miễn", f"{event.unit_key} is not waived for {event.period}"))
    append_events(settings, [event])
    return item
