"""Targets, their odds and what became of them: on small invented panels, and Bắc Giang's plan of 2021."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis import backtest, marts, needs, targets
from pipelines.analysis.field import Field
from pipelines.analysis.needs import Kind, TargetRule
from pipelines.analysis.panel import FEWEST_PAIRS, HORIZONS, Panel
from tests.conftest import Built

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats

NAMES = "abcdefghijklmnopqrstuvwxyz"
PLAN = "from marts.index_target where plan_id = 'bg-2021' and target_id = 'TG01'"
UP_5 = "from marts.index_target_backtest where target_rule = 'up_5' and horizon = 1 and bin = 0"
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
        groups=[
            None if np.isnan(total) else "cao_nhat" if at in best else "thap_nhat" for at, total in enumerate(known)
        ],
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
    return Panel(fields, breaks or {})


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
    assert [(row["n_absent"], row["base_n"]) for row in found.values()] == [(1, 3)] * 3
    assert [found[name]["points_needed_standing"] for name in "abc"] == [0, 0, 1]
    assert [found[name]["points_needed_absent"] for name in "abc"] == [0, 1, 2]
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
    assert (found["state"], found["state_reason"]) == (state, reason)


def test_before_anything_is_published_since_nothing_is_on_track() -> None:
    seen = panel(FROM)
    found = targets.state(seen, MORE, seen.fields[2001], 0, 1)
    assert (found["state"], found["state_reason"]) == ("not_evaluable", "nothing_published_since")


def test_a_break_before_the_last_year_seen_does_not_compare_either() -> None:
    seen = panel(FROM, FIRST, breaks={(2001, 2002): "part_changed"})
    assert targets.state(seen, MORE, seen.fields[2001], 0, 3)["state"] == "not_comparable"


def test_the_first_year_in_which_it_can_be_judged_is_told() -> None:
    seen = panel(FROM, ABSENT, SECOND)
    found = targets.state(seen, UP_2, seen.fields[2001], 0, 1)
    assert [found[f"first_evaluable_{what}"] for what in ("year", "rank", "n")] == [2003, 2, 3]


def moving(steps: dict[int, float], n: int = 25) -> Panel:
    """Provinces half a point apart from 2001 to 2010, moving at random; ``steps`` says how far in which year."""
    totals, fields = 50 - np.arange(n) / 2, {}
    for year in range(2001, 2011):
        noise = np.random.default_rng(year).standard_normal(n)
        fields[year] = field(year, totals + steps.get(year, CALM) * noise)
    return Panel(fields, {})


def predicted(seen: Panel, horizon: int, base_year: int) -> float:
    """Mean probability, in the back-test, of those who keep their rank from ``base_year`` on."""
    rows, _ = backtest.back_test(seen, [rule("keep", year=base_year)], 500, 7)
    [overall] = [row for row in rows if row["horizon"] == horizon and row["bin"] == 0]
    return float(overall["predicted"])


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
    [row] = [row for row in rows if row["horizon"] == 1 and row["bin"] > 0]
    assert told["keep", 1] == ([(row["bin_from"], row["bin_to"])] if row["is_told"] else [])
    return row


@pytest.mark.parametrize(
    ("n", "last", "is_told"),
    [(25, 1, True), (19, 1, False), (20, 1, True), (25, -1, False)],
    ids=["enough and right", "too few", "just enough", "wrong"],
)
def test_a_bin_is_told_that_has_twenty_cases_and_is_right_within_a_tenth(n: int, last: float, is_told: bool) -> None:
    row = turned(n, last)
    assert row["n"] == n
    assert (abs(row["predicted"] - row["observed"]) > 0.10) == (last < 0)
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


def test_the_plan_of_2021_cannot_be_judged_before_2023(published: duckdb.DuckDBPyConnection) -> None:
    [row] = published.execute(
        f"""
        select state, state_reason, base_rank, base_n, target_rank, round(points_needed_standing, 6)::varchar,
            first_evaluable_year, first_evaluable_rank, first_evaluable_n
        {PLAN}
        """
    ).fetchall()
    assert row == ("not_evaluable", "not_published", 13, 63, 8, "0.312105", 2023, 10, 61)


def test_its_chance_was_about_one_in_five_and_its_points_no_more_than_a_field_drifts(
    published: duckdb.DuckDBPyConnection,
) -> None:
    [row] = published.execute(
        f"select probability, points_needed_drift, points_needed_reverting, probability_state, base_rate_near {PLAN}"
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
    [(n, observed)] = published.execute(f"select n, observed::double {UP_5}").fetchall()
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
        select count(*) from marts.index_target_backtest
        where is_told <> (n >= 20 and abs(predicted - observed) <= 0.10)
        """
    ).fetchone()
    untold = published.execute(
        """
        select count(*), count(*) filter (where not exists (
            from marts.index_target_backtest as bin
            where bin.index_id = target.index_id and bin.target_rule = target.target_rule
                and bin.horizon = target.horizon and bin.bin > 0 and bin.is_told
                and target.probability between bin.bin_from and bin.bin_to
        ))
        from marts.index_target as target where probability is not null
        """
    ).fetchone()
    assert wrong == (0,)
    assert untold is not None
    assert untold[0] > 5_000
    assert untold[1] == 0
