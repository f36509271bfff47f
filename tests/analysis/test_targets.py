"""Targets, their odds and what became of them: on small invented panels, and Bắc Giang's plan of 2021."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis import backtest, marts, needs, targets
from pipelines.analysis.field import Field
from pipelines.analysis.needs import Kind, TargetRule
from pipelines.analysis.panel import FEWEST_PAIRS, HORIZONS, Drawn, Moves, Panel, Picture
from tests.conftest import Built

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats

NAMES = "abcdefghijklmnopqrstuvwxyz"
PLAN = "from marts.index_target where plan_id = 'bg-2021' and target_id = 'TG01'"
UP_5 = "from marts.index_target_backtest where target_rule = 'up_5' and horizon = 1"
CALM, WILD = 0.01, 5.0  # points by which invented provinces move
Row = dict[str, Any]


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
    *years: list[float | None], breaks: dict[tuple[int, int], str] | None = None, last: int | None = None
) -> Panel:
    """Fields from 2001 on; an empty list is a year without a release."""
    fields = {year: field(year, totals, last) for year, totals in enumerate(years, start=2001) if totals}
    return Panel(fields, breaks or {}, running_year=2003)


def needed(asked: TargetRule, totals: list[float | None]) -> dict[str, Row]:
    found = needs.needs(asked, field(2001, totals), None)
    return {NAMES[position]: row for position, row in found.items()}


def test_the_need_is_the_gap_to_the_rank_held_and_a_tie_suffices() -> None:
    found = needed(rule("up_ranks", 2), [44, 43, 42.5, 41, 41])
    assert {name: row["points_needed_standing"] for name, row in found.items()} == {"c": 1.5, "d": 2.0, "e": 2.0}
    assert {name: row["target_rank"] for name, row in found.items()} == {"c": 1, "d": 2, "e": 2}
    assert needs.is_met(rule("up_ranks", 1), field(1, [44, 43]), 1, field(2, [44, 44]), 1)


def test_absent_rivals_raise_the_need_until_it_cannot_be_met() -> None:
    found = needed(rule("rank_at_most", 2), [44, 43, 42, None])
    assert [(row["n_absent"], row["base_n_ranked"]) for row in found.values()] == [(1, 3)] * 3
    assert [found[name]["points_needed_standing"] for name in "abc"] == [0, 0, 1]
    assert [found[name]["points_needed_absent"] for name in "abc"] == [0, 1, 2]
    in_regions = needed(rule("rank_at_most", 1, "region"), [44, None, 42, 41, None, None])
    assert {name: row["n_absent"] for name, row in in_regions.items()} == {"a": 1, "c": 1, "d": 2}
    beyond = needed(rule("rank_at_most", 2), [44, 43, 42, None, None])
    assert [row["points_needed_absent"] for row in beyond.values()] == [None] * 3


@pytest.mark.parametrize(
    ("asked", "points"),
    [
        (rule("keep"), [0, 0, 0, 0, 0]),
        (rule("group"), [0, 0, 1.0, 1.5, 3.0]),
        (rule("rank_at_most", 1), [0, 1.0, 2.0, 2.5, 4.0]),
        (rule("rank_at_most", 1, "region"), [0, 1.0, 2.0, 0, 1.5]),
        (rule("up_ranks", 1, "region"), [None, 1.0, 1.0, None, 1.5]),
        (rule("score_at_least", 42.25), [0, 0, 0.25, 0.75, 2.25]),
        (rule("score_above_base", 0.5), [0.5] * 5),
    ],
)
def test_each_kind_of_target_has_its_need(asked: TargetRule, points: list[float | None]) -> None:
    found = needed(asked, [44, 43, 42, 41.5, 40])
    assert [found[name]["points_needed_standing"] if name in found else None for name in "abcde"] == points


@given(scores=st.lists(st.integers(0, 12), min_size=2, max_size=8), wanted=st.integers(1, 7))
def test_the_best_of_the_others_is_found_without_oneself(scores: list[int], wanted: int) -> None:
    n = len(scores)
    wanted = min(wanted, n - 1)
    found = needs.best_of_others(np.array([scores], dtype=float), np.full(n, wanted))
    others = [sorted(scores[:at] + scores[at + 1 :], reverse=True) for at in range(n)]
    assert found[0].tolist() == [rest[wanted - 1] for rest in others]


@pytest.mark.parametrize(
    ("asked", "met"),
    [
        (rule("up_ranks", 1), "ab"),
        (rule("rank_at_most", 3), "abd"),
        (rule("keep"), "abc"),
        (rule("group"), "ab"),
        (rule("score_at_least", 43), "ab"),
        (rule("score_above_base", 1), "b"),  # a rose by one point and no more
        (rule("rank_at_most", 1, "region"), "ad"),
    ],
)
def test_each_kind_of_target_is_met_on_its_line_and_not_below_it(asked: TargetRule, met: str) -> None:
    """Ranks go from 2, 3, 4, 1 to 1, 2, 4, 3."""
    base, later = field(2001, [43, 41, 40, 44]), field(2002, [44, 43, 41, 42])
    assert "".join(name for at, name in enumerate("abcd") if needs.is_met(asked, base, at, later, at)) == met


def test_points_are_those_that_make_it_in_half_and_in_four_fifths_of_the_draws() -> None:
    """Two provinces half a point above and below the mean of a field that is drawn from 40 to 50 points."""
    mean = np.arange(40.0, 51.0)
    drawn = Drawn(reverting=np.zeros((11, 2)), drifting=np.zeros((11, 2)), mean=mean)
    found = needs.needs(rule("score_at_least", 50), field(2001, [44, 43]), drawn)
    points = ("points_needed_drift", "points_needed_drift_80", "points_needed_reverting", "points_needed_reverting_80")
    assert [[found[at][name] for name in points] for at in (0, 1)] == [[4.5, 7.5, 5, 8], [5.5, 8.5, 5, 8]]
    within = needs.needs(rule("score_at_least", 43), field(2001, [44, 43]), drawn)
    assert [within[0][name] for name in points] == [0, 0.5, 0, 1]


def test_a_picture_has_the_slope_through_the_mean_and_the_spread_of_a_sample_around_it() -> None:
    before = np.array([-1.0, 1.0])
    pairs = [Moves(2001 + n, 1, before, after * before, 0.5 * n, n != 1) for n, after in enumerate((2, 1, 0))]
    found = Picture.of(pairs)
    assert found is not None
    assert found.slope == 1
    assert found.spread == pytest.approx(np.sqrt(4 / 5))  # four of six are one point off the line
    assert found.moves.tolist() == [-1, 1, 0, 0, 1, -1]
    assert found.mean_changes.tolist() == [0, 1]
    assert Picture.of(pairs[:2]) is None


@given(seen=st.lists(st.tuples(st.integers(1, 12), st.booleans())), n=st.integers(1, 9))
def test_the_rate_near_a_rank_is_that_of_who_began_no_farther_than_five_ranks_from_it(
    seen: list[tuple[int, bool]], n: int
) -> None:
    starts, made = np.array([rank for rank, _ in seen], dtype=int), np.array([met for _, met in seen], dtype=bool)
    for rank, row in enumerate(targets._rates_near(starts, made, n)):
        near = [met for start, met in seen if abs(start - rank) <= 5]
        assert row == {"base_rate_near_share": np.mean(near) if near else None, "n_base_rate_near": len(near)}


UP_2 = rule("up_ranks", 2)
MORE = rule("score_above_base", 0)
FROM: list[float | None] = [40, 44, 43]
FIRST: list[float | None] = [45, 44, 43]
SECOND: list[float | None] = [43.5, 44, 43]
ABSENT: list[float | None] = [None, 44, 43]


@pytest.mark.parametrize(
    ("asked", "seen", "horizon", "state", "reason"),
    [
        (UP_2, panel(FROM, FIRST), 1, "achieved", None),
        (UP_2, panel(FROM, SECOND), 1, "missed", None),
        (UP_2, panel(FROM, FIRST), 3, "on_track", "seen_2002"),
        (UP_2, panel(FROM, FIRST, SECOND), 3, "behind", "seen_2003"),
        (UP_2, panel(FROM, FIRST, ABSENT), 3, "on_track", "seen_2002"),
        (UP_2, panel(ABSENT, FIRST), 1, "not_evaluable", "base_not_published"),
        (UP_2, panel(FROM, ABSENT, FIRST), 1, "not_evaluable", "not_published"),
        (UP_2, panel(FROM, [], FIRST), 1, "not_evaluable", "no_release"),
        (MORE, panel(FROM, FIRST, breaks={(2001, 2002): "part_changed"}), 1, "not_comparable", "part_changed"),
        (UP_2, panel(FROM, FIRST, breaks={(2001, 2002): "part_changed"}), 1, "achieved", None),
        (UP_2, panel(FROM, FIRST, last=2001), 1, "rebased", "province_merged"),
        (UP_2, panel(FROM, FIRST, last=2002), 1, "achieved", None),
    ],
)
def test_what_became_of_a_target_of_province_a(
    asked: TargetRule, seen: Panel, horizon: int, state: str, reason: str | None
) -> None:
    found = targets.state(seen, asked, seen.fields[2001], 0, horizon)
    assert (found["target_state"], found["target_state_reason"]) == (state, reason)


@pytest.mark.parametrize(
    ("horizon", "state", "reason"),
    [(1, "not_evaluable", "nothing_published_since"), (2, "pending", "year_not_over"), (3, "pending", "year_not_over")],
)
def test_before_anything_is_published_since_a_target_is_pending_until_its_year_is_over(
    horizon: int, state: str, reason: str
) -> None:
    """The build is of 2003: 2002 is over, though nothing of it was published."""
    seen = panel(FROM)
    found = targets.state(seen, MORE, seen.fields[2001], 0, horizon)
    assert (found["target_state"], found["target_state_reason"]) == (state, reason)


@pytest.mark.parametrize(
    ("rank", "n", "later_n", "same"),
    [(61, 61, 63, 63), (63, 63, 61, 61), (1, 61, 63, 1), (31, 61, 63, 32), (32, 63, 61, 31), (13, 63, 34, 7)],
)
def test_the_same_standing_in_another_number_of_provinces(rank: int, n: int, later_n: int, same: int) -> None:
    assert needs.same_standing(rank, n, later_n) == same


@given(n=st.integers(1, 70), later_n=st.integers(1, 70), data=st.data())
def test_the_same_standing_is_the_rank_of_the_nearest_percentile(n: int, later_n: int, data: st.DataObject) -> None:
    rank = data.draw(st.integers(1, n))
    off = [abs((later_n - one + 0.5) / later_n - (n - rank + 0.5) / n) for one in range(1, later_n + 1)]
    same = needs.same_standing(rank, n, later_n)
    assert off[same - 1] == pytest.approx(min(off))
    assert needs.same_standing(rank, n, n) == rank


def test_the_last_who_stays_the_last_of_more_has_kept_its_rank() -> None:
    """With d published again among them, b and c are a rank lower and stand where they stood."""
    seen = panel([44, 43, 42, None], [44, 42, 41, 43])
    states = [targets.state(seen, rule("keep"), seen.fields[2001], at, 1)["target_state"] for at in range(3)]
    assert states == ["achieved", "achieved", "achieved"]
    fallen = panel([44, 43, 42, None], [42, 41, 43, 44])
    assert targets.state(fallen, rule("keep"), fallen.fields[2001], 0, 1)["target_state"] == "missed"


def test_no_odds_are_drawn_for_a_year_in_which_a_province_of_the_field_is_no_longer_the_same() -> None:
    """Province a merges after 2010: the others have no odds for later years either."""
    lasting = moving(dict.fromkeys(range(2001, 2011), 1.0))
    ending = Panel(
        {year: field(year, lasting.fields[year].totals, last_year=2010) for year in lasting.fields}, {}, 2011
    )
    told = {("keep", horizon): [(0.0, 1.0)] for horizon in HORIZONS}
    pairs = [
        (before, after)
        for before, after in zip(
            *(targets.assess(one, [rule("keep")], told, 200, 7) for one in (lasting, ending)), strict=True
        )
        if before["probability"] is not None
    ]
    assert {after["target_year"] for _, after in pairs if after["probability"] is None} == {2011, 2012, 2013}
    for before, after in pairs:
        if after["target_year"] > 2010:
            assert after["probability_state"] == "not_computed"
            assert "points_needed_drift" not in after
        else:
            assert after["probability"] == before["probability"]


def test_a_break_before_the_last_year_seen_does_not_compare_either() -> None:
    seen = panel(FROM, FIRST, breaks={(2001, 2002): "part_changed"})
    assert targets.state(seen, MORE, seen.fields[2001], 0, 3)["target_state"] == "not_comparable"


@pytest.mark.parametrize(
    ("seen", "first"), [(panel(FROM, ABSENT, SECOND), [2003, 2, 3]), (panel(FROM, SECOND, FIRST), [2002, 2, 3])]
)
def test_the_first_year_in_which_it_can_be_judged_is_told(seen: Panel, first: list[int]) -> None:
    found = targets.state(seen, UP_2, seen.fields[2001], 0, 1)
    assert [found[f"first_evaluable_{what}"] for what in ("year", "rank", "n_ranked")] == first


@pytest.mark.parametrize(
    ("asked", "could", "met"),
    [
        (rule("up_ranks", 2), "cd", "d"),  # the first two have no two ranks above them
        (rule("keep"), "abcd", "bcd"),  # the fourth of five stands where the third of four did
        (rule("score_above_base", 0), "", ""),  # of two years whose scores do not compare
        (rule("keep", year=2002), "abcde", "abcde"),
    ],
)
def test_the_past_of_a_target_is_that_of_all_who_could_be_held_to_it(asked: TargetRule, could: str, met: str) -> None:
    """Ranks go from 1, 2, 3, 4 to 3, 2, 4, 1; e is not published in the first year, and moved with all from 2002 on."""
    seen = panel(
        [44, 43, 42, 41, None], [42, 43, 41, 44, 40], [43, 44, 42, 45, 41], breaks={(2001, 2002): "part_changed"}
    )
    past = backtest.history(seen, asked, 1)
    year = asked.last_year or 2001
    assert "".join(one.province for one in past if one.base_year == year) == could
    assert "".join(one.province for one in past if one.base_year == year and one.is_met) == met


def test_a_base_rate_is_that_of_the_other_years() -> None:
    """From 2001 to 2002 all three changed places; from 2002 to 2003 none of the four did."""
    seen = panel([44, 43, 42, None], [42, 44, 43, 41], [43, 45, 44, 42])
    rows = targets.assess(seen, [rule("keep")], {}, 10, 7)
    rates = {(row["base_year"], row["base_rate_share"], row["n_base_rate"]) for row in rows if row["horizon"] == 1}
    assert rates == {(2001, 1, 4), (2002, 2 / 3, 3), (2003, 6 / 7, 7)}


def moving(steps: dict[int, float], n: int = 25) -> Panel:
    """Provinces half a point apart from 2001 to 2010, moving at random; ``steps`` says how far in which year."""
    totals, fields = 50 - np.arange(n) / 2, {}
    for year in range(2001, 2011):
        noise = np.random.default_rng(year).standard_normal(n)
        fields[year] = field(year, totals + steps.get(year, CALM) * noise)
    return Panel(fields, {}, running_year=2011)


def predicted(seen: Panel, horizon: int, base_year: int) -> float:
    """Mean probability, in the back-test, of those who keep their rank from ``base_year`` on."""
    rows, _ = backtest.back_test(seen, [rule("keep", year=base_year)], 500, 7)
    [overall] = [row for row in rows if row["horizon"] == horizon and "bin" not in row]
    return float(overall["mean_probability"])


def test_a_pair_is_not_predicted_from_itself() -> None:
    calm, wild = moving({}), moving({2010: WILD})
    assert predicted(calm, 1, 2009) == predicted(wild, 1, 2009) > 0.99
    assert predicted(wild, 1, 2008) < 0.9 < predicted(calm, 1, 2008)


def test_a_pair_is_not_predicted_from_pairs_that_overlap_it() -> None:
    """2004 lies within 2003 to 2005: pairs of two years that end or begin with it share a year with that one."""
    calm, wild = moving({}), moving({2004: WILD})
    assert predicted(calm, 2, 2003) == predicted(wild, 2, 2003) > 0.99
    assert predicted(wild, 2, 2001) < 0.9 < predicted(calm, 2, 2001)


@settings(max_examples=10)
@given(base_year=st.integers(2005, 2008), horizon=st.sampled_from(HORIZONS))
def test_what_is_said_ahead_knows_nothing_of_later_years(base_year: int, horizon: int) -> None:
    said = []
    for later in (CALM, WILD):
        seen = moving(dict.fromkeys(range(base_year + 1, 2011), later), n=6)
        rows = targets.assess(seen, [rule("up_ranks", 1)], {("up_ranks", horizon): [(0.0, 1.0)]}, 200, 7)
        of_base = [row for row in rows if (row["base_year"], row["horizon"]) == (base_year, horizon)]
        said.append([{k: v for k, v in r.items() if k[:6] in ("points", "probab")} for r in of_base])
    assert said[0] == said[1]
    assert len(said[0]) == 5  # the first cannot rise


def turned(n: int, last: float) -> Row:
    """The bin of those expected to keep their rank in a year after calm ones, in which all may turn around."""
    seen = moving({}, n)
    seen.fields[2010] = field(2010, seen.fields[2010].totals * last)
    rows, told = backtest.back_test(seen, [rule("keep", year=2009)], 500, 7)
    [row] = [row for row in rows if row["horizon"] == 1 and "bin" in row]
    assert told["keep", 1] == ([(row["bin_from"], row["bin_to"])] if row["is_told"] else [])
    return row


@pytest.mark.parametrize(
    ("n", "last", "is_told"),
    [(25, 1, True), (19, 1, False), (20, 1, True), (25, -1, False)],
    ids=["enough and right", "too few", "just enough", "wrong"],
)
def test_a_bin_is_told_that_has_twenty_cases_and_is_right_within_a_tenth(n: int, last: float, is_told: bool) -> None:
    row = turned(n, last)
    assert row["n_cases"] == n
    assert (abs(row["mean_probability"] - row["observed_share"]) > 0.10) == (last < 0)
    assert row["is_told"] is is_told


def test_a_probability_is_told_in_its_bins_only() -> None:
    seen, asked = moving(dict.fromkeys(range(2001, 2011), 1.0)), [rule("keep")]
    all_bins = targets.assess(seen, asked, {("keep", 1): [(0.0, 1.0)]}, 500, 7)
    some = targets.assess(seen, asked, {("keep", 1): [(0.35, 0.5)]}, 500, 7)
    for whole, row in zip(all_bins, some, strict=True):
        chance = whole["probability"]
        if row["horizon"] > 1:
            assert row["probability_state"] in ("withheld", "not_computed")
        elif chance is None:
            assert whole["base_year"] < 2001 + FEWEST_PAIRS
            assert row["probability_state"] == "not_computed"
        else:
            assert row["probability"] == (chance if 0.35 <= chance < 0.5 else None)
    assert {"told", "withheld", "not_computed"} == {row["probability_state"] for row in some if row["horizon"] == 1}


@given(chance=st.sampled_from(backtest.BINS) | st.floats(0, 1))
def test_each_chance_lies_in_one_bin_and_is_told_where_that_one_is(chance: float) -> None:
    """An edge belongs to the bin that it begins, and certainty to the last."""
    _, *bins = backtest._binned(rule("keep"), 1, np.array([chance]), np.array([1.0]))
    [own] = [(row["bin_from"], row["bin_to"]) for row in bins]
    assert own[0] <= chance < own[1] or chance == own[1] == 1
    others = [one for one in pairwise(backtest.BINS) if one != own]
    assert targets._chance(chance, [own]) == {"probability": chance, "probability_state": "told"}
    assert targets._chance(chance, others) == {"probability": None, "probability_state": "withheld"}


@pytest.mark.parametrize(
    ("n", "n_met", "is_told"),
    [(100, 51, True), (100, 69, True), (100, 49, False), (100, 71, False), (20, 12, True), (19, 11, False)],
)
def test_sixty_in_a_hundred_are_told_where_fifty_to_seventy_of_twenty_or_more_came(
    n: int, n_met: int, is_told: bool
) -> None:
    came = np.array([1.0] * n_met + [0.0] * (n - n_met))
    _, own = backtest._binned(rule("keep"), 1, np.full(n, 0.6), came)
    assert (own["bin_from"], own["bin_to"], own["n_cases"]) == (0.5, 0.65, n)
    assert (own["mean_probability"], own["observed_share"]) == pytest.approx((0.6, n_met / n))
    assert own["brier_score"] == pytest.approx(np.mean((0.6 - came) ** 2))
    assert own["is_told"] is is_told


def test_a_chance_of_scores_that_do_not_compare_is_withheld_and_one_of_ranks_is_not() -> None:
    """Of 2010 and 2011, the next year, it is known that they do not compare."""
    seen = Panel(moving({}, n=6).fields, {(2010, 2011): "part_changed"}, running_year=2011)
    told = {(kind, 1): [(0.0, 1.0)] for kind in ("score_above_base", "keep")}
    rows = targets.assess(seen, [rule("score_above_base", 0), rule("keep")], told, 200, 7)
    states = {(r["target_rule"], r["base_year"]): r["probability_state"] for r in rows if r["horizon"] == 1}
    assert (states["score_above_base", 2009], states["score_above_base", 2010]) == ("told", "withheld")
    assert (states["keep", 2009], states["keep", 2010]) == ("told", "told")


def test_the_plan_of_2021_cannot_be_judged_before_2023(published: duckdb.DuckDBPyConnection) -> None:
    [row] = published.execute(
        f"""
        select target_state, target_state_reason, base_rank, base_n_ranked, target_rank,
            round(points_needed_standing, 6)::varchar,
            first_evaluable_year, first_evaluable_rank, first_evaluable_n_ranked
        {PLAN}
        """
    ).fetchall()
    assert row == ("not_evaluable", "not_published", 13, 63, 8, "0.312105", 2023, 10, 61)


def test_its_chance_was_about_one_in_five_and_its_points_no_more_than_a_field_drifts(
    published: duckdb.DuckDBPyConnection,
) -> None:
    [row] = published.execute(
        "select probability, points_needed_drift, points_needed_reverting, probability_state, base_rate_near_share "
        f"{PLAN}"
    ).fetchall()
    assert [float(value) for value in row[:3]] == pytest.approx([0.22, 1.05, 1.07], abs=0.05)
    assert row[3] == "told"
    assert row[4] < row[0]


@pytest.fixture(scope="module")
def real(built: Built) -> Iterator[dict[int, Field]]:
    with duckdb.connect(str(built.settings.build), read_only=True) as connection:
        yield marts.fields(connection)["papi"]


def test_what_stood_between_bac_giang_2020_and_each_rank_above(real: dict[int, Field]) -> None:
    totals, at = real[2020].totals, real[2020].place["24-bac-giang"]
    points = {12: 0.079, 11: 0.139, 10: 0.214, 9: 0.287, 8: 0.312, 7: 0.391, 6: 0.448, 5: 0.688, 4: 0.994, 1: 4.494}
    found = {rank: float(needs.standing_needs(totals, np.full(63, rank), 0)[0][at]) for rank in points}
    assert found == pytest.approx(points, abs=0.0005)
    assert found == pytest.approx({rank: np.sort(totals)[-rank] - totals[at] for rank in points})


def test_five_places_up_were_made_by_more_than_a_third(
    real: dict[int, Field], published: duckdb.DuckDBPyConnection
) -> None:
    made = []
    for year in range(2011, 2024):
        base, later = real[year], real[year + 1]
        for at in np.flatnonzero(base.published & later.published & (base.ranks > 5)):
            made.append(later.ranks[at] <= base.ranks[at] - 5)
    [(n, observed)] = published.execute(f"select n_cases, observed_share::double {UP_5}").fetchall()
    assert n == len(made) == 736
    assert observed == pytest.approx(np.mean(made), abs=1e-6)
    assert observed == pytest.approx(0.364, abs=0.0005)


def test_the_probabilities_of_five_places_beat_their_base_rate(published: duckdb.DuckDBPyConnection) -> None:
    [(ours, base)] = published.execute(f"select brier_score, brier_score_base_rate {UP_5}").fetchall()
    assert ours < base
    assert [float(ours), float(base)] == pytest.approx([0.208, 0.232], abs=0.001)


def test_no_probability_is_told_that_the_back_test_does_not_bear_out(published: duckdb.DuckDBPyConnection) -> None:
    wrong = published.execute(
        """
        select count(*) from marts.index_target_backtest_bin
        where is_told <> (n_cases >= 20 and abs(mean_probability - observed_share) <= 0.10)
        """
    ).fetchone()
    untold = published.execute(
        """
        select count(*), count(*) filter (where not exists (
            from marts.index_target_backtest_bin as bin
            where bin.index_id = target.index_id and bin.target_rule = target.target_rule
                and bin.horizon = target.horizon and bin.is_told
                and target.probability between bin.bin_from and bin.bin_to
        ))
        from marts.index_target as target where probability is not null
        """
    ).fetchone()
    assert wrong == (0,)
    assert untold is not None
    assert untold[0] > 5_000
    assert untold[1] == 0
