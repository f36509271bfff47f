"""marts.index_score says of Bắc Giang and its field what the published figures say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests import due

OURS = "from marts.index_score where index_id = 'papi' and province_key = '24-bac-giang'"

Ask = Callable[..., Any]


@pytest.fixture
def ask(published: duckdb.DuckDBPyConnection) -> Ask:
    def one(sql: str, *values: object) -> Any:
        row = published.execute(sql, list(values)).fetchone()
        assert row is not None, sql
        return row[0] if len(row) == 1 else row

    return one


@pytest.mark.parametrize(
    ("year", "n_ranked"),
    [(2011, 63), (2014, 61), (2018, 61), (2020, 63), (2021, 60), (2022, 61), (2023, 61), (2024, 61)],
)
def test_a_total_is_ranked_among_those_published(ask: Ask, year: int, n_ranked: int) -> None:
    sql = "select distinct n_ranked from marts.papi_total where year = ? and rank is not null"
    assert ask(sql, year) == n_ranked


def test_three_provinces_were_not_published_in_2021(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        select province_name_vi, obs_status, rank, not_published_form from marts.index_score
        where index_id = 'papi' and year = 2021 and level = 'total' and score is null order by province_key
        """
    ).fetchall()
    assert rows == [(name, "Q", None, "blank") for name in ("Quảng Ninh", "Bắc Giang", "Bắc Ninh")]


def test_bac_giang_2022_has_four_dimensions_and_no_total(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        f"select code, score is not null, obs_status, not_published_form {OURS} and year = 2022 "
        "and level <> 'sub_dimension' order by code"
    ).fetchall()
    given, zero = (True, "A", None), (False, "Q", "zero")
    states = [zero, zero, given, zero, zero, given, given, given]
    assert rows == [*((str(d), *s) for d, s in enumerate(states, 1)), ("TOTAL", False, "Q", "partial")]


def test_quality_of_service_in_2022_is_ranked_among_all_63(ask: Ask) -> None:
    assert ask("select max(rank), max(n_ranked) from marts.index_score where year = 2022 and code = '6'") == (63, 63)


def test_no_score_is_zero_and_no_total_misses_a_part(ask: Ask) -> None:
    assert ask("select count(*) from core.fct_score where score = 0 and level <> 'indicator'") == 0
    assert (
        ask(
            """
            select count(*) from marts.index_score as total
            join marts.index_score as part using (index_id, year, province_key)
            where total.level = 'total' and total.score is not null
                and part.level = 'sub_dimension' and part.obs_status = 'Q'
            """
        )
        == 0
    )


def test_code_2_1_of_2018_is_not_compared_with_another_concept(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select distinct indicator_key, previous_score, change, is_comparable, not_comparable_reason "
        "from marts.index_score where year = 2018 and code = '2.1'"
    ).fetchall()
    reasons = {row[4] for row in rows}
    assert {row[:4] for row in rows} == {("transparency.access_to_information", None, None, False)}
    assert reasons == {"not_measured_before", "not_published"}


def test_poverty_lists_are_followed_over_their_new_code_but_not_compared(ask: Ask) -> None:
    sql = f"select code, change, change_as_published, is_comparable, not_comparable_reason {OURS} and year = 2018"
    row = ask(f"{sql} and indicator_key = ?", "transparency.poverty_lists")
    assert row == ("2.2", None, Decimal("-0.342779000"), False, "scale_changed")


@pytest.mark.parametrize(
    ("year", "indicator_key", "reason"),
    [
        (2012, "total", None),
        (2016, "participation", "measure_changed"),
        (2016, "participation.civic_knowledge", "measure_changed"),
        (2016, "services", None),
        (2017, "total", None),
        (2018, "total", "composition_changed"),
        (2019, "e_governance", "composition_changed"),
        (2020, "e_governance.responsiveness", "measure_changed"),
        (2020, "total", "part_changed"),
        (2021, "procedures", "composition_changed"),
        (2021, "procedures.certification", "scale_changed"),
        (2023, "total", None),
    ],
)
def test_a_pair_of_years_is_comparable_or_says_why_not(ask: Ask, year: int, indicator_key: str, reason: str) -> None:
    row = ask(
        "select is_comparable, not_comparable_reason from marts.index_score "
        "where index_id = 'papi' and province_key = '01-ha-noi' and year = ? and indicator_key = ?",
        year,
        indicator_key,
    )
    assert row == (reason is None, reason)


def test_the_province_on_the_quartile_left_the_top_group_in_2023(ask: Ask) -> None:
    sizes = """
        select list(n order by lowest desc) from (
            select min(score) as lowest, count(*) as n from marts.index_score
            where index_id = 'papi' and level = 'total' and year = ? and rank is not null
            group by group_computed
        )
        """
    assert ask(sizes, 2020) == [16, 16, 15, 16]
    assert ask(sizes, 2024) == [15, 15, 15, 16]
    assert ask(f"select rank, n_ranked, group_computed {OURS} and year = 2024 and level = 'total'") == (
        16,
        61,
        "upper_middle",
    )


def test_every_year_province_and_concept_has_a_row_with_a_state(ask: Ask) -> None:
    assert ask("select count(*) from marts.index_score") == due.score_rows()
    papi = "from marts.index_score where index_id = 'papi'"
    assert ask(f"select count(distinct year), count(distinct province_key) {papi}") == (
        len(due.years()),
        len(due.SEEDS.provinces_on(date(2024, 12, 31))),
    )
    delivered = sum(len(due.scores_of(year)) for year in due.years())
    assert ask(f"select count(*) {papi} and obs_status = 'A' and level = 'sub_dimension'") == delivered


def test_a_code_of_that_time_leads_to_the_province_of_that_time(ask: Ask) -> None:
    assert (
        ask("select province_name_vi from marts.index_score where province_key = '24-bac-giang' limit 1") == "Bắc Giang"
    )
    names = "select string_agg(province_name_vi, ', ' order by valid_from) from core.dim_province_period"
    assert ask(f"{names} where province_code = '24'") == "Bắc Giang, Bắc Ninh"
    assert (
        ask("select successor_key from core.dim_province_period where province_key = '24-bac-giang'") == "24-bac-ninh"
    )


def test_score_as_of_leaves_out_later_releases(ask: Ask) -> None:
    assert ask("select max(year) from core.score_as_of('2021-04-13')") == 2019
    assert ask("select max(year) from core.score_as_of('2021-04-14')") == 2020


def test_every_published_table_and_column_is_described_in_both_languages(ask: Ask) -> None:
    for catalogue in ("duckdb_tables()", "duckdb_columns()"):
        missing = (
            f"select count(*) from {catalogue} where table_oid in (select table_oid from duckdb_tables()) "
            "and (comment is null or comment not like '%_ / _%')"
        )
        assert ask(missing) == 0
