"""How often what was predicted came: the back-test that decides whether a probability is published or withheld.

Belongs here: targets asked of pairs of past years. Does not belong here: targets of years to come, see targets.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pipelines.analysis.needs import Row, TargetRule, is_met, probabilities
from pipelines.analysis.panel import HORIZONS, Panel, Picture, draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.analysis.field import Floats

BINS = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
FEWEST_IN_BIN = 20
WIDEST_MISS = 0.10  # between what was predicted and what came, for a probability to be published


@dataclass(frozen=True)
class Seen:
    """A province that could be held to a rule over a pair of years: its rank at first, and whether it made it."""

    base_year: int
    province: str
    rank: int
    is_met: bool


def history(panel: Panel, rule: TargetRule, horizon: int) -> list[Seen]:
    """Every province published in both years of a pair that the rule could be asked of."""
    found = []
    for moves in panel.moves[horizon]:
        base, later = panel.fields[moves.base_year], panel.fields[moves.base_year + horizon]
        if not rule.holds_for(base.year) or (rule.is_about_score and not moves.is_comparable):
            continue
        for key, here in base.place.items():
            there = later.place.get(key)
            if there is None or not (base.published[here] and later.published[there]):
                continue
            if not panel.as_is(base, here, later.year):
                continue
            rank = base.rank_in(rule.scope, here)
            if rule.kind == "up_ranks" and rank <= rule.number:
                continue
            found.append(Seen(base.year, key, rank, is_met(rule, base, here, later, there)))
    return found


def back_test(
    panel: Panel, rules: list[TargetRule], n_draws: int, seed: int
) -> tuple[list[Row], dict[tuple[str, int], list[tuple[float, float]]]]:
    """How often what was predicted came, by rule, horizon and bin, each pair predicted from the others.

    Returns rows, of which the one without a bin is over all, and for each rule and horizon the bins (from, to) in which
    a probability may be published. Pairs that overlap the predicted one are left out of its picture.
    """

    def predict(task: tuple[int, int]) -> dict[str, Floats]:
        year, horizon = task
        picture = Picture.of(m for m in panel.moves[horizon] if abs(m.base_year - year) >= horizon)
        if picture is None:
            return {}
        field = panel.fields[year]
        drawn = draw(field, picture, n_draws, np.random.default_rng([seed, year, horizon, 1]))
        return {rule.rule_id: probabilities(rule, field, drawn) for rule in rules}

    tasks = [(m.base_year, horizon) for horizon in HORIZONS for m in panel.moves[horizon]]
    with ThreadPoolExecutor(max_workers=2) as pool:
        predicted = dict(zip(tasks, pool.map(predict, tasks), strict=True))
    rows: list[Row] = []
    told: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for rule in rules:
        for horizon in HORIZONS:
            pairs = [
                (float(predicted[seen.base_year, horizon][rule.rule_id][_at(panel, seen)]), seen.is_met)
                for seen in history(panel, rule, horizon)
                if predicted[seen.base_year, horizon]
            ]
            known = [(p, met) for p, met in pairs if not np.isnan(p)]
            if not known:
                continue
            chances, came = np.array([p for p, _ in known]), np.array([met for _, met in known], dtype=float)
            rows += (bins := _binned(rule, horizon, chances, came))
            told[rule.rule_id, horizon] = [(r["bin_from"], r["bin_to"]) for r in bins[1:] if r["is_told"]]
    return rows, told


def _at(panel: Panel, seen: Seen) -> int:
    return panel.fields[seen.base_year].place[seen.province]


def _binned(rule: TargetRule, horizon: int, chances: Floats, came: Floats) -> list[Row]:
    """The row over all cases, then one for each bin that has any."""
    base_rate = float(came.mean())

    def row(inside: NDArray[np.bool_]) -> Row:
        return {
            "target_rule": rule.rule_id,
            "horizon": horizon,
            "n_cases": int(inside.sum()),
            "mean_probability": float(chances[inside].mean()),
            "observed_share": float(came[inside].mean()),
            "brier_score": float(((chances - came)[inside] ** 2).mean()),
            "brier_score_base_rate": float(((base_rate - came)[inside] ** 2).mean()),
        }

    rows = [row(np.ones(len(chances), dtype=bool))]
    for number, (low, high) in enumerate(pairwise(BINS), start=1):
        inside = (chances >= low) & ((chances < high) | (high == 1.0))
        if inside.any():
            own = row(inside)
            miss = abs(own["mean_probability"] - own["observed_share"])
            is_told = own["n_cases"] >= FEWEST_IN_BIN and miss <= WIDEST_MISS
            rows.append(own | {"bin": number, "bin_from": low, "bin_to": high, "is_told": is_told})
    return rows
