"""marts.index_headroom and marts.index_peer: where points can come from, and whom to compare with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.published import connect
from tests.conftest import Built

OURS = "from marts.index_headroom where province_key = '24-bac-giang' and year = 2020"
YEARS = st.sampled_from(range(2011, 2025))
EXACT = 1e-8


@pytest.fixture(scope="module")
def shown(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(built.settings) as connection:
        yield connection


def rows(shown: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple[Any, ...]]:
    return shown.execute(sql, list(values)).fetchall()


def test_bac_giang_2020_is_1_61_points_below_the_upper_quarter(shown: duckdb.DuckDBPyConnection) -> None:
    [(points, potential)] = rows(shown, f"select round(sum(greatest(gap_to_p75, 0)), 2), sum(potential) {OURS}")
    assert points == Decimal("1.61")
    assert potential < points


def test_what_holds_most_of_it(shown: duckdb.DuckDBPyConnection) -> None:
    first = rows(
        shown,
        f"select code, rank, n_ranked, round(gap_to_p75, 3)::varchar {OURS} and headroom_order <= 7 "
        "order by headroom_order",
    )
    assert first == [
        ("7.1", 63, 63, "0.321"),
        ("6.2", 38, 63, "0.319"),
        ("4.4", 55, 63, "0.274"),
        ("3.1", 49, 63, "0.126"),
        ("7.2", 42, 63, "0.109"),
        ("4.1", 30, 63, "0.099"),
        ("8.3", 56, 63, "0.078"),
    ]


def test_a_better_year_before_a_break_is_no_own_best(shown: duckdb.DuckDBPyConnection) -> None:
    """8.3 stood 1.005 higher in 2019, and 6.2 0.485, by another measure."""
    assert rows(shown, f"select code, own_best, own_years {OURS} and own_best is null order by code") == [
        ("6.2", None, 0), ("8.3", None, 0),
    ]  # fmt: skip


def test_a_record_of_three_years_counts_for_half(shown: duckdb.DuckDBPyConnection) -> None:
    held = rows(
        shown,
        "select code, own_years, gap_to_own_best::double, gap_to_p75::double, potential::double "
        f"{OURS} and potential between 1e-9 and gap_to_p75 - 1e-9 order by code",
    )
    assert [row[:2] for row in held] == [("3.1", 4), ("4.2", 8)]
    (*_, to_own_best, to_quarter, potential), (*_, is_a_record, whole, half) = held
    assert potential == pytest.approx((to_own_best + to_quarter) / 2, abs=EXACT)
    assert is_a_record < 0
    assert half == pytest.approx(whole / 2, abs=EXACT)


def test_a_score_just_under_its_record_has_the_potential_of_one_just_above(shown: duckdb.DuckDBPyConnection) -> None:
    """Of the same way to the upper quarter: as a score passes its record, no potential leaps."""
    [(under, above)] = rows(
        shown,
        "select min(potential - gap_to_p75 / 2) filter (where gap_to_own_best > 0), "
        "max(potential - gap_to_p75 / 2) filter (where gap_to_own_best <= 0) from marts.index_headroom "
        "where own_years >= 3 and gap_to_p75 > 0.1 and abs(gap_to_own_best) <= 0.02",
    )
    assert under == pytest.approx(0, abs=0.01)
    assert above == pytest.approx(0, abs=0.01)


def test_no_two_scores_of_a_measure_differ_more_in_potential_than_in_what_it_is_made_of(
    shown: duckdb.DuckDBPyConnection,
) -> None:
    """Anywhere, so also around an own record: by the two scores, and by half of how far the records reach."""
    [(n, n_leaps)] = rows(
        shown,
        """
        with held as (select *, least(own_best, p75) as reach from marts.index_headroom where own_years >= 3)
        select count(*), count(*) filter (
            where abs(one.potential - other.potential)
                > abs(one.score - other.score) + abs(one.reach - other.reach) / 2 + 2e-9
        )
        from held as one inner join held as other using (index_id, year, indicator_key)
        where one.province_key < other.province_key
        """,
    )
    assert n > 100_000
    assert n_leaps == 0


def test_tasks_and_owners_come_from_the_plan(shown: duckdb.DuckDBPyConnection) -> None:
    found = rows(shown, f"select code, tasks, owners_vi {OURS} and code in ('3.1', '6.2', '7.2') order by code")
    assert found == [
        ("3.1", None, None),
        ("6.2", "D6b", "Sở Giáo dục và Đào tạo"),
        ("7.2", "D7a", "Sở Tài nguyên và Môi trường, cấp huyện"),
    ]
    planned = rows(
        shown, "select distinct province_key from marts.index_headroom where coalesce(tasks, owners_vi) <> ''"
    )
    assert planned == [("24-bac-giang",)]


@given(data=st.data(), year=YEARS)
def test_headroom_is_the_way_to_the_upper_quarter_half_of_it_by_an_own_record(
    shown: duckdb.DuckDBPyConnection, data: st.DataObject, year: int
) -> None:
    measured = rows(shown, "select distinct indicator_key from marts.index_headroom where year = ? order by 1", year)
    [key] = data.draw(st.sampled_from(measured))
    of_field = "from marts.index_score where score is not null and year = ? and indicator_key = ?"
    scores = dict(rows(shown, f"select province_key, score::double {of_field}", year, key))
    comparable = (
        "from marts.index_change_window where not_comparable_reason is null and to_year = ? and indicator_key = ?"
    )
    earlier = rows(shown, f"select province_key, score_from::double {comparable}", year, key)
    quarter = float(np.percentile(list(scores.values()), 75))
    found = rows(
        shown,
        "select province_key, p75::double, best::double, own_best::double, own_years, potential::double "
        "from marts.index_headroom where year = ? and indicator_key = ?",
        year,
        key,
    )
    assert {province for province, *_ in found} == set(scores)
    for province, *numbers in found:
        score, own = scores[province], [s for p, s in earlier if p == province]
        own_best = max(own, default=None)
        room = max(0.0, quarter - score)
        if own_best is not None and len(own) >= 3:
            room = (room + max(0.0, min(quarter, own_best) - score)) / 2
        by_hand = [quarter, max(scores.values()), own_best, len(own), room]
        assert numbers == pytest.approx(by_hand, abs=EXACT), (province, year, key)


def test_the_shrunken_frontier_lies_below_the_best_and_above_the_mean(shown: duckdb.DuckDBPyConnection) -> None:
    [(n, above, below)] = rows(
        shown,
        """
        select count(*), count(*) filter (where p90_shrunken > best), count(*) filter (where p90_shrunken < mean)
        from (select *, avg(score) over (partition by index_id, year, indicator_key) as mean from marts.index_headroom)
        """,
    )
    assert n > 20_000
    assert (above, below) == (0, 0)


def test_one_place_for_each_sub_dimension_most_headroom_first(shown: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        select count(*) from (
            select *, lag(potential) over places as before, row_number() over places as number
            from marts.index_headroom
            window places as (partition by index_id, year, province_key order by headroom_order)
        ) where headroom_order <> number or potential > before
    """
    assert rows(shown, wrong) == [(0,)]


