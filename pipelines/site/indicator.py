"""A page for each sub-dimension, and the list of them.

Belongs here: what stands on these pages. Does not belong here: any query.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.published import Row
from pipelines.site import queries
from pipelines.site.home import said_of, shade
from pipelines.site.page import Page, Shown
from pipelines.site.pictures import Picture
from pipelines.site.province import SCORE, named, number, titled
from pipelines.site.reader import Reader

N_MOVED = 10
CHANGED = ("measure_changed", "scale_changed", "composition_changed", "part_changed")
DOTS = 61  # places beside each other in which the dots of a year stand


def path_of(row: Row) -> str:
    """The page of a sub-dimension."""
    return f"indicator/{row['indicator_key']}.html"


def pages(reader: Reader) -> Iterator[Page]:
    """The list, then a page for each sub-dimension that was ever measured."""
    yield Page("indicators.html", "indicators.html.j2", ("Chỉ số thành phần", "Sub-dimensions"), _make_list)
    for row in queries.indicators(reader):
        title = (row["indicator_name_vi"], row["indicator_name_en"])
        yield Page(path_of(row), "indicator.html.j2", title, _make_of(row))


def _make_list(ask: Reader) -> dict[str, Any]:
    parts = queries.indicators(ask)
    dimensions = queries.indicators(ask, "dimension")
    return {"groups": [(row, [p for p in parts if p["parent_key"] == row["indicator_key"]]) for row in dimensions]}


def _make_of(indicator: Row) -> Callable[[Reader], dict[str, Any]]:
    return lambda ask: _make(ask, indicator)


def _make(ask: Reader, indicator: Row) -> dict[str, Any]:
    key = indicator["indicator_key"]
    by_year = _by_year(ask, key)
    for row in (row for rows in by_year.values() for row in rows):
        row["said"] = said_of(row)
        row["shade"] = shade(row["percentile_share"])
    last = max(by_year)
    moved = [row for row in by_year[last] if row["change_printed"] is not None and row["is_comparable"]]
    moved.sort(key=lambda row: row["change"])
    n = min(N_MOVED, len(moved) // 2)
    years = _years(ask, key, by_year)
    return {
        "indicator": indicator,
        "methods": queries.methods_of(ask, key),
        "last": last,
        "scores": by_year[last],
        "rose": moved[::-1][:n],
        "fell": moved[:n],
        "years": years,
        "self_picture": _distribution(by_year, years),
        "cells": queries.cells_of(ask, key),
    }


def picture(ask: Reader, key: str) -> Picture:
    """How the provinces lie in a sub-dimension over the years, with its name in the title."""
    by_year = _by_year(ask, key)
    last = by_year[max(by_year)][0]
    return titled(_distribution(by_year, _years(ask, key, by_year)), named(last, sys.maxsize))


def _by_year(ask: Reader, key: str) -> dict[int, list[Row]]:
    by_year: dict[int, list[Row]] = {}
    for row in queries.scores_of(ask, key):
        by_year.setdefault(row["year"], []).append(row)
    return by_year


def _years(ask: Reader, key: str, by_year: dict[int, list[Row]]) -> list[Row]:
    """How the provinces lie in each year, with its code, and whether the measure was another in the year before."""
    field = queries.field(ask, key)
    return [
        {**field[year, key], "code": rows[0]["code"], "breaks": year > min(by_year) and _breaks(rows)}
        for year, rows in by_year.items()
    ]


def _breaks(rows: list[Row]) -> bool:
    """Whether the measure was another in the year before."""
    return any(row["not_comparable_reason"] in CHANGED for row in rows)


def _distribution(by_year: dict[int, list[Row]], years: list[Row]) -> Shown:
    rows: list[dict[str, Any]] = []
    for one in years:
        year = one["year"]
        scores = sorted(float(row["score"]) for row in by_year[year] if row["score"] is not None)
        for at, score in enumerate(scores):
            # Neighbours in rank stand apart: 23 and 61 have no common factor, so the places are all different.
            spread = year + (((at * 23) % DOTS) / DOTS - 0.5) * 0.66
            rows.append({"year": year, "value": score, "spread": round(spread, 3)})
        if scores:
            rows.append(
                {
                    "year": year, "breaks": year - 0.5 if one["breaks"] else None,
                    "median": number(one["median(score)"]),
                    "p25": number(one["quantile_cont(score, 0.25)"]), "p75": number(one["quantile_cont(score, 0.75)"]),
                }
            )  # fmt: skip
    return Shown(
        Picture(
            "distribution", rows, ("Các tỉnh qua các năm", "The provinces over the years"),
            (
                "Mỗi chấm một tỉnh; thanh: nửa ở giữa; vạch: trung vị; vạch đứt: cách đo đổi.",
                "A dot each province; bar: middle half; tick: median; dashed: the measure changed.",
            ),
            {"score": SCORE},
        ),
        [], [],
        ("Trục không bắt đầu từ 0.", "The axis does not begin at 0."),
    )  # fmt: skip
