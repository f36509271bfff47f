"""How people write figures and names of indicators, brought to one form.

Belongs here: the ways to write a figure of a measure, and the names of an index's concepts. Does not belong here: what
a figure is held against, and where in a document it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.claims.figures import Figures
from pipelines.spelling import normalise, plain, slug

NUMBER = r"\d{1,9}(?:[.,]\d{1,9})?"
MINUS = r"[-−–—‐‑]"  # a text program makes a dash of what was typed as a minus
UP, DOWN = r"tăng|cải thiện", r"giảm|tụt|sụt|hạ|mất"
HOW = r"(?:\s+(?:nhẹ|mạnh|sâu|thêm))?"
MOVED = re.compile(
    rf"(?:(?P<up>{UP}|increased|up|rose)|(?P<down>{DOWN}|decreased|down|fell))?{HOW}(?: by)? ?"
    rf"(?P<sign>[+]|{MINUS})? ?(?P<number>{NUMBER}) ?(?P<unit>.*)"
)
RANKED = re.compile(
    r"(?:xếp|đứng|đạt)? ?(?:ở )?(?:(?:thứ )?hạng|vị trí|thứ|rank(?:ed)?)? ?(?:thứ )?(?P<rank>\d{1,3})"
    r"(?: ?(?:/|trên|trong|of) ?(?P<n>\d{1,3}))?(?: (?:tỉnh|provinces).*)?"
)
POINTS = re.compile(r"(?:điểm|points?)?")
PLACES = re.compile(r"(?:bậc|hạng|thứ hạng|places?|ranks?)?")
SCORED = re.compile(rf"(?P<number>{NUMBER}) ?(?:/ ?(?P<scale>\d{{1,3}}))? ?(?:điểm|points?)?")
GROUPS = {
    "highest": ("cao nhất", "highest"),
    "upper_middle": ("trung bình cao", "trung bình - cao", "trung bình-cao", "high average", "upper middle"),
    "lower_middle": ("trung bình thấp", "trung bình - thấp", "trung bình-thấp", "low average", "lower middle"),
    "lowest": ("thấp nhất", "lowest"),
}
GROUP = re.compile(r"(?:thuộc |nằm trong )?(?:nhóm )?(?:đạt |có )?(?:số )?(?:điểm )?(?:số )?(?P<group>.+)")
DIRECTIONS = {
    "up": ("tang", "tang_diem", "tang_nhe", "up", "increased"),
    "down": ("giam", "giam_diem", "giam_nhe", "down", "decreased"),
    "unchanged": ("giu_nguyen", "giu_nguyen_diem", "giu_diem", "khong_doi", "khong_thay_doi", "unchanged"),
}
CODED = re.compile(r"(?:d|truc|truc so|chi so|noi dung|chi so noi dung|linh vuc|dimension) ?(?:so )?(\d(?:\.\d)?)")


def stated(measure: str, text: str, scale: str | None = None) -> str:
    """A figure of a measure in the form that verdicts read: ``-9`` for "giảm 9 bậc", ``13/63`` for "thứ 13 / 63 tỉnh".

    ``scale`` is the highest score that there is, where a score says out of how many. What is no figure of the measure
    comes back as it is.
    """
    said = " ".join(normalise(text).replace("\u00a0", " ").split())
    match measure:
        case "score":
            found = SCORED.fullmatch(said)
            return found["number"] if found and found["scale"] in (None, scale) else text
        case "change" | "rank_change":
            found = MOVED.fullmatch(said)
            units = POINTS if measure == "change" else PLACES
            if not found or not units.fullmatch(found["unit"]) or (found["sign"] and (found["up"] or found["down"])):
                return text
            is_down = found["down"] or (found["sign"] or "+") != "+"
            return ("-" if is_down else "+" if found["sign"] or found["up"] else "") + found["number"]
        case "rank":
            found = RANKED.fullmatch(said)
            return text if not found else f"{found['rank']}/{found['n']}" if found["n"] else found["rank"]
        case "group":
            found = GROUP.fullmatch(said.replace("_", " "))
            told = plain(found["group"]) if found else ""
            return next((key for key, names in GROUPS.items() if told in map(plain, names)), slug(text))
        case "direction":
            return next((key for key, names in DIRECTIONS.items() if slug(text) in names), slug(text))
        case "published_on":
            day = re.fullmatch(r"(?:ngày )?(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", said)
            return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}" if day else text
    return text


def indicators_named(figures: Figures, year: int, text: str) -> Iterator[str]:
    """Keys of the concepts of a year that a key, a code such as 1.1, D1 or "trục 1", or a name stands for."""
    wanted = plain(text)
    coded = CODED.fullmatch(wanted)
    for (in_year, key), one in figures.indicators.items():
        if in_year == year and (
            wanted in (key, one.code.lower())
            or (coded and coded[1] == one.code)
            or slug(text) in [slug(name) for name in one.names]
        ):
            yield key
