"""Pictures say in words what they show, in both languages, and draw no line where nothing compares."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipelines.site import province
from pipelines.site.pictures import SHAPES, Drawings, Picture

NAMES = {"score": ("điểm <b>", "score & more"), "a": ("một & hai", "one < two")}
FIGURES = {"low": 1.0, "p25": 2.0, "median": 2.5, "p75": 3.0, "high": 4.5, "own": 2.25, "peers": 2.4}
ROWS = [{"name": "{a}", "place": 0, **FIGURES}]
SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> Picture:
    return Picture("dimensions", ROWS, ("Tiêu đề <i>", "Title"), ("Mô tả", "About"), NAMES)


def test_a_picture_has_title_and_description_and_both_languages() -> None:
    root = ET.fromstring(drawn().svg())
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Tiêu đề <i> / Title"
    assert root.findtext(f"{SVG}desc") == "Mô tả / About"
    spoken = {(span.get("lang"), span.text) for span in root.iter(f"{SVG}tspan")}
    assert spoken == {("vi", "điểm <b>"), ("en", "score & more"), ("vi", "một & hai"), ("en", "one < two")}


def test_a_drawing_that_a_page_had_is_taken_from_there_unless_a_figure_changed() -> None:
    page = f'<figure class="picture" id="a" data-key="{drawn().key}"><div><svg>as it was</svg></div></figure>'
    drawings = Drawings()
    drawings.begin(page)
    assert drawings.svg(drawn()) == "<svg>as it was</svg>"
    assert "as it was" not in drawings.svg(replace(drawn(), rows=[{**ROWS[0], "own": 2.26}]))
    drawings.begin("")
    assert drawings.svg(drawn()) == drawn().svg()


def test_numbers_have_a_decimal_comma() -> None:
    texts = [text.text or "" for text in ET.fromstring(drawn().svg()).iter(f"{SVG}text")]
    assert [text for text in texts if re.fullmatch(r"\d+,\d", text)]
    assert not [text for text in texts if re.fullmatch(r"\d+\.\d", text)]


def test_a_picture_for_a_document_speaks_one_language() -> None:
    english = drawn().svg("en")
    assert "one &lt; two" in english
    assert "một" not in english
    assert drawn().png().startswith(b"\x89PNG")


def test_every_shape_can_be_drawn_without_rows() -> None:
    words = {name: (name, name) for name in ("score", "rank", "absent", "points", "interval")}
    for shape in SHAPES:
        assert Picture(shape, [], ("", ""), ("", ""), words).svg().startswith("<svg")


@given(
    st.lists(st.tuples(st.booleans(), st.one_of(st.none(), st.decimals(0, 80, places=2))), min_size=1, max_size=14),
)
def test_a_line_joins_only_years_that_compare(years: list[tuple[bool, Decimal | None]]) -> None:
    rows = [
        {"year": 2011 + at, "is_comparable": compares, "score": score} for at, (compares, score) in enumerate(years)
    ]
    found = [*province.runs(rows)]
    for (before, run_before), (row, run) in pairwise(found):
        joins = row["is_comparable"] and before["score"] is not None
        assert (run == run_before) == joins
