"""What raw/ and the seeds say must be there: figures that a new year or province changes by itself."""

from __future__ import annotations

import csv
import random
from functools import cache
from statistics import mean, stdev

from pipelines.analysis.described import tables_of_source
from pipelines.analysis.marts import described
from pipelines.building.check_results import DESCRIBED
from pipelines.releases import deliveries
from pipelines.releases.deliveries import Delivery
from pipelines.releases.expected import due_rows, provinces_of
from pipelines.seeds import Seeds
from pipelines.settings import ROOT, Settings
from tests.workbooks.official import Scores, successors

SEEDS = Seeds(ROOT / "dbt_project/seeds")
CONCEPTS = len(SEEDS.concepts_of(SEEDS.main_index))


@cache
def releases() -> list[Delivery]:
    """Every delivery under raw/."""
    return deliveries.read_all(Settings().raw)


@cache
def main_releases() -> list[Delivery]:
    """Those of the main index, the first of each year: a later one speaks of the same provinces and concepts."""
    return [delivery for delivery in releases() if delivery.index_id == SEEDS.main_index and delivery.revision == 1]


def years() -> range:
    """The years of the main index."""
    found = sorted(delivery.year for delivery in main_releases())
    assert found == list(range(found[0], found[-1] + 1))
    return range(found[0], found[-1] + 1)


def score_rows(first: int = 0, last: int = 9999) -> int:
    """Rows of marts.index_score: each province and concept of the years whose releases speak of every province."""
    rows = due_rows(SEEDS, [d for d in releases() if first <= d.year <= last])
    whole = {(row["index_id"], row["year"]) for row in rows if row["covers_all"]}
    cells = {(row["index_id"], row["year"], row["province_key"], row["indicator_key"]) for row in rows}
    return sum(1 for cell in cells if cell[:2] in whole)


def days_not_known() -> int:
    """Releases whose day of publication was not found."""
    return sum(1 for d in releases() if d.manifest is not None and not d.manifest.published_day_known)


def names_not_confirmed() -> int:
    """Indicators, in each version of a method, under a name that the publisher was not seen to use."""
    working = {
        (r["index_id"], r["code"], r["name_vi"]) for r in SEEDS.rows("indicator") if r["name_vi_status"] == "working"
    }
    methods = [SEEDS.indicators_of(*method).values() for method in SEEDS.methods]
    return sum((one.index_id, one.code, one.name_vi) in working for indicators in methods for one in indicators)


def scores_of(year: int) -> Scores:
    """The published sub-dimensions of a year as raw/ carries them, by code of province and indicator; to be changed."""
    return dict(_scores_of(year))


@cache
def _scores_of(year: int) -> Scores:
    with (ROOT / f"raw/papi/{year}/r1/scores.csv").open(encoding="utf-8", newline="") as file:
        return {(row["province_code"], row["code"]): float(row["score"]) for row in csv.DictReader(file)}


def scores_of_2025() -> Scores:
    """Simulated: each province of 2025 gets the mean of what its parts had in 2024, and chance moves it a little."""
    chance, new = random.Random(2025), successors()
    parts: dict[tuple[str, str], list[float]] = {}
    columns: dict[str, list[float]] = {}
    for (province, code), score in scores_of(2024).items():
        parts.setdefault((new[province], code), []).append(score)
        columns.setdefault(code, []).append(score)
    return {
        (province, code): round(
            min(max(chance.gauss(mean(scores), stdev(columns[code]) / 3), min(columns[code])), max(columns[code])), 6
        )
        for (province, code), scores in sorted(parts.items())
    }


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
