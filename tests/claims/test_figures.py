"""The figures that claims are held against are those of the marts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.claims.figures import UNCHANGED, Figures, figures_of
from pipelines.claims.verdicts import Claim, check
from pipelines.files import load_yaml
from pipelines.settings import ROOT
from tests.claims.conftest import REFERENCE


def test_ranks_groups_and_directions_are_those_of_the_mart(
    figures: Figures, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rows = warehouse.execute(
        "select year, province_key, indicator_key, rank, n_ranked, group_computed, change_direction_as_published "
        "from marts.index_score where index_id = 'papi' and score is not null"
    ).fetchall()
    assert len(rows) > 25_000
    for year, province, key, rank, n, group, direction in rows:
        assert figures.rank(year, province, key) == rank
        assert figures.n_ranked(year, key) == n
        assert figures.group(year, province, key) == group
        assert figures.direction(year, year - 1, province, key) == direction


@pytest.mark.parametrize(
    ("now", "direction"), [("4.995", "unchanged"), ("4.9949", "down"), ("5.005", "unchanged"), ("5.0051", "up")]
)
def test_a_score_that_moved_by_0_005_is_unchanged_and_by_more_is_not(now: str, direction: str) -> None:
    scores = {(2019, "a", "total"): Decimal(5), (2020, "a", "total"): Decimal(now)}
    figures = Figures(scores, indicators={}, releases={}, published_on={}, upper_bounds={})
    assert figures.direction(2020, 2019, "a", "total") == direction


def test_what_a_replaced_release_said_is_kept_beside_what_is_known() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.dim_release as select * from (values"
            " ('papi', 2020, 'r1', date '2021-04-14', date '2021-04-14', date '2021-09-01'),"
            " ('papi', 2020, 'r2', date '2021-09-01', date '2021-09-01', null)"
            ") as t (index_id, year, release_id, published_on, known_from, known_to)"
        )
        connection.execute(
            "create table core.fct_score as select index_id, year, '24-bac-giang' as province_key,"
            " 'total' as indicator_key, 'TOTAL' as code, 'total' as level, null::varchar as parent_key,"
            " case release_id when 'r1' then 44.32 else 44.42 end as score, 'A' as obs_status,"
            " release_id, known_from, known_to from core.dim_release"
        )
        now, before, then = (
            figures_of(connection, REFERENCE, "papi", date(2021, *day)) for day in ((9, 1), (8, 31), (4, 13))
        )
    claim = Claim("", "24-bac-giang", 2020, "score", "total", "44,32")
    checked = check(now, claim)
    assert (checked.verdict, checked.rule, checked.found) == ("right_of_earlier_release", "r1", "44.42")
    assert "r2" in checked.explanation_en
    assert check(before, claim).verdict == "exact"
    assert before.earlier == ()
    assert check(then, claim).rule == "no_release"


def test_unchanged_means_the_same_as_in_the_models() -> None:
    project = load_yaml((ROOT / "dbt_project/dbt_project.yml").read_text("utf-8"), with_anchors=True)
    assert Decimal(str(project["vars"]["unchanged_tolerance"])) == UNCHANGED
