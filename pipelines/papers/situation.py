"""The reports of a period as of a day, as the papers tell them: who owes, in which state, and how late.

Belongs here: asking the published warehouse, and the Vietnamese words for what it says. Does not belong here: any
paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pipelines.papers.figures import printed, quoted
from pipelines.plan.units import official_name
from pipelines.published import rows
from pipelines.reports.wording import period_name

if TYPE_CHECKING:
    import duckdb

LEVELS_VI = {"agency": "Sở, ngành", "district": "Huyện", "commune": "Xã"}
OPEN = ("missing", "returned", "unreadable")  # a report that is chased, see marts.chase_list
SIMULATED = "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU THẬT"
LONGEST_REASON = 150  # signs; a return may be explained at any length
CUT = " […]"

OWED = """
with back as (
    select
        obligation_id,
        reason,
        row_number() over (partition by obligation_id order by happened_at desc, source_row desc) as from_last,
        count(*) over (partition by obligation_id) as n_returned
    from core.fct_report_event
    where event = 'returned' and cast(happened_at as date) <= $day
),
excused as (
    select
        obligation_id,
        decision_no,
        row_number() over (partition by obligation_id order by happened_at desc, source_row desc) as from_last
    from core.fct_report_event
    where event = 'waived' and cast(happened_at as date) <= $day
)
select
    owed.obligation_id, owed.plan_id, owed.unit_key, concat_ws(';', units.unit_code, units.inherits) as codes,
    units.unit_level as level, units.full_name_vi,
    owed.recipient_key,
    owed.due_nominal, owed.due_counted, due.working_day_number - today.working_day_number as working_days_left,
    owed.state, owed.state_vi, owed.is_expected, owed.is_actual, owed.is_on_time,
    coalesce(owed.days_late, 0) as days_late,
    owed.first_received_on, owed.last_received_on, owed.last_sent_on, owed.returned_on, back.reason,
    cast(coalesce(back.n_returned, 0) as integer) as n_returned, excused.decision_no, owed.report_id,
    reports.items_answered, reports.items_owed,
    owed.is_simulated
from marts.compliance_as_of($day) as owed
inner join core.dim_unit_period as units
    on owed.unit_key = units.unit_key and owed.unit_valid_from = units.valid_from
