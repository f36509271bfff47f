"""What the publisher's own workbooks say is what is shipped: recorded by file, recounted where the figures are here.

The workbooks themselves are not part of the project. tests/data/official_workbooks.csv records what reading each of
them gave on 26/11/2026, sheet by sheet: how many cells, how many sub-dimensions equal the first release to 3e-6.
"""

from __future__ import annotations

import csv

import pytest

from pipelines.settings import ROOT
from pipelines.workbooks.layout import read_layout
from pipelines.workbooks.tables import read_file
from tests.workbooks.official import REFERENCE, Release

CLOSE = 3e-6


def rows_of(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shipped(year: int) -> dict[tuple[str, str], float]:
    return {(r["province_code"], r["code"]): float(r["score"]) for r in rows_of(f"raw/papi/{year}/r1/scores.csv")}


@pytest.mark.parametrize("row", rows_of("tests/data/official_workbooks.csv"), ids=lambda r: f"{r['file']} {r['year']}")
def test_every_published_cell_of_a_workbook_was_equal_to_what_is_shipped(row: dict[str, str]) -> None:
    release = Release(int(row["year"]), {})
    parts = [i for i in release.indicators.values() if i.level == "sub_dimension"]
    assert int(row["cells_of_sub_dimensions"]) == len(parts) * len(release.places)
    assert int(row["equal_to_r1"]) == len(shipped(release.year))
    assert int(row["equal_to_r1"]) + int(row["not_published"]) == int(row["cells_of_sub_dimensions"])
    assert float(row["largest_difference"]) < CLOSE


@pytest.mark.parametrize("year", [2018, 2019])
def test_the_second_release_of_a_year_states_the_scores_of_the_first_and_more(year: int) -> None:
    release = Release(year, {})
    content = (ROOT / f"raw/papi/{year}/r2/indicators.csv").read_bytes()
    layout, places = read_layout(ROOT / "raw/layouts", "papi-2018"), REFERENCE.places_on(release.last_day)
    read = read_file(content, "f", year, layout, release.indicators, places)
    assert not read.findings
    scores = {
        (str(r["province_code"]), str(r["code"])): r["score"]
        for r in read.records
        if r["measure"] == "score" and r["score"] is not None and "." in str(r["code"]) and r["parent_code"] is None
    }
    first = shipped(year)
    assert scores.keys() == first.keys()
    assert all(isinstance(score, float) and abs(score - first[cell]) < CLOSE for cell, score in scores.items())
    units = {r["code"]: r["unit"] for r in read.records if r["parent_code"] and r["parent_code"] != "TOTAL"}
    assert len(units) > 100
    assert set(units.values()) == {"share", "mean", "percent"}
