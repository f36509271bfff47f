"""What can be said from each base year of the years ahead, knowing only what had happened by then.

Belongs here: the chances and points needed of every rule and horizon, each from pairs of years that had ended. Does not
belong here: whether a chance is told, see backtest.py; what became of a target, see targets.py.

Two pictures of the years ahead, both relative to the mean of the field: drifting (each rival moves by what some
province moved in some pair) and reverting (each falls back from its points, smoothed over years, towards the mean by a
slope, and meets a surprise that a past province at about the same place met). A chance is the reverting one's, with no
effort beyond the usual. Neither picture is drawn for a year in which the provinces of the base year are no longer the
same: nobody will be ranked among them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.analysis.needs import Row, TargetRule, needs, probabilities
from pipelines.analysis.panel import HORIZONS, Panel, Picture, draw

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats


@dataclass(frozen=True)
class Ahead:
    """From one base year, one horizon ahead, by rule_id: the chance of each province of the field, NaN where there is
    none, and what published provinces need, by position.
    """

    chances: dict[str, Floats]
    needed: dict[str, dict[int, Row]]


def look_ahead(panel: Panel, rules: list[TargetRule], n_draws: int, seed: int) -> dict[tuple[int, int], Ahead]:
    """Every rule asked of every base year and horizon, by these two."""

    def from_base(task: tuple[int, int]) -> Ahead:
        year, horizon = task
        field = panel.fields[year]
        picture = Picture.of(panel.ended(horizon, year)) if panel.is_field_as_is(field, year + horizon) else None
        drawn = draw(panel, year, picture, n_draws, np.random.default_rng([seed, year, horizon])) if picture else None
        nothing = np.full(len(field.provinces), np.nan)
        asked = [rule for rule in rules if rule.holds_for(year)]
        return Ahead(
            {rule.rule_id: probabilities(rule, field, drawn) if drawn else nothing for rule in asked},
            {rule.rule_id: needs(rule, field, drawn) for rule in asked},
        )

    tasks = [(year, horizon) for year in sorted(panel.fields) for horizon in HORIZONS]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(tasks, pool.map(from_base, tasks), strict=True))
