"""Pages of the office: the leader's page, the plan, who has reported, and a page for each district.

Belongs here: what stands on these pages. Does not belong here: any query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pipelines.published import Row
from pipelines.site import office_queries as office
from pipelines.site import province, queries
from pipelines.site.home import group_of, said_of
from pipelines.site.page import Page, Twin
from pipelines.site.reader import Reader

N_HEADROOMS = 5
# Rates of reporting by the class of their colour: at most so many percent.
RATES = ((50, 1), (80, 2), (95, 3), (99.99, 4))
ORPHANS: dict[str, Twin] = {
    "no_task": ("chưa nhiệm vụ nào", "no task"),
    "indirect_only": ("chỉ có nhiệm vụ gián tiếp", "indirect tasks only"),
    "unit_without_task": ("đơn vị không có nhiệm vụ", "a unit without a task"),
    "task_without_sub_dimension": ("nhiệm vụ không gắn với chỉ số nào", "a task tied to no sub-dimension"),
}
VERDICTS: dict[str, Twin] = {
    "exact": ("đúng", "right"),
    "other_rule": ("đúng theo cách làm tròn khác", "right by another rounding"),
    "no_data": ("không có dữ liệu", "no data"),
}


def pages(reader: Reader) -> Iterator[Page]:
    """The leader's page, the plan, the reports, a page for each district of the plan's province."""
    yield Page("leader.html", "leader.html.j2", ("Tóm tắt cho lãnh đạo", "For leaders"), _make_leader)
    yield Page("plan.html", "plan.html.j2", ("Kế hoạch", "The plan"), _make_plan)
    yield Page("compliance.html", "compliance.html.j2", ("Ai đã báo cáo", "Who has reported"), _make_compliance)
    for row in _districts(reader):
        title = (row["full_name_vi"], row["unit_name_en"])
        yield Page(f"district/{row['unit_key']}.html", "district.html.j2", title, _make_district_of(row["unit_key"]))


def places(reader: Reader) -> list[Row]:
    """Units that can be looked for, each with the page that names it."""
    districts = {row["unit_key"] for row in _districts(reader)}
    found = []
    for row in office.units(reader):
        own = row["unit_key"] if row["unit_level"] == "district" else row["parent_unit_key"]
        path = f"district/{own}.html" if own in districts else "compliance.html"
        found.append({**row, "path": path})
    return found


def _districts(reader: Reader) -> list[Row]:
    plan = office.plan(reader)
    if plan is None:
        return []
    tracked = {row["district_key"] for row in office.district_keys(reader, plan["plan_id"])}
    return [row for row in office.units(reader) if row["unit_key"] in tracked]


def state_of(row: Row, column: str = "state") -> Twin:
    """The words for a state: the Vietnamese ones stand beside it in the mart, the English are those of its code."""
    return row[f"{column}_vi"], row[column].replace("_", " ")


def colour_of(rate: Any) -> int:
    """One to five for a rate in percent, nought where there is none."""
    return 0 if rate is None else next((shade for most, shade in RATES if rate <= most), 5)


def _make_leader(ask: Reader) -> dict[str, Any]:
    plan = office.plan(ask)
    if plan is None:
        return {"plan": None}
    year, key = queries.last_year(ask), plan["province_key"]
    facts = province.Facts.of(ask, key, year)
    total = facts.vi.changes[0]
    headroom = queries.headroom(ask, key, year, N_HEADROOMS)
    periods = office.tracked_periods(ask, plan["plan_id"])
    districts = office.districts(ask, plan["plan_id"], periods[-1:])
    shown = province.pictures(ask, facts, key, year)
    return {
        "plan": plan,
        "year": year,
        "key": key,
        "place": next(row for row in queries.places(ask) if row["province_key"] == key),
        "total": total,
        "said": said_of(total),
        "changes": facts.vi.changes,
        "group": group_of(total),
        "interval": facts.intervals.get(year),
        "picture_shown": shown["change"],
        "trend": shown["trend"],
        "targets": province.targets(ask, key),
        "headroom": headroom,
        "period": periods[-1] if periods else None,
        "districts": [{**row, "shade": colour_of(row["reporting_rate_pct"])} for row in districts],
        "chased": office.chased(ask, plan["plan_id"]),
        "orphans": [row for row in headroom if not row["tasks"]],
        "vi": facts.vi,
        "en": facts.en,
    }


def _make_plan(ask: Reader) -> dict[str, Any]:
    plan = office.plan(ask)
    if plan is None:
        return {"plan": None}
    plan_id = plan["plan_id"]
    found = office.responsibilities(ask, plan_id)
    by_part: dict[str, list[Row]] = {}
    for row in found:
        if row["indicator_key"]:
            by_part.setdefault(row["indicator_key"], []).append(row)
    index_targets = {row["target_id"]: row for row in queries.targets(ask, plan["province_key"])}
    states: dict[str, list[Row]] = {}
    for row in office.target_states(ask, plan_id):
        states.setdefault(row["target_id"], []).append(row)
    return {
        "plan": plan,
        "parts": [
            (rows[0], _holders(rows), ORPHANS.get(rows[0]["orphan_kind"] or "", ("", ""))) for rows in by_part.values()
        ],
        "orphan_tasks": _once(found, "task_without_sub_dimension", "task_id"),
        "orphan_units": _once(found, "unit_without_task", "holder"),
        "targets": [
            (row, index_targets.get(row["target_id"]), states.get(row["target_id"], []))
            for row in office.plan_targets(ask, plan_id)
        ],
        "state_of": state_of,
        "claims": [(row, VERDICTS.get(row["verdict"], (row["verdict"],) * 2)) for row in office.claims(ask, plan_id)],
    }


def _holders(rows: list[Row]) -> list[tuple[Row, list[str]]]:
    """The tasks among these rows, each with the names of those who answer for it."""
    tasks: dict[str, tuple[Row, list[str]]] = {}
    for row in rows:
        if row["task_id"]:
            _, names = tasks.setdefault(row["task_id"], (row, []))
            names += [row["holder_name_vi"]] if row["holder_name_vi"] else []
    return [*tasks.values()]


def _once(found: list[Row], kind: str, column: str) -> list[Row]:
    return [*{row[column]: row for row in found if row["orphan_kind"] == kind}.values()]


def _make_compliance(ask: Reader) -> dict[str, Any]:
    plan = office.plan(ask)
    periods = office.tracked_periods(ask, plan["plan_id"]) if plan else []
    if plan is None or not periods:
        return {"plan": plan, "periods": []}
    names = {row["unit_key"]: row for row in office.units(ask)}
    rows: dict[str, dict[str, Row]] = {}
    for row in office.districts(ask, plan["plan_id"], periods):
        row["shade"] = colour_of(row["reporting_rate_pct"])
        row["said"] = state_of(row, "own_state")
        rows.setdefault(row["district_key"], {})[row["period"]] = row
    chase = office.chase(ask, plan["plan_id"])
    targets = office.target_states(ask, plan["plan_id"])
    return {
        "plan": plan,
        "periods": periods,
        "districts": [(names[key], found) for key, found in rows.items()],
        "chase": [{**row, "said": state_of(row)} for row in chase],
        "chased": office.chased(ask, plan["plan_id"]),
        "targets": [(row, state_of(row, "target_state")) for row in targets],
    }


def _make_district_of(key: str) -> Callable[[Reader], dict[str, Any]]:
    return lambda ask: _make_district(ask, key)


def _make_district(ask: Reader, key: str) -> dict[str, Any]:
    plan = office.plan(ask)
    assert plan is not None
    names = {row["unit_key"]: row for row in office.units(ask)}
    periods = office.tracked_periods(ask, plan["plan_id"])
    found = office.districts(ask, plan["plan_id"], periods, key)
    found.sort(key=lambda row: periods.index(row["period"]))
    for row in found:
        row["said"] = state_of(row, "own_state")
        row["shade"] = colour_of(row["reporting_rate_pct"])
    communes: dict[str, dict[str, Any]] = {}
    for row in office.communes(ask, plan["plan_id"], periods, key):
        one = communes.setdefault(row["unit_key"], {"name": row["unit_name_vi"], "periods": {}})
        one["periods"][row["period"]] = {**row, "said": state_of(row)}
    return {"plan": plan, "unit": names[key], "periods": periods, "rows": found, "communes": [*communes.values()]}
