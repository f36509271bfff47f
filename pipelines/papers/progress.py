"""Results of tasks and targets as of a day: how many owe and answered, and what was counted, each with its question.

Belongs here: counting the answers of the reports in force on the day, the states of targets. Does not belong here: any
paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.papers.figures import Value, quoted
from pipelines.papers.situation import NothingOwed, Owed, Situation, clean, of
from pipelines.published import rows
from pipelines.reports.wording import PERIODS

if TYPE_CHECKING:
    import duckdb

UNITS = (
    " inner join (select unit_key, valid_from as unit_valid_from, unit_level,"
    " string_split(concat_ws(';', unit_level, unit_code, inherits), ';') as called from core.dim_unit_period)"
    " as units using (unit_key, unit_valid_from)"
)
ANSWERS = {
    "n_done": "done",
    "n_in_progress": "in_progress",
    "n_not_started": "not_started",
    "n_nothing_arose": "nothing_arose",
    "n_not_applicable": "not_applicable",
}
RATE_OF_SUMS = "100 * cast(sum(numerator) as double) / nullif(cast(sum(denominator) as double), 0)"
WITHOUT_FIGURES = ("nothing_arose", "not_applicable", "not_measurable")
TARGETS_VI = {
    "achieved": "đạt",
    "missed": "không đạt",
    "on_track": "đúng tiến độ",
    "behind": "chậm",
    "not_evaluable": "chưa đánh giá được",
}
TASKS = """
select task_id, task_kind, dimension, title_vi, units from core.dim_task
where plan_id = ? and is_reported order by task_kind <> 'task', task_id
"""
TARGETS = """
select plan_id, target_id, title_vi, value, units, periods, measured_by
from core.dim_target
where plan_id = ?
order by target_id
"""
INDEX = """
select
    asked.target_id, asked.target_year, asked.target_state_vi, releases.year is not null as is_published
from marts.index_target as asked
left join core.dim_release as releases
    on asked.index_id = releases.index_id and asked.target_year = releases.year and releases.known_from <= ?
