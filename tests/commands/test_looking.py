"""`papi picture` writes what a page shows; `papi site` says where the pages lie."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pie", "Bắc Giang", "-o", "a.png"), "pie: trend, dimensions, change, parts, ranks"),
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
