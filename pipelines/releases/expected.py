"""What a delivery must state, by its manifest and the seeds alone: the measure that landing and the build are held to.

Belongs here: provinces, codes and cells that are due, and bounds of scores. Does not belong here: any delivered file.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pipelines.releases.deliveries import Delivery
from pipelines.releases.manifest import Manifest, NotPublished
from pipelines.seeds import Indicator, Province, Seeds


def codes_with_parts(seeds: Seeds, manifest: Manifest) -> dict[str, list[str]]:
    """Each code of the method with the codes to be stated that it stands for."""
    indicators = seeds.indicators_of(manifest.index_id, manifest.method)
    stated = seeds.stated_of(manifest.index_id, manifest.method)
    return {
        code: [
            stated_code
            for stated_code, part in stated.items()
            if part == indicator or indicator.indicator_key == part.parent_key or _is_sum(indicator, stated)
        ]
        for code, indicator in indicators.items()
    }


def _is_sum(indicator: Indicator, stated: dict[str, Indicator]) -> bool:
    """Whether an indicator is the sum of all that is stated."""
    return indicator.level == "total" and indicator.code not in stated


def not_stated_cells(seeds: Seeds, manifest: Manifest) -> list[dict[str, str | None]]:
    """Each province and code that the manifest declares as not published (state Q) or not collected here (L)."""
    parts = codes_with_parts(seeds, manifest)
    stated = list(seeds.stated_of(manifest.index_id, manifest.method))
    return [
        {
            "province_code": province,
            "code": code,
            "obs_status": "Q" if isinstance(absence, NotPublished) else "L",
            "form": absence.form if isinstance(absence, NotPublished) else None,
            "reason": absence.reason,
            "reason_certainty": absence.reason_certainty if isinstance(absence, NotPublished) else None,
        }
        for absence in (*manifest.not_published, *manifest.not_collected)
        for province in absence.provinces
        for code in (stated if absence.parts == "all" else dict.fromkeys(c for p in absence.parts for c in parts[p]))
    ]


def not_found_cells(seeds: Seeds, manifest: Manifest, named: Collection[str]) -> list[dict[str, str | None]]:
    """Each cell that a release of some provinces alone neither states nor declares, as not collected here (L).

    Such a release carries what was found of its provinces. Where a method sums nothing, one level is whole without the
    others, so codes below the total that are not among ``named``, those of its files, were not found.
    """
    method = seeds.methods[manifest.index_id, manifest.method]
    if manifest.covers is None or method.aggregation == "sum_of_parts":
        return []
    declared = {(cell["province_code"], cell["code"]) for cell in not_stated_cells(seeds, manifest)}
    stated = seeds.stated_of(manifest.index_id, manifest.method)
    return [
        {
            "province_code": province,
            "code": code,
            "obs_status": "L",
            "form": None,
            "reason": "not in the sources of this release",
            "reason_certainty": None,
        }
        for province in manifest.covers
        for code, indicator in stated.items()
        if indicator.level != "total" and code not in named and (province, code) not in declared
    ]


def provinces_of(seeds: Seeds, manifest: Manifest) -> dict[str, Province]:
    """The provinces that a delivery speaks of, by code."""
    provinces = seeds.provinces_on(manifest.provinces_as_of)
    return {c: p for c, p in provinces.items() if manifest.covers is None or c in manifest.covers}


def due_rows(seeds: Seeds, deliveries: list[Delivery]) -> list[dict[str, Any]]:
    """Every release × province × concept that the published tables must account for, by a score or by a state.

    Computed from manifests and seeds alone. A release that was not landed at all is due too: its absence must be seen.
    """
    return [
        {
            "release_id": release_id,
            "index_id": delivery.index_id,
            "year": delivery.year,
            "covers_all": delivery.manifest.covers is None,
            "province_key": province.province_key,
            "indicator_key": concept,
        }
        for delivery in deliveries
        if delivery.manifest is not None
        for release_id, concepts in [(delivery.release_id, sorted(seeds.concepts_of(delivery.index_id)))]
        for province in provinces_of(seeds, delivery.manifest).values()
        for concept in concepts
    ]
