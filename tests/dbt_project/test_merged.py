"""marts.index_score_merged: the 34 provinces of 2025-07-01 over the years in which 63 were measured."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests import due

OURS = "from marts.index_score_merged where province_key = '24-bac-ninh'"
MEMBERS = "24-bac-giang, 27-bac-ninh"


def test_every_year_has_the_34_provinces_on_every_concept(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select year, count(distinct province_key), count(*) from marts.index_score_merged group by year order by year"
    ).fetchall()
    assert rows == [(year, 34, 34 * due.CONCEPTS) for year in due.years()]


def test_they_are_the_provinces_in_force_and_are_made_of_all_63(published: duckdb.DuckDBPyConnection) -> None:
    strangers = published.execute(
        """
        select count(*) from marts.index_score_merged
        where (province_key, province_name_vi) not in
            (select (province_key, province_name_vi) from core.dim_province where is_current)
        """
    ).fetchone()
    assert strangers == (0,)
    members = published.execute(
        "select sum(n_members), sum(len(string_split(members, ', '))) from marts.index_score_merged "
        "where year = 2020 and level = 'total'"
    ).fetchone()
    assert members == (63, 63)


def test_new_bac_ninh_2020_is_the_mean_of_old_bac_giang_and_bac_ninh(published: duckdb.DuckDBPyConnection) -> None:
    old = published.execute(
        "select score from marts.index_score where year = 2020 and level = 'total' "
        "and province_key in ('24-bac-giang', '27-bac-ninh')"
    ).fetchall()
    mean = (old[0][0] + old[1][0]) / 2
    found = published.execute(
        f"select score, obs_status, derivation, members, n_published_members {OURS} and year = 2020 and level = 'total'"
    ).fetchone()
    assert found is not None
    assert abs(found[0] - mean) <= Decimal("0.000000001")
    assert found[1:] == ("E", "weighted_mean", MEMBERS, 2)


@pytest.mark.parametrize(("year", "missing"), [(2014, "24-bac-giang"), (2021, MEMBERS), (2022, MEMBERS)])
def test_a_member_that_was_not_published_leaves_no_total_and_is_named(
    published: duckdb.DuckDBPyConnection, year: int, missing: str
) -> None:
    row = published.execute(
        f"select score, obs_status, rank, change, unpublished_members, not_comparable_reason {OURS} "
        "and year = ? and level = 'total'",
        [year],
    ).fetchone()
    assert row == (None, "Q", None, None, missing, "not_published")


def test_a_dimension_that_both_published_in_2022_has_a_score(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        f"select code, unpublished_members {OURS} and year = 2022 and level = 'dimension' order by code"
    ).fetchall()
    giang, ninh, none = "24-bac-giang", "27-bac-ninh", None
    assert [missing for _, missing in rows] == [giang, MEMBERS, ninh, MEMBERS, giang, none, none, ninh]


def test_no_figure_passes_for_a_published_one(published: duckdb.DuckDBPyConnection) -> None:
    states = published.execute(
        "select distinct obs_status, score is not null from marts.index_score_merged order by obs_status"
    ).fetchall()
    assert states == [("E", True), ("M", False), ("Q", False)]


def test_the_weights_are_said_to_be_assumed(published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute("select distinct weight_basis from marts.index_score_merged").fetchall() == [
        ("equal_assumed",)
    ]
    [(said,)] = published.execute(
        "select comment from duckdb_tables() where table_name = 'index_score_merged'"
    ).fetchall()
    assert "quyền số bằng nhau là giả định" in said
    assert "equal weights are an assumption" in said


def test_a_province_that_did_not_change_keeps_its_score_and_is_ranked_anew(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        """
        select count(*), count(*) filter (where merged.score is distinct from alone.score),
            count(distinct merged.province_key), max(merged.n_ranked), max(alone.n_ranked)
        from marts.index_score_merged as merged
        join core.dim_province_period as province on province.successor_key = merged.province_key
        join marts.index_score as alone
            on alone.index_id = merged.index_id and alone.province_key = province.province_key
            and alone.year = merged.year and alone.indicator_key = merged.indicator_key
        where merged.derivation = 'unchanged'
        """
    ).fetchone()
    assert rows == (11 * len(due.years()) * due.CONCEPTS, 0, 11, 34, 63)


def test_totals_are_ranked_among_those_of_the_34_that_have_one(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select year, n_ranked from marts.index_score_merged where level = 'total' and rank = 1 order by year"
    ).fetchall()
    fewer = {2014: 32, 2018: 32, 2021: 32, 2022: 33, 2023: 32, 2024: 32}
    assert rows == [(year, fewer.get(year, 34)) for year in due.years()]


def test_a_break_of_the_measure_is_one_for_merged_provinces_too(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        f"select year, is_comparable, not_comparable_reason {OURS} and level = 'total' "
        "and year in (2012, 2018, 2020, 2024) order by year"
    ).fetchall()
    assert rows == [
        (2012, True, None), (2018, False, "composition_changed"), (2020, False, "part_changed"), (2024, True, None),
    ]  # fmt: skip
