"""Are we going to make it: what a target needs, how likely it is, how often it happened, what became of it.

Belongs here: targets over the totals of one index, and the back-test of the probabilities. Does not belong here: where
totals come from.

Two pictures of the years ahead, both relative to the mean of the field, fitted on pairs of years that were known:
drifting (each rival moves by what some province moved in some pair) and reverting (each falls back towards the mean by
a slope, and moves by chance around that). A probability is the reverting one's, with no effort beyond the usual; it is
withheld where provinces given about that chance did otherwise in the back-test.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pipelines.analysis.field import Field, RankCounts, batches, rank_draws, rank_exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.analysis.field import Floats, Ranks

Row = dict[str, Any]
Kind = Literal["up_ranks", "rank_at_most", "group", "keep", "score_at_least", "score_above_base"]
HORIZONS = (1, 2, 3)
FEWEST_PAIRS = 3  # pairs of years that a picture is fitted on, at least
NEED_DRAWS = 1_000  # for points needed; probabilities take all draws
BINS = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
FEWEST_IN_BIN = 20
WIDEST_MISS = 0.10  # between what was predicted and what came, for a probability to be told
NEAR = 5  # ranks: who counts as starting from about the same place


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
    def is_about_score(self) -> bool:
        return self.kind in ("score_at_least", "score_above_base")


@dataclass(frozen=True)
class Moves:
    """What happened to provinces published in both years of a pair: relative totals, and the mean's own move."""

    base_year: int
    horizon: int
    before: Floats
    after: Floats
    mean_change: float
    is_comparable: bool


@dataclass(frozen=True)
class Picture:
    """How the field moves over a horizon: slope to the mean and spread around it, moves that were seen, the mean's."""

    slope: float
    spread: float
    moves: Floats
    mean_changes: Floats

    @classmethod
    def of(cls, pairs: Iterable[Moves]) -> Picture | None:
        """Fitted on pairs of one horizon; None where they are too few."""
        known = list(pairs)
        if len(known) < FEWEST_PAIRS:
            return None
        before, after = (np.concatenate([getattr(p, end) for p in known]) for end in ("before", "after"))
        slope = float(before @ after / (before @ before))
        return cls(
            slope,
            float((after - slope * before).std(ddof=1)),
            after - before,
            np.array([p.mean_change for p in known if p.is_comparable]),
        )


@dataclass(frozen=True)
class Panel:
    """All years of one index; ``breaks`` says why the totals of a pair of years do not compare, where they do not."""

    fields: dict[int, Field]
    breaks: dict[tuple[int, int], str]
    _seen: dict[tuple[int, int], list[tuple[int, int]]] = dataclasses.field(default_factory=dict)

    def as_is(self, field: Field, province: int, year: int) -> bool:
        """Whether the province of ``field`` is still the same place in ``year``."""
        last = field.last_year_as_is[province]
        return last is None or year <= last

    def seen_after(self, base_year: int, province: int) -> list[tuple[int, int]]:
        """Later years in which the province of the base year is published as the same place, with its position."""
        at = (base_year, province)
        if at not in self._seen:
            field = self.fields[base_year]
            key = field.provinces[province]
            self._seen[at] = [
                (year, later.place[key])
                for year, later in sorted(self.fields.items())
                if year > base_year
                and key in later.place
                and later.published[later.place[key]]
                and self.as_is(field, province, year)
            ]
        return self._seen[at]

    @cached_property
    def moves(self) -> dict[int, list[Moves]]:
        """Pairs of years by horizon, oldest first."""
        found: dict[int, list[Moves]] = {}
        for horizon in HORIZONS:
            pairs = [self._pair(year, horizon) for year in sorted(self.fields) if year + horizon in self.fields]
            found[horizon] = [pair for pair in pairs if len(pair.before) > 1]
        return found

    def _pair(self, year: int, horizon: int) -> Moves:
        base, later = self.fields[year], self.fields[year + horizon]
        both = [
            (here, later.place[key])
            for key, here in base.place.items()
            if key in later.place
            and self.as_is(base, here, later.year)
            and base.published[here]
            and later.published[later.place[key]]
        ]
        before, after = base.totals[[b for b, _ in both]], later.totals[[a for _, a in both]]
        return Moves(
            year,
            horizon,
            before - before.mean(),
            after - after.mean(),
            float(after.mean() - before.mean()) if both else 0.0,
            (year, later.year) not in self.breaks,
        )


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
        return later.groups[there] == "cao_nhat"
    if rule.is_about_score:
        reached = float(later.totals[there])
        return (
            reached >= rule.number if rule.kind == "score_at_least" else reached > base.totals[province] + rule.number
        )
    rank, start = later.rank_in(rule.scope, there), base.rank_in(rule.scope, province)
    return rank <= {"up_ranks": start - rule.number, "keep": start, "rank_at_most": rule.number}[rule.kind]


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


