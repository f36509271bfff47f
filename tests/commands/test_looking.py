"""`papi picture` writes what a page shows; `papi site` says where the pages lie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.settings import ROOT
from tests.conftest import Built, run_papi


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<svg")])
def test_a_picture_is_written_for_a_document(built: Built, tmp_path: Path, name: str, begins: bytes) -> None:
    out = tmp_path / name
    done = run_papi("picture", "trend", "bac giang", "-o", out, "--warehouse", built.settings.warehouse)
    assert (done.code, done.out.strip()) == (0, str(out))
    assert out.read_bytes().startswith(begins)


def test_a_picture_speaks_the_language_that_was_asked_for(built: Built, tmp_path: Path) -> None:
    said = {}
    for lang in ("vi", "en"):
        out = tmp_path / f"{lang}.svg"
        run_papi(
            "picture", "dimensions", "Bắc Giang", "--lang", lang, "-o", out, "--warehouse", built.settings.warehouse
        )
        said[lang] = out.read_text("utf-8")
    assert "7 Quản trị môi trường" in said["vi"]
    assert "7 Environmental Governance" in said["en"]
    assert "{" not in said["vi"] + said["en"]


def test_without_a_name_every_picture_is_listed_with_what_it_is_of() -> None:
    done = run_papi("picture")
    assert done.code == 0
    lines = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert lines["trend"].startswith("PROVINCE ")
    assert lines["distribution"].startswith("INDICATOR ")
    assert lines["map63"].startswith("bản đồ ô của 63 tỉnh / tiles")


def test_every_picture_that_a_page_shows_has_a_name() -> None:
    from pipelines.site.gallery import PICTURES

    shown = "".join(path.read_text("utf-8") for path in (ROOT / "pipelines/site/templates").glob("*.j2"))
    assert {*re.findall(r'call picture\([^,]+, "(\w+)"', shown)} <= {*PICTURES}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("map63",), "PAPI 2024: hạng tổng điểm, 63 tỉnh"),
        (("map34",), "34 tỉnh"),
        (("heat", "--year", "2020"), "PAPI 2020: các trục"),
        (("distribution", "environment.air_quality"), "7.2 Chất lượng không khí: các tỉnh qua các năm"),
    ],
)
def test_pictures_of_all_provinces_are_written_too(
    built: Built, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    out = tmp_path / "a.svg"
    assert run_papi("picture", *words, "-o", out, "--warehouse", built.settings.warehouse).code == 0
    drawn = out.read_text("utf-8")
    assert says in drawn
    assert "{" not in drawn


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pie", "Bắc Giang", "-o", "a.png"), "pie: trend, dimensions, change, parts, ranks, distribution, map63"),
        (("trend", "-o", "a.png"), "trend: PROVINCE?"),
        (("heat", "Bắc Giang", "-o", "a.png"), "heat: Bắc Giang?"),
        (("distribution", "9.9", "-o", "a.png"), "no indicator '9.9' in 2024"),
        (("reporting", "-o", "a.png"), "reporting: không có gì để vẽ"),
        (("heat",), "-o ?: .png hoặc .svg"),
        (("trend", "Bắc Gian", "-o", "a.png"), "did you mean"),
        (("trend", "Bắc Giang", "-o", "a.gif"), ".png hoặc .svg"),
    ],
)
def test_a_slip_in_the_call_is_told(built: Built, words: tuple[str, ...], told: str) -> None:
    done = run_papi("picture", *words, "--warehouse", built.settings.warehouse)
    assert done.code == 2
    assert told in done.out


def test_without_a_publication_there_are_no_pages(tmp_path: Path) -> None:
    done = run_papi("site", "--warehouse", tmp_path)
    assert done.code == 2
    assert "run `papi refresh` first" in done.out
