"""The gate between a chance and the page: what came of past chances, on invented panels and the real years."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analysis import backtest, marts
from pipelines.analysis.ahead import look_ahead
from pipelines.analysis.backtest import NEAR, Cases, Seen, back_test, history
from pipelines.analysis.needs import TargetRule
from pipelines.analysis.panel import FEWEST_PAIRS, HORIZONS, Panel
from pipelines.published import rows as every_row
from tests.analysis.invented import field, moving, panel, rule
from tests.conftest import Built

Row = dict[str, Any]
PASSING = {
    "n_base_years": 9,
    "n_base_years_better": 6,
    "mean_probability": 0.42,
    "observed_share": 0.40,
    "mean_gap_standard_error": 0.005,
    "brier_score": 0.1919,
    "brier_score_near_rate": 0.2,
}


def held_against_the_past(seen: Panel, rules: list[TargetRule]) -> tuple[list[Row], set[tuple[str, int]]]:
    past = {(one.rule_id, horizon): history(seen, one, horizon) for one in rules for horizon in HORIZONS}
    ahead = look_ahead(seen, rules, 200, 7)
    return back_test(seen, rules, past, {at: one.chances for at, one in ahead.items()})


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
    past = history(seen, asked, 1)
    year = asked.last_year or 2001
    assert "".join(one.province for one in past if one.base_year == year) == could
    assert "".join(one.province for one in past if one.base_year == year and one.is_met) == met


@given(seen=st.lists(st.tuples(st.integers(1, 30), st.booleans())), n=st.integers(1, 9), width=st.sampled_from([1, 8]))
def test_the_near_rate_is_that_of_who_began_no_farther_away(seen: list[tuple[int, bool]], n: int, width: int) -> None:
    found = backtest.rates_near([Seen(2001, "a", rank, met) for rank, met in seen], n, width)
    for rank, row in enumerate(found):
        near = [met for start, met in seen if abs(start - rank) <= width]
        assert row == {"base_rate_near_share": np.mean(near) if near else None, "n_base_rate_near": len(near)}


def test_an_outcome_is_known_when_its_pair_of_years_has_ended() -> None:
    past = [Seen(year, "a", 1, is_met=True) for year in range(2001, 2010)]
    assert [seen.base_year for seen in backtest.ended(past, 3, 2006)] == [2001, 2002, 2003]


def test_the_back_test_begins_when_three_pairs_had_ended() -> None:
    """From 2001 to 2010; a pair of one year has ended three times by 2004, one of three by 2006."""
    rows, _ = held_against_the_past(moving(dict.fromkeys(range(2001, 2011), 1.0)), [rule("keep")])
    whole = {row["horizon"]: row for row in rows if "bin" not in row}
    assert {horizon: row["n_base_years"] for horizon, row in whole.items()} == {
        horizon: 10 - horizon - (FEWEST_PAIRS + horizon - 1) for horizon in HORIZONS
    }
    assert {horizon: row["n_cases"] for horizon, row in whole.items()} == {1: 150, 2: 100, 3: 50}


def test_a_year_that_was_to_come_changes_no_earlier_row_of_the_back_test() -> None:
    """The totals of 2010 turn around: chances and near rates of the pairs that ended before stay as they are."""
    calm, turned = moving(dict.fromkeys(range(2001, 2011), 1.0)), moving(dict.fromkeys(range(2001, 2011), 1.0))
    turned.fields[2010] = field(2010, -turned.fields[2010].totals)
    found = []
    for seen in (calm, turned):
        asked = rule("keep")
        past = history(seen, asked, 1)
        chances = {at: one.chances for at, one in look_ahead(seen, [asked], 200, 7).items()}
        found.append(Cases.of(seen, asked, 1, past, chances))
    assert set(found[0].base_years) == set(range(2004, 2010))
    assert found[0].chances.tolist() == found[1].chances.tolist()
    assert found[0].near_rates.tolist() == found[1].near_rates.tolist()
    assert found[0].came.tolist() != found[1].came.tolist()


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ({}, True),
        ({"n_base_years": 4, "n_base_years_better": 4}, False),
        ({"mean_probability": 0.421}, False),
        ({"mean_probability": 0.379}, False),
        ({"mean_probability": 0.43, "mean_gap_standard_error": 0.0151}, True),
        ({"mean_probability": 0.43, "mean_gap_standard_error": 0.0149}, False),
        ({"mean_probability": 0.451, "mean_gap_standard_error": 0.1}, False),
        ({"brier_score": 0.1921}, False),
        ({"n_base_years_better": 5}, False),
    ],
    ids=[
        "as it must be",
        "too few years",
        "too high",
        "too low",
        "within two errors",
        "beyond two errors",
        "never so far off",
        "hardly better than the near rate",
        "better in too few years",
    ],
)
def test_a_chance_is_told_that_is_right_on_the_whole_and_better_than_the_near_rate(change: Row, is_told: bool) -> None:
    row: Row = PASSING | {"mean_probability": 0.4199} | change
    assert backtest.passes(row) is is_told


def test_the_standard_error_takes_the_cases_of_a_year_together() -> None:
    """Gaps of one year are alike: as many cases as one likes do not make them more certain."""
    errors = []
    for n in (1, 100):
        years = np.repeat([2001, 2002, 2003, 2004], n)
        came = np.repeat([1.0, 0.0, 1.0, 0.0], n)
        errors.append(Cases(years, np.full(4 * n, 0.5), np.full(4 * n, 0.5), came).by_year())
    assert [row["mean_gap_standard_error"] for row in errors] == pytest.approx([0.5 / np.sqrt(3)] * 2)
    assert [(row["n_base_years"], row["n_base_years_better"]) for row in errors] == [(4, 0)] * 2
    one_year = Cases(np.array([2001]), np.array([0.5]), np.array([0.5]), np.array([1.0])).by_year()
    assert (one_year["mean_gap_standard_error"], one_year["is_told"]) == (None, False)


@given(
    cases=st.lists(st.tuples(st.sampled_from(backtest.BINS) | st.floats(0, 1), st.booleans()), min_size=1, max_size=20)
)
def test_each_chance_lies_in_one_bin(cases: list[tuple[float, bool]]) -> None:
    chances, came = np.array([p for p, _ in cases]), np.array([met for _, met in cases], dtype=float)
    whole = Cases(np.full(len(cases), 2001), chances, chances, came)
    edges = pairwise(backtest.BINS)
    assert sum(len(whole.inside(low, high).came) for low, high in edges) == len(cases)


@pytest.fixture(scope="module")
def real(built: Built) -> Iterator[Panel]:
    with duckdb.connect(str(built.settings.build), read_only=True) as connection:
        yield Panel(marts.fields(connection)["papi"], {}, 2026)


def test_five_places_up_were_made_by_more_than_a_third(real: Panel, published: duckdb.DuckDBPyConnection) -> None:
    """Forward: from 2014 on, as three pairs of years had ended by then."""
    made, near = [], []
    past: list[tuple[int, bool]] = []
    for year in range(2011, 2024):
        base, later = real.fields[year], real.fields[year + 1]
        here = np.flatnonzero(base.published & later.published & (base.ranks > 5))
        for at in here if year >= 2014 else []:
            made.append(later.ranks[at] <= base.ranks[at] - 5)
            near.append(np.mean([met for rank, met in past if abs(rank - base.ranks[at]) <= NEAR["national"]]))
        past += [(base.ranks[at], later.ranks[at] <= base.ranks[at] - 5) for at in here]
    [(n, observed, brier)] = published.execute(
        "select n_cases, observed_share::double, brier_score_near_rate::double from marts.index_target_backtest "
        "where target_rule = 'up_5' and horizon = 1"
    ).fetchall()
    assert n == len(made) == 564
    assert observed == pytest.approx(np.mean(made), abs=1e-6)
    assert brier == pytest.approx(np.mean((np.array(near) - np.array(made)) ** 2), abs=1e-6)
    assert observed == pytest.approx(0.353, abs=0.0005)


def test_one_year_ahead_the_chances_of_all_rank_rules_are_nearer_than_the_near_rate(
    published: duckdb.DuckDBPyConnection,
) -> None:
    skills = published.execute(
        "select target_rule, 1 - brier_score / brier_score_near_rate from marts.index_target_backtest "
        "where horizon = 1 and target_rule not like 'score%'"
    ).fetchall()
    assert {rule_id for rule_id, skill in skills if skill >= 0.02} == {
        *("up_3", "up_5", "up_10", "keep_rank", "top_group", "top_3_region", "top_5", "top_10")
    }


def test_what_is_told_has_passed_the_gate_and_what_is_withheld_has_not(published: duckdb.DuckDBPyConnection) -> None:
    rows = every_row(published, "from marts.index_target_backtest")
    told = {(row["target_rule"], row["horizon"]) for row in rows if row["is_told"]}
    floats = [{k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in rows]
    assert told == {(row["target_rule"], row["horizon"]) for row in floats if backtest.passes(row)}
    assert not {"score_up", "score_45"} & {rule_id for rule_id, _ in told}  # four base years and one
    assert told
    said = published.execute(
        "select distinct target_rule, horizon from marts.index_target where probability is not null"
    )
    assert set(said.fetchall()) == told


def test_the_near_rate_of_the_plan_of_2021_is_of_143_cases_known_by_2020(published: duckdb.DuckDBPyConnection) -> None:
    [row] = published.execute(
        "select base_rate_near_share::double, n_base_rate_near, n_base_rate, probability_state from marts.index_target "
        "where plan_id = 'bg-2021' and target_id = 'TG01'"
    ).fetchall()
    assert row[0] == pytest.approx(0.16, abs=0.005)
    assert row[1:3] == (143, 514)
    assert row[3] in ("told", "withheld")
