"""Decisions: which file each event of an officer is about, and what is the case after all of them.

Belongs here: finding the file; an acceptance is of one version of a report. Does not belong here: states, which are
SQL; the registers, see registry.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipelines.finding import Finding
from pipelines.reports.landed import Landed
from pipelines.reports.registry import EVENTS, Event
from pipelines.reports.wording import twin

OF_A_READABLE_REPORT = ("accepted", "returned")
OF_NO_FILE = ("waived", "waiver_undone")


def with_files(events: Iterable[Event], landed: list[Landed]) -> list[tuple[Event, Landed | None]]:
    """Each event, in order of time, with the file that it is about.

    None for a waiver, and where there was no such file by then. An event that names no file is about the last that had
    come: a readable one, where it accepts or returns; the one accepted, where it undoes that.
    """
    sent: dict[tuple[str, str], list[Landed]] = defaultdict(list)
    for item in landed:
        sent[item.receipt.period, item.receipt.unit_key].append(item)
    undone: set[str] = set()
    accepted: dict[tuple[str, str], Landed | None] = {}
    found = []
    for event in events:
        who, about = (event.period, event.unit_key), None
        by_then = [
            item
            for item in sent[who]
            if item.receipt.received_at <= event.at
            and item.receipt.path not in undone
            and event.file in ("", item.receipt.file)
        ]
        if event.event in OF_A_READABLE_REPORT:
            about = next((item for item in reversed(by_then) if item.report is not None), None)
            if event.event == "accepted":
                accepted[who] = about
        elif event.event == "receipt_undone":
            about = by_then[-1] if by_then else None
            if about is not None:
                undone.add(about.receipt.path)
        elif event.event == "acceptance_undone":
            about = accepted.pop(who, None)
        found.append((event, about))
    return found


def about_nothing(decided: Iterable[tuple[Event, Landed | None]]) -> list[Finding]:
    """Lines of the register that are about a file that had not come by then; they decide nothing."""
    expected = twin("một tệp của đơn vị đã nhận trước lúc ấy", "a file of the unit that had come by then")
    remedy = twin("Sửa thời điểm hoặc đơn vị ở dòng này.", "Correct time or unit of this line.")
    return [
        Finding(
            "event_has_a_file", f"raw/reports/{EVENTS}", f"{event.event}, {event.unit_key} {event.period}", expected,
            remedy, row=event.row, column="at",
        )
        for event, item in decided if item is None and event.event not in OF_NO_FILE
    ]  # fmt: skip


def is_waived(events: Iterable[Event], unit_key: str, period: str) -> bool:
    """Whether a waiver stands after these events, which are in order of time."""
    words = [e.event for e in events if (e.unit_key, e.period) == (unit_key, period) and e.event in OF_NO_FILE]
    return words[-1:] == ["waived"]
