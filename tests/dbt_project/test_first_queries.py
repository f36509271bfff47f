"""The first query that a newcomer writes, knowing only names and comments of tables, is right or says nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.conftest import Demo


def asked(published: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    return published.execute(sql).fetchall()


def counted(published: duckdb.DuckDBPyConnection, sql: str) -> float:
    """The one figure of a query, worked out here from core.fct_score and the seeds alone."""
    [(figure,)] = asked(published, sql)
    return float(figure)


OF_FACTS = "from core.fct_score where index_id = 'papi' and known_to is null and score is not null and level = 'total'"


@pytest.mark.parametrize(("year", "mean"), [(2024, 43.43), (2021, 42.41)])
def test_the_mean_of_papi_in_a_year(published: duckdb.DuckDBPyConnection, year: int, mean: float) -> None:
    found = counted(published, f"select avg(score) from marts.papi_total where year = {year}")
    assert found == pytest.approx(mean, abs=0.005)
    assert found == pytest.approx(counted(published, f"select avg(score) {OF_FACTS} and year = {year}"))


def test_the_year_of_the_greatest_rise_is_none_in_which_years_do_not_compare(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rises = dict(asked(published, "select year, avg(change) from marts.papi_total group by year"))
    assert rises[2018] is None  # the mean of the printed totals rose by 7.53, over other sub-dimensions
    compared = "select distinct year from marts.papi_total where is_comparable"
    assert {year for year, rise in rises.items() if rise is not None} == {
        year for (year,) in asked(published, compared)
    }


@pytest.mark.parametrize("column", ["change", "rank_change", "change_direction"])
@pytest.mark.parametrize("table", ["index_score", "papi_total", "papi_dimension", "papi_sub_dimension"])
def test_nothing_is_said_of_a_change_where_years_do_not_compare(
    published: duckdb.DuckDBPyConnection, table: str, column: str
) -> None:
    sql = f"select count({column}) filter (where is_comparable), count({column}) from marts.{table}"
    [(comparable, filled)] = asked(published, sql)
    assert comparable == filled > 0


@pytest.mark.parametrize("table", ["index_change", "index_change_window", "index_score_merged"])
def test_nor_between_any_other_two_years(published: duckdb.DuckDBPyConnection, table: str) -> None:
    sql = f"select count(change) filter (where is_comparable), count(change) from marts.{table}"
    [(comparable, filled)] = asked(published, sql)
    assert comparable == filled > 0


def test_bac_giang_2020_has_one_change_and_no_verdict(published: duckdb.DuckDBPyConnection) -> None:
    found = asked(
        published,
        "select change, change_as_published, is_comparable from marts.index_change "
        "where to_year = 2020 and province_key = '24-bac-giang' and index_id = 'papi' and level = 'total'",
    )
    assert [(change, round(shown, 2), compares) for change, shown, compares in found] == [
        (None, Decimal("-1.73"), False)
    ]
    core = "select count(*) from marts.index_core where to_year = 2020 and province_key = '24-bac-giang'"
    assert asked(published, f"{core} and index_id = 'papi'") == [(1,)]


def test_regions_have_the_provinces_of_their_year(published: duckdb.DuckDBPyConnection) -> None:
    found = asked(
        published,
        "select region_name_vi, count(*), avg(score) from marts.papi_total where year = 2024 group by all order by all",
    )
    assert (len(found), sum(n for _, n, _ in found)) == (6, 63)
    [southeast] = [mean for region, _, mean in found if region == "Đông Nam Bộ"]
    assert southeast == pytest.approx(44.089, abs=0.0005)


@pytest.mark.parametrize(
    ("table", "dimension"),
    [
        ("marts.papi_total", "core.dim_province using (province_key)"),
        ("marts.index_score", "core.dim_province using (province_key)"),
        ("marts.index_score", "core.dim_indicator using (index_id, indicator_key)"),
        ("marts.papi_sub_dimension", "core.dim_indicator using (indicator_key)"),
        ("core.fct_obligation", "core.dim_unit using (unit_key)"),
        ("marts.compliance_unit", "core.dim_unit using (unit_key)"),
    ],
)
def test_a_join_with_a_dimension_keeps_the_rows(
    published: duckdb.DuckDBPyConnection, table: str, dimension: str
) -> None:
    [(n_joined, n_rows)] = asked(
        published, f"select (select count(*) from {table} join {dimension}), (select count(*) from {table})"
    )
    assert n_joined == n_rows > 0


def test_a_region_cannot_be_had_from_a_province_alone(published: duckdb.DuckDBPyConnection) -> None:
    """A province that stays has another region from 2025 on."""
    with pytest.raises(duckdb.BinderException, match="region"):
        published.execute("select region_code from core.dim_province")


def test_scores_with_their_names_add_up_to_themselves(published: duckdb.DuckDBPyConnection) -> None:
    named = "select sum(score) from marts.papi_sub_dimension where year = 2024 and indicator_name_vi is not null"
    assert counted(published, named) == pytest.approx(
        counted(published, f"select sum(score) {OF_FACTS.replace('total', 'sub_dimension')} and year = 2024")
    )


def test_how_many_provinces_there_are(published: duckdb.DuckDBPyConnection) -> None:
    assert asked(published, "select count(*) from core.dim_province where is_current") == [(34,)]
    assert asked(published, "select count(*) from marts.papi_total where year = 2024") == [(63,)]


def test_no_name_stands_for_two_provinces(published: duckdb.DuckDBPyConnection) -> None:
    """Seven names passed to another province on 2025-07-01; of these each is told from the other."""
    keys = "select count(distinct province_key) from marts.{} where province_name_vi = 'Bắc Ninh'"
    assert asked(published, keys.format("index_score")) == [(1,)]
    assert asked(published, keys.format("index_score_merged")) == [(0,)]
    names = "select count(*), count(distinct province_name_vi) from core.dim_province"
    [(n_provinces, n_names)] = asked(published, names)
    assert n_provinces == n_names
    again = "select province_name_vi from core.dim_province where province_name_vi like '%(từ 07/2025)' order by all"
    assert [name.removesuffix(" (từ 07/2025)") for (name,) in asked(published, again)] == [
        "An Giang", "Bắc Ninh", "Gia Lai", "Lào Cai", "Quảng Trị", "Tây Ninh", "Đồng Tháp"
    ]  # fmt: skip


@pytest.mark.parametrize("table", ["index_score", "papi_total", "index_score_merged", "index_companion"])
def test_a_denominator_stands_only_beside_a_rank(published: duckdb.DuckDBPyConnection, table: str) -> None:
    sql = f"select count(*) from marts.{table} where (rank is null) <> (n_ranked is null)"
    assert asked(published, sql) == [(0,)]


def test_no_case_of_a_back_test_is_counted_twice(published: duckdb.DuckDBPyConnection) -> None:
    by_bin = "select target_rule, horizon, sum(n_cases) from marts.index_target_backtest_bin group by all order by all"
    overall = "select target_rule, horizon, n_cases from marts.index_target_backtest order by all"
    assert asked(published, by_bin) == asked(published, overall) != []


def test_papi_by_level_is_the_wide_table_of_papi(published: duckdb.DuckDBPyConnection) -> None:
    for level in ("total", "dimension", "sub_dimension"):
        columns = [name for name, *_ in asked(published, f"describe marts.papi_{level}")]
        chosen = ", ".join(columns)
        wide = f"from marts.index_score where index_id = 'papi' and level = '{level}' and obs_status <> 'M'"
        one, other = f"select {chosen} from marts.papi_{level}", f"select {chosen} {wide}"
        assert asked(published, f"select count(*) from (({one}) except all ({other}))") == [(0,)]
        assert asked(published, f"select count(*) from (({other}) except all ({one}))") == [(0,)]


def test_nobody_is_called_late_where_no_report_is_tracked(published: duckdb.DuckDBPyConnection) -> None:
    flags = "is_actual, is_on_time, is_on_time_strict, is_complete, is_accepted"
    of_2021 = "from core.fct_obligation where year = 2021"
    assert asked(published, f"select distinct {flags} {of_2021}") == [(None,) * 5]
    assert asked(published, f"select distinct is_expected {of_2021} and state = 'not_tracked'") == [(None,)]
    counts = "max(expected), max(actual), max(missing), max(unreadable)"
    assert asked(published, f"select {counts} from marts.compliance_unit where state = 'not_tracked'") == [(None,) * 4]
    of_districts = "select max(communes_expected), max(communes_missing) from marts.compliance_district"
    assert asked(published, f"{of_districts} where own_state = 'not_tracked'") == [(None, None)]


def test_the_mean_of_a_flag_is_the_rate(demo: Demo) -> None:
    with demo.connect() as connection:
        [(mean, rate)] = connection.execute(
            """
            select
                (select avg(cast(is_on_time as integer)) from core.fct_obligation where period = '2021-H1'),
                (
                    select cast(sum(actual_on_time) as double) / sum(expected) from marts.compliance_unit
                    where period = '2021-H1'
                )
            """
        ).fetchall()
    assert mean == pytest.approx(rate)
    assert 0 < mean < 1
