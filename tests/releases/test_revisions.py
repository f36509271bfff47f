"""What a release says otherwise than another has the same words in the command and in marts.index_revision."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.files import load_yaml
from pipelines.releases import revisions
from pipelines.releases.revisions import Statement
from pipelines.seeds import Seeds
from pipelines.settings import ROOT, Settings

SEEDS = Seeds(Settings().seeds)


def said(key: str, method: str, standing: float | None) -> Statement:
    """A score of the index that stands so far up the exact scale, from 0 to 1, to nine decimals as files have it."""
    [(code, indicator)] = [
        (code, one) for code, one in SEEDS.indicators_of("papi", method).items() if one.indicator_key == key
    ]
    low, high = SEEDS.scales_of("papi", method)[code]
    score = None if standing is None else round(low + standing * (high - low), 9)
    return Statement(SEEDS.provinces[0], indicator, method, (low, high), score)


def test_scales_are_those_of_the_warehouse(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select index_id, method, code, cast(scale_min as double), cast(scale_max as double) from core.dim_indicator "
        "where level in ('total', 'dimension', 'sub_dimension')"
    ).fetchall()
    assert len(rows) > 100
    for index_id, method, code, low, high in rows:
        assert SEEDS.scales_of(index_id, method)[code] == pytest.approx((low, high), abs=1e-8), (method, code)


def test_the_same_standing_on_another_scale_is_rescaled_and_another_standing_redefined() -> None:
    methods = [method for index_id, method in SEEDS.methods if index_id == "papi"]
    pairs = [
        (one.indicator_key, before, after)
        for before in methods
        for after in methods
        if before < after
        for code, one in SEEDS.indicators_of("papi", before).items()
        for other_code, other in SEEDS.indicators_of("papi", after).items()
        if one.level == "sub_dimension" and one.indicator_key == other.indicator_key
        if SEEDS.scales_of("papi", before)[code] != SEEDS.scales_of("papi", after)[other_code]
    ]
    assert len(pairs) == 34
    for key, before, after in pairs:
        assert revisions._kind(said(key, before, 0.6), said(key, after, 0.6)) == "rescaled"
        assert revisions._kind(said(key, before, 0.6), said(key, after, 0.61)) == "redefined"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, 0.5, "added"),
        (0.5, None, "blanked"),
        (None, None, None),
        (0.5, 0.5, None),
        (0.5, 0.5 + 1e-8, None),
        (0.5, 0.5 + 1e-5, "corrected"),
    ],
)
def test_on_one_scale_a_cell_is_added_blanked_or_corrected(
    before: float | None, after: float | None, kind: str | None
) -> None:
    key, method = "participation.civic_knowledge", "V4"
    assert revisions._kind(said(key, method, before), said(key, method, after)) == kind


def test_a_cell_that_a_release_no_longer_has_is_removed() -> None:
    key, method = "participation.civic_knowledge", "V4"
    assert revisions._kind(said(key, method, 0.5), None) == "removed"
    assert revisions._kind(None, said(key, method, 0.5)) == "added"


def test_the_tolerance_is_that_of_the_models() -> None:
    project = load_yaml((ROOT / "dbt_project/dbt_project.yml").read_text("utf-8"), with_anchors=True)
    assert project["vars"]["same_score_tolerance"] == revisions.SAME
