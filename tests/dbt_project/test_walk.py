"""A whole period of twelve units, walked through as officers would, against what was counted by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines.reports import filing, form, registry
from pipelines.reports.filing import Arrival
from pipelines.reports.form import Report
from pipelines.reports.registry import Event
from pipelines.settings import ROOT, Settings
from tests.conftest import Built
from tests.dbt_project import script
from tests.reports.filled import DUTIES, drawn, filled, typed_over

AS_OF = date(2021, 7, 15)
H1, PLAN = "2021-H1", "2021-PLAN"
ACCEPTED, RETURNED_IN_GRACE, INCOMPLETE, LATE = (
    "07201-tho-xuong",
    "07204-tran-nguyen-han",
    "07207-ngo-quyen",
    "07210-hoang-van-thu",
)
WAIVED, DISTRICT, OTHER_DISTRICT = "07213-tran-phu", "213-bac-giang", "217-lang-giang"
STANDING, EDUCATION, MENDED = "snv-bac-giang", "sgddt-bac-giang", "stttt-bac-giang"
OFFICE, HEALTH = "vpub-bac-giang", "syt-bac-giang"
COMMUNES = (ACCEPTED, RETURNED_IN_GRACE, INCOMPLETE, LATE)
SHARES = {STANDING: 95, DISTRICT: 70, OTHER_DISTRICT: 60, EDUCATION: 60, MENDED: 60}  # of TG07, each of 100


def day(text: str) -> datetime:
    return datetime.strptime(f"{text}/2021", "%d/%m/%Y").replace(hour=10)


class Officer:
    """Files what comes and decides on it, in a workspace of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def take(self, unit: str, on: str, content: bytes, filed: str = "", period: str = "") -> None:
        path = self.settings.raw.parent / f"{unit}.xlsx"
        path.write_bytes(content)
        filing.file_reports(self.settings, DUTIES, [Arrival(path, day(on), "sổ công văn đến", filed, period)])

    def decide(self, unit: str, on: str, word: str, period: str = H1) -> None:
        event = Event(day(on).replace(hour=16), period, unit, word, "12/QĐ-SNV", "theo sổ", "SNV", 0)
        filing.add_event(self.settings, DUTIES, event)


def said(unit: str, **changed: Any) -> Report:
    """What a unit answers for the half year: 95 of 100 on TG04, its share on TG07, and all that is owed beside."""
    answers = filled(unit)
    figures = {"TG04": 95, "TG07": changed.pop("share", SHARES.get(unit, 0))}
    targets = [
        t.model_copy(update={"numerator": Decimal(figures[t.target_id]), "denominator": Decimal(100)})
        if t.target_id in figures
        else t
        for t in answers.targets
    ]
    return answers.model_copy(update={"targets": targets, **changed})


def walk(officer: Officer) -> None:
    """The period as it went: who sent what on which day, and what was done with it."""
    for may, unit in enumerate((*COMMUNES[:3], DISTRICT, OTHER_DISTRICT, STANDING, EDUCATION), start=11):
        officer.take(unit, f"{may}/05", drawn(unit, PLAN))
    officer.take(LATE, "20/05", drawn(LATE, PLAN))
    for period, on in ((PLAN, "18/05"), (H1, "22/06")):
        officer.decide(WAIVED, on, "waived", period)
    # Communes: accepted; back on the third working day; with a task left out; back on the fourth.
    officer.take(ACCEPTED, "18/06", drawn(ACCEPTED, answers=said(ACCEPTED)))
    officer.decide(ACCEPTED, "24/06", "accepted")
    first = [task.model_copy(update={"answer": None}) for task in filled(INCOMPLETE).tasks[:1]]
    rest = filled(INCOMPLETE).tasks[1:]
    officer.take(INCOMPLETE, "21/06", drawn(INCOMPLETE, answers=said(INCOMPLETE, tasks=[*first, *rest])))
    for unit, again in ((RETURNED_IN_GRACE, "25/06"), (LATE, "28/06")):
        officer.take(unit, "21/06", drawn(unit, answers=said(unit, prepared_by="Bản đầu")))
        officer.decide(unit, "22/06", "returned")
        officer.take(unit, again, drawn(unit, answers=said(unit)))
    officer.decide(RETURNED_IN_GRACE, "28/06", "accepted")
    # Districts: one says that all of its communes have reported on the 17th, the other that none has.
    for unit, has in ((DISTRICT, True), (OTHER_DISTRICT, False)):
        received_on = date(2021, 6, 17) if has else None
        communes = [
            c.model_copy(update={"has_reported": has, "received_on": received_on}) for c in filled(unit).communes
        ]
        officer.take(unit, "21/06", drawn(unit, answers=said(unit, communes=communes)))
    # A report accepted is sent again unasked, with other figures.
    officer.take(STANDING, "18/06", drawn(STANDING, answers=said(STANDING)))
    officer.decide(STANDING, "22/06", "accepted")
    officer.take(STANDING, "28/06", drawn(STANDING, answers=said(STANDING, share=50)))
    # A file is filed under another unit, and another under another period; both are put right.
    officer.take(EDUCATION, "18/06", drawn(EDUCATION, answers=said(EDUCATION)), OFFICE, H1)
    officer.decide(OFFICE, "22/06", "receipt_undone")
    officer.take(EDUCATION, "22/06", drawn(EDUCATION, answers=said(EDUCATION)))
    officer.take(HEALTH, "18/06", b"%PDF-1.4 scan", HEALTH, "2022-FY")
    officer.decide(HEALTH, "22/06", "receipt_undone", "2022-FY")
    officer.take(HEALTH, "22/06", b"%PDF-1.4 scan", HEALTH, H1)
    # A word in place of a number, mended a week later; a form that somebody typed another period into.
    officer.take(MENDED, "18/06", typed_over(drawn(MENDED), form.TARGETS, {"H2": "khoảng 90"}))
    officer.take(MENDED, "25/06", drawn(MENDED, answers=said(MENDED)))
    officer.take(OFFICE, "21/06", typed_over(drawn(OFFICE), form.HIDDEN, {"B5": "2021-FY"}))


