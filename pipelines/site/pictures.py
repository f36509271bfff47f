"""Pictures of the site: what is drawn, in one theme, as SVG for pages and PNG for documents.

Belongs here: shapes, colours, and how words of two languages come into one drawing. Does not belong here: any query.

A shape is made once with Altair and drawn with other rows each time, by vl-convert, without a browser. Words stand in a
shape as names in braces, ``{score}``: a page gets both languages in the one drawing and shows one of them, a PNG the
one that was asked for.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from pipelines.kept import key_of

Words = Mapping[str, tuple[str, str]]
# Blue and orange stay apart for every kind of colour blindness and in grey; light to dark says little to much.
OWN, OTHER, THIRD, GREY, FAINT, BREAK = "#0b5c8a", "#e08a1e", "#8c9aa6", "#5f6b76", "#dfe5ea", "#a8431a"
INK = "#24313c"
SHADES = ("#ffffff", "#f1f6fa", "#d6e6f2", "#acd0e7", "#73afd6", "#135080")  # none, then the classes of the style sheet
# Vietnamese numbers: decimal comma, thousands by points, a true minus.
LOCALE = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"], "minus": "−"}
ENGLISH = {**LOCALE, "decimal": ".", "thousands": ","}
THEME = {
    "background": "#ffffff",
    "font": "Arial, Helvetica, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK, "titleColor": INK, "labelFontSize": 11, "titleFontSize": 11,
        "titleFontWeight": "normal", "gridColor": FAINT, "domainColor": THIRD, "tickColor": THIRD, "labelLimit": 0,
    },
    "header": {"labelFontSize": 11, "labelColor": INK, "labelLimit": 0, "title": None},
    "facet": {"spacing": 14},
    "aria": False,  # the whole picture has one description, and a table of the same figures stands under it
}  # fmt: skip
# The Arial that vl-convert brings lacks most letters of Vietnamese, and it would draw them with serifs.
OF_DOCUMENTS = "DejaVu Sans, Segoe UI, Noto Sans, Arial, sans-serif"
WIDE, LINE = 540, 84  # pixels of a drawing, letters of a line below its title
# What a drawing says without need: half of its bytes.
NEEDLESS = (
    r'<path[^>]* display="none"/>|<path[^>]* d="M0,0h0v0h0Z"[^>]*/>| aria-[a-z]+="[^"]*"'
    r'| class="[^"]*"| font-family="[^"]*"| (?:opacity|fill-opacity)="1"| pointer-events="none"'
    r'| role="graphics-symbol"| cursor="default"'
)


OF_A_PAGE = r'<figure class="picture"[^>]* data-key="(\w+)">.*?(<svg.*?</svg>)'


class NoSuchPicture(LookupError):
    """No picture has this name; the message lists those that there are."""


@dataclass(frozen=True)
class Picture:
    """A shape with its rows, its words by name, and a title and a description, each Vietnamese and English."""

    shape: str
    rows: Sequence[Mapping[str, Any]]
    title: tuple[str, str]
    about: tuple[str, str]
    words: Words

    @property
    def key(self) -> str:
        """Sixteen characters for what is drawn."""
        return key_of(None, (), repr(self))

    def svg(self, lang: str | None = None) -> str:
        """The picture in a language; without one for a page, with both in it, of which the page's style shows one."""
        import vl_convert

        drawn: str = vl_convert.vegalite_to_svg(self._spec(lang), format_locale=_locale(lang))
        if lang:
            return drawn
        drawn = re.sub(r"(\d\.\d\d)\d+", r"\1", re.sub(NEEDLESS, "", drawn))
        drawn = re.sub(r"\{(\w+)\}", lambda found: _twin("tspan", self.words[found[1]]), drawn)
        said = f"<title>{escape(' / '.join(self.title))}</title><desc>{escape(' / '.join(self.about))}</desc>"
        return drawn.replace(">", f' role="img">{said}', 1)

    def png(self, lang: str = "vi") -> bytes:
        """The picture for a document, at twice the size of a screen, on white."""
        import vl_convert

        drawn: bytes = vl_convert.vegalite_to_png(self._spec(lang), scale=2, format_locale=_locale(lang))
        return drawn

    def _spec(self, lang: str | None) -> str:
        """The shape with its rows as Vega-Lite, its title and words in a language; without one, its words by name."""
        spec = {**_shape(self.shape), "datasets": {"rows": [*map(dict, self.rows)]}}
        if lang is None:
            return json.dumps(spec, ensure_ascii=False)
        at = ("vi", "en").index(lang)
        text = {"text": self.title[at], "subtitle": textwrap.wrap(self.about[at], LINE), "anchor": "start"}
        spec["config"] = {**THEME, "font": OF_DOCUMENTS}
        spec["title"] = {**text, "fontSize": 13, "subtitleFontSize": 10.5, "subtitleColor": GREY, "offset": 14}
        named = {name: json.dumps(twin[at], ensure_ascii=False)[1:-1] for name, twin in self.words.items()}
        return re.sub(r"\{(\w+)\}", lambda found: named[found[1]], json.dumps(spec, ensure_ascii=False))


