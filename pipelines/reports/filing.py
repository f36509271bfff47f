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
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.files import write_whole
from pipelines.plan.obligations import Duties
from pipelines.reports.answers import land
from pipelines.reports.reading import read_report
from pipelines.reports.registry import Event, NotFiled, Receipt, append_events, append_receipts, is_simulated, receipts
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
        suffix = arrival.path.suffix.lower()
        suffix = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"
        if unit_key:
            versions[period, unit_key] += 1
            place = f"{period}/{unit_key}/v{versions[period, unit_key]}-{sha256[:8]}{suffix}"
        else:
            place = f"{UNPLACED}/{sha256[:16]}{suffix}"
        listed[sha256] = place
        came, name = (arrival.received_at, arrival.source), arrival.path.name
        filed.append(Receipt(*came, period, unit_key, place, sha256, name, arrival.simulated))
        contents.append(content)
    for receipt, content in zip(filed, contents, strict=True):
        write_whole(settings.reports / receipt.path, content)
    append_receipts(settings, filed)
    return filed


def add_event(settings: Settings, duties: Duties, event: Event) -> None:
    """Add a line to events.csv. Raises ``NotFiled`` where the unit owes nothing or there is no report to speak of."""
    if duties.find(event.unit_key, event.period) is None:
        vi = f"{event.unit_key} không phải báo cáo kỳ {event.period}"
        raise NotFiled(twin(vi, f"{event.unit_key} owes nothing for {event.period}"))
    if event.event != "waived" and not any(
        item.state == "received" and (item.receipt.unit_key, item.receipt.period) == (event.unit_key, event.period)
        for item in land(settings, duties)
    ):
        vi = f"chưa có báo cáo hợp lệ của {event.unit_key} kỳ {event.period}"
        raise NotFiled(twin(vi, f"no readable report of {event.unit_key} for {event.period} has come"))
    append_events(settings, [event])
