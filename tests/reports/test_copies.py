"""Whose words a report has: its own, those of another unit, or those that the form puts into every mouth."""

from __future__ import annotations

import pytest

from pipelines.reports import copies
from pipelines.reports.copies import BOILERPLATE, FIVE, MIN_SHINGLES, Text

# Words without figures, any five of which follow one another once.
WORDS = [f"{first}{second}" for first in "abcdefgh" for second in "abcdefgh"]
ENOUGH = MIN_SHINGLES + FIVE - 1


def said(unit: str, words: list[str], period: str = "2021-H1", level: str = "commune", limit: float = 0.8) -> Text:
    return Text(f"{period}/{unit}/v1", unit, period, level, " ".join(words), limit)


def test_the_first_with_these_words_copies_nobody_and_the_others_copy_it() -> None:
    texts = [said(f"u{n}", WORDS) for n in range(BOILERPLATE)]
    assert copies.sources(texts) == [None] + ["2021-H1/u0/v1"] * (BOILERPLATE - 1)


def test_words_of_more_than_ten_reports_are_the_forms_and_no_copy() -> None:
    assert copies.sources([said(f"u{n}", WORDS) for n in range(BOILERPLATE + 1)]) == [None] * (BOILERPLATE + 1)


@pytest.mark.parametrize(("n_words", "is_copy"), [(ENOUGH, True), (ENOUGH - 1, False)])
def test_a_text_of_fewer_than_twenty_sequences_is_too_short_to_be_a_copy(n_words: int, is_copy: bool) -> None:
    found = copies.sources([said("a", WORDS[:n_words]), said("b", WORDS[:n_words])])
    assert found == [None, "2021-H1/a/v1" if is_copy else None]


@pytest.mark.parametrize(("limit", "is_copy"), [(0.49, True), (0.5, False)])
def test_a_copy_shares_more_than_the_plans_limit_of_its_sequences(limit: float, is_copy: bool) -> None:
    """Of 60 sequences, 30 are the other's."""
    found = copies.sources([said("a", WORDS[:34], limit=limit), said("b", WORDS, limit=limit)])
    assert found == [None, "2021-H1/a/v1" if is_copy else None]


def test_figures_do_not_make_a_text_ones_own() -> None:
    assert copies.sources([said("a", WORDS), said("b", [*WORDS[:30], "2021", *WORDS[30:], "17"])])[1] is not None


@pytest.mark.parametrize(
    ("unit", "period", "level", "is_copy"),
    [
        ("b", "2021-H1", "commune", True),
        ("b", "2021-H1", "district", False),
        ("b", "2021-FY", "commune", False),
        ("a", "2021-FY", "commune", True),
        ("a", "2021-H1", "commune", False),  # a correction has the words of what it corrects
    ],
)
def test_compared_are_the_others_of_a_period_and_level_and_ones_own_last_period(
    unit: str, period: str, level: str, is_copy: bool
) -> None:
    found = copies.sources([said("a", WORDS), said(unit, WORDS, period, level)])
    assert found == [None, "2021-H1/a/v1" if is_copy else None]
