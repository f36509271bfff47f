"""Who reported, how complete and how late: the marts of the demonstration against what was invented for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.plan.obligations import Duties
from pipelines.settings import Settings
from tests.conftest import DEMO_PERIODS, Built, Demo

Districts = dict[tuple[str, str], dict[str, str]]

DUTIES = Duties(Settings())
DAYS = {o.period: o for o in DUTIES.obligations if o.period in DEMO_PERIODS}
GRACE = 3


@pytest.fixture(scope="module")
def shown(demo: Demo) -> Iterator[duckdb.DuckDBPyConnection]:
    with demo.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def districts(demo: Demo) -> Districts:
    """The ledger of the districts, by unit and period."""
    return {(line["unit_key"], line["period"]): line for line in demo.ledger if line["level"] == "district"}


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


NUMBERS = {d.day: d.number for d in DUTIES.workdays.days()}


def counted_by_hand(line: dict[str, str], on: date, districts: Districts) -> dict[str, Any]:
    """State and flags of one obligation on a day, from the ledger alone."""
    due, strict = DAYS[line["period"]].due_counted, DAYS[line["period"]].due_strict
    assert due is not None
    assert strict is not None
    broken, first, returned, again, accepted, waived = known_on(line, on)
    timely = first
    for sent, back, answered in ((broken, broken, first), (first, returned, again)):
        if sent and back:
            in_grace = NUMBERS[answered or on] - NUMBERS[back] <= GRACE
            timely = sent if in_grace else answered
    is_named = line["is_said_by_district"] == "True" and is_in_force(districts[line["parent_key"], line["period"]], on)
    if waived:
        state = "waived"
    elif accepted:
        state = "accepted"
    elif broken and not first:
        state = "unreadable"
    elif returned and not again:
        state = "returned"
    elif first:
        state = "on_time" if timely and timely <= due else "late"
    elif is_named:
        state = "reported_by_district"
    elif due < on:
        state = "missing"
    else:
        state = "due_soon" if (due - on).days <= 7 else "not_due"
    is_expected = waived is None and due < on
    is_actual = is_expected and first is not None
    return {
        "state": state,
        "expected": is_expected,
        "actual": is_actual,
        "on_time": is_actual and timely is not None and timely <= due,
        "on_time_strict": is_actual and timely is not None and timely <= strict,
        "complete": is_actual and line["is_complete"] == "True",
        "accepted": is_expected and accepted is not None,
        "said": is_named,
    }


def known_on(line: dict[str, str], on: date) -> list[date | None]:
    """The days of a line as they were known at the end of a day."""
    names = ("unreadable_on", "first_readable_on", "returned_on", "sent_again_on", "accepted_on", "waived_on")
    return [known if (known := day(line[name])) is not None and known <= on else None for name in names]


def is_in_force(line: dict[str, str], on: date) -> bool:
    """Whether a report of this obligation could be read and is not with its sender."""
    _, first, returned, again, *_ = known_on(line, on)
    return first is not None and (returned is None or again is not None)


def test_for_each_district_and_period_the_counts_equal_a_hand_count(
    demo: Demo, shown: duckdb.DuckDBPyConnection, districts: Districts
) -> None:
    rows = shown.execute(
        """
        select district_key, period, communes_expected, communes_actual, communes_on_time, communes_on_time_strict,
            communes_complete, communes_accepted, communes_missing, communes_unreadable, communes_returned,
            communes_waived, communes_only_said, communes_said, own_state
        from marts.compliance_district where list_contains(?, period)
        """,
        [DEMO_PERIODS],
    ).fetchall()
    assert len(rows) == 10 * len(DEMO_PERIODS)
    assert demo.settings.as_of is not None
    for district, period, *found, own_state in rows:
        communes = [
            counted_by_hand(line, demo.settings.as_of, districts)
            for line in demo.ledger
            if (line["parent_key"], line["period"], line["level"]) == (district, period, "commune")
        ]
        flags = ("expected", "actual", "on_time", "on_time_strict", "complete", "accepted")
        by_hand = [sum(c[flag] for c in communes) for flag in flags]
        states = ("missing", "unreadable", "returned", "waived", "reported_by_district")
        by_hand += [sum(c["state"] == state for c in communes) for state in states]
        by_hand += [sum(c["said"] for c in communes)]
        assert found == by_hand, (district, period)
        own = districts[district, period]
        assert own_state == counted_by_hand(own, demo.settings.as_of, districts)["state"]


@pytest.mark.parametrize("on", [date(2021, 6, 14), date(2021, 6, 21), date(2021, 6, 29), date(2021, 8, 2)])
def test_the_states_move_as_they_should(
    demo: Demo, shown: duckdb.DuckDBPyConnection, districts: Districts, on: date
) -> None:
    rows = shown.execute(
        "select unit_key, state, is_on_time, is_on_time_strict from marts.compliance_as_of(?) where period = '2021-H1'",
        [on],
    ).fetchall()
    found = {unit: tuple(rest) for unit, *rest in rows}
    by_hand = {
        line["unit_key"]: (
            hand["state"],
            *((hand["on_time"], hand["on_time_strict"]) if hand["expected"] else (None, None)),
        )
        for line in demo.ledger
        if line["period"] == "2021-H1"
        for hand in [counted_by_hand(line, on, districts)]
    }
    assert found == by_hand
    assert len({state for state, *_ in by_hand.values()}) > 2


def test_as_of_a_day_is_what_a_warehouse_of_that_day_shows(demo: Demo, shown: duckdb.DuckDBPyConnection) -> None:
    assert demo.settings.as_of is not None
    both = shown.execute(
        "select count(*) from (from marts.compliance_as_of(?) except from core.fct_obligation)", [demo.settings.as_of]
    ).fetchone()
    assert both == (0,)


def test_a_report_of_the_monday_after_a_sunday_is_on_time_rolled_and_late_strictly(
    demo: Demo, shown: duckdb.DuckDBPyConnection
) -> None:
    rows = shown.execute(
        """
        select distinct due_nominal, is_on_time, is_on_time_strict from core.fct_obligation
        where period = '2021-H1' and timely_on = date '2021-06-21' and is_expected
        """
    ).fetchall()
    assert rows == [(date(2021, 6, 20), True, False)]


def test_targets_are_sums_over_sums_with_their_coverage(shown: duckdb.DuckDBPyConnection) -> None:
    [(numerator, denominator, value, owing, reporting, state)] = shown.execute(
        """
        select numerator, denominator, value_pct, n_owing, n_reporting, target_state from marts.compliance_target
        where target_id = 'TG05' and scope = 'province' and period = '2021-H1'
        """
    ).fetchall()
    [(sum_numerator, sum_denominator, n)] = shown.execute(
        """
        select sum(value.numerator), sum(value.denominator), count(value.numerator)
        from core.fct_target_value as value
        inner join (
            select fct_report.report_id from core.fct_report inner join core.fct_obligation using (obligation_id)
            where fct_report.period = '2021-H1' and is_expected and report_state = 'received'
            and fct_obligation.state <> 'returned'
            qualify row_number() over (partition by obligation_id order by received_at desc) = 1
        ) using (report_id)
        where target_id = 'TG05'
        """
    ).fetchall()
    assert (numerator, denominator, reporting) == (sum_numerator, sum_denominator, n)
    assert value == round(100 * numerator / denominator, 4)
    assert reporting < owing <= 209
    assert state == "behind"


def test_the_province_has_a_row_of_its_own_beside_its_levels(shown: duckdb.DuckDBPyConnection) -> None:
    counts = "existing, expected, actual, actual_on_time, accepted, missing, items_owed, items_answered"
    rows = shown.execute(
        f"select unit_level, {counts} from marts.compliance_province where period = '2021-H1'"
    ).fetchall()
    by_level = {level: own for level, *own in rows}
    whole = by_level.pop("province")
    assert {level: own[0] for level, own in by_level.items()} == {"agency": 20, "district": 10, "commune": 209}
    assert whole == [sum(each) for each in zip(*by_level.values(), strict=True)]
    of_units = shown.execute(
        "select sum(expected), sum(actual), sum(actual_on_time), sum(accepted), sum(missing), sum(items_owed), "
        "sum(items_answered) from marts.compliance_unit where period = '2021-H1'"
    ).fetchone()
    assert (*whole[1:],) == of_units


def test_the_chase_list_has_who_owes_what_to_whom_latest_first(shown: duckdb.DuckDBPyConnection) -> None:
    rows = shown.execute(
        "select state, days_late, recipient_name_vi, unit_level from marts.chase_list order by chase_order"
    ).fetchall()
    assert {state for state, *_ in rows} <= {"missing", "returned", "unreadable"}
    late = [days for _, days, *_ in rows]
    assert late == sorted(late, reverse=True)
    assert all(name for _, _, name, _ in rows)


def test_a_sub_dimension_without_a_task_is_an_orphan(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select distinct code, orphan_kind from marts.plan_responsibility "
        "where code is not null and orphan_kind is not null"
    ).fetchall()
    assert dict(rows) == {
        **dict.fromkeys(["2.1", "3.1", "3.2", "3.3", "5.1", "5.2", "5.3", "5.4"], "no_task"),
        **dict.fromkeys(["4.4", "7.2"], "indirect_only"),
    }
    assert published.execute(
        "select count(distinct code) from marts.plan_responsibility where code is not null"
    ).fetchone() == (29,)
    idle = published.execute("select count(*) from marts.plan_responsibility where orphan_kind = 'unit_without_task'")
    assert idle.fetchone() == (12,)


def test_without_any_report_nothing_is_tracked_and_no_rate_is_shown(published: duckdb.DuckDBPyConnection) -> None:
    states = published.execute("select distinct state from core.fct_obligation order by all").fetchall()
    assert states == [("not_applicable",), ("not_tracked",)]
    days = "select count(days_late), count(working_days_left) from core.fct_obligation"
    assert published.execute(days).fetchone() == (0, 0)
    rates = "select count(reporting_rate_pct), count(composite), sum(expected) from marts.compliance_unit"
    assert published.execute(rates).fetchone() == (0, 0, 0)
    assert published.execute("select count(*) from marts.chase_list").fetchone() == (0,)
    assert published.execute("select count(*) from marts.due_list").fetchone() == (0,)
    assert published.execute("select count(*) from core.fct_report").fetchone() == (0,)


def test_the_demonstration_marks_everything(demo: Demo, shown: duckdb.DuckDBPyConnection) -> None:
    assert (demo.settings.reports / "SIMULATED").is_file()
    assert shown.execute("select distinct is_simulated from core.fct_report").fetchall() == [(True,)]
    [(n_quarantined,)] = shown.execute(
        "select count(*) from core.fct_report where report_state = 'quarantined'"
    ).fetchall()
    broken = [line for line in demo.ledger if line["fate"].startswith("broken")]
    assert n_quarantined == len(broken) > 0
    found = shown.execute("select count(distinct report_id) from audit.report_finding where severity = 'refused'")
    assert found.fetchone() == (n_quarantined,)


# --- laws of the states, on a few obligations --------------------------------------------------------------------

COMMUNES = ["07201-tho-xuong", "07207-ngo-quyen", "07210-hoang-van-thu", "07213-tran-phu"]
AS_OF = date(2021, 7, 15)
RECEIVED = st.integers(-10, 20)
Said = tuple[int, bool, bool]


class Small:
    """The published table macro over a handful of obligations of 2021-H1."""

    def __init__(self, built: Built) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{built.settings.build}' as build (read_only); create schema core")
        for table in ("dim_plan", "dim_day"):
            self.connection.execute(f"create table core.{table} as from build.core.{table}")
        self.connection.execute(
            "create table core.fct_obligation as from build.core.fct_obligation "
            "where period = '2021-H1' and list_contains(?, unit_key)",
            [COMMUNES],
        )
        for table in ("fct_report", "fct_report_event", "fct_commune_answer"):
            self.connection.execute(f"create table core.{table} as from build.core.{table} limit 0")
        [(definition,)] = self.connection.execute(
            "select macro_definition from duckdb_functions() where function_name = 'compliance_as_of'"
        ).fetchall()
        self.connection.execute(f"create macro compliance_as_of(as_of) as table {definition}")

    def rates(self, said: dict[str, Said]) -> dict[str, Any]:
        """Counts over all, and on each unit; ``said`` is day of receipt from the due day, complete, accepted."""
        self.connection.execute("delete from core.fct_report; delete from core.fct_report_event")
        due = DAYS["2021-H1"].due_counted
        assert due is not None
        for unit, (offset, is_complete, is_accepted) in said.items():
            came = date.fromordinal(due.toordinal() + offset)
            obligation = f"bg-2021/2021-H1/{unit}"
            self.connection.execute(
                "insert into core.fct_report (report_id, obligation_id, period, unit_key, version, received_at, "
                "report_state, is_complete) values (?, ?, '2021-H1', ?, 1, ?, 'received', ?)",
                [obligation, obligation, unit, came, is_complete],
            )
            if is_accepted:
                self.connection.execute(
                    "insert into core.fct_report_event (event_id, obligation_id, report_id, happened_at, event) "
                    "values (?, ?, ?, ?, 'accepted')",
                    [obligation, obligation, obligation, came],
                )
        counts = "count(*) filter (where is_expected), " + ", ".join(
            f"count(*) filter (where {flag})" for flag in ("is_actual", "is_on_time", "is_complete", "is_accepted")
        )
        row = self.connection.execute(f"select {counts} from compliance_as_of(?)", [AS_OF]).fetchone()
        assert row is not None
        expected, *counted = row
        names = ("actual", "on_time", "complete", "accepted")
        return {name: n / expected if expected else None for name, n in zip(names, counted, strict=True)}


@pytest.fixture(scope="module")
def small(built: Built) -> Small:
    return Small(built)


SAID = st.dictionaries(st.sampled_from(COMMUNES), st.tuples(RECEIVED, st.booleans(), st.booleans()))


def not_above(lower: dict[str, Any], higher: dict[str, Any]) -> bool:
    return all(
        low is None or (high is not None and low <= high)
        for low, high in zip(lower.values(), higher.values(), strict=True)
    )


@settings(max_examples=25)
@given(said=SAID, silent=st.sampled_from(COMMUNES))
def test_sending_nothing_never_raises_a_rate(small: Small, said: dict[str, Said], silent: str) -> None:
    without = {unit: what for unit, what in said.items() if unit != silent}
    assert not_above(small.rates(without), small.rates(said))


@settings(max_examples=25)
@given(said=SAID, unit=st.sampled_from(COMMUNES), better=st.integers(0, 12))
def test_a_better_report_never_lowers_a_rate(small: Small, said: dict[str, Said], unit: str, better: int) -> None:
    offset, is_complete, is_accepted = said.get(unit, (20, False, False))
    improved = {**said, unit: (offset - better, True, is_accepted or better > 6)}
    given_first = {**said, unit: (offset, is_complete, is_accepted)}
    assert not_above(small.rates(given_first), small.rates(improved))


def test_a_unit_that_ended_and_its_successor_are_in_one_denominator_each(built: Built, tmp_path: Path) -> None:
    with duckdb.connect(str(built.settings.published.resolve()), read_only=True) as connection:
        rows = connection.execute(
            """
            select
                unit_key,
                count(*) filter (where year = 2024),
                count(*) filter (where year = 2025 and state <> 'not_applicable')
            from core.fct_obligation where list_contains(['07204-tran-nguyen-han', '07207-ngo-quyen'], unit_key)
            and not_applicable_reason is distinct from 'due_unspecified' group by all order by all
            """
        ).fetchall()
    assert rows == [("07204-tran-nguyen-han", 3, 0), ("07207-ngo-quyen", 3, 2)]
