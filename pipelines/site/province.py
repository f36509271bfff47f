"""A page for each province: the 63 that were measured, and the 34 of 2025, linked by succession.

Belongs here: what stands on these pages. Does not belong here: any query; the sentences, see pages/province.py.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from pipelines.pages.province import Told, told
from pipelines.pages.words import SAID
from pipelines.published import Row
from pipelines.site import queries
from pipelines.site.home import group_of, said_of, shade
from pipelines.site.page import Page, Shown, Twin
from pipelines.site.pictures import Picture
from pipelines.site.reader import Reader

N_HEADROOMS = 5
NAME_WIDTH, PANEL_WIDTH = 33, 26  # letters of a name beside a bar, and above a small panel
PARTS = ("own", "national", "measurement")
SCORE, RANK, YEAR = ("điểm", "score"), ("hạng", "rank"), ("năm", "year")
NO_ODDS: dict[str, Twin] = {
    "withheld": (
        "Khả năng không nêu: cách tính không qua được kiểm nghiệm.",
        "Odds withheld: they failed the back-test.",
    ),
    "not_computed": (
        "Khả năng không tính: các tỉnh không còn như cũ.",
        "No odds: the provinces are no longer the same.",
    ),
}
ABSENT = ("không công bố", "not published")


def pages(reader: Reader) -> Iterator[Page]:
    """A page for each province that was measured, then for each of 2025."""
    for row in _measured(reader):
        title = (row["province_name_vi"], row["province_name_en"])
        yield Page(f"province/{row['province_key']}.html", "province.html.j2", title, _make_of(row["province_key"]))
    for row in _of_2025(reader):
        title = (row["province_name_vi"], row["province_name_en"])
        yield Page(f"merged/{row['province_key']}.html", "merged.html.j2", title, _make_merged_of(row["province_key"]))


def names(reader: Reader) -> list[Row]:
    """Every province by name, with its page."""
    measured = [{**row, "path": f"province/{row['province_key']}.html"} for row in _measured(reader)]
    of_2025 = [{**row, "path": f"merged/{row['province_key']}.html"} for row in _of_2025(reader)]
    return [
        {"name_vi": row["full_name_vi"], "name_en": row["province_name_en"], "path": row["path"]}
        for row in measured + of_2025
    ]


def _measured(reader: Reader) -> list[Row]:
    return [row for row in queries.places(reader) if row["valid_to"] is not None]


def _of_2025(reader: Reader) -> list[Row]:
    return [row for row in queries.places(reader) if row["valid_to"] is None]


def _make_of(key: str) -> Callable[[Reader], dict[str, Any]]:
    return lambda ask: _make(ask, key)


def _make_merged_of(key: str) -> Callable[[Reader], dict[str, Any]]:
    return lambda ask: _make_merged(ask, key)


@dataclass(frozen=True)
class Facts:
    """What pages and pictures of a province in a year are made of, asked once."""

    totals: list[Row]
    dimensions: list[Row]
    parts: list[Row]
    field: dict[tuple[int, str], Row]
    intervals: dict[int, Row]
    vi: Told
    en: Told

    @staticmethod
    def of(ask: Reader, key: str, year: int) -> Facts:
        """Ask for them."""
        vi, en = said_in_both(ask, key, year)
        history = queries.history(ask, key)
        return Facts(
            totals=[row for row in history if row["level"] == "total"],
            dimensions=[row for row in history if row["level"] == "dimension" and row["year"] == year],
            parts=[row for row in history if row["level"] == "sub_dimension"],
            field=queries.field(ask),
            intervals={row["year"]: row for row in queries.intervals(ask, key)},
            vi=vi,
            en=en,
        )


def _make(ask: Reader, key: str) -> dict[str, Any]:
    year = queries.last_year(ask)
    facts = Facts.of(ask, key, year)
    periods = [row for row in queries.places(ask) if row["province_key"] == key and row["valid_to"] is not None]
    total = facts.vi.changes[0]
    return {
        "year": year,
        "place": periods[-1],
        "total": total,
        "said": said_of(total),
        "group": group_of(total),
        "interval": facts.intervals.get(year),
        "vi": facts.vi,
        "en": facts.en,
        "pictures": pictures(ask, facts, key, year),
        "headroom": queries.headroom(ask, key, year, N_HEADROOMS),
        "targets": targets(ask, key),
        "has_plan": bool(ask.one("select count(*) from core.dim_plan where province_key = ?", key)),
        "peers": queries.peers(ask, key, year),
        "companions": [[*rows] for _, rows in groupby(queries.companions(ask, key), key=lambda row: row["index_id"])],
        "parts": _by_indicator(facts.parts),
        "part_years": sorted({row["year"] for row in facts.parts}),
        "cells": queries.cells(ask, key),
    }


def said_in_both(ask: Reader, key: str, year: int) -> tuple[Told, Told]:
    """What is said of a province in each language; what is said of the changes of the first in both."""
    vi, en = (told(ask.connection, key, year, lang) for lang in ("vi", "en"))
    for row, english in zip(vi.changes, en.changes, strict=True):
        row["word"] = (row["word"], english["word"])
    return vi, en


def targets(ask: Reader, key: str) -> list[tuple[Row, Twin, Twin]]:
    """Targets of plans, each with the words of its state, and why no odds are told where none are."""
    return [
        (row, SAID[row["target_state"]], NO_ODDS.get(row["probability_state"], ("", "")))
        for row in queries.targets(ask, key)
    ]


def pictures(ask: Reader, facts: Facts, key: str, year: int) -> dict[str, Shown | None]:
    """The pictures of a province by name; None where there is nothing to draw."""
    made = {
        "trend": _trend(facts),
        "dimensions": _dimensions(facts, queries.peer_means(ask, key, year), year),
        "change": _change(facts.vi.changes, year),
        "parts": _parts(facts),
        "ranks": _ranks(queries.intervals_of_year(ask, year), key, year),
    }
    return {name: shown if shown.picture.rows else None for name, shown in made.items()}


def picture(ask: Reader, name: str, key: str, year: int) -> Picture | None:
    """One picture of a province, with its name in the title; None where there is nothing to draw."""
    shown = pictures(ask, Facts.of(ask, key, year), key, year)[name]
    place = next(row for row in queries.places(ask) if row["province_key"] == key)
    return titled(shown, (place["province_name_vi"], place["province_name_en"])) if shown else None


def titled(shown: Shown, of: Twin) -> Picture:
    """A picture as it stands alone: its title says of what, and its note is told with it."""
    vi, en = (f"{name}: {lowered(title)}" for name, title in zip(of, shown.picture.title, strict=True))
    about = tuple(" ".join(parts).strip() for parts in zip(shown.picture.about, shown.note, strict=True))
    return replace(shown.picture, title=(vi, en), about=(about[0], about[1]))


def lowered(text: str) -> str:
    """A sentence that goes on after a colon."""
    return text[:1].lower() + text[1:]


def runs(rows: list[Row]) -> Iterator[tuple[Row, int]]:
    """Each row with the number of its run: years in a row that compare, each with the one before."""
    run, before = 0, None
    for row in rows:
        if before is None or not row["is_comparable"] or before["score"] is None or before["year"] != row["year"] - 1:
            run += 1
        before = row
        yield row, run


def number(value: Decimal | None) -> float | None:
    """A figure for a picture."""
    return None if value is None else float(value)


def _trend(facts: Facts) -> Shown:
    rows, intervals = [], facts.intervals
    for place, (row, run) in enumerate(runs(facts.totals)):
        field = facts.field[row["year"], row["indicator_key"]]
        is_break = place > 0 and row["not_comparable_reason"] not in (None, "not_published", "not_published_before")
        interval = intervals.get(row["year"], {})
        rows.append(
            {
                "year": row["year"], "score": number(row["score"]), "median": number(field["median(score)"]),
                "rank": row["rank"], "low": interval.get("rank_low"), "high": interval.get("rank_high"),
                "n": f"/{field['max(n_ranked)']}", "run": run,
                "breaks": row["year"] - 0.5 if is_break else None, "absent": row["score"] is None,
            }
        )  # fmt: skip
    heads = [YEAR, ("tổng điểm", "total"), ("trung vị cả nước", "national median"), RANK,
             ("hạng từ–đến", "rank interval"), ("so với năm trước", "against the year before")]  # fmt: skip
    return Shown(
        Picture(
            "trend", rows, ("Tổng điểm và hạng qua các năm", "Total and rank over the years"),
            (
                "Đường chỉ nối những năm so sánh được. Vạch đứt: cách đo đổi. Dải xám: năm không công bố. "
                "Vạch ngang: trung vị. Thanh nhạt: hạng có thể từ đâu đến đâu; số trên cùng: trong bao nhiêu tỉnh.",
                "Lines join only years that compare. Dashed: the method changed. Grey: a year not published. "
                "Ticks: median. Light bars: where the rank may lie; at the top: among how many.",
            ),
            {"score": ("tổng điểm", "total"), "rank": RANK, "absent": ABSENT},
        ),
        heads,
        [(row, facts.field[row["year"], row["indicator_key"]], intervals.get(row["year"])) for row in facts.totals],
        (
            "Trục điểm không bắt đầu từ 0. Hạng: do sai số điều tra, trong 95 % số lần mô phỏng.",
            "The axis of scores does not begin at 0. Ranks: by the noise of the survey, in 95 % of the draws.",
        ),
    )  # fmt: skip


def named(row: Row, width: int = NAME_WIDTH) -> Twin:
    """Code and name of an indicator as they fit into a picture."""
    vi, en = (
        textwrap.shorten(f"{row['code']} {row[f'indicator_name_{lang}']}", width, placeholder="…")
        for lang in ("vi", "en")
    )
    return vi, en


def word_of(row: Row) -> str:
    """The name in a shape that stands for an indicator's name in both languages."""
    return str(row["indicator_key"]).replace(".", "_")