class Drawings:
    """The drawings of a page; those that it had before are taken from there, since nothing takes longer to make."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}

    def begin(self, before: str) -> None:
        """Begin a page, which was this before."""
        self._before = dict(re.findall(OF_A_PAGE, before, flags=re.DOTALL))

    def svg(self, picture: Picture) -> str:
        return self._before.get(picture.key) or picture.svg()


def _locale(lang: str | None) -> dict[str, Any]:
    return ENGLISH if lang == "en" else LOCALE


def _twin(tag: str, twin: tuple[str, str]) -> str:
    vi, en = map(escape, twin)
    return vi if vi == en else f'<{tag} lang="vi">{vi}</{tag}><{tag} lang="en">{en}</{tag}>'


@cache
def _shape(name: str) -> dict[str, Any]:
    """A shape as Vega-Lite, its rows left open under the name ``rows``."""
    found: dict[str, Any] = SHAPES[name]().to_dict()
    return {**found, "config": THEME}


def _years(alt: Any, title: Any = None) -> Any:
    return alt.X(
        "year:Q", title=title, axis=alt.Axis(format="d", tickMinStep=1, grid=False, tickCount=14),
        scale=alt.Scale(nice=False, zero=False, padding=14),
    )  # fmt: skip


def _names(alt: Any, **axis: Any) -> Any:
    """A line for each name, in the order of their places."""
    sort = alt.EncodingSortField("place", op="min")
    return alt.Y("name:N", title=None, sort=sort, axis=alt.Axis(domain=False, ticks=False, **axis))


def _breaks(base: Any) -> Any:
    """Where the method changed: a dashed line before the year."""
    shown = base.transform_filter("isValid(datum.breaks)")
    return shown.mark_rule(color=BREAK, strokeDash=[4, 3], strokeWidth=1.4).encode(x="breaks:Q")


def _trend() -> Any:
    """Total and rank over the years; no line over a break or a year that was not published.

    Rows: year, score, median, rank, n (of how many, as it is written), low, high, run (of years that compare), breaks
    (half a year before), absent.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    x = _years(alt)
    gaps = base.transform_filter("datum.absent").mark_rule(color=FAINT, strokeWidth=26).encode(x=x)
    breaks = _breaks(base)
    said = (
        base.transform_filter("datum.absent")
        .mark_text(text="{absent}", angle=270, fontSize=10, color=GREY, align="left")
        .encode(x=x, y=alt.value(165))
    )
    y = alt.Y("score:Q", title="{score}", scale=alt.Scale(zero=False, nice=True))
    scored = base.transform_filter("isValid(datum.score)")
    total = [
        gaps,
        breaks,
        base.mark_tick(color=GREY, thickness=2, width=20, orient="horizontal").encode(x=x, y=alt.Y("median:Q")),
        scored.mark_line(color=OWN, strokeWidth=2.4).encode(x=x, y=y, detail="run:N"),
        scored.mark_point(color=OWN, filled=True, size=48, opacity=1).encode(x=x, y=y),
        scored.mark_text(dy=-11, fontSize=10.5, color=OWN).encode(x=x, y=y, text=alt.Text("score:Q", format=".1f")),
        said,
    ]
    place = alt.Y("rank:Q", title="{rank}", scale=alt.Scale(reverse=True, zero=False, domain=[1, 63]))
    rank = [
        gaps,
        breaks,
        scored.mark_rule(color="#a9cbe0", strokeWidth=8, strokeCap="round").encode(
            x=x, y=alt.Y("low:Q", scale=alt.Scale(reverse=True, domain=[1, 63])), y2="high:Q"
        ),
        scored.mark_line(color=OWN, strokeWidth=2).encode(x=x, y=place, detail="run:N"),
        scored.mark_point(color=OWN, filled=True, size=48, opacity=1).encode(x=x, y=place),
        scored.mark_text(dx=7, dy=-6, fontSize=10.5, color=INK, align="left").encode(x=x, y=place, text="rank:Q"),
        scored.mark_text(fontSize=10, color=GREY, baseline="bottom").encode(x=x, y=alt.value(-7), text="n:N"),
    ]
    upper = alt.layer(*total).properties(width=WIDE, height=175)
    return alt.vconcat(upper, alt.layer(*rank).properties(width=WIDE, height=150), spacing=18)


