"""Real years raise no doubt, tables spoilt on purpose do; the figures of likeness.py are computed here."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from pipelines.releases import likeness
from tests.due import SEEDS, scores_of, years


@cache
def table(year: int) -> pd.DataFrame:
    """The published scores of a year from 0 to 1, provinces by concept; a province keeps its code to 2024."""
    method = SEEDS.method_in("papi", year)
    assert method is not None
    scales = SEEDS.scales_of("papi", method.method)
    stated = SEEDS.stated_of("papi", method.method)
    cells = {
        (province, stated[code].indicator_key): (score - scales[code][0]) / (scales[code][1] - scales[code][0])
        for (province, code), score in scores_of(year).items()
    }
    return pd.Series(cells).unstack().sort_index()


def past(year: int) -> list[pd.DataFrame]:
    return [table(before) for before in range(year - 1, max(years()[0], year - 3) - 1, -1)]


def compared(year: int, now: pd.DataFrame | None = None) -> likeness.Compared:
    return likeness.compare(table(year) if now is None else now, past(year))


REAL = years()[1:]


@pytest.mark.parametrize("year", REAL)
def test_no_real_year_raises_a_doubt(year: int) -> None:
    found = compared(year)
    assert likeness.doubts(found) == []
    assert likeness.alike(found) > likeness.LEAST_ALIKE + 0.05
    assert max(likeness.alike(found, step) for step in likeness.STEPS) < likeness.alike(found) - 0.05


def test_the_figures_in_the_module_are_those_of_the_real_years() -> None:
    every = [compared(year) for year in REAL if year <= 2024]
    alike = [likeness.alike(one) for one in every]
    shifted = [max(likeness.alike(one, step) for step in likeness.STEPS) for one in every]
    runs = [likeness.run_gain(one)[2] for one in every]
    rows = [likeness.row_gains(one).to_numpy().max() for one in every]
    headings = [likeness.heading_gains(one).to_numpy().max() for one in every]
    measured = [f"{min(alike):.2f} to {max(alike):.2f}", f"{min(shifted):.2f} to {max(shifted):.2f}"]
    measured += [f"{min(runs):.0f} to {max(runs):.0f}", f"{min(rows):.0f} to {max(rows):.0f}"]
    measured += [f"at most {max(headings):.2f}"]
    assert len(every) == 13
    for said in measured:
        assert f"  {said}  " in str(likeness.__doc__)


def test_no_two_real_years_share_a_score() -> None:
    pairs = [(a, b) for a in years() for b in years() if a < b]
    assert max(likeness.share_equal(table(a), table(b)) for a, b in pairs) == 0


@pytest.mark.parametrize("year", REAL)
@pytest.mark.parametrize("step", [1, -1])
def test_a_table_shifted_by_a_row_is_told(year: int, step: int) -> None:
    now = table(year)
    spoilt = pd.DataFrame(np.roll(now.to_numpy(), step, axis=0), now.index, now.columns)
    [doubt] = likeness.doubts(compared(year, spoilt))
    assert doubt.kind == "shifted"


def test_a_run_of_rows_that_is_shifted_is_told_with_its_ends() -> None:
    now = table(2023)
    values = now.to_numpy().copy()
    values[21:42] = np.roll(values[21:42], 1, axis=0)
    [doubt] = likeness.doubts(compared(2023, pd.DataFrame(values, now.index, now.columns)))
    assert doubt.kind == "shifted"
    first, last = (list(now.index).index(one) for one in doubt.about)
    assert abs(first - 22) <= 3
    assert abs(last - 41) <= 3


@pytest.mark.parametrize("year", REAL)
def test_rows_in_another_order_are_told(year: int) -> None:
    now = table(year)
    order = np.random.default_rng(year).permutation(len(now))
    spoilt = pd.DataFrame(now.to_numpy()[order], now.index, now.columns)
    assert "unlike" in {doubt.kind for doubt in likeness.doubts(compared(year, spoilt))}


def test_two_provinces_exchanged_are_told_where_their_figures_differ() -> None:
    """Hà Nội and Bắc Giang in 2023; over all years half of all pairs are."""
    spoilt = table(2023).rename(index={"01": "24", "24": "01"})
    [doubt] = likeness.doubts(compared(2023, spoilt.sort_index()))
    assert (doubt.kind, {*doubt.about}) == ("rows", {"01", "24"})
    found = []
    for year in REAL:
        gains = likeness.row_gains(compared(year)).to_numpy()
        found.append(np.mean(-gains[np.triu_indices(len(gains), 1)] > likeness.ROW_GAIN))
    assert np.mean(found) > 0.5


def test_two_headings_exchanged_are_told() -> None:
    a, b = "participation.civic_knowledge", "participation.opportunities"
    [doubt] = likeness.doubts(compared(2024, table(2024).rename(columns={a: b, b: a})))
    assert (doubt.kind, {*doubt.about}) == ("headings", {a, b})


def test_a_table_of_few_provinces_cannot_be_judged() -> None:
    assert likeness.doubts(compared(2024, table(2024).iloc[::-1].head(15))) == []


def test_a_copy_of_another_year_is_told_by_its_equal_scores() -> None:
    copied = table(2024).copy()
    copied.iloc[:5] = table(2023).reindex(columns=copied.columns).iloc[:5]
    assert likeness.share_equal(table(2023), table(2023)) == 1
    assert likeness.share_equal(copied, table(2023)) > likeness.MOST_EQUAL
