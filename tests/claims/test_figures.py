"""The figures that claims are held against are those of the marts."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from pipelines.claims.figures import UNCHANGED, Figures
from pipelines.files import load_yaml
from pipelines.settings import ROOT


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


def test_unchanged_means_the_same_as_in_the_models() -> None:
    project = load_yaml((ROOT / "dbt_project/dbt_project.yml").read_text("utf-8"), with_anchors=True)
    assert Decimal(str(project["vars"]["unchanged_tolerance"])) == UNCHANGED
