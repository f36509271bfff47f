"""Are we going to make it: what a target needs, how likely it is, how often it happened, what became of it.

Belongs here: one row for each target, province and base year. Does not belong here: what a target asks, see needs.py;
the back-test, see backtest.py.

Two pictures of the years ahead, both relative to the mean of the field, fitted on pairs of years that were known:
drifting (each rival moves by what some province moved in some pair) and reverting (each falls back towards the mean by
a slope, and moves by chance around that). A probability is the reverting one's, with no effort beyond the usual; it is
withheld where provinces given about that chance did otherwise in the back-test. Neither picture is drawn for a year in
which the provinces of the base year are no longer the same: nobody will be ranked among them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from pipelines.analysis.backtest import Seen, history
from pipelines.analysis.field import Field
from pipelines.analysis.needs import Row, TargetRule, is_met, needs, number, probabilities
from pipelines.analysis.panel import HORIZONS, Drawn, Panel, Picture, draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.analysis.field import Ranks

NEAR = 5  # ranks: who counts as starting from about the same place


def assess(
    panel: Panel,
    rules: list[TargetRule],
    told: dict[tuple[str, int], list[tuple[float, float]]],
    n_draws: int,
    seed: int,
) -> list[Row]:
    """Every province, rule and horizon from every base year: one row each, keys as in marts.index_target."""
    past = {(r.rule_id, h): history(panel, r, h) for r in rules for h in HORIZONS}

    def of_base(task: tuple[int, int]) -> list[Row]:
        year, horizon = task
        field = panel.fields[year]
        # Only what had happened by the base year.
        past_moves = [m for m in panel.moves[horizon] if m.base_year + horizon <= year]
        picture = Picture.of(past_moves) if panel.is_field_as_is(field, year + horizon) else None
        drawn = draw(field, picture, n_draws, np.random.default_rng([seed, year, horizon])) if picture else None
        return [
            row
            for rule in rules
            if rule.holds_for(year)
            for row in _of_rule(
                panel, rule, field, horizon, drawn, past[rule.rule_id, horizon], told.get((rule.rule_id, horizon), [])
            )
        ]

    tasks = [(year, horizon) for year in sorted(panel.fields) for horizon in HORIZONS]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return [row | {"n_draws": n_draws, "seed": seed} for rows in pool.map(of_base, tasks) for row in rows]


def _of_rule(
    panel: Panel,
    rule: TargetRule,
    field: Field,
    horizon: int,
    drawn: Drawn | None,
    past: list[Seen],
    told: list[tuple[float, float]],
) -> list[Row]:
    chances = probabilities(rule, field, drawn) if drawn else np.full(len(field.provinces), np.nan)
    needed = needs(rule, field, drawn)
    others = [seen for seen in past if seen.base_year != field.year]
    starts = np.array([seen.rank for seen in others], dtype=int)
    made = np.array([seen.is_met for seen in others], dtype=bool)
    near = _rates_near(starts, made, len(field.provinces))
    # A chance of what is known not to compare would be a number about nothing.
    can_be_judged = not rule.is_about_score or (field.year, field.year + horizon) not in panel.breaks
    rows = []
    rate = float(made.mean()) if len(made) else None
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
                **_chance(float(chances[position]), told if can_be_judged else []),
                "base_rate_share": rate,
                "n_base_rate": len(made),
                **(near[row["base_rank"]] if row else {}),
                **state(panel, rule, field, position, horizon),
            }
        )
    return rows


def _rates_near(starts: Ranks, made: NDArray[np.bool_], n: int) -> list[Row]:
    """By rank, 0 to ``n``: the share who made it of those who began within NEAR ranks of it, and of how many."""
    many = max(n, *starts, 0) + NEAR + 1
    began, came = (np.concatenate([np.zeros(NEAR + 1), np.bincount(starts, w, many).cumsum()]) for w in (None, made))
    rows = []
    for rank in range(n + 1):
        n_near, n_made = (float(one[rank + 2 * NEAR + 1] - one[rank]) for one in (began, came))
        rows.append({"base_rate_near_share": n_made / n_near if n_near else None, "n_base_rate_near": int(n_near)})
    return rows


def _chance(chance: float, told: list[tuple[float, float]]) -> Row:
    if np.isnan(chance):
        return {"probability": None, "probability_state": "not_computed"}
    if any(low <= chance < high or chance == high == 1.0 for low, high in told):
        return {"probability": chance, "probability_state": "told"}
    return {"probability": None, "probability_state": "withheld"}


def state(panel: Panel, rule: TargetRule, field: Field, position: int, horizon: int) -> Row:
    """What became of the target, honestly: keys target_state, target_state_reason,
    not_comparable_reason, what was seen, and first when.

    achieved, missed; on_track or behind before its year, by the last year seen; pending where its year is not over and
    nothing was seen since; not_evaluable where not published; not_comparable where a score was measured otherwise;
    rebased where the province merged.
    """
    target_year = field.year + horizon
    seen = panel.seen_after(field.year, position)
    first = next(((year, at) for year, at in seen if year >= target_year), None)
    row: Row = {
        "not_comparable_reason": panel.breaks.get((field.year, target_year)),
        **_first_evaluable(panel, rule, first),
    }
    if not field.published[position]:
        return row | {"target_state": "not_evaluable", "target_state_reason": "base_not_published"}
    if not panel.as_is(field, position, target_year):
        return row | {"target_state": "rebased", "target_state_reason": "province_merged"}
    at_target = next((one for one in seen if one[0] == target_year), None)
    if at_target is not None:
        if rule.is_about_score and (field.year, target_year) in panel.breaks:
            return row | {
                "target_state": "not_comparable",
                "target_state_reason": panel.breaks[field.year, target_year],
            }
        met = is_met(rule, field, position, panel.fields[target_year], at_target[1])
        return row | {"target_state": "achieved" if met else "missed", "target_state_reason": None}
    if target_year in panel.fields:
        return row | {"target_state": "not_evaluable", "target_state_reason": "not_published"}
    if target_year < max(panel.fields):
        return row | {"target_state": "not_evaluable", "target_state_reason": "no_release"}
    if not seen:
        is_over = target_year < panel.running_year
        return row | {
            "target_state": "not_evaluable" if is_over else "pending",
            "target_state_reason": "nothing_published_since" if is_over else "year_not_over",
        }
    year, there = seen[-1]
    if rule.is_about_score and (field.year, year) in panel.breaks:
        return row | {"target_state": "not_comparable", "target_state_reason": panel.breaks[field.year, year]}
    met = is_met(rule, field, position, panel.fields[year], there)
    return row | {"target_state": "on_track" if met else "behind", "target_state_reason": f"seen_{year}"}


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
