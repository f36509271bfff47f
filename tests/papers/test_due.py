"""Notices before the due day: on which days, to whom, with figures that the warehouse confirms."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.papers import due, figures, making, situation
from pipelines.papers.templates import FIELDS, TEMPLATES
from tests.papers.conftest import PERIOD, Office
from tests.papers.test_reminders import table_of, words_of

THREE_BEFORE = date(2021, 6, 16)  # due on Monday 21/06


@pytest.fixture
def awaiting(office: Office) -> Office:
    """Before the due day: a commune is still to send, one has to send again."""
    office.connection.execute(
        "create or replace macro marts.compliance_as_of(as_of) as table "
        "select * from core.said where due_counted >= cast(as_of as date)"
    )
    office.owes("c3", "commune", "Xã Hai", "d1", "due_soon")
    office.owes("c4", "commune", "Xã Ba", "d1", "returned")
    return office


def made(office: Office, folder: Path, day: date) -> list[Path]:
    return making.make_due(office.connection, PERIOD, day, folder, TEMPLATES)


@pytest.mark.parametrize(("day", "left"), [(date(2021, 6, 10), "7"), (THREE_BEFORE, "3"), (date(2021, 6, 18), "1")])
def test_a_district_is_told_7_3_and_1_working_days_before(
    awaiting: Office, tmp_path: Path, day: date, left: str
) -> None:
    [notice] = made(awaiting, tmp_path, day)
    assert notice.name == f"{day}_nhac-han_d1.docx"
    assert table_of(notice)[1:] == [
        ["1", "UBND xã Hai", "21/06/2021", left, "chưa gửi"],
        ["2", "UBND xã Ba", "21/06/2021", left, "trả lại ngày 21/06/2021"],
    ]
    assert f"còn {left} ngày làm việc" in words_of(notice)


@pytest.mark.parametrize("day", [date(2021, 6, n) for n in (9, 15, 17, 19, 20, 21)])
def test_on_other_days_and_days_off_nobody_is_written_to(awaiting: Office, tmp_path: Path, day: date) -> None:
    assert made(awaiting, tmp_path, day) == []


def test_the_standing_agency_writes_no_notice_to_itself(awaiting: Office, tmp_path: Path) -> None:
    awaiting.connection.execute("update core.fct_obligation set state = 'due_soon' where unit_key in ('snv', 'syt')")
    names = [path.stem.rpartition("_")[2] for path in made(awaiting, tmp_path, THREE_BEFORE)]
    assert names == ["syt", "d1"]


def test_each_figure_of_a_notice_is_given_again_by_the_warehouse(awaiting: Office, tmp_path: Path) -> None:
    [notice] = made(awaiting, tmp_path, THREE_BEFORE)
    listed = figures.read(notice.with_suffix(".csv"))
    assert len(listed) == 9
    assert [awaiting.value_of(one) for one in listed] == [one.printed for one in listed]
    assert all(one.printed in words_of(notice) for one in listed)


def test_the_values_of_a_notice_are_the_fields_of_its_template(awaiting: Office) -> None:
    [one] = due.notices(situation.of(awaiting.connection, PERIOD, THREE_BEFORE))
    fields = FIELDS[one.template]
    assert one.values.keys() == fields.keys()
    assert all(line.keys() == fields["dong"].keys() for line in one.values["dong"])  # type: ignore[union-attr]