def _dimensions(facts: Facts, peers: dict[str, Row], year: int) -> Shown:
    published = [row for row in facts.dimensions if row["score"] is not None]
    shown = [(row, facts.field[year, row["indicator_key"]], peers.get(row["indicator_key"])) for row in published]
    rows = [
        {
            "name": f"{{{word_of(row)}}}", "place": place, "own": number(row["score"]),
            "low": number(field["min(score)"]), "p25": number(field["quantile_cont(score, 0.25)"]),
            "median": number(field["median(score)"]), "p75": number(field["quantile_cont(score, 0.75)"]),
            "high": number(field["max(score)"]), "peers": mean and mean["avg(score)"],
        }
        for place, (row, field, mean) in enumerate(shown)
    ]  # fmt: skip
    heads = [("trục", "dimension"), SCORE, RANK, ("thấp nhất", "lowest"), ("trung vị", "median"),
             ("cao nhất", "best"), ("trung bình 10 tỉnh gần nhất", "mean of the ten nearest")]  # fmt: skip
    return Shown(
        Picture(
            "dimensions", rows, (f"Các trục so với cả nước, {year}", f"Dimensions among all provinces, {year}"),
            (
                "Đường mảnh: thấp nhất đến cao nhất; dải: nửa ở giữa; vạch: trung vị; thoi: 10 tỉnh gần nhất; chấm: "
                "tỉnh này.",
                "Line: lowest to highest; band: middle half; tick: median; diamond: ten nearest; dot: this province.",
            ),
            {"score": SCORE, **{word_of(row): named(row) for row in published}},
        ),
        heads,
        shown,
        ("Trục không bắt đầu từ 0.", "The axis does not begin at 0."),
    )  # fmt: skip