def _dimensions() -> Any:
    """Each dimension among all provinces: lowest to highest, middle half, median, nearest peers, the province.

    Rows: name (a word), place, low, p25, median, p75, high, own, peers.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    y = _names(alt, minExtent=190)
    x: dict[str, Any] = {"title": "{score}", "scale": alt.Scale(zero=False, nice=True)}
    layers = [
        base.mark_rule(color=THIRD).encode(y=y, x=alt.X("low:Q", **x), x2="high:Q"),
        base.mark_bar(color="#cfdbe4", height=11).encode(y=y, x=alt.X("p25:Q", **x), x2="p75:Q"),
        base.mark_tick(color=GREY, thickness=2, height=15).encode(y=y, x=alt.X("median:Q", **x)),
        base.mark_point(color=OTHER, shape="diamond", size=70, strokeWidth=2).encode(y=y, x=alt.X("peers:Q", **x)),
        base.mark_point(color=OWN, filled=True, size=95, opacity=1).encode(y=y, x=alt.X("own:Q", **x)),
    ]
    return alt.layer(*layers).properties(width=WIDE - 190, height=alt.Step(27))


def _change() -> Any:
    """What each dimension gained or lost, stacked by reason: the province's own, national, measurement.

    Rows: name (a word), place, part (own, national, measurement), order (of parts), value, change.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    y = _names(alt, minExtent=190)
    scale = alt.Scale(domain=["own", "national", "measurement"], range=[OWN, OTHER, "#c3ccd4"])
    bars = base.mark_bar(height=15, stroke="#ffffff", strokeWidth=0.5).encode(
        y=y,
        x=alt.X("value:Q", title="{points}", stack="zero"),
        color=alt.Color("part:N", scale=scale, legend=None),
        order=alt.Order("order:Q"),
    )
    net = base.mark_tick(color="#10222f", thickness=2.5, height=21).encode(y=y, x=alt.X("change:Q"))
    zero = base.mark_rule(color=INK).encode(x=alt.datum(0))
    return alt.layer(zero, bars, net).properties(width=WIDE - 190, height=alt.Step(27))


