"""Every page of the demonstration: whole, valid, of few bytes, linked, and each figure that of its row."""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape, unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import pytest

from pipelines.pages.figures import Figure, printed
from pipelines.pages.words import Sentence
from pipelines.pages.words import printed as in_hundredths
from pipelines.site.pictures import Picture
from tests.site.conftest import Drawn, draw

MOST_OF_A_PAGE, MOST_OF_ALL = 400 * 1024, 40 * 1024 * 1024
# A page of each kind, and provinces that were not published in full.
LOOKED_AT = (
    "index.html", "leader.html", "plan.html", "compliance.html", "data.html", "indicators.html", "glossary.html",
    "province/24-bac-giang.html", "province/22-quang-ninh.html", "province/82-tien-giang.html",
    "merged/24-bac-ninh.html", "indicator/e_governance.responsiveness.html", "district/223-hiep-hoa.html",
)  # fmt: skip
VALIDATED = (*LOOKED_AT, "rules.html", "releases.html", "table/marts.index_score.html")
FIGURE = re.compile(
    r'<data class="f" value="([^"]*)" data-at="([^"]*)" data-col="([^"]*)" data-kind="(\w+)">([^<]*)</data>'
)
pytestmark = pytest.mark.long


class Page(HTMLParser):
    """What a page refers to, what can be referred to in it, and its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: list[str] = []
        self.levels: list[int] = []
        self.langs: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.links += [value for name in ("href", "src") if (value := found.get(name))]
        self.names += [value for value in [found.get("id")] if value]
        self.langs |= {value for value in [found.get("lang")] if value}
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))


@pytest.fixture(scope="module")
def pages(site: Drawn) -> dict[str, Page]:
    return {path: Page(site.text(path)) for path in site.paths}


def test_every_page_is_drawn(site: Drawn) -> None:
    folders = [path.split("/")[0] for path in site.paths if "/" in path]
    assert (folders.count("province"), folders.count("merged"), folders.count("district")) == (
        63,
        34,
        11,
    )  # Chũ is there from 2025
    assert folders.count("indicator") == 31
    assert not [path for path in LOOKED_AT if path not in site.paths]


def test_no_page_is_large(site: Drawn) -> None:
    sizes = {path: (site.folder / path).stat().st_size for path in site.paths}
    assert not {path: size for path, size in sizes.items() if size > MOST_OF_A_PAGE}
    downloads = sum(path.stat().st_size for path in (site.folder / "files").iterdir())
    everything = sum(path.stat().st_size for path in site.folder.rglob("*") if path.is_file())
    assert everything - downloads < MOST_OF_ALL


def test_every_link_leads_to_a_file_and_a_name_in_it(site: Drawn, pages: dict[str, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            file, _, name = unquote(link).partition("#")
            if file.startswith("data:"):
                continue
            target = (site.folder / path).parent / file if file else site.folder / path
            is_there = target.exists()
            if is_there and name:
                is_there = name in pages[target.resolve().relative_to(site.folder.resolve()).as_posix()].names
            broken += [] if is_there else [f"{path}: {link}"]
    assert not broken
    assert not [link for page in pages.values() for link in page.links if re.match(r"(https?:)?//", link)]


def test_headings_go_down_by_one_and_names_stand_once(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert page.levels[0] == 1, path
        assert all(after - before <= 1 for before, after in pairwise(page.levels)), path
        assert len(page.names) == len({*page.names}), path
        assert {"vi", "en"} <= page.langs, path


@pytest.mark.parametrize("path", VALIDATED)
def test_pages_are_valid(site: Drawn, path: str) -> None:
    html5lib = pytest.importorskip("html5lib", reason="html5lib is not installed: run .ci/browser/install")
    html5lib.HTMLParser(strict=True).parse(site.text(path))


@pytest.mark.parametrize("path", LOOKED_AT)
def test_each_figure_is_that_of_its_row(site: Drawn, path: str) -> None:
    from pipelines.published import connect, rows

    found = [[unescape(part) for part in one] for one in FIGURE.findall(site.text(path))]
    assert site.text(path).count("<data ") == len(found)
    if path not in ("data.html", "indicators.html", "glossary.html"):
        assert found
    with connect(site.settings) as connection:
        for exact, at, columns, kind, text in found:
            table, _, key = at.partition("?")
            where: dict[str, list[str]] = {}
            for column, value in parse_qsl(key, keep_blank_values=True):
                where.setdefault(column, []).append(value)
            named = " and ".join(f"list_contains(?, {column}::varchar)" for column in where)
            [row] = rows(connection, f"select {columns} from {table} where {named}", [*where.values()])
            value, *others = row.values()
            if kind == "part":  # parts of a change add up as printed, so that one may be a hundredth off
                stated = Decimal(text.replace(",", ".").replace("−", "-"))
                assert abs(in_hundredths(sum(row.values(), Decimal(0))) - stated) <= Decimal("0.01"), (at, text)
            else:
                assert text.replace(".", ",") == printed(value, kind, *others), (at, columns)
                assert exact == value if kind == "text" else type(value)(exact) == value, (at, columns)


def test_a_page_shows_what_the_command_says(site: Drawn) -> None:
    from pipelines.pages.province import told
    from pipelines.published import connect

    with connect(site.settings) as connection:
        vi, en = (told(connection, "24-bac-giang", 2024, lang) for lang in ("vi", "en"))
    page = site.text("province/24-bac-giang.html")
    text = unescape(re.sub(r"</?data[^>]*>", "", page))
    sentences: list[Sentence] = [*vi.stands, *vi.changed, *vi.careful, *en.stands, *en.careful]
    for said in sentences:
        assert str(said) in text
        assert all(f'data-col="{escape(one.columns)}"' in page for one in said.parts if isinstance(one, Figure))


@pytest.mark.parametrize("path", ["leader.html", "province/24-bac-giang.html"])
def test_no_figure_in_a_sentence_is_without_its_place(site: Drawn, path: str) -> None:
    """Only years, days, numbers of indicators and of percent as words stand there bare."""
    for said in re.findall(r'<div class="said[^"]*">(.*?)</div></div>', site.text(path), flags=re.DOTALL):
        bare = re.sub(r"<[^>]*>", " ", re.sub(r"<data.*?</data>", "", said))
        assert not re.findall(r"\d+[.,]\d\d\b|\b\d+/\d+\b(?!/)", re.sub(r"(\d\d/)+\d{4}", "", bare))


def test_every_page_of_the_demonstration_says_that_reports_are_made_up(site: Drawn) -> None:
    assert not [path for path in site.paths if "MÔ PHỎNG" not in site.text(path)]


def test_a_year_that_was_not_published_is_a_gap_with_its_reason(site: Drawn) -> None:
    page = site.text("province/24-bac-giang.html")
    [drawing] = re.findall(r'<figure class="picture" id="trend".*?</svg>', page, flags=re.DOTALL)
    assert len(re.findall(r"<tspan lang=\"vi\">không công bố</tspan>", drawing)) == 3  # 2014, 2021 and 2022
    assert "Dải xám: năm không công bố" in page


def test_drawn_again_nothing_is_drawn_and_every_byte_is_the_same(
    site: Drawn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="papi"):
        draw(site.settings, tmp_path / "again", site.folder)
    assert f"site: 0 pages drawn, {len(site.paths)} as they were, 0 left out" in caplog.text
    for path in site.paths:
        assert (tmp_path / "again" / path).read_bytes() == (site.folder / path).read_bytes()


# What changes in the published tables when the report of one commune comes.
OF_A_REPORT = (
    "audit.check_result", "audit.report_finding", "core.fct_obligation", "core.fct_report", "core.fct_report_event",
    "core.fct_target_value", "core.fct_task_progress", "marts.compliance_commune", "marts.compliance_district",
    "marts.compliance_target", "marts.compliance_unit", "marts.plan_task_progress",
)  # fmt: skip


def test_a_report_that_came_draws_the_pages_about_reports_alone_and_no_picture(
    site: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Picture, "svg", lambda *_: pytest.fail("a picture that is as it was is drawn again"))
    again = tmp_path / "again"
    draw(site.settings, again, site.folder, OF_A_REPORT)
    drawn = {path for path in site.paths if not (again / path).samefile(site.folder / path)}
    districts = {path for path in site.paths if path.startswith("district/")}
    assert drawn == {"leader.html", "plan.html", "compliance.html", "rules.html"} | districts
    assert [path for path in site.paths if (again / path).read_bytes() != (site.folder / path).read_bytes()] == []
