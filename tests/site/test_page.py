"""Pages as a reader sees them: opened from the folder in a browser, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.conftest import Drawn
from tests.site.test_making import LOOKED_AT

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: run .ci/browser/install")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install the system's package, see .ci/browser/install"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Opened:
    """A page of the site in the browser, with what it asked for and complained of."""

    def __init__(self, browser: Any, site: Drawn, path: str, width: int = 1280) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto((site.folder / path).as_uri())

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *error: object) -> None:
        self.context.close()

    def column(self, table: str, place: int) -> list[str]:
        """The texts of a column, of the lines that are shown."""
        cells = f"[...document.querySelectorAll('#{table} tbody tr')].filter(line => !line.hidden)"
        found: list[str] = self.page.evaluate(f"{cells}.map(line => line.cells[{place}].innerText.trim())")
        return found


@pytest.mark.parametrize("path", LOOKED_AT)
def test_no_request_leaves_and_nothing_is_complained_of(browser: Any, site: Drawn, path: str) -> None:
    with Opened(browser, site, path) as opened:
        assert not [url for url in opened.asked if not url.startswith(("file:///", "data:"))]
        assert len(opened.asked) >= 5
        assert not opened.said


@pytest.mark.parametrize("path", LOOKED_AT)
def test_axe_finds_no_serious_fault(browser: Any, site: Drawn, path: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="run .ci/browser/install")
    with Opened(browser, site, path) as opened:
        found = axe.Axe().run(opened.page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in serious]


@pytest.mark.parametrize("path", LOOKED_AT)
def test_a_narrow_screen_shows_a_page_in_full(browser: Any, site: Drawn, path: str) -> None:
    with Opened(browser, site, path, width=360) as opened:
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_pictures_are_drawn_and_not_cut(browser: Any, site: Drawn) -> None:
    """Every mark and word of a picture lies within it, in both languages."""
    outside = """() => [...document.querySelectorAll('.draw svg')].flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text, path, line')].filter(one => {
            const box = one.getBoundingClientRect();
            return box.width + box.height > 0 && (box.left < frame.left - 2 || box.right > frame.right + 2
                || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
        }).map(one => one.outerHTML.slice(0, 120));
    })"""
    marks = "[...document.querySelectorAll('.draw svg')].map(svg => svg.querySelectorAll('path, line, text').length)"
    for path in ("province/24-bac-giang.html", "leader.html", "indicator/participation.civic_knowledge.html"):
        with Opened(browser, site, path) as opened:
            assert min(opened.page.evaluate(marks)) > 20
            assert opened.page.evaluate(outside) == []
            opened.page.click("#language")
            assert opened.page.evaluate(outside) == []


def test_a_table_sorts_by_value_both_ways(browser: Any, site: Drawn) -> None:
    with Opened(browser, site, "index.html") as opened:
        assert opened.column("provinces", 2)[:2] == ["1/61", "2/61"]
        head = opened.page.locator("#provinces thead button").nth(3)
        head.click()
        changes = opened.column("provinces", 3)
        shown = [float(text.replace(",", ".").replace("−", "-")) for text in changes if text != "–"]
        assert shown == sorted(shown)
        assert changes[-1] == "–"
        head.click()
        assert opened.column("provinces", 3)[: len(shown)] != changes[: len(shown)]
        assert opened.column("provinces", 3)[-1] == "–"
        assert opened.page.locator("#provinces th[aria-sort=descending]").count() == 1


def test_a_filter_leaves_what_was_typed_with_or_without_accents(browser: Any, site: Drawn) -> None:
    with Opened(browser, site, "index.html") as opened:
        for typed in ("Bắc", "bac"):
            opened.page.fill('.filter[data-for="provinces"]', typed)
            names = opened.column("provinces", 0)
            assert {"Bắc Giang", "Bắc Kạn", "Bắc Ninh"} <= {*names}
            assert "Quảng Ninh" not in names
        opened.page.fill('.filter[data-for="provinces"]', "")
        opened.page.select_option('.choose[data-for="provinces"]', index=1)
        assert 10 < len(opened.column("provinces", 0)) < 63


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bac giang", "province/24-bac-giang.html"),
        ("Bắc Giang", "province/24-bac-giang.html"),
        ("chat luong khong khi", "indicator/environment.air_quality.html"),
        ("Quality of Air", "indicator/environment.air_quality.html"),
        ("hiep hoa", "district/223-hiep-hoa.html"),
        ("index_score", "table/marts.index_score.html"),
        ("chua ro", "glossary.html#t-unclear"),
        ("Dư địa", "glossary.html#t-headroom"),
        ("rank interval", "glossary.html#t-rank-interval"),
        ("ty le duoc tiep nhan", "glossary.html#c-acceptance_rate_pct"),
    ],
)
def test_search_finds_by_any_spelling(browser: Any, site: Drawn, typed: str, found: str) -> None:
    with Opened(browser, site, "province/22-quang-ninh.html") as opened:
        opened.page.fill("#find", typed)
        links = opened.page.eval_on_selector_all("#found a", "links => links.map(link => link.href)")
        file, _, name = found.partition("#")
        assert (site.folder / file).as_uri() + (f"#{name}" if name else "") in links
        opened.page.press("#find", "Enter")
        assert opened.page.url.partition("#")[0].endswith(".html")
        assert "quang-ninh" not in opened.page.url


def test_the_other_language_shows_its_words_and_its_decimal_point(browser: Any, site: Drawn) -> None:
    with Opened(browser, site, "province/24-bac-giang.html") as opened:
        text = opened.page.inner_text("main")
        assert "Đứng ở đâu" in text
        assert "Where it stands" not in text
        assert "44,69" in text
        opened.page.click("#language")
        text = opened.page.inner_text("main")
        assert "Where it stands" in text
        assert "Đứng ở đâu" not in text
        assert "44.69" in text
        assert "44,69" not in text.replace("44.69", "")
        assert opened.page.evaluate("document.documentElement.lang") == "en"
        opened.page.goto((site.folder / "index.html").as_uri())
        assert "who is where" in opened.page.inner_text("h1")


def test_a_figure_tells_where_it_comes_from_by_click_and_by_key(browser: Any, site: Drawn) -> None:
    with Opened(browser, site, "indicator/participation.civic_knowledge.html") as opened:
        opened.page.click("#provinces data.f >> nth=0")
        told = opened.page.inner_text("#source")
        for said in ("marts.index_score", "papi-2024-r1", "raw/papi/2024/r1", "select score_printed from"):
            assert said in told
        assert opened.page.locator("#source code").count() >= 2
        opened.page.keyboard.press("ArrowRight")
        assert "rank, n_ranked" in opened.page.inner_text("#source")
        opened.page.keyboard.press("Escape")
        assert not opened.page.is_visible("#source")


def test_a_figure_over_many_rows_tells_the_query_that_makes_it(browser: Any, site: Drawn) -> None:
    with Opened(browser, site, "province/24-bac-giang.html") as opened:
        opened.page.click('.said [lang="vi"] data.f[data-col^="1 + count"] >> nth=0')
        assert "select 1 + count(*) filter (where peer_rank < rank) from marts.index_peer where" in (
            opened.page.inner_text("#source")
        )
        opened.page.click("#dimensions summary")
        opened.page.click('#dimensions data.f[data-col="avg(score)"] >> nth=0')
        told = opened.page.inner_text("#source")
        assert "select avg(score) from marts.index_score where" in told
        assert "province_key in ('" in told
        assert "Tính từ" in told


@pytest.mark.parametrize(
    ("path", "n_sheets"), [("leader.html", 1), ("province/24-bac-giang.html", 2), ("province/82-tien-giang.html", 2)]
)
def test_a_page_is_printed_on_few_sheets(browser: Any, site: Drawn, tmp_path: Path, path: str, n_sheets: int) -> None:
    import pypdf

    with Opened(browser, site, path) as opened:
        opened.page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    assert len(pypdf.PdfReader(tmp_path / "print.pdf").pages) == n_sheets