def _change(changes: list[Row], year: int) -> Shown:
    found = [row for row in changes if row["change_printed"] is not None and row["own_part"] is not None]
    rows = [
        {
            "name": f"{{{word_of(row)}}}", "place": place, "part": part, "order": order, "value": number(value),
            "change": number(row["change_printed"]),
        }
        for place, row in enumerate(found)
        for order, (part, value) in enumerate(zip(PARTS, row["parts_printed"], strict=True))
    ]  # fmt: skip
    total = {"total": ("Tổng", "Total")}
    words = {word_of(row): named(row) for row in found if row["level"] != "total"}
    return Shown(
        Picture(
            "change", rows,
            (f"Thay đổi {year - 1} → {year}, chia theo nguyên nhân", f"Change {year - 1} → {year} by reason"),
            (
                "Từ vạch 0 ra: riêng tỉnh (xanh), chung cả nước (cam), do cách đo (xám). Vạch đậm: thay đổi như in.",
                "From nought outward: own part (blue), national (orange), measurement (grey). Dark tick: as printed.",
            ),
            {"points": ("điểm", "points"), **total, **words},
        ),
        [], [],
    )  # fmt: skip


def _by_indicator(parts: list[Row]) -> list[dict[str, Any]]:
    """Sub-dimensions by concept, in the order of their last codes, with the rows of their years."""
    found: dict[str, list[Row]] = {}
    for row in parts:
        row["shade"] = shade(row["percentile_share"])
        found.setdefault(row["indicator_key"], []).append(row)
    ordered = sorted(found.values(), key=lambda rows: (rows[-1]["year"] < parts[-1]["year"], rows[-1]["code"]))
    return [{"last": rows[-1], "by_year": {row["year"]: row for row in rows}} for rows in ordered]