def _parts() -> Any:
    """A small panel for each sub-dimension over the years, on the scale-free score.

    Rows: name (a word), place, year, value, median, run (of years that compare).
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    x = alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=3, grid=False, labelFontSize=9),
              scale=alt.Scale(domain=[2011, 2024], nice=False))  # fmt: skip
    axis = alt.Axis(values=[0, 0.5, 1], labelFontSize=9)
    y = alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, 1]))
    shown = base.transform_filter("isValid(datum.value)")
    layers = alt.layer(
        base.mark_line(color=THIRD, strokeWidth=1.6, strokeCap="round").encode(
            x=x, y=alt.Y("median:Q"), detail="run:N"
        ),
        shown.mark_line(color=OWN, strokeWidth=1.8).encode(x=x, y=y, detail="run:N"),
        shown.mark_circle(color=OWN, size=16, opacity=1).encode(x=x, y=y),
    ).properties(width=134, height=62)
    header = alt.Header(labelAnchor="start", labelFontSize=10)
    return layers.facet(
        facet=alt.Facet("name:N", title=None, sort=alt.EncodingSortField("place", op="min"), header=header), columns=6
    )


def _ranks() -> Any:
    """Every province with the interval of its rank, the one of the page among them.

    Rows: place, rank, low, high, is_own.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    x = alt.X("rank:Q", title="{rank}", scale=alt.Scale(domain=[1, 63], nice=False, padding=6))
    y = alt.Y("low:Q", title="{interval}", scale=alt.Scale(domain=[1, 63], reverse=True, nice=False))
    color = alt.condition("datum.is_own", alt.value(OWN), alt.value("#b6c2cc"))
    return alt.layer(
        base.mark_rule(strokeWidth=4).encode(x=x, y=y, y2="high:Q", color=color),
        base.transform_filter("datum.is_own").mark_point(color=OWN, filled=True, size=90, opacity=1).encode(
            x=x, y=alt.Y("rank:Q")
        ),
    ).properties(width=WIDE, height=180)  # fmt: skip


def _distribution() -> Any:
    """How all provinces lie in each year: a dot each, the middle half, the median.

    Rows: year, value, spread (a place beside the others), is_median, p25, p75.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    x = _years(alt)
    y = alt.Y("value:Q", title="{score}", scale=alt.Scale(zero=False))
    return alt.layer(
        _breaks(base),
        base.mark_circle(color=THIRD, size=11, opacity=0.75).encode(x="spread:Q", y=y),
        base.mark_rule(color="#7fb0cf", strokeWidth=7, opacity=0.9).encode(x=x, y=alt.Y("p25:Q"), y2="p75:Q"),
        base.mark_tick(color=OWN, thickness=3, width=22, orient="horizontal").encode(x=x, y=alt.Y("median:Q")),
    ).properties(width=WIDE, height=220)


def _map() -> Any:
    """A tile for each province, roughly where it lies, coloured by its fifth.

    Rows: column, row, name, rank (as it is written), shade (0 to 5).
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    x, y = alt.X("column:O", axis=None), alt.Y("row:O", axis=None)
    tile = base.mark_rect(stroke="#ffffff", strokeWidth=3).encode(x=x, y=y, color=_shades(alt))
    name, rank = (
        base.mark_text(fontSize=9, dy=dy).encode(x=x, y=y, text=text, color=_on_shade(alt))
        for dy, text in ((-6, "name:N"), (7, "rank:N"))
    )
    return alt.layer(tile, name, rank).properties(width=alt.Step(88), height=alt.Step(34))


def _grid() -> Any:
    """Names by columns, each cell coloured by its class, with its figure or what is said in it.

    Rows: name, place, column (a word), order (of columns), shade (0 to 5), value or said.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData("rows"))
    axis = alt.Axis(orient="top", labelAngle=-30, labelAlign="left", domain=False, ticks=False)
    x = alt.X("column:N", title=None, sort=alt.EncodingSortField("order", op="min"), axis=axis)
    y = _names(alt)
    cell = base.mark_rect(stroke="#ffffff").encode(x=x, y=y, color=_shades(alt))
    texts = (alt.Text("value:Q", format=".2f"), alt.Text("said:N"))
    figure, said = (
        base.transform_filter(f"isValid(datum.{name})")
        .mark_text(fontSize=9.5)
        .encode(x=x, y=y, text=text, color=_on_shade(alt))
        for name, text in zip(("value", "said"), texts, strict=True)
    )
    return alt.layer(cell, figure, said).properties(width=alt.Step(62), height=alt.Step(17))


def _shades(alt: Any) -> Any:
    return alt.Color("shade:O", scale=alt.Scale(domain=[*range(len(SHADES))], range=[*SHADES]), legend=None)


def _on_shade(alt: Any) -> Any:
    """The colour of letters: light on the darkest."""
    return alt.condition(f"datum.shade == {len(SHADES) - 1}", alt.value("#ffffff"), alt.value(INK))


SHAPES = {
    "trend": _trend, "dimensions": _dimensions, "change": _change, "parts": _parts, "ranks": _ranks,
    "distribution": _distribution, "map": _map, "grid": _grid,
}  # fmt: skip