where asked.plan_id = ?
"""


class Known(NamedTuple):
    """A value, and how the published warehouse is asked for it: ``select column from table where key``."""

    value: Value
    table: str
    column: str
    key: str


@dataclass(frozen=True)
class TaskProgress:
    """A task with the number of units of each kind: ``n_owing``, ``n_reporting``, ``n_answered``, ``n_done``,
    ``n_done_with_evidence``, ``n_in_progress``, ``n_not_started``, ``n_nothing_arose``, ``n_not_applicable``.
    """

    task_id: str
    kind: str
    dimension: str | None
    title: str
    counts: dict[str, Known]


@dataclass(frozen=True)
class TargetResult:
    """A target of the province, or of a district with its communes.

    ``unit_key`` is None for the province; figures are None where nothing is counted in this period. ``said`` is the
    state in Vietnamese.
    """

    target_id: str
    title: str
    unit_key: str | None
    numerator: Known | None
    denominator: Known | None
    target_value: Known | None
    n_reporting: Known | None
    n_owing: Known | None
    n_without_figures: Known | None
    rate: Known | None  # numerator of denominator in per cent
    said: str

    @property
    def share(self) -> Decimal | None:
        """Numerator of denominator in per cent."""
        if self.numerator is None or self.denominator is None or not self.denominator.value:
            return None
        return Decimal(100) * self.numerator.value / self.denominator.value  # type: ignore[operator]


def tasks(connection: duckdb.DuckDBPyConnection, situation: Situation) -> list[TaskProgress]:
    """Tasks that reports answer: those of the dimensions first, then what is assigned to units.

    None in the period in which units issue their own plans.
    """
    if situation.period == plan_period(situation):
        return []
    expected = [one for one in situation.owed if one.is_expected]
    found = _answers(connection, "core.fct_task_progress", expected)
    answered = f"{situation.table} inner join core.fct_task_progress as answers using (report_id)"
    period = f"period = {quoted(situation.period)} and is_expected"
    progress = []
    for task in rows(connection, TASKS, [situation.plan_id]):
        owing = [one for one in expected if _owes(one, task["units"])]
        if not owing:
            continue
        mine = [one for one in found if one["task_id"] == task["task_id"]]
        key = f"{period} and task_id = {quoted(task['task_id'])}"
        whose = f"{period} and {_among(task['units'])}"
        reporting = sum(one.report_id is not None for one in owing)
        counts = {
            "n_owing": Known(len(owing), situation.table + UNITS, "count(*)", whose),
            "n_reporting": Known(reporting, situation.table + UNITS, "count(report_id)", whose),
            "n_answered": Known(sum(one["answer"] is not None for one in mine), answered, "count(answer)", key),
        }
        for name, answer in ANSWERS.items():
            given = [one for one in mine if one["answer"] == answer]
            counts[name] = Known(len(given), answered, "count(*)", f"{key} and answer = '{answer}'")
        proven = sum(one["answer"] == "done" and one["evidence"] is not None for one in mine)
        counts["n_done_with_evidence"] = Known(proven, answered, "count(evidence)", f"{key} and answer = 'done'")
        progress.append(
            TaskProgress(task["task_id"], task["task_kind"], task["dimension"], clean(task["title_vi"]), counts)
        )
    return progress


def targets(connection: duckdb.DuckDBPyConnection, situation: Situation) -> list[TargetResult]:
    """Every target of the plan for the province, each followed by those districts that it is counted for."""
    counting = _Counting(connection, situation)
    indexed = {one["target_id"]: one for one in rows(connection, INDEX, [situation.as_of, situation.plan_id])}
    results: list[TargetResult] = []
    for target in rows(connection, TARGETS, [situation.plan_id]):
        if target["measured_by"] == "index":
            results.append(_result(target, said=_index_state(indexed.get(target["target_id"]))))
        elif target["measured_by"] == "reports":
            results += counting.reported(target)
        else:
            results.append(counting.counted(target))
    return results


class _Counting:
    def __init__(self, connection: duckdb.DuckDBPyConnection, situation: Situation) -> None:
        self._situation = situation
        self._expected = [one for one in situation.owed if one.is_expected]
        self._values = _answers(connection, "core.fct_target_value", self._expected)
        self._plans = of_plans(connection, situation)

    def reported(self, target: dict[str, Any]) -> list[TargetResult]:
        """Sums of what reports give, for the province and each district with its communes."""
        situation = self._situation
        kind = situation.period.rpartition("-")[2]
        asked = (target["periods"] or "").split("; ")
        if kind not in asked:
            others = ", ".join(PERIODS[one].vi for one in asked if one in PERIODS)
            return [_result(target, said=f"báo cáo vào kỳ khác: {others}")]
        owing = [one for one in self._expected if _owes(one, target["units"])]
        heads = [one for one in situation.heads if one.level == "district"]
        below = [(head.unit_key, [one for one in owing if head.unit_key in (one.unit_key, one.recipient_key)])
                 for head in heads]  # fmt: skip
        return [
            self._sum(target, None, owing),
            *(self._sum(target, district, some) for district, some in below if some),
        ]

    def _sum(self, target: dict[str, Any], district: str | None, owing: Sequence[Owed]) -> TargetResult:
        table = f"{self._situation.table} inner join core.fct_target_value as answers using (report_id)"
        period = f"period = {quoted(self._situation.period)} and is_expected"
        if district is not None:
            period += f" and (unit_key = {quoted(district)} or recipient_key = {quoted(district)})"
        key = f"{period} and target_id = {quoted(target['target_id'])}"
        reports = {one.report_id for one in owing}
        mine = [one for one in self._values if one["target_id"] == target["target_id"] and one["report_id"] in reports]
        given = [one for one in mine if one["answer"] == "reported"]
        reported = f"{key} and answer = 'reported'"
        numerator, denominator = _sum_of(given, "numerator"), _sum_of(given, "denominator")
        rate = 100 * float(numerator) / float(denominator) if numerator is not None and denominator else None
        without = ", ".join(map(quoted, WITHOUT_FIGURES))
        return _result(
            target,
            unit_key=district,
            numerator=Known(numerator, table, "sum(numerator)", reported),
            denominator=Known(denominator, table, "sum(denominator)", reported),
            rate=Known(rate, table, RATE_OF_SUMS, reported),
            n_reporting=Known(len(given), table, "count(*)", reported),
            n_owing=Known(
                len(owing), self._situation.table + UNITS, "count(*)", f"{period} and {_among(target['units'])}"
            ),
            n_without_figures=Known(
                sum(one["answer"] in WITHOUT_FIGURES for one in mine),
                table,
                "count(*)",
                f"{key} and answer in ({without})",
            ),
            is_final=self._situation.period.endswith("-FY"),
        )

    def counted(self, target: dict[str, Any]) -> TargetResult:
        """Targets about reporting itself, which are counted from what is owed: every unit that owes is known."""
        situation = self._situation
        measured = target["measured_by"]
        owed, which = self._expected, "is_on_time"
        period = situation.period
        if measured == "plans_on_time":
            period = plan_period(situation)
            owed = [one for one in self._plans.owed if one.is_expected] if self._plans else []
        elif situation.period == plan_period(situation):
            owed = []
        elif measured == "accepted_communes":
            owed, which = [one for one in owed if one.level == "commune"], "state = 'accepted'"
        if not owed:
            return _result(target, said="không có số liệu trong kỳ")
        n = sum(bool(one.is_on_time) if which == "is_on_time" else one.state == "accepted" for one in owed)
        key = f"period = {quoted(period)} and is_expected"
        if measured == "accepted_communes":
            key += " and unit_level = 'commune'"
        table = situation.table + UNITS
        total = Known(len(owed), table, "count(*)", key)
        return _result(
            target,
            numerator=Known(n, table, "count(*)", f"{key} and {which}"),
            denominator=total,
            rate=Known(100 * n / len(owed), table, f"100 * count(*) filter (where {which}) / count(*)", key),
            n_reporting=total,
            n_owing=total,
            is_final=period.endswith("-FY"),
        )


def plan_period(situation: Situation) -> str:
    """The period in which units issue their own plans of this year: 2021-PLAN."""
    return f"{situation.period[:4]}-PLAN"


def of_plans(connection: duckdb.DuckDBPyConnection, situation: Situation) -> Situation | None:
    """The situation of the units' own plans of this year on the same day; None where nobody owes one."""
    try:
        return of(connection, plan_period(situation), situation.as_of)
    except NothingOwed:
        return None


