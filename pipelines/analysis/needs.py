"""What a target asks of each province: which rank or score, how many points that takes, how likely it is.

Belongs here: the kinds of targets over one field, as it is and drawn forward. Does not belong here: what became of a
target, see targets.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pipelines.analysis.field import Field, rank_exact
from pipelines.analysis.panel import NEED_DRAWS, Drawn, relative

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats, Ranks

Row = dict[str, Any]
Kind = Literal["up_ranks", "rank_at_most", "group", "keep", "score_at_least", "score_above_base"]


@dataclass(frozen=True)
class TargetRule:
    """A kind of target with its number; ``scope`` says among whom ranks count."""

    rule_id: str
    kind: Kind
    number: float
    scope: Literal["national", "region"]
    first_year: int
    last_year: int | None

    def holds_for(self, base_year: int) -> bool:
        return self.first_year <= base_year and (self.last_year is None or base_year <= self.last_year)

    @property
    def has_number(self) -> bool:
        return self.kind not in ("group", "keep")

    @property
    def is_about_score(self) -> bool:
        return self.kind in ("score_at_least", "score_above_base")


@dataclass(frozen=True)
class Scope:
    """The provinces among which ranks count: positions of the published ones in the field, and their ranks."""

    positions: Ranks
    ranks: Ranks

    @property
    def n(self) -> int:
        return len(self.positions)


def scopes(field: Field, scope: str) -> list[Scope]:
    """The nation, or each region, of the published."""
    regions: set[str | None] = set(field.regions) if scope == "region" else {None}
    found = []
    for region in sorted(regions, key=str):
        inside = np.array([region is None or own == region for own in field.regions])
        positions = np.flatnonzero(field.published & inside)
        if len(positions):
            found.append(Scope(positions, rank_exact(field.totals[positions])))
    return found


def target_ranks(rule: TargetRule, field: Field, scope: Scope) -> Ranks:
    """The rank that each province of the scope must reach; below 1 where there is none."""
    if rule.kind == "up_ranks":
        return scope.ranks - int(rule.number)
    if rule.kind == "keep":
        return scope.ranks
    wanted = field.top_group_size if rule.kind == "group" else int(rule.number)
    return np.full(scope.n, wanted)


def is_met(rule: TargetRule, base: Field, province: int, later: Field, there: int) -> bool:
    """Whether a province published in both years has reached in ``later`` what ``rule`` asks of it from ``base`` on."""
    if rule.kind == "group":
        return later.groups[there] == "highest"
    if rule.is_about_score:
        reached = float(later.totals[there])
        return (
            reached >= rule.number if rule.kind == "score_at_least" else reached > base.totals[province] + rule.number
        )
    rank, start = later.rank_in(rule.scope, there), base.rank_in(rule.scope, province)
    kept = same_standing(start, base.n_in(rule.scope, province), later.n_in(rule.scope, there))
    return rank <= {"up_ranks": start - rule.number, "keep": kept, "rank_at_most": rule.number}[rule.kind]


def same_standing(rank: int, n: int, later_n: int) -> int:
    """The rank of ``later_n`` provinces that is nearest to ``rank`` of ``n`` by the percentile (n - rank + 1/2) / n.

    The last of 61 stands where the last of 63 does.
    """
    return later_n * (2 * rank - 1) // (2 * n) + 1


def standing_needs(totals: Floats, wanted: Ranks, n_absent: int) -> tuple[Floats, Floats]:
    """Points to the score that holds the wanted rank, if the others stand still; and if the absent all come in above.

    ``totals`` and ``wanted`` are shaped (n,). Reaching the score is enough: equal scores share a rank.
    """
    ordered = np.sort(totals)[::-1]

    def need(ranks: Ranks) -> Floats:
        held = ordered[np.clip(ranks, 1, len(ordered)) - 1]
        return np.where(ranks < 1, np.nan, np.maximum(held - totals, 0.0))

    return need(wanted), need(wanted - n_absent)


def best_of_others(draws: Floats, wanted: Ranks) -> Floats:
    """For each draw and province the wanted-th highest score among the other provinces; both (draws, n)."""
    n = draws.shape[1]
    ordered = np.sort(draws, axis=1)[:, ::-1]
    ordered = np.concatenate([ordered, np.full((len(draws), 1), np.finfo(draws.dtype).min)], axis=1)
    place = np.clip(wanted, 1, n)
    at, after = ordered[:, place - 1], ordered[:, place]
    best: Floats = np.where(draws >= at, after, at)
    return best


def probabilities(rule: TargetRule, field: Field, drawn: Drawn) -> Floats:
    """The chance of each province of the field, NaN where not published or not to be said."""
    chances = np.full(len(field.provinces), np.nan)
    column = np.cumsum(field.published) - 1
    if rule.is_about_score:
        if len(drawn.mean):
            goal = _goal(rule, field)[field.published]
            chances[field.published] = (drawn.reverting + drawn.mean[:, None] >= goal[None, :]).mean(axis=0)
        return chances
    for scope in scopes(field, rule.scope):
        counts = drawn.ranked(column[scope.positions])
        chances[scope.positions] = counts.at_most(target_ranks(rule, field, scope))
    return chances


def _goal(rule: TargetRule, field: Field) -> Floats:
    """The total to reach, one a province."""
    return np.full(len(field.totals), rule.number) if rule.kind == "score_at_least" else field.totals + rule.number


def needs(rule: TargetRule, field: Field, drawn: Drawn | None) -> dict[int, Row]:
    """What the target needs, by the position of each published province."""
    if rule.is_about_score:
        return _score_needs(rule, field, drawn)
    found: dict[int, Row] = {}
    column = np.cumsum(field.published) - 1
    x = relative(field)
    for scope in scopes(field, rule.scope):
        wanted = target_ranks(rule, field, scope)
        totals = field.totals[scope.positions]
        region = field.regions[scope.positions[0]]
        n_absent = sum(
            not here and (rule.scope == "national" or field.regions[at] == region)
            for at, here in enumerate(field.published)
        )
        standing, absent = standing_needs(totals, wanted, n_absent)
        ahead: dict[str, list[float]] = {}
        if drawn is not None:
            columns = column[scope.positions]
            drifting, reverting = drawn.drifting[:, columns], drawn.reverting[:NEED_DRAWS, columns]
            ahead = _odds("drift", best_of_others(drifting, wanted) - x[columns][None, :])
            ahead |= _odds("reverting", best_of_others(reverting, wanted) - reverting)
        ordered = np.sort(totals)[::-1]
        for at, position in enumerate(scope.positions):
            if wanted[at] < 1:
                continue
            found[int(position)] = {
                "base_rank": int(scope.ranks[at]),
                "base_n_ranked": scope.n,
                "n_absent": n_absent,
                "target_rank": int(wanted[at]),
                "target_score": float(ordered[min(wanted[at], scope.n) - 1]),
                "points_needed_standing": number(standing[at]),
                "points_needed_absent": number(absent[at]),
                **{name: points[at] for name, points in ahead.items()},
            }
    return found


def _odds(picture: str, points: Floats) -> dict[str, list[float]]:
    """Points that make it with even odds and with four in five, of (draws, n); nothing where it is made without."""
    even, sure = np.maximum(np.quantile(np.ascontiguousarray(points.T), [0.5, 0.8], axis=1), 0.0)
    return {f"points_needed_{picture}": even.tolist(), f"points_needed_{picture}_80": sure.tolist()}


def _score_needs(rule: TargetRule, field: Field, drawn: Drawn | None) -> dict[int, Row]:
    positions = np.flatnonzero(field.published)
    goal, totals = _goal(rule, field)[positions], field.totals[positions]
    ahead: dict[str, list[float]] = {}
    if drawn is not None and len(drawn.mean):
        mean = drawn.mean[:NEED_DRAWS, None]
        ahead = _odds("drift", goal - (totals - totals.mean()) - mean)
        ahead |= _odds("reverting", goal - drawn.reverting[:NEED_DRAWS] - mean)
    return {
        int(position): {
            "base_rank": int(field.ranks[position]),
            "base_n_ranked": field.n,
            "n_absent": len(field.totals) - field.n,
            "target_score": float(goal[at]),
            "points_needed_standing": max(float(goal[at] - totals[at]), 0.0),
            **{name: points[at] for name, points in ahead.items()},
        }
        for at, position in enumerate(positions)
    }


def number(value: Any) -> float | None:
    """A number for a table: None where there is none."""
    return float(value) if math.isfinite(value) else None
