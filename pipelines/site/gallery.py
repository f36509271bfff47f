"""The pictures of the pages by name, for documents: each is of a province, of a sub-dimension, or of all.

Belongs here: what can be asked for; maps and tables of cells, which pages lay out as HTML, drawn from the same rows.
Does not belong here: any query; how a picture is drawn, see pictures.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pipelines.published import Row
from pipelines.site import home, indicator, office, office_queries, province, queries
from pipelines.site.page import Twin
from pipelines.site.pictures import NoSuchPicture, Picture
from pipelines.site.province import named, number, word_of
from pipelines.site.reader import Reader

PROVINCE, INDICATOR = "PROVINCE", "INDICATOR"
CODE_WIDTH = 24  # letters of a dimension's name above its column
FIFTHS = (
    "Màu: một phần năm nào của các tỉnh được công bố; đậm là cao.",
    "Colour: which fifth of the published provinces; dark is high.",
)


@dataclass(frozen=True)
class Drawable:
    """A picture that can be asked for: what it shows, and of what it is: a province, an indicator, or nothing.

    ``make`` takes what it is of by its key, and the year; it gives None where there is nothing to draw.
    """

    about: Twin
    make: Callable[[Reader, str, int], Picture | None]
    of: str = ""


def draw(ask: Reader, name: str, key: str, year: int) -> Picture:
    """A picture by its name. Raises ``NoSuchPicture`` where there is nothing to draw."""
    found = PICTURES[name].make(ask, key, year)
    if found is None:
        raise NoSuchPicture(f"{name}: không có gì để vẽ / nothing to draw")
    return found


def _of_province(name: str, ask: Reader, key: str, year: int) -> Picture | None:
    return province.picture(ask, name, key, year)


def _map(tiles: str, ask: Reader, _: str, year: int) -> Picture:
    is_merged = tiles == "34"
    found = queries.merged_totals(ask, year) if is_merged else queries.totals(ask, year)
    rows = [
        {
            "column": row["column"], "row": row["row"], "shade": row["shade"],
            "name": row["province_name_vi"].removesuffix(" (từ 07/2025)"),
            "rank": f"{row['rank']}/{row['n_ranked']}" if row["rank"] else "–",
        }
        for row in home.tiles(tiles, {row["province_key"]: row for row in found})
    ]  # fmt: skip
    vi, en = FIFTHS
    back = ("Tính lùi: trung bình có trọng số dân số của các tỉnh cũ, không phải số công bố.",
            "Computed back: means of the former provinces, weighted by population; not published.")  # fmt: skip
    about = (f"{vi} {back[0]}", f"{en} {back[1]}") if is_merged else FIFTHS
    title = (f"PAPI {year}: hạng tổng điểm, {len(rows)} tỉnh", f"PAPI {year}: rank of the total, {len(rows)} provinces")
    return Picture("map", rows, title, about, {})


def _heat(ask: Reader, _: str, year: int) -> Picture:
    order = {row["province_key"]: place for place, row in enumerate(queries.totals(ask, year))}
    found = queries.dimensions(ask, year)
    heads = {row["indicator_key"]: row for row in found}
    rows = [
        {
            "name": row["province_name_vi"], "place": order[row["province_key"]], "value": number(row["score"]),
            "column": f"{{{word_of(row)}}}", "order": [*heads].index(row["indicator_key"]),
            "shade": home.shade(row["percentile_share"]),
        }
        for row in found
    ]  # fmt: skip
    words = {word_of(row): named(row, CODE_WIDTH) for row in heads.values()}
    return Picture("grid", rows, (f"PAPI {year}: các trục", f"PAPI {year}: dimensions"), FIFTHS, words)


def _reporting(ask: Reader, _: str, __: int) -> Picture | None:
    plan = office_queries.plan(ask)
    periods = office_queries.tracked_periods(ask, plan["plan_id"]) if plan else []
    found: list[Row] = office_queries.districts(ask, plan["plan_id"], periods) if plan else []
    keys = list(dict.fromkeys(row["district_key"] for row in found))
    rows = [
        {
            "name": f"{{d{keys.index(row['district_key'])}}}", "place": keys.index(row["district_key"]),
            "column": row["period"], "order": periods.index(row["period"]),
            "shade": office.colour_of(row["reporting_rate_pct"]),
            "said": f"{row['communes_actual']}/{row['communes_expected']}",
        }
        for row in found
    ]  # fmt: skip
    names = {row["unit_key"]: (row["full_name_vi"], row["unit_name_en"]) for row in office_queries.units(ask)}
    vi, en = ("MÔ PHỎNG. ", "SIMULATED. ") if office_queries.is_simulated(ask) else ("", "")
    about = (
        f"{vi}Số xã có báo cáo đọc được trên số xã phải báo cáo; đậm là nhiều.",
        f"{en}Communes whose report came and could be read, of those that owe one; dark is many.",
    )
    words = {f"d{place}": names[key] for place, key in enumerate(keys)}
    title = ("Các huyện báo cáo, theo kỳ", "Reporting by district and period")
    return Picture("grid", rows, title, about, words) if rows else None


PICTURES: dict[str, Drawable] = {
    "trend": Drawable(("tổng điểm và hạng qua các năm", "total and rank over the years"),
                      partial(_of_province, "trend"), PROVINCE),
    "dimensions": Drawable(("các trục so với cả nước", "dimensions among all provinces"),
                           partial(_of_province, "dimensions"), PROVINCE),
    "change": Drawable(("thay đổi, chia theo nguyên nhân", "change by reason"),
                       partial(_of_province, "change"), PROVINCE),
    "parts": Drawable(("từng chỉ số thành phần qua các năm", "each sub-dimension over the years"),
                      partial(_of_province, "parts"), PROVINCE),
    "ranks": Drawable(("hạng của mọi tỉnh, từ đâu đến đâu", "the ranks of all provinces as intervals"),
                      partial(_of_province, "ranks"), PROVINCE),
    "distribution": Drawable(("các tỉnh qua các năm ở một chỉ số", "the provinces over the years in an indicator"),
                             lambda ask, key, _: indicator.picture(ask, key), INDICATOR),
    "map63": Drawable(("bản đồ ô của 63 tỉnh", "tiles of the 63 provinces"), partial(_map, "63")),
    "map34": Drawable(("bản đồ ô của 34 tỉnh từ 07/2025", "tiles of the 34 provinces from July 2025"),
                      partial(_map, "34")),
    "heat": Drawable(("điểm các trục của mọi tỉnh", "dimensions of every province"), _heat),
    "reporting": Drawable(("các huyện báo cáo, theo kỳ", "reporting by district and period"), _reporting),
}  # fmt: skip
