"""Figures are found in running text, and nothing is claimed that a text does not say."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.claims import documents as reading
from pipelines.claims import tables
from pipelines.claims.figures import Figures, figures_of
from pipelines.claims.sentences import Passage, Scanned, scan
from pipelines.claims.verdicts import Claim, check
from pipelines.settings import ROOT
from tests.claims import documents
from tests.claims.conftest import REFERENCE

HERE = "24-bac-giang"


@pytest.fixture(scope="module")
def on_its_day(warehouse: duckdb.DuckDBPyConnection) -> Figures:
    return figures_of(warehouse, REFERENCE, "papi", date(2021, 5, 14))


def said(figures: Figures, *sentences: str) -> Scanned:
    return scan([Passage(sentence, "here") for sentence in sentences], figures, REFERENCE, HERE)


def key(claim: Claim) -> tuple[str, str, str | Decimal]:
    """A claim without its name, its number without zeros at the end."""
    is_word = claim.measure in ("group", "direction", "published_on")
    number = claim.stated if is_word else Decimal(claim.stated.replace(",", "."))
    return claim.measure, claim.indicator_key, number


@pytest.fixture(scope="module")
def of_the_plan(on_its_day: Figures) -> Counter[tuple[str, str, str | Decimal]]:
    """The 61 figures of the plan of 2021, as they were taken from it by hand; its indicators by key."""
    with (ROOT / "raw/plans/bg-2021/claims.csv").open(encoding="utf-8", newline="") as file:
        claims = tables.of_plan(list(csv.DictReader(file)), HERE, on_its_day).claims
    assert len(claims) == 61
    return Counter(map(key, claims))


@pytest.mark.parametrize("kind", ["txt", "docx", "pdf"])
def test_all_figures_of_the_plan_are_found_in_other_words_and_no_others(
    on_its_day: Figures, of_the_plan: Counter[tuple[str, str, str | Decimal]], kind: str
) -> None:
    text = documents.REPORT
    if kind == "docx":  # a paragraph there is not wrapped
        text = "\n".join(one.text for one in reading.read(text.encode(), "report.txt"))
    makers: dict[str, Callable[[str], bytes]] = {
        "txt": str.encode, "docx": documents.word_of, "pdf": documents.pdf_of,
    }  # fmt: skip
    passages = reading.read(makers[kind](text), f"report.{kind}")
    found = scan(passages, on_its_day, REFERENCE, HERE)
    assert Counter(key(one.claim) for one in found.stated) == of_the_plan
    assert not found.unread
    assert {check(on_its_day, one.claim, ",").verdict for one in found.stated} == {"exact"}


def test_each_figure_comes_with_its_words_sentence_and_place(on_its_day: Figures) -> None:
    found = said(on_its_day, "Năm 2020, PAPI của tỉnh đạt 44,32 điểm, xếp thứ 13/63.")
    assert [(one.words, one.place) for one in found.stated] == [
        ("44,32 điểm", "here"), ("xếp thứ 13", "here"), ("xếp thứ 13/63", "here"),
    ]  # fmt: skip
    assert all(one.words in one.sentence for one in found.stated)


@pytest.mark.parametrize(("sentence", "reason"), documents.NO_RESULTS.items())
def test_what_is_no_result_is_not_claimed_and_the_reason_is_told(
    on_its_day: Figures, sentence: str, reason: str
) -> None:
    found = said(on_its_day, sentence)
    assert [one.reason for one in found.unread] == [reason]
    assert [one.claim.measure for one in found.stated] in ([], ["n_sub_dimensions_down"])


@pytest.mark.parametrize("sentence", documents.ELSEWHERE)
def test_points_of_others_are_not_taken_for_those_of_the_index_named_before(on_its_day: Figures, sentence: str) -> None:
    found = said(on_its_day, "Năm 2020 PAPI của tỉnh đạt 44,32 điểm.", sentence)
    assert [one.claim.stated for one in found.stated] == ["44,32"]
    assert {one.reason for one in found.unread} <= {"no_indicator", "other_index"}
    assert found.unread


def test_after_a_sentence_on_another_province_none_is_guessed(on_its_day: Figures) -> None:
    found = said(
        on_its_day, "PAPI năm 2020 của Hà Nội đạt 41,629 điểm. Trong 8 chỉ số nội dung, có 3 chỉ số tăng điểm."
    )
    assert [one.claim.province_key for one in found.stated] == ["01-ha-noi"]
    assert [one.reason for one in found.unread] == ["no_province"]


def test_numbers_of_other_things_are_passed_over(on_its_day: Figures) -> None:
    found = said(on_its_day, "Kết quả PAPI năm 2020 là căn cứ.", *documents.NOTHING.splitlines())
    assert not found.stated
    assert not found.unread


def test_a_figure_belongs_to_the_year_province_and_indicator_named_last_before_it(on_its_day: Figures) -> None:
    found = said(
        on_its_day,
        "PAPI năm 2019 của tỉnh đạt 46,04 điểm, xếp thứ 4; năm 2018 đạt 46,83 điểm, năm 2020 là 44,32 điểm.",
        "Quảng Ninh dẫn đầu với 48,881 điểm, tiếp theo là Đồng Tháp với 46,961 điểm.",
        "“Thủ tục hành chính công” đạt 7,61 điểm, “Quản trị điện tử” đạt 3,19 điểm, giảm 0,7 điểm so với năm 2019.",
        "Từ 46,04 điểm năm 2019, tỉnh còn 44,32 điểm năm 2020.",
    )
    assert [
        (c.province_key, c.year, c.measure, c.indicator_key, c.stated) for c in (s.claim for s in found.stated)
    ] == [
        (HERE, 2019, "score", "total", "46,04"),
        (HERE, 2019, "rank", "total", "4"),
        (HERE, 2018, "score", "total", "46,83"),
        (HERE, 2020, "score", "total", "44,32"),
        ("22-quang-ninh", 2020, "score", "total", "48,881"),
        ("87-dong-thap", 2020, "score", "total", "46,961"),
        (HERE, 2020, "score", "procedures", "7,61"),
        (HERE, 2020, "score", "e_governance", "3,19"),
        (HERE, 2020, "change", "e_governance", "-0,7"),
        (HERE, 2019, "score", "total", "46,04"),
        (HERE, 2020, "score", "total", "44,32"),
    ]
    verdicts = Counter(check(on_its_day, one.claim, ",").verdict for one in found.stated)
    assert verdicts == {"exact": 10, "digit_swap": 1}


def test_the_province_is_the_one_named_most_where_none_is_given(on_its_day: Figures) -> None:
    texts = ("PAPI năm 2020 của Hà Nội đạt 41,629 điểm.", "Hà Nội xếp thứ 48; năm 2020 Đà Nẵng xếp thứ 10.")
    found = scan([Passage(text, "") for text in texts], on_its_day, REFERENCE)
    assert [one.claim.province_key for one in found.stated] == ["01-ha-noi", "01-ha-noi", "48-da-nang"]
    nowhere = scan([Passage("PAPI năm 2020 của tỉnh đạt 41,6 điểm.", "")], on_its_day, REFERENCE)
    assert [one.reason for one in nowhere.unread] == ["no_province"]
