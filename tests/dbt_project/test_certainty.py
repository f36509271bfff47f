"""How sure it is that two years do not compare: from the register to the tables and the page."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.pages import province
from pipelines.settings import ROOT

REGISTER = ROOT / "dbt_project" / "seeds" / "indicator_break.csv"
UNCERTAIN = "break_certainty = 'uncertain'"


def test_a_concept_is_as_surely_broken_as_its_surest_break_in_the_register(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """A sub-dimension between two years: by a break of its own or of its dimension."""
    with REGISTER.open(encoding="utf-8") as file:
        breaks = [row for row in csv.DictReader(file) if row["decision"] == "break"]
    rows = published.execute(
        "select distinct index_id, indicator_key, parent_key, from_year, to_year, break_certainty "
        "from marts.index_change where level = 'sub_dimension' and not_comparable_reason = 'measure_changed'"
    ).fetchall()
    assert {"solid", "uncertain"} <= {row[-1] for row in rows}
    for index_id, key, parent_key, from_year, to_year, certainty in rows:
        stated = {
            row["certainty"]
            for row in breaks
            if row["index_id"] == index_id
            and row["indicator_key"] in (key, parent_key)
            and int(row["from_year"]) < to_year
            and int(row["to_year"]) > from_year
        }
        assert certainty == next(one for one in ("solid", "likely", "uncertain") if one in stated)


@pytest.mark.parametrize("table", ["index_score", "index_change", "index_change_window"])
def test_the_other_reading_stands_where_all_breaks_are_uncertain_and_nowhere_else(
    published: duckdb.DuckDBPyConnection, table: str
) -> None:
    [(n, n_wrong)] = published.execute(
        f"""
        select count(*) filter (where {UNCERTAIN}), count(*) filter (
            where change_if_no_break is distinct from case when {UNCERTAIN} then change_as_published end
            or (break_certainty is not null and is_comparable)
        ) from marts.{table}
        """
    ).fetchall()
    assert n > 0
    assert n_wrong == 0


@pytest.mark.parametrize("table", ["index_score", "index_change", "index_change_window"])
def test_a_break_of_the_register_tells_the_day_of_its_decision(
    published: duckdb.DuckDBPyConnection, table: str
) -> None:
    days = published.execute(
        f"select distinct break_decided_on from marts.{table} "
        "where not_comparable_reason in ('measure_changed', 'part_changed') and break_certainty is not null"
    ).fetchall()
    with REGISTER.open(encoding="utf-8", newline="") as file:
        decided = {(date.fromisoformat(row["decided_on"]),) for row in csv.DictReader(file)}
    assert days
    assert {*days} <= decided


def test_the_uncertain_part_of_a_total_is_that_of_its_parts(published: duckdb.DuckDBPyConnection) -> None:
    [(n, n_wrong)] = published.execute(
        f"""
        with parts as (
            select index_id, province_key, from_year, to_year,
                sum(case when {UNCERTAIN} then measurement_part else 0 end) as due
            from marts.index_change_window where level = 'sub_dimension' group by all
        )
        select count(*) filter (where uncertain_part <> 0), count(*) filter (where uncertain_part <> due)
        from marts.index_change_window inner join parts using (index_id, province_key, from_year, to_year)
        where level = 'total' and n_parts > 1
        """
    ).fetchall()
    assert n > 0
    assert n_wrong == 0


def test_the_core_with_its_uncertain_parts_changed_by_the_core_and_by_these(
    published: duckdb.DuckDBPyConnection,
) -> None:
    [(n, n_wrong)] = published.execute(
        f"""
        with parts as (
            select index_id, province_key, from_year, to_year, sum(change_if_no_break) as added, count(*) as n
            from marts.index_change where level = 'sub_dimension' and {UNCERTAIN} group by all
        )
        select count(*), count(*) filter (
            where core_change_if_no_break <> core_change + added or n_uncertain_parts <> n
        )
        from marts.index_core inner join parts using (index_id, province_key, from_year, to_year)
        where index_id = 'papi' and core_change is not null
        """
    ).fetchall()
    assert n > 100
    assert n_wrong == 0


def test_the_measurement_part_of_2020_is_all_uncertain(published: duckdb.DuckDBPyConnection) -> None:
    rows = dict(
        published.execute(
            "select code, round(uncertain_part, 2) from marts.index_change where province_key = '24-bac-giang' "
            "and to_year = 2020 and index_id = 'papi' and uncertain_part <> 0 and level <> 'dimension'"
        ).fetchall()
    )
    assert rows == {"TOTAL": Decimal("-1.49"), "6.2": Decimal("-0.49"), "8.3": Decimal("-1.01")}


def test_the_page_gives_both_readings_side_by_side(published: duckdb.DuckDBPyConnection) -> None:
    said = " ".join(province.profile(published, "Bắc Giang", 2020, "en").split())
    assert "not comparable (the measure of a part changed, uncertain)" in said
    assert "On the 27/29 comparable indicators: −0.24 points, rank 5/63 → 11/63." in said
    assert "Were the uncertain breaks of 6.2, 8.3 none: −1.72 points on 29/29 (6.2: −0.48, 8.3: −1.01)." in said
    assert "Perhaps not comparable: 6.2, 8.3" in said
    assert "uncertain" not in province.profile(published, "Bắc Giang", 2024, "en")
