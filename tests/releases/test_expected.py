"""What a release owes: everything where it speaks of all provinces, what it names where it speaks of some."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.releases.expected import not_found_cells
from pipelines.releases.manifest import Manifest
from pipelines.seeds import Seeds
from pipelines.settings import Settings

SEEDS = Seeds(Settings().seeds)


def manifest(**stated: Any) -> Manifest:
    base = {
        "index_id": "pci", "year": 2018, "revision": 1, "method": "C1", "published_on": 2019,
        "published_day_known": False, "received_on": "2026-11-23", "provinces_as_of": "2018-12-31",
        "publisher": ["VCCI"], "source": "s", "layout": "tidy-csv",
        "files": [{"path": "scores.csv", "sha256": "0" * 64}], "covers": ["24", "27"], "not_published": [],
    }  # fmt: skip
    return Manifest.model_validate({**base, **stated})


def test_a_release_of_some_provinces_has_not_collected_the_parts_that_it_does_not_name() -> None:
    cells = not_found_cells(SEEDS, manifest(), {"PCI", "3"})
    assert [(cell["province_code"], cell["code"]) for cell in cells] == [
        (province, code) for province in ("24", "27") for code in ("1", "2", "4", "5", "6", "7", "8", "9", "10")
    ]
    assert {(cell["obs_status"], cell["form"]) for cell in cells} == {("L", None)}


def test_what_it_names_or_declares_and_the_total_stay_due() -> None:
    declared = {"provinces": ["24"], "parts": ["1"], "reason": "r"}
    cells = not_found_cells(SEEDS, manifest(not_collected=[declared]), {"2"})
    codes = [(cell["province_code"], cell["code"]) for cell in cells]
    assert ("24", "1") not in codes
    assert ("27", "1") in codes
    assert {"2", "PCI"} & {code for _, code in codes} == set()


@pytest.mark.parametrize("stated", [{"covers": None}, {"index_id": "papi", "method": "V3"}], ids=["all", "summed"])
def test_a_release_of_all_provinces_or_of_what_is_summed_owes_every_part(stated: dict[str, Any]) -> None:
    assert not_found_cells(SEEDS, manifest(**stated), set()) == []