def _parts(facts: Facts) -> Shown:
    by_indicator = _by_indicator(facts.parts)
    rows = [
        {
            "name": f"{{{word_of(row)}}}", "place": place, "year": row["year"], "run": run,
            "value": number(row["score_scale_free"]),
            "median": number(facts.field[row["year"], row["indicator_key"]]["median(score_scale_free)"]),
        }
        for place, one in enumerate(by_indicator)
        for row, run in runs([*one["by_year"].values()])
    ]  # fmt: skip
    words = {word_of(one["last"]): named(one["last"], PANEL_WIDTH) for one in by_indicator}
    return Shown(
        Picture(
            "parts", rows, ("Từng chỉ số thành phần qua các năm", "Each sub-dimension over the years"),
            (
                "Điểm không theo thang (0 đến 1). Xanh: tỉnh này; xám: trung vị. Đường chỉ nối những năm so được.",
                "Score free of scale (0 to 1). Blue: this province; grey: median. Lines join only years that compare.",
            ),
            words,
        ),
        [], [],
        (
            "0 là thấp nhất, 1 là cao nhất mà thang điểm của năm cho phép.",
            "0 is the least, 1 the most that the scale of the year allows.",
        ),
    )  # fmt: skip


def _ranks(found: list[Row], key: str, year: int) -> Shown:
    rows = [
        {
            "rank": row["rank"], "low": row["rank_low"], "high": row["rank_high"],
            "is_own": row["province_key"] == key,
        }
        for row in found
    ]  # fmt: skip
    is_there = any(row["is_own"] for row in rows)
    return Shown(
        Picture(
            "ranks", rows if is_there else [],
            (f"Hạng là ước lượng, {year}", f"A rank is an estimate, {year}"),
            (
                "Mỗi thanh là một tỉnh: hạng có thể từ đâu đến đâu do sai số điều tra.",
                "Each bar is a province: where its rank may lie by the noise of the survey.",
            ),
            {"rank": ("hạng công bố", "rank as published"), "interval": ("hạng có thể", "rank may be")},
        ),
        [("tỉnh", "province"), RANK, ("hạng từ–đến", "rank interval")],
        found,
        ("Thanh chồng lên nhau thì chưa phân biệt được.", "Provinces whose bars overlap can hardly be told apart."),
    )  # fmt: skip


def _make_merged(ask: Reader, key: str) -> dict[str, Any]:
    found = queries.merged(ask, key)
    places = queries.places(ask)
    place = next(row for row in places if row["province_key"] == key and row["valid_to"] is None)
    members = [row for row in places if row["successor_key"] == key and row["valid_to"] is not None]
    totals = [row for row in found if row["level"] == "total"]
    last = max(row["year"] for row in found)
    for row in found:
        row["shade"] = shade(row["percentile_share"])
    return {
        "place": place,
        "members": list({row["province_key"]: row for row in members}.values()),
        "totals": totals,
        "year": last,
        "dimensions": [row for row in found if row["level"] == "dimension" and row["year"] == last],
    }
