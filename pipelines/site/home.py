"""The first page: who is where in the last year, in a table, by dimension, and on a map of tiles.

Belongs here: what stands on the page. Does not belong here: any query.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.pages.words import GROUPS, SAID
from pipelines.published import Row
from pipelines.site import queries
from pipelines.site.page import About, Page, Twin
from pipelines.site.reader import Reader

TILES = Path(__file__).with_name("tiles.csv")
SHADES = 5


def page(about: About) -> Page:
    """The page; it also shows what is new and what is overdue."""
    told = "\n".join([about.whats_new, *(vi for vi, _ in about.overdue)])
    title = ("PAPI các tỉnh", "PAPI by province")
    return Page("index.html", "home.html.j2", title, lambda ask: _make(ask, about), told)


def _make(ask: Reader, about: About) -> dict[str, Any]:
    year = queries.last_year(ask)
    totals = queries.totals(ask, year)
    names = {row["province_key"]: row for row in queries.places(ask)[::-1]}
    dimensions = queries.dimensions(ask, year)
    heads = list({row["indicator_key"]: row for row in dimensions}.values())
    cells = {(row["province_key"], row["indicator_key"]): row for row in dimensions}
    for row in totals:
        row["said"] = said_of(row)
        row["group"] = group_of(row)
        row["english"] = names[row["province_key"]]["province_name_en"]
        row["cells"] = [cells[row["province_key"], head["indicator_key"]] for head in heads]
    for row in dimensions:
        row["shade"] = shade(row["percentile_share"])
    by_key = {row["province_key"]: row for row in totals}
    merged = {row["province_key"]: row for row in queries.merged_totals(ask, year)}
    return {
        "year": year,
        "totals": totals,
        "heads": heads,
        "counted": queries.counted(ask, year),
        "maps": [
            (len(by_key), "province", tiles("63", by_key)),
            (len(merged), "merged", tiles("34", merged)),
        ],
        "whats_new": _notes(about.whats_new),
        "overdue": about.overdue,
    }


def said_of(row: Row) -> Twin:
    """What is to be said of a change on the year before: clear, unclear, or why it does not compare."""
    if row["score"] is None:
        return SAID["why_not_published"]
    if row["is_comparable"]:
        return SAID[row["significance"] or "unclear"]
    vi, en = SAID["not_comparable"]
    why = SAID.get(f"why_{row['not_comparable_reason']}")
    return (f"{vi}: {why[0]}", f"{en}: {why[1]}") if why else (vi, en)


def group_of(row: Row) -> Twin:
    """The quarter that a province is in, as published or else computed."""
    if row["group_published"]:
        return GROUPS[row["group_published"]]
    if row["group_computed"]:
        vi, en = GROUPS[row["group_computed"]]
        return f"{vi} (tự tính)", f"{en} (computed)"
    return "–", "–"


def shade(share: Any) -> int:
    """One to five for the fifth of the ranked provinces that a score lies in, nought where there is none."""
    return 0 if share is None else min(int(share * SHADES), SHADES - 1) + 1


@cache
def _places() -> list[dict[str, str]]:
    with TILES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tiles(name: str, rows: dict[str, Row]) -> list[Row]:
    """The tiles of a map with the rows of their provinces; a province without a place on it stands in a last line."""
    known = {tile["province_key"]: tile for tile in _places() if tile["map"] == name}
    lowest = max((int(tile["row"]) for tile in known.values()), default=0) + 1
    found = []
    for extra, (key, row) in enumerate(rows.items()):
        tile = known.get(key, {"column": str(extra % 10 + 1), "row": str(lowest)})
        place = {"column": int(tile["column"]), "row": int(tile["row"])}
        found.append({**row, **place, "shade": shade(row["percentile_share"])})
    return sorted(found, key=lambda row: (row["row"], row["column"]))


def _notes(whats_new: str) -> list[Twin]:
    """The note on what is new as pairs of paragraphs; it has each in Vietnamese, then in English."""
    told = [part.strip() for part in whats_new.split("\n\n") if part.strip() and not part.startswith("#")]
    return list(zip(told[::2], told[1::2], strict=False))
