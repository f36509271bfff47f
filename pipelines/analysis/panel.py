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

from pipelines.analysis.field import Field, RankCounts, batches, rank_draws

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats, Ranks

HORIZONS = (1, 2, 3)
FEWEST_PAIRS = 3  # pairs of years that a picture is fitted on, at least
NEED_DRAWS = 1_000  # for points needed; probabilities take all draws


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
    x = relative(field)
    noise = np.concatenate([rng.standard_normal((size, len(x)), dtype=np.float32) for size in batches(n_draws)])
    reverting = (picture.slope * x).astype(np.float32) + np.float32(picture.spread) * noise
    drifting = x.astype(np.float32) + rng.choice(picture.moves.astype(np.float32), (NEED_DRAWS, len(x)))
    mean = np.empty(0)
    if len(picture.mean_changes) >= FEWEST_PAIRS:
        mean = float(field.totals[field.published].mean()) + rng.choice(picture.mean_changes, n_draws)
    return Drawn(reverting, drifting, mean)


def relative(field: Field) -> Floats:
    """Totals of the published provinces around their mean."""
    totals = field.totals[field.published]
    around: Floats = totals - totals.mean()
    return around
