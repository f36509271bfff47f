"""Working days of Việt Nam.

Belongs here: which day is a working day, and to which a deadline rolls. Does not belong here: which deadlines exist.
Public holidays, days in lieu and the government's yearly swaps come from the library `holidays`; a decision it does not
know goes into the seed holiday_override with its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.seeds import Seeds

if TYPE_CHECKING:
    import holidays

FIRST, LAST = date(2020, 1, 1), date(2030, 12, 31)


@dataclass(frozen=True)
class Day:
    """A day; ``number`` counts the working days up to and with it, so that differences are working days between."""

    day: date
    is_working: bool
    number: int
    holiday_vi: str | None


class Workdays:
    """The calendar from FIRST to LAST."""

    def __init__(self, seeds: Seeds) -> None:
        self._decided = {
            date.fromisoformat(r["day"]): r["is_working"] == "true" for r in seeds.rows("holiday_override")
        }

    @cached_property
    def _known(self) -> holidays.HolidayBase:
        import holidays

        return holidays.country_holidays("VN", years=range(FIRST.year, LAST.year + 1), language="vi")

    def is_working(self, day: date) -> bool:
        return self._decided.get(day, self._known.is_working_day(day))

    def rolled(self, day: date) -> date:
        """The day itself, or the next working day after a day off: article 148 of the Civil Code of 2015."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def later(self, day: date, n: int) -> date:
        """The n-th working day after a day."""
        while n > 0:
            day += timedelta(days=1)
            n -= self.is_working(day)
        return day

    def days(self) -> list[Day]:
        """Every day of the calendar, in order."""
        listed, number = [], 0
        for offset in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=offset)
            is_working = self.is_working(day)
            number += is_working
            listed.append(Day(day, is_working, number, self._known.get(day)))
        return listed