def _result(
    target: dict[str, Any],
    unit_key: str | None = None,
    numerator: Known | None = None,
    denominator: Known | None = None,
    rate: Known | None = None,
    n_reporting: Known | None = None,
    n_owing: Known | None = None,
    n_without_figures: Known | None = None,
    is_final: bool = False,
    said: str | None = None,
) -> TargetResult:
    key = f"target_id = {quoted(target['target_id'])} and plan_id = {quoted(target['plan_id'])}"
    value = None
    if target["value"] is not None and target["measured_by"] != "index":
        value = Known(target["value"], "core.dim_target", "value", key)
    made = TargetResult(
        target["target_id"], clean(target["title_vi"]), unit_key, numerator, denominator, value,
        n_reporting, n_owing, n_without_figures, rate, said or "",
    )  # fmt: skip
    if said is not None:
        return made
    answered = [one.value for one in (n_reporting, n_without_figures) if one is not None]
    is_whole = n_owing is not None and sum(answered) >= n_owing.value  # type: ignore[arg-type, operator]
    return replace(made, said=TARGETS_VI[_state(made.share, target["value"], is_whole, is_final)])


def _state(share: Decimal | None, wanted: Decimal | None, is_whole: bool, is_final: bool) -> str:
    """The state of a target, by the rule of marts.compliance_target: what is not of everybody is never achieved."""
    if share is None or wanted is None:
        return "not_evaluable"
    if share >= wanted:
        return "achieved" if is_whole and is_final else "on_track"
    return "missed" if is_final else "behind"


def _index_state(found: dict[str, Any] | None) -> str:
    if found is None:
        return TARGETS_VI["not_evaluable"]
    year = found["target_year"]
    if not found["is_published"]:
        return f"chưa đánh giá được: PAPI {year} chưa công bố đến ngày chốt"
    return f"{found['target_state_vi']} (PAPI {year})"


def _answers(connection: duckdb.DuckDBPyConnection, table: str, owed: Sequence[Owed]) -> list[dict[str, Any]]:
    """The answers of the reports in force on the day."""
    reports = [one.report_id for one in owed if one.report_id is not None]
    return rows(connection, f"select * from {table} where list_contains(?, report_id)", [reports])


def _owes(one: Owed, units: str | None) -> bool:
    """Whether a task or target that names these levels and units is this unit's."""
    return not {one.level, *one.codes.split(";")}.isdisjoint((units or "").split("; "))


def _among(units: str | None) -> str:
    """The same as SQL has it."""
    named = ", ".join(map(quoted, (units or "").split("; ")))
    return f"list_has_any(called, [{named}])"


def _sum_of(answers: Sequence[dict[str, Any]], column: str) -> Decimal | None:
    values = [one[column] for one in answers if one[column] is not None]
    return sum(values, Decimal(0)) if values else None
