"""How often what was predicted came: the back-test that decides whether a probability is published or withheld.

Belongs here: what became of targets asked of pairs of past years, how often they were made, and the gate. Does not
belong here: the chances themselves, see ahead.py; targets of years to come, see targets.py.

The test is strictly forward. What is tested are the chances said from each base year, and what they must beat is the
near rate: the share who made it of those who had begun within NEAR ranks, over pairs that had ended by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pipelines.analysis.needs import Row, TargetRule, is_met
from pipelines.analysis.panel import HORIZONS, Panel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipelines.analysis.field import Floats

NEAR = {"national": 8, "region": 1}  # ranks: who counts as starting from about the same place among so many
BINS = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
FEWEST_BASE_YEARS = 5  # fewer say nothing of how far one year strays from another
SMALL_GAP, WIDEST_GAP = 0.02, 0.05  # between mean chance and what came: never too much, always too much
LEAST_SKILL = 0.04  # of the near rate's Brier score, by which that of the chances must be lower
LEAST_YEARS_BETTER = 2 / 3  # of the base years


@dataclass(frozen=True)
class Seen:
    """A province that could be held to a rule over a pair of years: its rank in the rule's scope at first, and whether
    it made it.
    """

    base_year: int
    province: str
    rank: int
    is_met: bool


if TYPE_CHECKING:
    Past = Mapping[tuple[str, int], list[Seen]]  # by rule_id and horizon
    Chances = Mapping[tuple[int, int], Mapping[str, Floats]]  # by base year and horizon, then by rule_id


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


def rates_near(past: list[Seen], n: int, width: int) -> list[Row]:
    """By rank, 0 to ``n``: the share who made it of those who began within ``width`` ranks of it, and of how many."""
    starts = np.array([seen.rank for seen in past], dtype=int)
    made = np.array([seen.is_met for seen in past], dtype=bool)
    many = max(n, *starts, 0) + width + 1
    began, came = (np.concatenate([np.zeros(width + 1), np.bincount(starts, w, many).cumsum()]) for w in (None, made))
    rows = []
    for rank in range(n + 1):
        n_near, n_made = (float(one[rank + 2 * width + 1] - one[rank]) for one in (began, came))
        rows.append({"base_rate_near_share": n_made / n_near if n_near else None, "n_base_rate_near": int(n_near)})
    return rows


def ended(past: list[Seen], horizon: int, year: int) -> list[Seen]:
    """The cases of one horizon whose outcome was known by ``year``."""
    return [seen for seen in past if seen.base_year + horizon <= year]


@dataclass(frozen=True)
class Cases:
    """What was predicted of one rule and horizon and what came: one number a province and base year in each array."""

    base_years: NDArray[np.int64]
    chances: Floats
    near_rates: Floats
    came: Floats

    @classmethod
    def of(cls, panel: Panel, rule: TargetRule, horizon: int, past: list[Seen], chances: Chances) -> Cases:
        """Of every case of the past of which both a chance and a near rate were known in its base year."""
        near = {
            year: rates_near(ended(past, horizon, year), len(panel.fields[year].provinces), NEAR[rule.scope])
            for year in {seen.base_year for seen in past}
        }
        found = []
        for seen in past:
            chance = chances[seen.base_year, horizon][rule.rule_id][panel.fields[seen.base_year].place[seen.province]]
            rate = near[seen.base_year][seen.rank]["base_rate_near_share"]
            if not np.isnan(chance) and rate is not None:
                found.append((seen.base_year, chance, rate, seen.is_met))
        columns = np.array(found, dtype=float).reshape(-1, 4).T
        return cls(columns[0].astype(np.int64), *columns[1:])

    def inside(self, low: float, high: float) -> Cases:
        """Those with a chance from ``low`` to below ``high``; certainty lies in the last bin."""
        kept = (self.chances >= low) & ((self.chances < high) | (high == 1.0))
        return Cases(self.base_years[kept], self.chances[kept], self.near_rates[kept], self.came[kept])

    def summary(self) -> Row:
        """Keys as in both tables of the back-test."""
        return {
            "n_cases": len(self.came),
            "mean_probability": float(self.chances.mean()),
            "mean_near_rate": float(self.near_rates.mean()),
            "observed_share": float(self.came.mean()),
            "brier_score": float(((self.chances - self.came) ** 2).mean()),
            "brier_score_near_rate": float(((self.near_rates - self.came) ** 2).mean()),
        }

    def by_year(self) -> Row:
        """How far base years stray, and the verdict of the gate.

        The standard error of the mean gap takes the cases of one base year as one cluster: they share its surprises.
        """
        years = np.unique(self.base_years)
        gaps, better = self.chances - self.came, (self.near_rates - self.came) ** 2 - (self.chances - self.came) ** 2
        of_year = [self.base_years == year for year in years]
        strays = np.array([(gaps[own] - gaps.mean()).sum() for own in of_year])
        row = {
            "n_base_years": len(years),
            "n_base_years_better": int(sum(better[own].sum() > 0 for own in of_year)),
            "mean_gap_standard_error": float(np.sqrt((strays**2).sum() * len(years) / (len(years) - 1)) / len(gaps))
            if len(years) > 1
            else None,
        }
        return row | {"is_told": passes(self.summary() | row)}


def passes(row: Row) -> bool:
    """The gate: whether chances of one rule and horizon may be told, by its row of the back-test."""
    if row["n_base_years"] < FEWEST_BASE_YEARS:
        return False
    gap = abs(row["mean_probability"] - row["observed_share"])
    return bool(
        gap <= min(max(SMALL_GAP, 2 * row["mean_gap_standard_error"]), WIDEST_GAP)
        and row["brier_score"] <= (1 - LEAST_SKILL) * row["brier_score_near_rate"]
        and row["n_base_years_better"] >= LEAST_YEARS_BETTER * row["n_base_years"]
    )


def back_test(
    panel: Panel, rules: list[TargetRule], past: Past, chances: Chances
) -> tuple[list[Row], set[tuple[str, int]]]:
    """How often what was predicted came, by rule, horizon and bin; and the rules and horizons that may be told.

    A row without a bin is over all cases of its rule and horizon.
    """
    rows: list[Row] = []
    told: set[tuple[str, int]] = set()
    for rule in rules:
        for horizon in HORIZONS:
            cases = Cases.of(panel, rule, horizon, past[rule.rule_id, horizon], chances)
            if not len(cases.came):
                continue
            own = {"target_rule": rule.rule_id, "horizon": horizon}
            whole = cases.summary() | cases.by_year()
            rows.append(own | whole)
            for number, (low, high) in enumerate(pairwise(BINS), start=1):
                inside = cases.inside(low, high)
                if len(inside.came):
                    rows.append(own | inside.summary() | {"bin": number, "bin_from": low, "bin_to": high})
            if whole["is_told"]:
                told.add((rule.rule_id, horizon))
    return rows, told
