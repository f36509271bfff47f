"""Obligations: who owes what to whom by when, made in advance from plans, units and the calendar.

Belongs here: the denominator of every rate. Does not belong here: anything that was sent; nobody changes what is owed
by sending or not sending.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from pipelines.plan import plans
from pipelines.plan.plans import ObligationRule, Plan
from pipelines.plan.units import Unit, Units
from pipelines.plan.workdays import Workdays
from pipelines.seeds import Seeds
from pipelines.settings import Settings

SEEDS = ("unit", "unit_successor", "holiday_override")  # all that duties follow from beside the plans
BEFORE_ISSUE, NO_DAY, ENDED, SUPERSEDED = "due_before_issue", "due_unspecified", "unit_ended", "plan_superseded"
LAST_MONTH = {"Q1": 3, "H1": 6, "Q3": 9, "FY": 12}


@dataclass(frozen=True)
class Obligation:
    """One deliverable of one unit for one period, such as 2021-H1.

    ``due_nominal`` is the day that the plan names, ``due_strict`` the day before it ("before the 20th"), ``due_rolled``
    the next working day where it is a day off (statistics of reporting; article 148 of the Civil Code);
    ``due_counted`` is the one of these that the plan's settings choose. All are None where the plan names no day.
    """

    obligation_id: str
    plan: Plan
    rule: ObligationRule
    period: str
    year: int
    unit: Unit
    recipient_key: str | None
    due_nominal: date | None
    due_strict: date | None
    due_rolled: date | None
    not_applicable_reason: str | None

    @property
    def kind(self) -> str:
        """The period without its year: H1."""
        return self.period.split("-")[1]

    @property
    def due_counted(self) -> date | None:
        chosen: date | None = getattr(self, f"due_{self.plan.head.settings.due_counts}")
        return chosen


class Duties:
    """Plans, units and working days of a workspace, and the obligations that follow from them.

    Where ``issued_by`` is a day, a plan that was issued after it is not there yet.
    """

    def __init__(self, settings: Settings, issued_by: date | None = None) -> None:
        seeds = Seeds(settings.seeds, SEEDS)
        self.read = [one for one in plans.read_all(settings.raw) if one.is_issued_by(issued_by)]
        self.units = Units(seeds)
        self.workdays = Workdays(seeds)

    @property
    def plans(self) -> dict[str, Plan]:
        return {read.plan_id: read.plan for read in self.read if read.plan is not None}

    @cached_property
    def obligations(self) -> list[Obligation]:
        return of(list(self.plans.values()), self.units, self.workdays)

    @cached_property
    def _by_unit(self) -> dict[tuple[str, str], Obligation]:
        """Where a later plan took over, its obligation and not the one that lapsed."""
        ordered = sorted(self.obligations, key=lambda o: o.not_applicable_reason is None)
        return {(o.unit.unit_key, o.period): o for o in ordered}

    def find(self, unit_key: str, period: str) -> Obligation | None:
        """What a unit owes for a period, or None."""
        return self._by_unit.get((unit_key, period))

    def named(self, unit: str, period: str) -> Obligation | None:
        """What the unit of this key, code or name owes for a period; None where that is not certain."""
        found = self.find(unit, period)
        due = next((o.due_nominal for o in self.obligations if o.period == period), None)
        if found is None and due is not None and (one := self.units.find(unit, due)) is not None:
            found = self.find(one.unit_key, period)
        return found

    def communes_of(self, obligation: Obligation) -> list[Unit]:
        """The communes that answer to the unit on the day its report is due."""
        if obligation.due_nominal is None:
            return []
        valid = self.units.on(obligation.due_nominal).values()
        return [u for u in valid if u.level == "commune" and u.parent_key == obligation.unit.unit_key]


def of(known: list[Plan], units: Units, workdays: Workdays) -> list[Obligation]:
    """Every obligation of every plan, in order of plan, due day and unit; one for each plan, unit and period."""
    took_over = {plan.head.supersedes: plan.head.issued_from for plan in known if plan.head.supersedes}
    made = []
    for plan in known:
        years = range(plan.head.issued_from.year, plan.head.obligations_until.year + 1)
        for rule in plan.rules:
            for year in [int(rule.due[:4])] if rule.period == "PLAN" and rule.due else years:
                made += _of_rule(plan, rule, year, units, workdays, took_over.get(plan.plan_id))
    return sorted(made, key=lambda o: (o.plan.plan_id, o.due_nominal or date.max, o.period, o.unit.unit_key))


def _of_rule(
    plan: Plan, rule: ObligationRule, year: int, units: Units, workdays: Workdays, taken_over_on: date | None
) -> list[Obligation]:
    due = None
    if rule.due is not None:
        due = date.fromisoformat(rule.due if rule.period == "PLAN" else f"{year}-{rule.due}")
        if due > plan.head.obligations_until:
            return []
    reason = None
    if due is None:
        reason = NO_DAY
    elif due < plan.head.issued_from:
        reason = BEFORE_ISSUE
    elif taken_over_on is not None and due >= taken_over_on:
        reason = SUPERSEDED
    # Without a day, the units of the period's last day.
    measured_on = due or _end_of_month(year, LAST_MONTH[rule.period])
    bound = [
        u for u in units.all if u.in_reporting and u.territory_key == plan.head.province_key and u.bears(rule.units)
    ]
    valid = {u.unit_key: u for u in bound if u.is_valid_on(measured_on)}
    # A unit that ended in the year before its report was due owes nothing; its row says why.
    begun = max(date(year, 1, 1), plan.head.issued_from)
    ended = {
        u.unit_key: u
        for u in bound
        if u.unit_key not in valid and u.valid_to is not None and begun <= u.valid_to < measured_on
    }
    standing = next((u for u in units.on(measured_on).values() if u.code == plan.head.standing_agency), None)
    return [
        Obligation(
            f"{plan.plan_id}/{year}-{rule.period}/{unit.unit_key}",
            plan,
            rule,
            f"{year}-{rule.period}",
            year,
            unit,
            _recipient(rule, unit, standing, units.on(measured_on)),
            due,
            due - timedelta(days=1) if due else None,
            workdays.rolled(due) if due else None,
            reason or (ENDED if unit.unit_key in ended else None),
        )
        for unit in (*valid.values(), *ended.values())
    ]


def _recipient(rule: ObligationRule, unit: Unit, standing: Unit | None, valid: dict[str, Unit]) -> str | None:
    """Whom the unit reports to: its district, else the standing agency; and that one, the province."""
    if rule.recipient == "":
        return None
    parent = valid.get(unit.parent_key)
    if rule.recipient == "parent" and parent is not None and parent.level == "district":
        return parent.unit_key
    if standing is None or standing.unit_key == unit.unit_key:
        return unit.parent_key
    return standing.unit_key


def _end_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
