"""What a release says otherwise than another has the same words in the command and in marts.index_revision."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipelines.files import load_yaml
from pipelines.releases import revisions, surprises
from pipelines.releases.revisions import Change, Statement
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
        "select index_id, method, code, cast(scale_min as double), cast(scale_max as double) "
        "from core.dim_indicator_method where level in ('total', 'dimension', 'sub_dimension')"
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


def test_another_score_by_another_method_is_redefined_also_on_the_same_scale() -> None:
    key = "participation.civic_knowledge"
    before, *_, after = [method for index_id, method in SEEDS.methods if index_id == "papi"]
    assert said(key, before, 0.5).scale == said(key, after, 0.5).scale
    assert revisions._kind(said(key, before, 0.5), said(key, after, 0.6)) == "redefined"
    assert revisions._kind(said(key, before, 0.5), said(key, after, 0.5)) is None


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


def test_a_release_takes_nothing_away_from_provinces_that_it_does_not_speak_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two provinces and two indicators, the later release has one province and states one of its indicators."""
    monkeypatch.setattr(revisions, "statements", lambda seeds, landed: landed)
    kept, gone = (said(f"participation.{key}", "V4", 0.5) for key in ("civic_knowledge", "opportunities"))
    before: Any = {("a", "i"): kept, ("a", "j"): gone, ("b", "i"): kept, ("b", "j"): gone}
    after: Any = {("a", "i"): kept}
    found = revisions.between(SEEDS, before, after)
    assert [(change.province_key, change.indicator_key, change.kind) for change in found] == [("a", "j", "removed")]


def test_all_that_differs_is_a_surprise_but_a_cell_that_was_added() -> None:
    changes = [Change("24-bac-giang", "Bắc Giang", "x", "X", kind, 1, 2) for kind in revisions.KINDS]
    told = ["1 removed", "1 corrected", "1 rescaled", "1 redefined", "1 blanked"]
    assert list(surprises._changed(changes)) == told


def test_the_tolerance_is_that_of_the_models() -> None:
    project = load_yaml((ROOT / "dbt_project/dbt_project.yml").read_text("utf-8"), with_anchors=True)
    assert project["vars"]["same_score_tolerance"] == revisions.SAME