@dataclass(frozen=True)
class Drawn:
    """A field drawn forward: relative totals shaped (draws, n) in both pictures, over the published provinces."""

    reverting: Floats
    drifting: Floats
    mean: Floats  # of the field, one a draw; empty where too few years compare
    _ranked: dict[bytes, RankCounts] = dataclasses.field(default_factory=dict)

    def ranked(self, columns: Ranks) -> RankCounts:
        """Ranks in the reverting picture among the provinces of these columns, counted once for all rules."""
        name = columns.tobytes()
        if name not in self._ranked:
            self._ranked[name] = RankCounts.of([rank_draws(self.reverting[:, columns])])
        return self._ranked[name]


def draw(field: Field, picture: Picture, n_draws: int, rng: np.random.Generator) -> Drawn:
    """Draw the field of ``picture``'s horizon ahead."""
    x = _relative(field)
    noise = np.concatenate([rng.standard_normal((size, len(x)), dtype=np.float32) for size in batches(n_draws)])
    reverting = (picture.slope * x).astype(np.float32) + np.float32(picture.spread) * noise
    drifting = x.astype(np.float32) + rng.choice(picture.moves.astype(np.float32), (NEED_DRAWS, len(x)))
    mean = np.empty(0)
    if len(picture.mean_changes) >= FEWEST_PAIRS:
        mean = float(field.totals[field.published].mean()) + rng.choice(picture.mean_changes, n_draws)
    return Drawn(reverting, drifting, mean)


def _relative(field: Field) -> Floats:
    totals = field.totals[field.published]
    relative: Floats = totals - totals.mean()
    return relative


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
    x = _relative(field)
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
        for number, position in enumerate(scope.positions):
            if wanted[number] < 1:
                continue
            found[int(position)] = {
                "base_rank": int(scope.ranks[number]),
                "base_n": scope.n,
                "n_absent": n_absent,
                "target_rank": int(wanted[number]),
                "target_score": float(ordered[min(wanted[number], scope.n) - 1]),
                "points_needed_standing": _number(standing[number]),
                "points_needed_absent": _number(absent[number]),
                **{name: points[number] for name, points in ahead.items()},
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
            "base_n": field.n,
            "n_absent": len(field.totals) - field.n,
            "target_score": float(goal[at]),
            "points_needed_standing": max(float(goal[at] - totals[at]), 0.0),
            **{name: points[at] for name, points in ahead.items()},
        }
        for at, position in enumerate(positions)
    }


