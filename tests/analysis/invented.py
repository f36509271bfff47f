"""Invented provinces, fields and panels that the tests of the analyses share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.analysis.field import Field
from pipelines.analysis.needs import Kind, TargetRule
from pipelines.analysis.panel import Panel

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats

NAMES = "abcdefghijklmnopqrstuvwxyz"
CALM, WILD = 0.01, 5.0  # points by which invented provinces move


def rule(kind: Kind, number: float = 0, scope: Any = "national", year: int | None = None) -> TargetRule:
    return TargetRule(kind, kind, number, scope, year or 0, year)


def field(year: int, totals: list[float | None] | Floats, last_year: int | None = None) -> Field:
    """Provinces a, b, c… with these totals; a, b and c lie in the north, the best two are the highest group.

    Province a merges after ``last_year``.
    """
    known = np.array([np.nan if total is None else total for total in totals])
    names, n = list(NAMES[: len(known)]), len(known)
    best = {int(at) for at in np.argsort(-np.nan_to_num(known))[:2]}
    return Field(
        index_id="invented",
        year=year,
        provinces=names,
        regions=["north" if name in "abc" else "south" for name in names],
        groups=[None if np.isnan(total) else "highest" if at in best else "lowest" for at, total in enumerate(known)],
        last_year_as_is=[last_year] + [None] * (n - 1),
        totals=known,
        errors=np.full(n, 0.5),
        error_source=["three_waves"] * n,
        published_errors=np.full(n, np.nan),
        dimensions=np.empty((n, 0)),
    )


def panel(
    *years: list[float | None],
    breaks: dict[tuple[int, int], str] | None = None,
    last: int | None = None,
    running_year: int = 2003,
) -> Panel:
    """Fields from 2001 on; an empty list is a year without a release."""
    fields = {year: field(year, totals, last) for year, totals in enumerate(years, start=2001) if totals}
    return Panel(fields, breaks or {}, running_year)


def moving(steps: dict[int, float], n: int = 25) -> Panel:
    """Provinces half a point apart from 2001 to 2010, moving at random; ``steps`` says how far in which year."""
    totals, fields = 50 - np.arange(n) / 2, {}
    for year in range(2001, 2011):
        noise = np.random.default_rng(year).standard_normal(n)
        fields[year] = field(year, totals + steps.get(year, CALM) * noise)
    return Panel(fields, {}, running_year=2011)
