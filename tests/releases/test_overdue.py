"""Each year's results come by the usual time, or are overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.releases.overdue import overdue
from pipelines.settings import Settings


@pytest.mark.parametrize(
    ("day", "sentences"),
    [
        (date(2026, 5, 31), []),
        (date(2026, 6, 1), ["PAPI 2025 is overdue: usually out before 01/06/2026"]),
        (
            date(2027, 11, 23),
            [
                "PAPI 2025 is overdue: usually out before 01/06/2026",
                "PAPI 2026 is overdue: usually out before 01/06/2027",
            ],
        ),
    ],
)
def test_a_year_is_overdue_once_its_usual_launch_has_passed(day: date, sentences: list[str]) -> None:
    assert overdue(Settings(), day) == sentences


def test_a_year_that_has_come_is_not_overdue(own_raw: Path, only: Callable[[str], Path]) -> None:
    only("2024").parent.rename(own_raw / "papi/2025")
    assert overdue(Settings(raw=own_raw), date(2026, 11, 23)) == []