@pytest.fixture(scope="module")
def distances(shown: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], float]:
    """How far the profiles of 2020 are apart, in standard deviations of each dimension."""
    wide = shown.execute(
        "select province_key, indicator_key, score::double as score from marts.index_score "
        "where year = 2020 and level = 'dimension'"
    ).df()
    profiles = wide.pivot_table(index="province_key", columns="indicator_key", values="score")
    standing = (profiles / profiles.std(ddof=1)).to_numpy()
    apart = np.sqrt(((standing[:, None, :] - standing[None, :, :]) ** 2).mean(axis=2))
    keys = list(profiles.index)
    return {(one, other): float(apart[i, j]) for i, one in enumerate(keys) for j, other in enumerate(keys) if i != j}


def test_the_ten_nearest_are_nearest_for_every_province(
    shown: duckdb.DuckDBPyConnection, distances: dict[tuple[str, str], float]
) -> None:
    found = rows(
        shown,
        "select province_key, peer_key, distance::double from marts.index_peer "
        "where year = 2020 and peer_set = 'nearest' order by province_key, distance",
    )
    assert len(found) == 63 * 10
    by_hand = [
        near
        for province in sorted({one for one, _ in distances})
        for near in sorted((one for one in distances.items() if one[0][0] == province), key=lambda one: one[1])[:10]
    ]
    assert [(one, other) for one, other, _ in found] == [pair for pair, _ in by_hand]
    assert [distance for *_, distance in found] == pytest.approx([distance for _, distance in by_hand], abs=EXACT)


