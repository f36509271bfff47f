"""The field of a year: who was published with which score, as arrays, and ranks in it.

Belongs here: the shape that simulations share, and counting ranks. Does not belong here: where scores come from, and
what is simulated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ranks = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Field:
    """One year of an index, provinces in one order.

    ``totals``, ``errors`` and ``published_errors`` have one number a province, points, NaN where not published or not
    known; ``dimensions`` one row a province and one column a dimension. ``groups`` are computed ones, None without a
    score. ``last_year_as_is`` is the last year for which a province is the same place: None unless it merges with
    another.
    """

    index_id: str
    year: int
    provinces: list[str]
    regions: list[str]
    groups: list[str | None]
    last_year_as_is: list[int | None]
    totals: Floats
    errors: Floats
    error_source: list[str | None]
    published_errors: Floats
    dimensions: Floats

    @cached_property
    def place(self) -> dict[str, int]:
        """Position of each province in the arrays."""
        return {key: position for position, key in enumerate(self.provinces)}

    @cached_property
    def published(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.totals)

    @cached_property
    def n(self) -> int:
        """Provinces published."""
        return int(self.published.sum())

    @cached_property
    def ranks(self) -> Ranks:
        """Rank of each province among the published; 0 where not published."""
        return rank_exact(self.totals)

    @cached_property
    def _in_region(self) -> tuple[Ranks, Ranks]:
        """Rank of each province in its region, and how many of the region are published."""
        ranks, counts = np.zeros(len(self.provinces), dtype=int), np.zeros(len(self.provinces), dtype=int)
        regions = np.array(self.regions)
        for region in set(self.regions):
            inside = regions == region
            ranks[inside] = rank_exact(self.totals[inside])
            counts[inside] = self.published[inside].sum()
        return ranks, counts

    def rank_in(self, scope: str, province: int) -> int:
        """Rank of the province at this position, in the nation or in its region."""
        return int(self.ranks[province] if scope == "national" else self._in_region[0][province])

    def n_in(self, scope: str, province: int) -> int:
        """How many are published in the nation, or in the region of the province at this position."""
        return self.n if scope == "national" else int(self._in_region[1][province])

    @cached_property
    def top_group_size(self) -> int:
        """Provinces in the highest group."""
        return sum(group == "highest" for group in self.groups)


def rank_exact(scores: Floats) -> Ranks:
    """1 + the number strictly above, of ``scores`` shaped (n,); 0 for NaN. Equal scores share a rank."""
    above = (scores[None, :] > scores[:, None]).sum(axis=1) + 1
    return np.where(np.isnan(scores), 0, above)


def rank_draws(draws: Floats) -> Ranks:
    """Ranks within each row of ``draws`` shaped (draws, n), 1 the highest; ties, which draws have not, in any order."""
    n_draws, n = draws.shape
    order = np.argsort(-draws, axis=1)
    order += np.arange(0, n_draws * n, n)[:, None]  # positions in the flat array
    ranks = np.empty(n_draws * n, dtype=np.int16)
    ranks[order.ravel()] = np.tile(np.arange(1, n + 1, dtype=np.int16), n_draws)
    return ranks.reshape(n_draws, n)


@dataclass(frozen=True)
class RankCounts:
    """How often each of n provinces had each rank: ``counts`` is shaped (n, n), ranks from 1 along the second axis."""

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, batches: Iterable[Ranks]) -> RankCounts:
        """Count ranks shaped (draws, n) over batches of draws."""
        total: Any = 0
        for ranks in batches:
            n = ranks.shape[1]
            flat = (ranks - 1 + np.arange(n, dtype=np.int64)[None, :] * n).ravel()
            total = total + np.bincount(flat, minlength=n * n).reshape(n, n)
        return cls(total)

    @property
    def n_draws(self) -> int:
        return int(self.counts[0].sum())

    @cached_property
    def cumulative(self) -> Floats:
        """Share of draws with at most this rank."""
        shares: Floats = self.counts.cumsum(axis=1) / self.n_draws
        return shares

    def quantile(self, share: float) -> Ranks:
        """For each province the smallest rank that at least ``share`` of the draws do not exceed."""
        ranks: Ranks = (self.cumulative >= share - 1e-12).argmax(axis=1) + 1
        return ranks

    def at_most(self, ranks: int | Ranks) -> Floats:
        """Share of draws with a rank of at most ``ranks``, one for all or one a province; 0 below 1."""
        wanted = np.broadcast_to(np.asarray(ranks), (len(self.counts),))
        column = np.clip(wanted, 1, self.counts.shape[1]) - 1
        return np.where(wanted < 1, 0.0, self.cumulative[np.arange(len(self.counts)), column])

    def shift(self, reference: Ranks) -> Floats:
        """Mean distance of a drawn rank to the reference, ranks."""
        distance = np.abs(np.arange(1, self.counts.shape[1] + 1)[None, :] - reference[:, None])
        means: Floats = (self.counts * distance).sum(axis=1) / self.n_draws
        return means

    def within(self, reference: Ranks, ranks: int) -> Floats:
        """Share of draws no farther than ``ranks`` from the reference."""
        return self.at_most(reference + ranks) - self.at_most(reference - ranks - 1)


def batches(n_draws: int, size: int = 5_000) -> list[int]:
    """Sizes of the batches in which ``n_draws`` are made, so that one fits the processor's cache."""
    whole, rest = divmod(n_draws, size)
    return [size] * whole + ([rest] if rest else [])