left join core.dim_day as due on owed.due_counted = due.day
left join core.dim_day as today on today.day = cast($day as date)
left join core.fct_report as reports on owed.report_id = reports.report_id
left join back on owed.obligation_id = back.obligation_id and back.from_last = 1
left join excused on owed.obligation_id = excused.obligation_id and excused.from_last = 1
where owed.period = $period and owed.state <> 'not_applicable'
order by units.unit_level = 'commune', units.unit_level = 'district', units.unit_code
"""


class NothingOwed(LookupError):
    """No unit owes a report for the period."""


class NotInCalendar(LookupError):
    """The calendar of working days does not know the day."""


@dataclass(frozen=True)
class Owed:
    """One report that a unit owes, as of the day; ``days_late`` are working days, and ``working_days_left`` those to
    come, below nought once the due day is past: also of what is not tracked yet, unlike in the mart.

    ``codes`` are its code and those of the bodies that went into it.
    """

    obligation_id: str
    plan_id: str
    unit_key: str
    codes: str
    level: str
    full_name_vi: str
    recipient_key: str | None
    due_nominal: date | None
    due_counted: date | None
    working_days_left: int | None
    state: str
    state_vi: str
    is_expected: bool
    is_actual: bool
    is_on_time: bool
    days_late: int
    first_received_on: date | None
    last_received_on: date | None
    last_sent_on: date | None
    returned_on: date | None
    reason: str | None
    n_returned: int
    decision_no: str | None
    report_id: str | None
    items_answered: int | None
    items_owed: int | None
    is_simulated: bool

    @property
    def name(self) -> str:
        """The body that is written to: UBND huyện Yên Thế."""
        return official_name(self.level, self.full_name_vi)

    @property
    def key(self) -> str:
        return f"obligation_id = {quoted(self.obligation_id)}"

    @property
    def is_open(self) -> bool:
        """Whether the report is still to be sent, or to be sent again."""
        return self.is_expected and self.state in OPEN

    @property
    def is_late(self) -> bool:
        """Whether it is chased: what was returned or could not be read is not while the days of grace run."""
        return self.is_open and self.days_late > 0

    @property
    def said_on(self) -> str | None:
        """The column of the day that ``said`` names; None where it names none."""
        column = {"unreadable": "last_sent_on", "returned": "returned_on"}.get(self.state)
        return column if column and getattr(self, column) else None

    @property
    def said(self) -> str:
        """Its state with the day and the reason that belong to it."""
        if self.state == "unreadable" and self.last_sent_on:
            return f"đã gửi ngày {printed(self.last_sent_on)}, chưa đọc được"
        if self.state == "returned" and self.returned_on:
            reason = f": {clean(self.reason, LONGEST_REASON)}" if self.reason else ""
            return f"trả lại ngày {printed(self.returned_on)}{reason}"
        if self.state == "waived" and self.decision_no:
            return f"được miễn theo {clean(self.decision_no, LONGEST_REASON)}"
        return self.state_vi


def _is_expected_and(state: str, one: Owed) -> bool:
    return one.is_expected and one.state == state


# How the reports of a district or level are counted: heading, which reports as SQL has it, and the same of one report.
COUNTED: tuple[tuple[str, str, Callable[[Owed], bool]], ...] = (
    ("Xã phải báo cáo", "is_expected", lambda one: one.is_expected),
    ("Đã nhận", "is_actual", lambda one: one.is_actual),
    ("Đúng hạn", "is_on_time", lambda one: one.is_on_time),
    *(
        (heading, f"is_expected and state = '{state}'", partial(_is_expected_and, state))
        for heading, state in (
            ("Chưa gửi", "missing"),
            ("Chưa đọc được", "unreadable"),
            ("Đang trả lại", "returned"),
            ("Huyện báo đã nhận, tỉnh chưa có tệp", "reported_by_district"),
        )
    ),
    ("Được miễn", "state = 'waived'", lambda one: one.state == "waived"),
)


@dataclass(frozen=True)
class Situation:
    """Every report of a period as of a day; ``table`` is how the warehouse is asked for it."""

    period: str
    as_of: date
    is_working_day: bool
    owed: list[Owed]
    plan_title: str
    province: str
    agency: str
    agency_key: str | None
    resend_by: date
    resend_key: str

    @property
    def table(self) -> str:
        return f"marts.compliance_as_of('{self.as_of}')"

    @property
    def plan_id(self) -> str:
        return self.owed[0].plan_id

    @property
    def period_vi(self) -> str:
        return period_name(self.period).vi

    @property
    def is_simulated(self) -> bool:
        return any(one.is_simulated for one in self.owed)

    @cached_property
    def late(self) -> list[Owed]:
        """Latest first, and in the order of the units."""
        return sorted((one for one in self.owed if one.is_late), key=lambda one: -one.days_late)

    @cached_property
    def districts(self) -> set[str]:
        return {one.unit_key for one in self.owed if one.level == "district"}

    @property
    def heads(self) -> list[Owed]:
        """Who is written to: agencies, districts, and communes that have no district above them."""
        return [one for one in self.owed if one.recipient_key not in self.districts]

    def below(self, head: Owed) -> list[Owed]:
        """A head's own report, then those of a district's communes."""
        communes = [one for one in self.owed if one.recipient_key == head.unit_key] if head.level == "district" else []
        return [head, *communes]

    def late_below(self, head: Owed) -> list[Owed]:
        """Those of them that are late, latest first."""
        return sorted((one for one in self.below(head) if one.is_late), key=lambda one: -one.days_late)


def of(connection: duckdb.DuckDBPyConnection, period: str, as_of: date) -> Situation:
    """The situation of a period as of the end of a day; raises ``NothingOwed`` and ``NotInCalendar``."""
    relation = connection.execute(OWED, {"day": as_of.isoformat(), "period": period})
    owed = [Owed(*row) for row in relation.fetchall()]
    if not owed:
        raise NothingOwed(period)
    [plan] = rows(connection, "select * from core.dim_plan where plan_id = ?", [owed[0].plan_id])
    named = (
        "select full_name_vi, unit_key from core.dim_unit_period "
        "where {} and ? between valid_from and coalesce(valid_to, ?)"
    )
    days = [as_of, as_of]
    province = connection.execute(named.format("unit_key = ?"), [plan["province_key"], *days]).fetchall()
    agency = connection.execute(named.format("unit_code = ?"), [plan["standing_agency"], *days]).fetchall()
    resend = connection.execute(
        "select again.day, again.working_day_number, today.is_working from core.dim_day as again "
        "inner join core.dim_day as today on today.day = ? and again.is_working "
        "and again.working_day_number = today.working_day_number + ?",
        [as_of, plan["grace_working_days"]],
    ).fetchall()
    if not resend:
        raise NotInCalendar(as_of.isoformat())
    [(resend_by, number, is_working_day)] = resend
    province_vi = str(province[0][0]).removeprefix("Tỉnh ") if province else "…"
    agency_vi = str(agency[0][0]).removesuffix(f" tỉnh {province_vi}") if agency else "…"
    key = f"is_working and working_day_number = {number}"
    agency_key = agency[0][1] if agency else None
    return Situation(
        period, as_of, is_working_day, owed, plan["title_vi"], province_vi, agency_vi, agency_key, resend_by, key
    )


def clean(text: str, most: int | None = None) -> str:
    """A text that came from outside as a document can hold it: on one line, without signs that XML refuses."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text).split())
    return line if most is None or len(line) <= most else line[: most - len(CUT)] + CUT