def _number(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


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

    Returns rows, of which the one with bin 0 is over all, and for each rule and horizon the bins (from, to) in which a
    probability may be told. Pairs that overlap the predicted one are left out of its picture.
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
    base_rate = float(came.mean())

    def row(number: int, low: float, high: float, inside: NDArray[np.bool_]) -> Row:
        predicted, observed = float(chances[inside].mean()), float(came[inside].mean())
        n = int(inside.sum())
        return {
            "target_rule": rule.rule_id,
            "horizon": horizon,
            "bin": number,
            "bin_from": low,
            "bin_to": high,
            "n": n,
            "predicted": predicted,
            "observed": observed,
            "brier_score": float(((chances - came)[inside] ** 2).mean()),
            "brier_score_base_rate": float(((base_rate - came)[inside] ** 2).mean()),
            "is_told": n >= FEWEST_IN_BIN and abs(predicted - observed) <= WIDEST_MISS,
        }

    rows = [row(0, 0.0, 1.0, np.ones(len(chances), dtype=bool))]
    for number, (low, high) in enumerate(pairwise(BINS), start=1):
        inside = (chances >= low) & ((chances < high) | (high == 1.0))
        if inside.any():
            rows.append(row(number, low, high, inside))
    return rows


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
        picture = Picture.of(m for m in panel.moves[horizon] if m.base_year + horizon <= year)
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
                "kind": rule.kind,
                "number": rule.number,
                "scope": rule.scope,
                "base_score": _number(field.totals[position]),
                **row,
                **_chance(float(chances[position]), told if can_be_judged else []),
                "base_rate": rate,
                "base_rate_n": len(made),
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
        rows.append({"base_rate_near": n_made / n_near if n_near else None, "base_rate_near_n": int(n_near)})
    return rows


def _chance(chance: float, told: list[tuple[float, float]]) -> Row:
    if np.isnan(chance):
        return {"probability": None, "probability_state": "not_computed"}
    if any(low <= chance < high or chance == high == 1.0 for low, high in told):
        return {"probability": chance, "probability_state": "told"}
    return {"probability": None, "probability_state": "withheld"}


def state(panel: Panel, rule: TargetRule, field: Field, position: int, horizon: int) -> Row:
    """What became of the target, honestly: keys state, state_reason, break_reason, what was seen, and first when.

    achieved, missed; on_track or behind before its year, by the last year seen; not_evaluable where not published;
    not_comparable where a score was measured otherwise; rebased where the province merged.
    """
    target_year = field.year + horizon
    seen = panel.seen_after(field.year, position)
    first = next(((year, at) for year, at in seen if year >= target_year), None)
    row: Row = {
        "break_reason": panel.breaks.get((field.year, target_year)),
        **_first_evaluable(panel, rule, first),
    }
    if not field.published[position]:
        return row | {"state": "not_evaluable", "state_reason": "base_not_published"}
    if not panel.as_is(field, position, target_year):
        return row | {"state": "rebased", "state_reason": "province_merged"}
    at_target = next((one for one in seen if one[0] == target_year), None)
    if at_target is not None:
        if rule.is_about_score and (field.year, target_year) in panel.breaks:
            return row | {"state": "not_comparable", "state_reason": panel.breaks[field.year, target_year]}
        met = is_met(rule, field, position, panel.fields[target_year], at_target[1])
        return row | {"state": "achieved" if met else "missed", "state_reason": None}
    if target_year in panel.fields:
        return row | {"state": "not_evaluable", "state_reason": "not_published"}
    if target_year < max(panel.fields):
        return row | {"state": "not_evaluable", "state_reason": "no_release"}
    if not seen:
        return row | {"state": "not_evaluable", "state_reason": "nothing_published_since"}
    year, there = seen[-1]
    if rule.is_about_score and (field.year, year) in panel.breaks:
        return row | {"state": "not_comparable", "state_reason": panel.breaks[field.year, year]}
    met = is_met(rule, field, position, panel.fields[year], there)
    return row | {"state": "on_track" if met else "behind", "state_reason": f"seen_{year}"}


def _first_evaluable(panel: Panel, rule: TargetRule, seen: tuple[int, int] | None) -> Row:
    if seen is None:
        return {}
    year, there = seen
    field = panel.fields[year]
    return {
        "first_evaluable_year": year,
        "first_evaluable_rank": field.rank_in(rule.scope, there),
        "first_evaluable_n": field.n_in(rule.scope, there),
    }
