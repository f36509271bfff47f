"""Targets, what they need and what became of them: on small invented panels, and Bắc Giang's plan of 2021."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analysis import marts, needs, targets
from pipelines.analysis.field import Field
from pipelines.analysis.needs import TargetRule
from pipelines.analysis.panel import Drawn, Panel
from tests.analysis.invented import NAMES, field, panel, rule
from tests.conftest import Built

PLAN = "from marts.index_target where plan_id = 'bg-2021' and target_id = 'TG01'"
Row = dict[str, Any]


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
        (UP_2, panel(FROM, FIRST, running_year=2005), 3, "on_track", "seen_2002"),
        (UP_2, panel(FROM, FIRST, SECOND, running_year=2005), 3, "behind", "seen_2003"),
        (UP_2, panel(FROM, FIRST, ABSENT, running_year=2005), 3, "on_track", "seen_2002"),
        (UP_2, panel(FROM, FIRST, running_year=2004), 3, "pending", "year_not_over"),
        (UP_2, panel(ABSENT, FIRST), 3, "pending", "year_not_over"),
        (UP_2, panel(FROM, FIRST, last=2003), 3, "rebased", "province_merged"),
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
def test_a_target_is_pending_until_its_year_is_over(horizon: int, state: str, reason: str) -> None:
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


def test_a_break_before_the_last_year_seen_does_not_compare_either() -> None:
    seen = panel(FROM, FIRST, breaks={(2001, 2002): "part_changed"}, running_year=2005)
    assert targets.state(seen, MORE, seen.fields[2001], 0, 3)["target_state"] == "not_comparable"


@pytest.mark.parametrize(
    ("seen", "first"), [(panel(FROM, ABSENT, SECOND), [2003, 2, 3]), (panel(FROM, SECOND, FIRST), [2002, 2, 3])]
)
def test_the_first_year_in_which_it_can_be_judged_is_told(seen: Panel, first: list[int]) -> None:
    found = targets.state(seen, UP_2, seen.fields[2001], 0, 1)
    assert [found[f"first_evaluable_{what}"] for what in ("year", "rank", "n_ranked")] == first


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
