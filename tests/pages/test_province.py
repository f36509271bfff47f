"""The page of a province: how its figures are rounded, and what it says of odds."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analysis.targets import STATES_VI
from pipelines.pages.province import profile
from pipelines.pages.words import HUNDREDTH, SAID, adding_up, printed
from pipelines.published import connect
from tests.conftest import Built

SCORES = st.decimals(0, 80, places=9)
PARTS = st.decimals(-20, 20, places=9)


@given(before=SCORES, after=SCORES, first=PARTS, second=PARTS)
def test_parts_add_up_to_the_printed_change_and_stay_within_a_hundredth(
    before: Decimal, after: Decimal, first: Decimal, second: Decimal
) -> None:
    parts = [after - before - first - second, first, second]
    whole = printed(after) - printed(before)
    shown = adding_up(whole, parts)
    assert sum(shown) == whole
    assert all(abs(one - exact) < HUNDREDTH for one, exact in zip(shown, parts, strict=True))


@pytest.mark.parametrize(
    ("whole", "parts", "shown"),
    [
        ("-0.60", ["-0.534", "-0.061", "0"], ["-0.54", "-0.06", "0.00"]),
        ("0.08", ["0.0449", "0.0349", "0"], ["0.05", "0.03", "0.00"]),
        ("0.01", ["0.004", "0.003", "0.003"], ["0.01", "0.00", "0.00"]),
        ("-1.72", ["-0.49", "0.26", "-1.49"], ["-0.49", "0.26", "-1.49"]),
    ],
)
def test_the_part_that_lost_most_is_raised_first_and_nothing_stays_nothing(
    whole: str, parts: list[str], shown: list[str]
) -> None:
    assert adding_up(Decimal(whole), [Decimal(part) for part in parts]) == [Decimal(one) for one in shown]


def test_where_odds_are_told_the_share_of_those_who_began_near_stands_beside_them(built: Built, tmp_path: Path) -> None:
    """And where they are withheld it stands alone, as of the target of the plan of 2021."""
    with duckdb.connect(shutil.copy(built.settings.build, tmp_path)) as connection:
        withheld = " ".join(profile(connection, "Bắc Giang", 2020, "en").split())
        connection.execute(
            "update marts.index_target set probability = 0.28, probability_state = 'told' "
            "where plan_id = 'bg-2021' and target_id = 'TG01'"
        )
        told = " ".join(profile(connection, "Bắc Giang", 2020, "en").split())
    assert "Odds withheld (they failed the back-test); of provinces near this rank 16 % of 143 made it." in withheld
    assert "Odds without unusual effort: 28 %; of provinces near this rank 16 % of 143 made it." in told


def test_every_change_of_a_year_adds_up_as_printed(built: Built) -> None:
    with connect(built.settings) as connection:
        found = connection.execute(
            "select change_printed, own_part, national_part, measurement_part + rescale_part from marts.index_change "
            "where level in ('total', 'dimension') and change_printed is not null and measurement_part is not null"
        ).fetchall()
    assert len(found) > 5_000
    for whole, *parts in found:
        shown = adding_up(whole, parts)
        assert sum(shown) == whole, (whole, parts)
        assert all(abs(one - exact) < HUNDREDTH for one, exact in zip(shown, parts, strict=True)), (whole, parts)


def test_a_page_says_the_state_of_a_target_in_the_words_of_its_mart() -> None:
    assert {state: SAID[state][0] for state in STATES_VI} == STATES_VI
