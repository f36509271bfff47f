"""The registers that officers keep in a spreadsheet."""

from __future__ import annotations

import csv
from datetime import date, datetime

import pytest

from pipelines.reports import filing, registry
from pipelines.reports.registry import Event, NotFiled
from pipelines.settings import Settings
from tests.reports.filled import COMMUNE, DUTIES, JUNE, add, drawn


def event(word: str, at: datetime, **more: str) -> Event:
    return Event(at, "2021-H1", COMMUNE, word, more.get("decision_no", ""), more.get("reason", ""), "SNV", 0)


def test_events_kept_in_excel_are_read_and_bad_lines_are_told(office: Settings) -> None:
    add(office, drawn())
    lines = [
        ["24/06/2021 14:00", "2021-H1", COMMUNE, "Trả lại", "", "Thiếu minh chứng", "A"],
        ["2021-06-25", "2021-H1", COMMUNE, "accepted", "", "", "A"],
        ["2021-06-25", "2021-H1", "99999-khong-co", "accepted", "", "", "A"],
        ["2021-06-25", "2021-H1", COMMUNE, "miễn", "", "", "A"],
        ["hôm qua", "2021-H1", COMMUNE, "accepted", "", "", "A"],
    ]
    with (office.reports / "events.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(registry.EVENT_COLUMNS)
        writer.writerows(lines)
    known, findings = registry.events(office, DUTIES)
    assert [(e.event, e.at) for e in known] == [
        ("returned", datetime(2021, 6, 24, 14, 0)),
        ("accepted", datetime(2021, 6, 25, 23, 59)),
    ]
    assert [(f.row, f.column) for f in findings] == [(4, "unit_key"), (5, "decision_no"), (6, "at")]
    filing.add_event(office, DUTIES, event("waived", datetime(2021, 6, 26, 8, 0), decision_no="12/QĐ"))
    known, findings = registry.events(office, DUTIES, date(2021, 6, 25))
    assert len(known) == 2
    assert (office.reports / "events.csv").read_bytes().startswith(b"\xef\xbb\xbfat;period")
    assert registry.events(office, DUTIES)[0][-1].decision_no == "12/QĐ"


def test_what_came_or_happened_on_a_day_is_known_at_its_end_and_not_before(office: Settings) -> None:
    add(office, drawn())
    filing.add_event(office, DUTIES, event("accepted", datetime(2021, 6, 24, 14, 0)))
    came = {day: len(registry.receipts(office, date(2021, 6, day))[0]) for day in (17, 18, 19)}
    happened = {day: len(registry.events(office, DUTIES, date(2021, 6, day))[0]) for day in (23, 24, 25)}
    assert came == {17: 0, 18: 1, 19: 1}
    assert happened == {23: 0, 24: 1, 25: 1}


def test_what_never_came_is_neither_accepted_nor_returned(office: Settings) -> None:
    with pytest.raises(NotFiled, match="no readable report"):
        filing.add_event(office, DUTIES, event("accepted", JUNE))
    filing.add_event(office, DUTIES, event("waived", JUNE, decision_no="12/QĐ"))
