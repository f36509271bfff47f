"""Are we going to make it: what a target needs, how likely it is, how often it happened, what became of it.

Belongs here: one row for each target, province and base year. Does not belong here: what a target asks, see needs.py;
chances, see ahead.py; whether they are told, see backtest.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.analysis.backtest import NEAR, Seen, ended, rates_near
from pipelines.analysis.field import Field
from pipelines.analysis.needs import Row, TargetRule, is_met, number
from pipelines.analysis.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipelines.analysis.ahead import Ahead
    from pipelines.analysis.backtest import Past

STATES_VI = {
    "achieved": "đạt",
    "missed": "không đạt",
    "on_track": "đúng hướng",
    "behind": "chậm",
    "pending": "năm đích chưa hết",
    "not_evaluable": "không đánh giá được",
    "not_comparable": "không so sánh được",
    "rebased": "tính lại sau sáp nhập",
}


def assess(
    panel: Panel,
    rules: list[TargetRule],
    past: Past,
    ahead: Mapping[tuple[int, int], Ahead],
    told: Collection[tuple[str, int]],
) -> list[Row]:
    """Every province, rule and horizon from every base year: one row each, keys as in marts.index_target.

    ``told`` has the rules and horizons whose chances passed the back-test.
    """
    return [
        row
        for (year, horizon), seen_ahead in ahead.items()
        for rule in rules
        if rule.holds_for(year)
        for row in _of_rule(
            panel,
            rule,
            panel.fields[year],
            horizon,
            seen_ahead,
            ended(past[rule.rule_id, horizon], horizon, year),
            (rule.rule_id, horizon) in told,
        )
    ]


def _of_rule(
    panel: Panel, rule: TargetRule, field: Field, horizon: int, ahead: Ahead, past: list[Seen], is_told: bool
) -> list[Row]:
    """The rows of one rule, base year and horizon; ``past`` are the cases whose outcome was known by the base year."""
    chances, needed = ahead.chances[rule.rule_id], ahead.needed[rule.rule_id]
    near = rates_near(past, len(field.provinces), NEAR[rule.scope])
    # A chance of what is known not to compare would be a number about nothing.
    can_be_judged = not rule.is_about_score or (field.year, field.year + horizon) not in panel.breaks
    rows = []
    rate = float(np.mean([seen.is_met for seen in past])) if past else None
    for key, position in field.place.items():
        if field.published[position] and position not in needed:
            continue  # nobody can rise by more ranks than there are above
        row = needed.get(position, {})
        rows.append(
            {
                "index_id": field.index_id,
                "base_year": field.year,
                "horizon": horizon,
                "target_year": field.year + horizon,
                "province_key": key,
                "target_rule": rule.rule_id,
                "target_kind": rule.kind,
                "target_number": rule.number if rule.has_number else None,
                "scope": rule.scope,
                "base_score": number(field.totals[position]),
                **row,
                **_chance(float(chances[position]), is_told and can_be_judged),
                "base_rate_share": rate,
                "n_base_rate": len(past),
                **(near[row["base_rank"]] if row else {}),
                **state(panel, rule, field, position, horizon),
            }
        )
    return rows


def _chance(chance: float, is_told: bool) -> Row:
    if np.isnan(chance):
        return {"probability": None, "probability_state": "not_computed"}
    if is_told:
        return {"probability": chance, "probability_state": "told"}
    return {"probability": None, "probability_state": "withheld"}


def state(panel: Panel, rule: TargetRule, field: Field, position: int, horizon: int) -> Row:
    """What became of the target, honestly: keys target_state, target_state_vi, target_state_reason,
    not_comparable_reason, what was seen, and first when.

    achieved, missed; pending where its year is not over and nothing of it is published; on_track or behind where the
    year is over and its release is to come, by the last year seen; not_evaluable where not published; not_comparable
    where a score was measured otherwise; rebased where the province merged.
    """
    target_year = field.year + horizon
    seen = panel.seen_after(field.year, position)
    first = next(((year, at) for year, at in seen if year >= target_year), None)
    row: Row = {
        "not_comparable_reason": panel.breaks.get((field.year, target_year)),
        **_first_evaluable(panel, rule, first),
    }

    def of(state: str, reason: str | None) -> Row:
        return row | {"target_state": state, "target_state_vi": STATES_VI[state], "target_state_reason": reason}

    def judged(year: int, there: int, states: tuple[str, str], reason: str | None) -> Row:
        if rule.is_about_score and (field.year, year) in panel.breaks:
            return of("not_comparable", panel.breaks[field.year, year])
        return of(states[not is_met(rule, field, position, panel.fields[year], there)], reason)

    if not panel.as_is(field, position, target_year):
        return of("rebased", "province_merged")
    if target_year >= panel.running_year and target_year > max(panel.fields):
        return of("pending", "year_not_over")
    if not field.published[position]:
        return of("not_evaluable", "base_not_published")
    at_target = next((there for year, there in seen if year == target_year), None)
    if at_target is not None:
        return judged(target_year, at_target, ("achieved", "missed"), None)
    if target_year in panel.fields:
        return of("not_evaluable", "not_published")
    if target_year < max(panel.fields):
        return of("not_evaluable", "no_release")
    if not seen:
        return of("not_evaluable", "nothing_published_since")
    year, there = seen[-1]
    return judged(year, there, ("on_track", "behind"), f"seen_{year}")


def _first_evaluable(panel: Panel, rule: TargetRule, seen: tuple[int, int] | None) -> Row:
    if seen is None:
        return {}
    year, there = seen
    field = panel.fields[year]
    return {
        "first_evaluable_year": year,
        "first_evaluable_rank": field.rank_in(rule.scope, there),
        "first_evaluable_n_ranked": field.n_in(rule.scope, there),
    }
