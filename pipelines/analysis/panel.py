"""The years of one index side by side: who is the same place in which of them, and how the field moved between two.

Belongs here: the panel, and the picture of a move that is fitted on it. Does not belong here: where totals come from;
targets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipelines.analysis.field import Field, RankCounts, rank_draws, rank_exact

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats, Ranks

HORIZONS = (1, 2, 3)
FEWEST_PAIRS = 3  # pairs of years that a picture is fitted on, at least
YEARS_BACK = 3  # years before the base year that are smoothed over
WEIGHT_NOW, WEIGHT_ALONE = 2 / 3, 0.6  # of the base year's points: beside the years before, and where there are none
NEAR_WIDTH = 0.15  # of the field: the standard deviation of the weights by which past surprises are drawn
NEED_DRAWS = 1_000  # for points needed; probabilities take all draws


@dataclass(frozen=True)
class Moves:
    """What happened to provinces published in both years of a pair, one number each, and the mean's own move.

    ``smoothed`` and ``places`` are those of the base year, see Panel.smoothed and places(). ``after`` are points above
    or below the later field's mean, ``moves`` changes against the mean of those published in both years.
    """

    base_year: int
    horizon: int
    smoothed: Floats
    places: Floats
    after: Floats
    moves: Floats
    mean_change: float
    is_comparable: bool


@dataclass(frozen=True)
class Picture:
    """How the field moves over a horizon: slope to the mean, surprises around it by the place they began from,
    moves that were seen, the mean's.
    """

    slope: float
    surprises: Floats
    places: Floats
    moves: Floats
    mean_changes: Floats

    @classmethod
    def of(cls, pairs: Iterable[Moves]) -> Picture | None:
        """Fitted on pairs of one horizon; None where they are too few."""
        known = list(pairs)
        if len(known) < FEWEST_PAIRS:
            return None
        smoothed, began, after, moves = (
            np.concatenate([getattr(p, name) for p in known]) for name in ("smoothed", "places", "after", "moves")
        )
        slope = float(smoothed @ after / (smoothed @ smoothed))
        return cls(
            slope,
            after - slope * smoothed,
            began,
            moves,
            np.array([p.mean_change for p in known if p.is_comparable]),
        )


@dataclass(frozen=True)
class Panel:
    """All years of one index; ``breaks`` says why the totals of a pair of years do not compare, where they do not.

    ``running_year`` is the year of the build's day: it and those after it are not over.
    """

    fields: dict[int, Field]
    breaks: dict[tuple[int, int], str]
    running_year: int
    _seen: dict[tuple[int, int], list[tuple[int, int]]] = dataclasses.field(default_factory=dict)

    def as_is(self, field: Field, province: int, year: int) -> bool:
        """Whether the province of ``field`` is still the same place in ``year``."""
        last = field.last_year_as_is[province]
        return last is None or year <= last

    def is_field_as_is(self, field: Field, year: int) -> bool:
        """Whether every province of ``field`` is still the same place in ``year``, so that they can be ranked again."""
        return all(self.as_is(field, position, year) for position in range(len(field.provinces)))

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
    def smoothed(self) -> dict[int, Floats]:
        """Points of each published province above or below the mean of its field, smoothed over years; by year.

        Two thirds of this year's and a third of the mean of those years among the three before in which it was
        published: much of one year's standing is the noise of one survey.
        """
        return {year: self._smoothed(field) for year, field in self.fields.items()}

    def _smoothed(self, field: Field) -> Floats:
        now = relative(field)
        keys = [field.provinces[at] for at in np.flatnonzero(field.published)]
        before: list[list[float]] = [[] for _ in keys]
        for earlier in (self.fields[y] for y in range(field.year - YEARS_BACK, field.year) if y in self.fields):
            points = dict(zip(np.flatnonzero(earlier.published), relative(earlier), strict=True))
            for own, key in zip(before, keys, strict=True):
                there = earlier.place.get(key)
                if there is not None and there in points and self.as_is(earlier, there, field.year):
                    own.append(points[there])
        return np.array(
            [
                WEIGHT_NOW * points + (1 - WEIGHT_NOW) * float(np.mean(own)) if own else WEIGHT_ALONE * points
                for points, own in zip(now, before, strict=True)
            ]
        )

    @cached_property
    def moves(self) -> dict[int, list[Moves]]:
        """Pairs of years by horizon, oldest first."""
        found: dict[int, list[Moves]] = {}
        for horizon in HORIZONS:
            pairs = [self._pair(year, horizon) for year in sorted(self.fields) if year + horizon in self.fields]
            found[horizon] = [pair for pair in pairs if len(pair.after) > 1]
        return found

    def ended(self, horizon: int, year: int) -> list[Moves]:
        """The pairs of a horizon that had ended by ``year``."""
        return [pair for pair in self.moves[horizon] if pair.base_year + horizon <= year]

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
        here, there = ([pair[end] for pair in both] for end in (0, 1))
        before, after = base.totals[here], later.totals[there]
        column = (np.cumsum(base.published) - 1)[here]
        return Moves(
            year,
            horizon,
            self.smoothed[year][column],
            places(self.smoothed[year])[column],
            after - later.totals[later.published].mean(),
            (after - after.mean()) - (before - before.mean()),
            float(after.mean() - before.mean()) if both else 0.0,
            (year, later.year) not in self.breaks,
        )


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


def draw(panel: Panel, year: int, picture: Picture, n_draws: int, rng: np.random.Generator) -> Drawn:
    """Draw the published field of ``year`` ahead by ``picture``'s horizon, all provinces together."""
    field, smoothed = panel.fields[year], panel.smoothed[year]
    own = places(smoothed)
    weights = np.exp(-(((picture.places[None, :] - own[:, None]) / NEAR_WIDTH) ** 2) / 2).cumsum(axis=1)
    reverting = np.empty((n_draws, len(own)), dtype=np.float32)
    for at, upto in enumerate(weights):
        drawn = np.searchsorted(upto, rng.random(n_draws) * upto[-1], side="right")
        reverting[:, at] = picture.slope * smoothed[at] + picture.surprises[drawn]
    drifting = relative(field).astype(np.float32) + rng.choice(picture.moves.astype(np.float32), (NEED_DRAWS, len(own)))
    mean = np.empty(0)
    if len(picture.mean_changes) >= FEWEST_PAIRS:
        mean = float(field.totals[field.published].mean()) + rng.choice(picture.mean_changes, n_draws)
    return Drawn(reverting, drifting, mean)


def places(smoothed: Floats) -> Floats:
    """Place of each in its field from 0, the highest, to 1: middle of its rank, so that fields of any size compare."""
    shares: Floats = (rank_exact(smoothed) - 0.5) / len(smoothed)
    return shares


def relative(field: Field) -> Floats:
    """Totals of the published provinces around their mean."""
    totals = field.totals[field.published]
    around: Floats = totals - totals.mean()
    return around
