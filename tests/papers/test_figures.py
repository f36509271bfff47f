"""Figures as Vietnamese documents print them, and the list beside a paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.papers.figures import Figure, Figures, Value, printed, quoted, read, write_beside


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567, "1.234.567"),
        (Decimal("79.9762"), "79,98"),
        (Decimal("255943.000000"), "255.943"),
        (1234.5, "1.234,50"),
        (date(2021, 6, 5), "05/06/2021"),
        (None, "–"),
    ],
)
def test_numbers_and_days_are_printed_in_the_vietnamese_way(value: Value, text: str) -> None:
    assert printed(value) == text


def test_the_list_beside_a_paper_gives_back_what_was_said(tmp_path: Path) -> None:
    figures, key = Figures(), quoted("Xã 'A'; B")
    assert figures.say("Tổng; “xã”", 1234, "core.t", "count(*)", f"name = {key}") == "1.234"
    path = write_beside(tmp_path / "a.docx", b"paper", figures)
    assert read(path.with_suffix(".csv")) == [
        Figure("Tổng; “xã”", "1.234", "core.t", "count(*)", "name = 'Xã ''A''; B'")
    ]
    assert path.with_suffix(".csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_other_figures_go_beside_and_the_same_stay(tmp_path: Path) -> None:
    def written(number: int) -> str:
        figures = Figures()
        figures.say("n", number, "t", "n", "true")
        return write_beside(tmp_path / "a.docx", str(number).encode(), figures).name

    assert [written(n) for n in (1, 2, 1, 2, 3)] == ["a.docx", "a_2.docx", "a.docx", "a_2.docx", "a_3.docx"]
    assert (tmp_path / "a.docx").read_bytes() == b"1"
