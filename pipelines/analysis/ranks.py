"""How far a rank can be trusted: the survey's noise, and the choices of method.

Belongs here: drawing fields that could as well have been, and ranks in them. Does not belong here: where scores and
their errors come from.

Sources: OECD and JRC, Handbook on Constructing Composite Indicators (2008); Saisana, Saltelli and Tarantola (2005).
Drawing around an estimate counts its noise twice, so the interval of the survey is somewhat wide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.analysis.field import Field, RankCounts, batches, rank_draws
from pipelines.analysis.needs import number

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats, Ranks

CLOSE = 3  # ranks: the line by which the JRC calls a ranking robust
CONCENTRATION = 20.0  # of weights around equal ones, for each dimension
NORMALISATIONS = ("none", "min_max", "z_score")
AGGREGATIONS = ("arithmetic", "geometric")


@dataclass(frozen=True)
class Interval:
    """What one source of doubt does to the ranks of those published: arrays of one number a province."""

    source: str
    counts: RankCounts

    @property
    def low(self) -> Ranks:
        return self.counts.quantile(0.025)

    @property
    def middle(self) -> Ranks:
        return self.counts.quantile(0.5)

    @property
    def high(self) -> Ranks:
        return self.counts.quantile(0.975)


def survey(totals: Floats, errors: Floats, n_draws: int, rng: np.random.Generator) -> RankCounts:
    """Ranks of totals redrawn with their standard errors, both shaped (n,), points, no NaN."""

    def drawn() -> Iterator[Ranks]:
        centre, spread = totals.astype(np.float32), errors.astype(np.float32)
        for size in batches(n_draws):
            yield rank_draws(centre + spread * rng.standard_normal((size, len(totals)), dtype=np.float32))

    return RankCounts.of(drawn())


def normalised(dimensions: Floats, how: str) -> Floats:
    """Dimensions shaped (n, k) on one footing: as they are, on 1 to 10, or in standard deviations around 5.5.

    All stay positive, which a geometric mean needs.
    """
    changed: Floats = dimensions
    if how == "min_max":
        low, spread = dimensions.min(axis=0), np.ptp(dimensions, axis=0)
        changed = 1 + 9 * (dimensions - low) / np.where(spread > 0, spread, 1)
    elif how == "z_score":
        spread = dimensions.std(axis=0)
        changed = 5.5 + (dimensions - dimensions.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return changed


def aggregated(dimensions: Floats, weights: Floats, how: str) -> Floats:
    """One score a province and set of weights: (n, k) and (draws, k), which sum to 1, become (draws, n)."""
    scores: Floats = np.exp(weights @ np.log(dimensions).T) if how == "geometric" else weights @ dimensions.T
    return scores


def method(dimensions: Floats, n_draws: int, rng: np.random.Generator) -> dict[str, RankCounts]:
    """Ranks under other choices of method, one at a time and all together, of dimensions shaped (n, k)."""
    k = dimensions.shape[1]
    equal = np.full((1, k), 1 / k)

    def ranks(weights: Floats, normalisation: str = "none", aggregation: str = "arithmetic") -> Ranks:
        return rank_draws(aggregated(normalised(dimensions, normalisation), weights, aggregation))

    draws = rng.dirichlet(np.full(k, CONCENTRATION), n_draws)
    return {
        "weights": RankCounts.of([ranks(draws)]),
        "normalisation": RankCounts.of(ranks(equal, normalisation=how) for how in NORMALISATIONS),
        "aggregation": RankCounts.of(ranks(equal, aggregation=how) for how in AGGREGATIONS),
        "leave_one_out": RankCounts.of([ranks((1 - np.eye(k)) / (k - 1))]),
        "method": RankCounts.of(_together(draws, ranks, rng)),
    }


def _together(draws: Floats, ranks: Callable[[Floats, str, str], Ranks], rng: np.random.Generator) -> Iterator[Ranks]:
    """Weights, leaving out none or one dimension, normalisation and aggregation, each drawn."""
    n_draws, k = draws.shape
    left_out = rng.integers(0, k + 1, n_draws)  # k leaves out none
    kept = np.where(np.arange(k)[None, :] == left_out[:, None], 0, draws)
    kept = kept / kept.sum(axis=1, keepdims=True)
    choices = [(n, a) for n in NORMALISATIONS for a in AGGREGATIONS]
    chosen = rng.integers(0, len(choices), n_draws)
    for at, (normalisation, aggregation) in enumerate(choices):
        yield ranks(kept[chosen == at], normalisation, aggregation)


def intervals(field: Field, n_draws: int, n_method_draws: int, seed: int) -> list[Interval]:
    """Over the published: the interval by the survey, where errors are known, and by method, where there is one.

    Errors as published are drawn with the same noise as those that the survey's interval is told by.
    """
    rng, same = (np.random.default_rng([seed, field.year]) for _ in range(2))
    published = field.published
    found = []
    for source, errors, noise in (
        ("survey", field.errors[published], rng),
        ("survey_published", field.published_errors[published], same),
    ):
        if not np.isnan(errors).any():
            found.append(Interval(source, survey(field.totals[published], errors, n_draws, noise)))
    if field.dimensions.shape[1] > 1:
        by_method = method(field.dimensions[published], n_method_draws, rng)
        found += [Interval(source, counts) for source, counts in by_method.items()]
    return found


def rows(field: Field, n_draws: int, n_method_draws: int, seed: int) -> list[dict[str, Any]]:
    """One row a published province and source of doubt, keys as in marts.index_rank_interval but for the seed."""
    published = np.flatnonzero(field.published)
    ranks = field.ranks[published]
    n = len(field.provinces)
    drawn_with: dict[str, tuple[Floats, list[str | None]]] = {
        "survey": (field.errors, field.error_source),
        "survey_published": (field.published_errors, ["published"] * n),
    }
    nothing: tuple[Floats, list[str | None]] = (np.full(n, np.nan), [None] * n)
    found = []
    for interval in intervals(field, n_draws, n_method_draws, seed):
        counts, (errors, sources) = interval.counts, drawn_with.get(interval.source, nothing)
        close = np.abs(interval.middle - ranks) <= CLOSE
        top, shift, within = counts.at_most(field.top_group_size), counts.shift(ranks), counts.within(ranks, CLOSE)
        found += [
            {
                "index_id": field.index_id,
                "year": field.year,
                "province_key": field.provinces[position],
                "doubt": interval.source,
                "rank": int(ranks[at]),
                "n_ranked": field.n,
                "rank_low": int(interval.low[at]),
                "rank_middle": int(interval.middle[at]),
                "rank_high": int(interval.high[at]),
                "probability_top_group": float(top[at]),
                "mean_shift": float(shift[at]),
                "within_3_share": float(within[at]),
                "provinces_within_3_share": float(close.mean()),
                "standard_error": number(errors[position]),
                "error_source": sources[position],
                "n_draws": counts.n_draws,
            }
            for at, position in enumerate(published)
        ]
    return found
