"""Looking ahead from a base year: on invented panels, of which the later years may be changed at will."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis import targets
from pipelines.analysis.ahead import look_ahead
from pipelines.analysis.backtest import history
from pipelines.analysis.needs import Row, TargetRule
from pipelines.analysis.panel import HORIZONS, WEIGHT_ALONE, WEIGHT_NOW, Moves, Panel, Picture, draw, places
from tests.analysis.invented import CALM, WILD, field, moving, panel, rule


def assessed(seen: Panel, rules: list[TargetRule], told: set[tuple[str, int]]) -> list[Row]:
    past = {(one.rule_id, horizon): history(seen, one, horizon) for one in rules for horizon in HORIZONS}
    return targets.assess(seen, rules, past, look_ahead(seen, rules, 200, 7), told)


def test_a_picture_has_the_slope_through_the_mean_and_the_surprises_around_it() -> None:
    began, at = np.array([-1.0, 1.0]), np.array([0.75, 0.25])
    pairs = [
        Moves(2001 + n, 1, began, at, after * began, (after - 1) * began, 0.5 * n, n != 1)
        for n, after in enumerate((2, 1, 0))
    ]
    found = Picture.of(pairs)
    assert found is not None
    assert found.slope == 1
    assert found.surprises.tolist() == found.moves.tolist() == [-1, 1, 0, 0, 1, -1]
    assert found.places.tolist() == [0.75, 0.25] * 3
    assert found.mean_changes.tolist() == [0, 1]
    assert Picture.of(pairs[:2]) is None


def test_points_are_smoothed_over_the_years_before_in_which_a_province_was_the_same_place() -> None:
    """Around means of 42, 42 and 43: a was 2 above, c not published at first, and a is another place after 2002."""
    years: list[list[float | None]] = [[44, 40, None], [44, 41, 41], [45, 43, 41]]
    lasting, merged = panel(*years), panel(*years, last=2002)
    now, rest = WEIGHT_NOW, 1 - WEIGHT_NOW
    assert lasting.smoothed[2001].tolist() == pytest.approx([2 * WEIGHT_ALONE, -2 * WEIGHT_ALONE])
    assert lasting.smoothed[2003].tolist() == pytest.approx([now * 2 + rest * 2, rest * -1.5, now * -2 + rest * -1])
    assert merged.smoothed[2003].tolist() == pytest.approx([WEIGHT_ALONE * 2, rest * -1.5, now * -2 + rest * -1])


def test_years_longer_ago_than_three_are_forgotten() -> None:
    flat: list[float | None] = [42, 42]
    far, near = panel([60, 0], flat, flat, flat, [43, 41]), panel(flat, [60, 0], flat, flat, [43, 41])
    assert far.smoothed[2005].tolist() == pytest.approx([WEIGHT_NOW, -WEIGHT_NOW])
    assert near.smoothed[2005][0] == pytest.approx(WEIGHT_NOW + (1 - WEIGHT_NOW) * 10)


def test_a_place_is_the_middle_of_a_rank_in_a_field_of_any_size() -> None:
    assert places(np.array([3.0, 9.0])).tolist() == [0.75, 0.25]
    assert places(np.array([3.0, 9.0, 9.0, 1.0])).tolist() == [0.625, 0.125, 0.125, 0.875]


def test_a_province_is_surprised_as_those_near_its_own_place_were() -> None:
    """The upper half was always surprised by +1, the lower by -1: who stands first rises, who stands last falls."""
    seen = moving({}, 20)
    began = np.linspace(0.025, 0.975, 20)
    picture = Picture(0.0, np.where(began < 0.5, 1.0, -1.0), began, np.zeros(1), np.empty(0))
    found = draw(seen, 2005, picture, 500, np.random.default_rng(7)).reverting.mean(axis=0)
    assert found[0] > 0.99
    assert found[-1] < -0.99
    assert found[9] == pytest.approx(0.1, abs=0.15)
    assert all(np.diff(found) < 0.1)


@settings(max_examples=10)
@given(base_year=st.integers(2005, 2008), horizon=st.sampled_from(HORIZONS))
def test_what_is_said_ahead_knows_nothing_of_later_years(base_year: int, horizon: int) -> None:
    said = []
    for later in (CALM, WILD):
        seen = moving(dict.fromkeys(range(base_year + 1, 2011), later), n=6)
        rows = assessed(seen, [rule("up_ranks", 1)], {("up_ranks", horizon)})
        of_base = [row for row in rows if (row["base_year"], row["horizon"]) == (base_year, horizon)]
        parts = ("points", "probab", "base_r", "n_base")
        said.append([{k: v for k, v in row.items() if k[:6] in parts} for row in of_base])
    assert said[0] == said[1]
    assert len(said[0]) == 5  # the first cannot rise


def test_no_odds_are_drawn_for_a_year_in_which_a_province_of_the_field_is_no_longer_the_same() -> None:
    """Province a merges after 2010: the others have no odds for later years either."""
    lasting = moving(dict.fromkeys(range(2001, 2011), 1.0))
    ending = Panel(
        {year: field(year, lasting.fields[year].totals, last_year=2010) for year in lasting.fields}, {}, 2011
    )
    told = {("keep", horizon) for horizon in HORIZONS}
    both = zip(*(assessed(one, [rule("keep")], told) for one in (lasting, ending)), strict=True)
    pairs = [(before, after) for before, after in both if before["probability"] is not None]
    assert {after["target_year"] for _, after in pairs if after["probability"] is None} == {2011, 2012, 2013}
    for before, after in pairs:
        if after["target_year"] > 2010:
            assert after["probability_state"] == "not_computed"
            assert "points_needed_drift" not in after
        else:
            assert after["probability"] == before["probability"]


def test_a_base_rate_is_that_of_pairs_that_had_ended() -> None:
    """From 2001 to 2002 all three changed places; from 2002 to 2003 none of the four did."""
    seen = panel([44, 43, 42, None], [42, 44, 43, 41], [43, 45, 44, 42])
    rows = assessed(seen, [rule("keep")], set())
    rates = {(row["base_year"], row["base_rate_share"], row["n_base_rate"]) for row in rows if row["horizon"] == 1}
    assert rates == {(2001, None, 0), (2002, 2 / 3, 3), (2003, 6 / 7, 7)}


def test_a_probability_is_told_where_its_rule_and_horizon_passed_the_back_test() -> None:
    seen = moving(dict.fromkeys(range(2001, 2011), 1.0))
    rows = assessed(seen, [rule("keep")], {("keep", 1)})
    for row in rows:
        n_pairs = row["base_year"] - row["horizon"] - 2000
        state = "not_computed" if n_pairs < 3 else "told" if row["horizon"] == 1 else "withheld"
        assert row["probability_state"] == state
        assert (row["probability"] is not None) == (state == "told")


def test_a_chance_of_scores_that_do_not_compare_is_withheld_and_one_of_ranks_is_not() -> None:
    """Of 2010 and 2011, the next year, it is known that they do not compare."""
    seen = Panel(moving({}, n=6).fields, {(2010, 2011): "part_changed"}, running_year=2011)
    told = {(kind, 1) for kind in ("score_above_base", "keep")}
    rows = assessed(seen, [rule("score_above_base", 0), rule("keep")], told)
    states = {(r["target_rule"], r["base_year"]): r["probability_state"] for r in rows if r["horizon"] == 1}
    assert (states["score_above_base", 2009], states["score_above_base", 2010]) == ("told", "withheld")
    assert (states["keep", 2009], states["keep", 2010]) == ("told", "told")
