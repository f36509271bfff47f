"""What raw/ and the seeds say must be there: figures that a new year or province changes by itself."""

from __future__ import annotations

import csv
from functools import cache

from pipelines.analysis.described import tables_of_source
from pipelines.analysis.marts import described
from pipelines.building.check_results import DESCRIBED
from pipelines.releases import deliveries
from pipelines.releases.deliveries import Delivery
from pipelines.releases.expected import due_rows, provinces_of
from pipelines.seeds import Seeds
from pipelines.settings import ROOT, Settings
from tests.workbooks.official import Scores

SEEDS = Seeds(ROOT / "dbt_project/seeds")
CONCEPTS = len(SEEDS.concepts_of(SEEDS.main_index))


@cache
def releases() -> list[Delivery]:
    """Every delivery under raw/."""
    return deliveries.read_all(Settings().raw)


@cache
def main_releases() -> list[Delivery]:
    """Those of the main index, one a year."""
    return [delivery for delivery in releases() if delivery.index_id == SEEDS.main_index]


def years() -> range:
    """The years of the main index."""
    found = sorted(delivery.year for delivery in main_releases())
    assert found == list(range(found[0], found[-1] + 1))
    return range(found[0], found[-1] + 1)


def score_rows(first: int = 0, last: int = 9999) -> int:
    """Rows of marts.index_score: each year, province and concept of the main index."""
    return len(due_rows(SEEDS, [d for d in main_releases() if first <= d.year <= last]))


def scores_of(year: int) -> Scores:
    """The published sub-dimensions of a year as raw/ carries them, by code of province and indicator; to be changed."""
    return dict(_scores_of(year))


@cache
def _scores_of(year: int) -> Scores:
    with (ROOT / f"raw/papi/{year}/r1/scores.csv").open(encoding="utf-8", newline="") as file:
        return {(row["province_code"], row["code"]): float(row["score"]) for row in csv.DictReader(file)}


def totals() -> int:
    """Years and provinces of the main index with every part published, and so with a total."""
    whole = 0
    for delivery in main_releases():
        assert delivery.manifest is not None
        absences = (*delivery.manifest.not_published, *delivery.manifest.not_collected)
        whole += len(set(provinces_of(SEEDS, delivery.manifest)) - {p for one in absences for p in one.provinces})
    return whole


def tables() -> int:
    """Tables of the published file: a file of SQL each but for macros, those of the analyses, and what rules said."""
    folders = ("core", "marts", "audit")
    models = [path for folder in folders for path in (ROOT / "dbt_project/models" / folder).rglob("*.sql")]
    tables = [
        path
        for path in models
        if path.parent.name not in ("score", "parts") and "materialized='table_macro'" not in path.read_text("utf-8")
    ]
    return len(tables) + len(described(Settings())) + len(tables_of_source(ROOT / "dbt_project" / DESCRIBED))
