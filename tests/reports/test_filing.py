"""Filing again: what lies in the wrong place is put right, and every line of the registers stays."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime

import pytest

from pipelines.reports import answers, filing, form, registry
from pipelines.reports.filing import Arrival
from pipelines.reports.registry import AlreadyFiled, Event, NotFiled
from pipelines.settings import Settings
from tests.reports.filled import AGENCY, COMMUNE, DUTIES, JUNE, add, drawn, filled, typed_over

LATER = datetime(2021, 6, 24, 14, 0)


def event(word: str, at: datetime = LATER, reason: str = "nhầm", unit: str = COMMUNE, file: str = "") -> Event:
    return Event(at, "2021-H1", unit, word, "12/QĐ", reason, "SNV", 0, file)


def decide(office: Settings, *events: Event) -> list[str]:
    """The files that these events are about, as the register has them afterwards."""
    for one in events:
        filing.add_event(office, DUTIES, one)
    return [one.file for one in registry.events(office, DUTIES)]


def test_a_forged_identity_decides_nothing_and_is_filed_where_it_belongs(office: Settings) -> None:
    """Somebody typed another period over the hidden sheet: that period must not begin by it."""
    forged = typed_over(drawn(), form.HIDDEN, {"B5": "2021-FY"})
    assert add(office, forged).receipt.period == ""
    placed = add(office, forged, LATER, COMMUNE, "2021-H1")
    assert placed.receipt.path.startswith(f"2021-H1/{COMMUNE}/v1-")
    assert placed.receipt.received_at == JUNE
    assert [item.receipt for item in answers.land(office, DUTIES)] == [placed.receipt]
    assert registry.receipts(office)[1] == []


def test_a_receipt_undone_is_filed_again_under_the_right_unit_as_of_when_it_came(office: Settings) -> None:
    content = drawn(AGENCY)
    wrong = add(office, content, unit=COMMUNE, period="2021-H1")
    assert wrong.report is None
    with pytest.raises(AlreadyFiled, match="UBND phường Thọ Xương, 2021-H1, v1-"):
        add(office, content)
    assert decide(office, event("receipt_undone")) == [wrong.receipt.file]
    right = add(office, content, LATER)
    assert (right.state, right.receipt.unit_key, right.receipt.received_at) == ("received", AGENCY, JUNE)
    assert [item.is_undone for item in answers.land(office, DUTIES)] == [True, False]
    with office.receipts.open(encoding="utf-8", newline="") as file:
        assert [line["unit_key"] for line in csv.DictReader(file)] == [COMMUNE, AGENCY]
    with pytest.raises(NotFiled, match="a file received"):
        filing.add_event(office, DUTIES, event("receipt_undone"))


def test_figures_of_a_receipt_undone_bind_no_later_period(office: Settings) -> None:
    add(office, drawn(answers=filled(numerator=100)))
    decide(office, event("receipt_undone"))
    later = drawn(period="2021-FY", answers=filled(period="2021-FY", numerator=80))
    assert add(office, later, datetime(2021, 11, 20)).report is not None


def test_a_decision_is_about_the_version_that_had_come_by_then(office: Settings) -> None:
    first = add(office, drawn(answers=filled(numerator=90))).receipt.file
    decide(office, event("accepted"))
    second = add(office, drawn(answers=filled(numerator=91)), datetime(2021, 6, 28)).receipt.file
    add(office, b"a photograph", datetime(2021, 6, 29), COMMUNE, "2021-H1")
    again = datetime(2021, 6, 30)
    said = [event("returned", again), event("accepted", again, file=first), event("acceptance_undone", again)]
    assert decide(office, *said) == [first, second, first, first]


@pytest.mark.parametrize(
    ("word", "at", "reason", "why"),
    [
        ("accepted", datetime(2021, 6, 17), "", "a readable report"),
        ("returned", LATER, " ", "the reason"),
        ("receipt_undone", LATER, "", "the reason"),
        ("acceptance_undone", LATER, "nhầm", "an accepted report"),
        ("waiver_undone", LATER, "nhầm", "a waiver"),
    ],
)
def test_what_cannot_be_decided_is_not_written(
    office: Settings, word: str, at: datetime, reason: str, why: str
) -> None:
    add(office, drawn())
    with pytest.raises(NotFiled, match=why):
        filing.add_event(office, DUTIES, event(word, at, reason))
    assert not (office.reports / registry.EVENTS).exists()


def test_a_waiver_is_undone_once(office: Settings) -> None:
    assert decide(office, event("waived"), event("waiver_undone")) == ["", ""]
    with pytest.raises(NotFiled, match="a waiver"):
        filing.add_event(office, DUTIES, event("waiver_undone"))


def test_nothing_is_decided_on_what_nobody_owes(office: Settings) -> None:
    with pytest.raises(NotFiled, match="a unit that owes"):
        filing.add_event(office, DUTIES, replace(event("waived"), period="2021-Q1"))


def test_a_register_of_events_from_before_files_were_named_goes_on(office: Settings) -> None:
    add(office, drawn())
    path = office.reports / registry.EVENTS
    old = (
        f"at;period;unit_key;event;decision_no;reason;by\n24/06/2021 14:00;2021-H1;{COMMUNE};trả lại;;Thiếu phụ lục;A\n"
    )
    path.write_text(old, "utf-8")
    assert [one.event for one in registry.events(office, DUTIES)] == ["returned"]
    decide(office, event("accepted", datetime(2021, 6, 25)))
    assert [one.event for one in registry.events(office, DUTIES)] == ["returned", "accepted"]
    assert path.read_text("utf-8").startswith(old)


def test_of_a_file_that_came_twice_in_one_batch_one_is_filed(office: Settings) -> None:
    path = office.raw.parent / "post.xlsx"
    path.write_bytes(drawn())
    with pytest.raises(AlreadyFiled):
        filing.file_reports(office, DUTIES, [Arrival(path, JUNE, "test"), Arrival(path, JUNE, "test")])
    assert not office.receipts.exists()