def test_bac_ninh_is_nearest_to_bac_giang(shown: duckdb.DuckDBPyConnection) -> None:
    near = "from marts.index_peer where year = 2020 and province_key = '24-bac-giang' and peer_set = 'nearest'"
    ahead = "round(distance, 3)::varchar, round(score_ahead, 3)::varchar"
    assert rows(shown, f"select peer_key, {ahead} {near} order by distance limit 2") == [
        ("27-bac-ninh", "0.537", "-0.994"), ("08-tuyen-quang", "0.572", "-0.079"),
    ]  # fmt: skip


@given(data=st.data(), year=YEARS)
def test_a_set_is_the_region_or_the_group_without_the_province_itself(
    shown: duckdb.DuckDBPyConnection, data: st.DataObject, year: int
) -> None:
    provinces = dict(
        rows(
            shown,
            "select province_key, group_computed from marts.index_score "
            "where index_id = 'papi' and year = ? and level = 'total'",
            year,
        )
    )
    regions = dict(
        rows(shown, "select province_key, region_code from core.dim_province_period where valid_from < '2025-07-01'")
    )
    province = data.draw(st.sampled_from(sorted(provinces)))
    found = rows(
        shown,
        "select peer_set, peer_key from marts.index_peer where index_id = 'papi' and year = ? and province_key = ?",
        year,
        province,
    )
    others = set(provinces) - {province}
    assert {peer for kind, peer in found if kind == "region"} == {p for p in others if regions[p] == regions[province]}
    group = provinces[province]
    assert {peer for kind, peer in found if kind == "group"} == {p for p in others if group and provinces[p] == group}


def test_a_province_that_was_not_published_has_a_region_and_no_one_near(shown: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        shown, "select distinct peer_set from marts.index_peer where year = 2021 and province_key = '24-bac-giang'"
    )
    assert found == [("region",)]
    assert rows(shown, "select count(*) from marts.index_peer where peer_score is null and peer_set <> 'region'") == [
        (0,)
    ]


def test_the_published_group_is_the_computed_one(shown: duckdb.DuckDBPyConnection) -> None:
    agreed = (
        "select distinct group_published, group_computed, is_group_as_published from marts.index_peer where year = 2020"
    )
    assert rows(shown, f"{agreed} and province_key = '24-bac-giang'") == [("highest", "highest", True)]
    assert rows(shown, "select count(*) from marts.index_peer where not is_group_as_published") == [(0,)]


@pytest.mark.parametrize(("year", "sizes"), [(2020, [16, 16, 15, 16]), (2023, [15, 15, 15, 16])])
def test_groups_have_the_sizes_that_papi_gave_them(
    shown: duckdb.DuckDBPyConnection, year: int, sizes: list[int]
) -> None:
    groups = rows(
        shown,
        "select distinct province_key, group_computed from marts.index_peer where year = ? and peer_set = 'nearest'",
        year,
    )
    counted = Counter(group for _, group in groups)
    assert [counted[g] for g in ("highest", "upper_middle", "lower_middle", "lowest")] == sizes