@pytest.fixture(scope="module")
def walked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("walk")
    shutil.copytree(ROOT / "raw/plans", folder / "raw/plans")
    walk(Officer(Settings(raw=folder / "raw", warehouse=folder / "warehouse")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "today", lambda: AS_OF)
        path = script.build(built, folder / "raw", folder / "warehouse")
    # Names in the models begin with that of the file, which is build.
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def states(walked: duckdb.DuckDBPyConnection, on: date, period: str = H1) -> dict[str, int]:
    rows = walked.execute(
        "select state, count(*) from marts.compliance_as_of(?) where period = ? group by all", [on, period]
    )
    return dict(rows.fetchall())


def test_the_states_of_the_period_are_those_counted_by_hand(walked: duckdb.DuckDBPyConnection) -> None:
    assert states(walked, AS_OF) == {
        "accepted": 3,
        "on_time": 4,
        "late": 2,
        "unreadable": 1,
        "reported_by_district": 11,
        "waived": 1,
        "missing": 217,
    }
    assert states(walked, AS_OF, PLAN) == {"on_time": 7, "late": 1, "waived": 1, "missing": 230}


def test_the_province_answers_with_the_counts_of_all_its_units(walked: duckdb.DuckDBPyConnection) -> None:
    counts = "existing, expected, actual, missing, unreadable, reported_by_district, waived, worst_days_late"
    whole = f"select {counts} from marts.compliance_province where unit_level = 'province' and period = ?"
    assert walked.execute(whole, [H1]).fetchone() == (239, 238, 9, 217, 1, 11, 1, 18)
    assert walked.execute(whole, [PLAN]).fetchone() == (239, 238, 8, 230, 0, 0, 1, 43)


def test_on_the_due_day_nothing_is_late_and_on_the_next_it_is(walked: duckdb.DuckDBPyConnection) -> None:
    for due, after, period in (
        (date(2021, 5, 17), date(2021, 5, 18), PLAN),
        (date(2021, 6, 21), date(2021, 6, 22), H1),
    ):
        assert states(walked, due, period).keys().isdisjoint({"missing", "late"})
        assert states(walked, after, period)["missing"] > 200


def test_a_period_begins_with_its_first_readable_report(walked: duckdb.DuckDBPyConnection) -> None:
    """Neither the form with another period typed into it nor the file filed under another period began one."""
    assert states(walked, date(2021, 12, 15), "2021-FY") == {"not_tracked": 239}
    assert states(walked, date(2022, 12, 15), "2022-FY") == {"not_tracked": 239}


def test_the_district_counts_are_those_counted_by_hand(walked: duckdb.DuckDBPyConnection) -> None:
    counts = walked.execute(
        """
        select communes_existing, communes_expected, communes_actual, communes_on_time, communes_on_time_strict,
            communes_complete, communes_accepted, communes_missing + communes_only_said, communes_waived,
            communes_said, communes_only_said
        from marts.compliance_district where district_key = ? and period = ?
        """,
        [DISTRICT, H1],
    ).fetchall()
    assert counts == [(16, 15, 4, 3, 1, 3, 2, 11, 1, 16, 11)]


def test_targets_and_tasks_are_those_counted_by_hand(walked: duckdb.DuckDBPyConnection) -> None:
    targets = walked.execute(
        """
        select target_id, period, cast(numerator as integer), cast(denominator as integer)
        from marts.compliance_target
        where scope = 'province' and (period = '2021-H1' and target_id in ('TG03', 'TG04', 'TG07', 'TG13')
        or period = '2021-PLAN' and target_id = 'TG12') order by all
        """
    ).fetchall()
    assert targets == [
        ("TG03", H1, 2, 208),
        ("TG04", H1, 570, 600),
        ("TG07", H1, 345, 500),
        ("TG12", PLAN, 7, 238),
        ("TG13", H1, 7, 238),
    ]
    tasks = walked.execute(
        "select task_id, n_reporting, n_owing from marts.plan_task_progress "
        "where period = ? and task_id in ('A05', 'D1a', 'D2b') order by all",
        [H1],
    ).fetchall()
    assert tasks == [("A05", 9, 238), ("D1a", 4, 208), ("D2b", 4, 209)]


def test_who_is_chased_is_told_by_what_is_at_hand(walked: duckdb.DuckDBPyConnection) -> None:
    rows = walked.execute(
        "select unit_key, state, last_sent_on, days_late from marts.chase_list where period = ? and state <> 'missing'",
        [H1],
    ).fetchall()
    assert rows == [(HEALTH, "unreadable", date(2021, 6, 18), 18)]
    late = "select period, min(days_late), max(days_late), count(*) from marts.chase_list group by all order by all"
    assert walked.execute(late).fetchall() == [(H1, 18, 18, 218), (PLAN, 43, 43, 230)]
    mended = "select state, timely_on, days_late from core.fct_obligation where unit_key = ? and period = ?"
    assert walked.execute(mended, [MENDED, H1]).fetchall() == [("late", date(2021, 6, 25), 4)]


def test_within_the_days_of_grace_who_did_send_is_not_chased(walked: duckdb.DuckDBPyConnection) -> None:
    rows = walked.execute(
        "select unit_key, days_late from marts.compliance_as_of(?) where period = ? and state = 'unreadable' "
        "order by all",
        [date(2021, 6, 22), H1],
    ).fetchall()
    assert rows == [(MENDED, 0), (HEALTH, 0)]
