"""Ranks, and how far they can be trusted: on small invented fields, and on the field of 2020."""

from __future__ import annotations

import csv
import math
import random
import statistics
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis import marts, ranks
from pipelines.analysis.field import Field, RankCounts, batches, rank_draws, rank_exact
from pipelines.settings import ROOT
from tests import due
from tests.conftest import Built

if TYPE_CHECKING:
    from pipelines.analysis.field import Floats, Ranks

N_DRAWS = 2_000
CENTS = st.lists(st.integers(3000, 5000), min_size=2, max_size=12, unique=True)
TOTALS = CENTS.map(lambda cents: np.array(cents) / 100)
SEEDS = st.integers(0, 2**32 - 1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def invented(*totals: float | None, error: float = 0.5, published: float = float("nan"), year: int = 2020) -> Field:
    """Provinces a, b, c… of two dimensions; a and b lie in the north, the first two in the highest group."""
    known = np.array([np.nan if total is None else total for total in totals])
    names = [chr(ord("a") + at) for at in range(len(totals))]
    return Field(
        index_id="invented",
        year=year,
        provinces=names,
        regions=["north" if name in "ab" else "south" for name in names],
        groups=[
            None if t is None else "highest" if n in "ab" else "lowest" for n, t in zip(names, totals, strict=True)
        ],
        last_year_as_is=[None] * len(totals),
        totals=known,
        errors=np.where(np.isnan(known), np.nan, error),
        error_source=[None if total is None else "three_waves" for total in totals],
        published_errors=np.where(np.isnan(known), np.nan, published),
        dimensions=np.column_stack([known * 0.4, known * 0.6 + np.arange(len(totals)) % 2]),
    )


def test_equal_scores_share_a_rank_and_the_next_is_skipped() -> None:
    assert rank_exact(np.array([40.0, 42.0, np.nan, 42.0, 39.0])).tolist() == [3, 1, 0, 1, 4]


def test_a_field_ranks_those_published_in_the_nation_and_in_their_region() -> None:
    field = invented(40, 42, None, 43, 39)
    assert (field.n, field.top_group_size) == (4, 2)
    assert [field.rank_in("national", at) for at in range(5)] == [3, 2, 0, 1, 4]
    assert [field.rank_in("region", at) for at in range(5)] == [2, 1, 0, 1, 2]
    assert [field.n_in("region", at) for at in range(5)] == [2, 2, 2, 2, 2]


@given(totals=TOTALS, seed=SEEDS)
def test_ranks_of_a_draw_are_a_permutation_and_those_of_its_scores(totals: Floats, seed: int) -> None:
    draws = totals + rng(seed).standard_normal((20, len(totals)))
    found = rank_draws(draws)
    assert (np.sort(found, axis=1) == np.arange(1, len(totals) + 1)).all()
    assert all((row == rank_exact(draw)).all() for row, draw in zip(found, draws, strict=True))


@given(n_draws=st.integers(1, 30), n=st.integers(2, 8), seed=SEEDS, share=st.floats(0.01, 1), data=st.data())
def test_counts_say_of_draws_what_the_draws_say(
    n_draws: int, n: int, seed: int, share: float, data: st.DataObject
) -> None:
    drawn = rank_draws(rng(seed).standard_normal((n_draws, n)))
    cut = data.draw(st.integers(0, n_draws))
    counts = RankCounts.of([drawn[:cut], drawn[cut:]])
    seeds = np.array(data.draw(st.lists(st.integers(1, n), min_size=n, max_size=n)))
    away = data.draw(st.integers(-1, n))
    assert counts.n_draws == n_draws
    assert counts.quantile(share).tolist() == np.quantile(drawn, share, axis=0, method="inverted_cdf").tolist()
    assert counts.at_most(away) == pytest.approx((drawn <= away).mean(axis=0))
    assert counts.at_most(seeds) == pytest.approx((drawn <= seeds).mean(axis=0))
    assert counts.shift(seeds) == pytest.approx(np.abs(drawn - seeds).mean(axis=0))
    assert counts.within(seeds, 2) == pytest.approx((np.abs(drawn - seeds) <= 2).mean(axis=0))


def test_batches_are_whole_and_a_rest() -> None:
    assert batches(12_000) == [5_000, 5_000, 2_000]
    assert batches(5_000) == [5_000]


def interval(totals: Floats, error: float, seed: int = 1) -> ranks.Interval:
    return ranks.Interval("survey", ranks.survey(totals, np.full(len(totals), error), N_DRAWS, rng(seed)))


@given(totals=TOTALS, error=st.sampled_from([0.0, 1e-4]))
def test_without_noise_the_interval_is_the_rank(totals: Floats, error: float) -> None:
    found, rank = interval(totals, error), rank_exact(totals).tolist()
    assert found.low.tolist() == found.middle.tolist() == found.high.tolist() == rank


@settings(max_examples=30)
@given(totals=TOTALS, error=st.floats(0.05, 2), seed=SEEDS)
def test_the_interval_holds_the_rank_and_more_noise_does_not_narrow_it(totals: Floats, error: float, seed: int) -> None:
    found, rank = [interval(totals, e, seed) for e in (error, 2 * error, 4 * error)], rank_exact(totals)
    assert ((found[0].low <= rank) & (rank <= found[0].high)).all()
    for narrow, wide in pairwise(found):
        assert (wide.high - wide.low >= narrow.high - narrow.low - 1).all()


def test_an_interval_leaves_out_less_than_one_draw_in_forty_at_each_end() -> None:
    """Of a thousand draws the first two provinces were outside the middle rank 25 and 26, and 24 and 25 times."""
    found = ranks.Interval("survey", RankCounts(np.array([[25, 949, 26], [24, 951, 25], [0, 0, 1000]])))
    assert found.low.tolist() == [1, 2, 3]
    assert found.middle.tolist() == [2, 2, 3]
    assert found.high.tolist() == [3, 2, 3]


def test_two_provinces_a_standard_error_apart_change_places_as_often_as_the_normal_law_says() -> None:
    counts = ranks.survey(np.array([41.0, 40.0]), np.array([1.0, 1.0]), 10_000, rng())
    assert counts.at_most(1)[0] == pytest.approx(0.7602, abs=0.015)  # Φ(1/√2)


def test_footings_of_dimensions() -> None:
    dimensions = np.array([[4.0, 1.0], [5.0, 3.0], [6.0, 2.0]])
    assert ranks.normalised(dimensions, "none").tolist() == dimensions.tolist()
    assert ranks.normalised(dimensions, "min_max").tolist() == [[1, 1], [5.5, 10], [10, 5.5]]
    z_score = ranks.normalised(dimensions, "z_score")
    assert z_score.mean(axis=0) == pytest.approx([5.5, 5.5])
    assert z_score.std(axis=0) == pytest.approx([1, 1])


def test_an_uneven_profile_loses_by_a_geometric_mean() -> None:
    dimensions, equal = np.array([[1.0, 9.0], [4.0, 4.0]]), np.array([[0.5, 0.5]])
    assert ranks.aggregated(dimensions, equal, "arithmetic").tolist() == [[5, 4]]
    assert ranks.aggregated(dimensions, equal, "geometric")[0] == pytest.approx([3, 4])


def test_one_draw_of_method_in_three_leaves_out_neither_of_two_dimensions() -> None:
    """Who is second in each of two dimensions is first in both together, and second where one of them is left out."""
    by_method = ranks.method(np.array([[9.0, 1.0], [7.0, 7.0], [1.0, 9.0]]), 6_000, rng())
    second = by_method["method"]
    assert second.at_most(1)[1] == pytest.approx(1 / 3, abs=0.03)
    assert second.at_most(2)[1] == 1
    assert by_method["leave_one_out"].at_most(1)[1] == 0


def test_a_province_not_published_has_no_row() -> None:
    rows = ranks.rows(invented(40, None, 42, 43), 200, 50, 7)
    assert {row["province_key"] for row in rows} == {"a", "c", "d"}
    assert {row["n_ranked"] for row in rows} == {3}
    assert len(rows) == 3 * 6


def test_without_errors_nothing_is_said_of_the_survey() -> None:
    rows = ranks.rows(invented(40, 41, 42, error=float("nan")), 200, 50, 7)
    assert {row["doubt"] for row in rows} == {"weights", "normalisation", "aggregation", "leave_one_out", "method"}
    assert {row["standard_error"] for row in rows} == {None}


def test_by_published_errors_the_interval_is_told_beside_the_one_that_counts() -> None:
    rows = ranks.rows(invented(40, None, 42, 43, error=0.5, published=0.25), 200, 50, 7)
    drawn_with = {(row["doubt"], row["standard_error"], row["error_source"]) for row in rows if row["standard_error"]}
    assert drawn_with == {("survey", 0.5, "three_waves"), ("survey_published", 0.25, "published")}
    same = ranks.intervals(invented(40, 40.2, 40.4, error=0.5, published=0.5), 200, 50, 7)
    assert (same[0].counts.counts == same[1].counts.counts).all()
    partly = invented(40, 41, 42, published=0.25)
    partly.published_errors[1] = np.nan
    assert "survey_published" not in {row["doubt"] for row in ranks.rows(partly, 200, 50, 7)}


def test_the_same_seed_gives_the_same_rows_and_each_year_its_own_draws() -> None:
    field = invented(40, 40.3, 40.5, 40.6, 41)
    assert ranks.rows(field, 500, 50, 7) == ranks.rows(field, 500, 50, 7)
    assert ranks.rows(field, 500, 50, 7) != ranks.rows(field, 500, 50, 8)
    later = ranks.rows(invented(40, 40.3, 40.5, 40.6, 41, year=2021), 500, 50, 7)
    assert [row["mean_shift"] for row in later] != [row["mean_shift"] for row in ranks.rows(field, 500, 50, 7)]


@pytest.fixture(scope="module")
def real(built: Built) -> Iterator[Field]:
    """The field of 2020."""
    with duckdb.connect(str(built.settings.build), read_only=True) as connection:
        yield marts.fields(connection)["papi"][2020]


@pytest.mark.parametrize(
    ("error", "low", "high", "top"), [(0.4, 5, 19, 0.92), (0.6, 5, 26, 0.80), (0.8, 4, 31, 0.70), (1.0, 3, 37, 0.64)]
)
def test_rank_13_of_bac_giang_2020_by_the_noise_of_the_survey(
    real: Field, error: float, low: int, high: int, top: float
) -> None:
    at = real.place["24-bac-giang"]
    counts = ranks.survey(real.totals, np.full(63, error), 10_000, rng())
    found = ranks.Interval("survey", counts)
    assert found.low[at] == pytest.approx(low, abs=1)
    assert found.high[at] == pytest.approx(high, abs=1)
    assert counts.at_most(16)[at] == pytest.approx(top, abs=0.015)


def test_rank_13_of_bac_giang_2020_by_the_choices_of_method(real: Field) -> None:
    at = real.place["24-bac-giang"]
    by_method = ranks.method(real.dimensions, 2_000, rng())
    weights = ranks.Interval("weights", by_method["weights"])
    assert (weights.low[at], weights.high[at]) == (9, 14)

    def rank(normalisation: str, aggregation: str) -> int:
        equal = np.full((1, 8), 1 / 8)
        scores = ranks.aggregated(ranks.normalised(real.dimensions, normalisation), equal, aggregation)
        ranked: Ranks = rank_draws(scores)
        return int(ranked[0, at])

    assert rank("none", "arithmetic") == 13
    assert rank("min_max", "arithmetic") == 9
    assert rank("z_score", "arithmetic") == 11
    assert rank("none", "geometric") == 10


def test_the_chance_of_the_top_group_is_known_to_half_a_hundredth(published: duckdb.DuckDBPyConnection) -> None:
    [(worst,)] = published.execute(
        """
        select max(sqrt(probability_top_group::double * (1 - probability_top_group::double) / n_draws))
        from marts.index_rank_interval where doubt = 'survey'
        """
    ).fetchall()
    assert worst <= 0.005


def test_the_mart_states_seed_and_draws_and_agrees_with_index_score(published: duckdb.DuckDBPyConnection) -> None:
    said = published.execute(
        "select doubt, seed, min(n_draws), max(n_draws) from marts.index_rank_interval group by all order by all"
    ).fetchall()
    drawn = {
        "survey": (10_000, 10_000),
        "survey_published": (10_000, 10_000),
        "weights": (2_000, 2_000),
        "method": (2_000, 2_000),
    }
    counted = {"aggregation": (2, 2), "normalisation": (3, 3), "leave_one_out": (6, 8)}  # of six or eight dimensions
    assert {doubt: (low, high) for doubt, _, low, high in said} == drawn | counted
    assert {seed for _, seed, *_ in said} == {marts.SEED}
    differing = published.execute(
        """
        select count(*), count(*) filter (where interval.rank is distinct from score.rank
            or interval.n_ranked <> score.n_ranked or interval.rank not between rank_low and rank_high)
        from marts.index_rank_interval as interval
        full join (from marts.index_score where level = 'total' and rank is not null and index_id = 'papi') as score
            using (index_id, year, province_key)
        where doubt = 'survey' or doubt is null
        """
    ).fetchall()
    assert differing == [(due.totals(), 0)]


def stated_in_2019(label: str) -> dict[str, float]:
    """A row of the file that carries the publisher's workbook of 2019, by code of province."""
    with (ROOT / "raw/papi/2019/r2/indicators.csv").open(encoding="utf-8", newline="") as file:
        codes, *rows = csv.reader(file)
    [values] = [row for row in rows if row[0] == label]
    return {f"{int(code):02}": float(value) for code, value in zip(codes[3:], values[3:], strict=True)}


TOTAL_2019 = "Chỉ số PAPI tổng hợp (không có trọng số)"


def test_rank_4_of_bac_giang_2019_by_the_published_error_and_half_way_to_the_pooled_one(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Counted again from the file, one province at a time, with other random numbers."""
    totals, errors = stated_in_2019(TOTAL_2019), stated_in_2019(f"{TOTAL_2019} - sai số")
    pooled = math.sqrt(statistics.fmean(error**2 for error in errors.values()))
    half_way = {code: math.sqrt((error**2 + pooled**2) / 2) for code, error in errors.items()}
    assert [round(e, 3) for e in (errors["24"], half_way["24"], pooled)] == [0.396, 0.503, 0.591]
    told = published.execute(
        """
        select doubt, error_source, rank, rank_low, rank_high, standard_error::double from marts.index_rank_interval
        where year = 2019 and province_key = '24-bac-giang' and doubt like 'survey%' order by doubt
        """
    ).fetchall()
    assert [row[:5] for row in told] == [("survey", "half_way", 4, 1, 13), ("survey_published", "published", 4, 2, 12)]
    assert [row[5] for row in told] == pytest.approx([half_way["24"], errors["24"]], abs=1e-9)
    chance = random.Random(2019)
    for (*_, low, high, _), spread in zip(told, (half_way, errors), strict=True):
        drawn = []
        for _ in range(3_000):
            own = chance.gauss(totals["24"], spread["24"])
            drawn.append(1 + sum(chance.gauss(totals[c], spread[c]) > own for c in totals if c != "24"))
        drawn.sort()
        assert drawn[int(0.025 * len(drawn))] == pytest.approx(low, abs=1)
        assert drawn[int(0.975 * len(drawn))] == pytest.approx(high, abs=1)


def test_other_years_take_the_pooled_error_of_2019_by_the_share_of_their_scale(
    published: duckdb.DuckDBPyConnection,
) -> None:
    errors = stated_in_2019(f"{TOTAL_2019} - sai số")
    pooled = math.sqrt(statistics.fmean(error**2 for error in errors.values()))
    told = published.execute(
        """
        select year, min(standard_error)::double, max(standard_error)::double, any_value(error_source)
        from marts.index_rank_interval where doubt = 'survey' and year <> 2019 group by year order by year
        """
    ).fetchall()
    of_scale = {year: (60 - 6 if year < 2018 else 80 - 8) / (80 - 8) for year, *_ in told}
    assert set(of_scale) == set(due.years()) - {2019}
    assert {source for *_, source in told} == {"pooled_2019"}
    for year, low, high, _ in told:
        assert (low, high) == pytest.approx((of_scale[year] * pooled,) * 2, abs=1e-8)


def test_bac_giang_2020_lies_between_5_and_25_by_the_pooled_error(published: duckdb.DuckDBPyConnection) -> None:
    row = published.execute(
        "select rank_low, rank_high, n_ranked from marts.index_rank_interval "
        "where year = 2020 and province_key = '24-bac-giang' and doubt = 'survey'"
    ).fetchone()
    assert row == (5, 25, 63)
