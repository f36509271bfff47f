"""The clock: what day and time it is in Việt Nam. The only module that asks.

Belongs here: nothing else, so that everything else is a function of what it is given.
"""

from __future__ import annotations

from datetime import date, datetime

from pipelines.settings import TIMEZONE, Settings


def today() -> date:
    """The day it is in Việt Nam."""
    return datetime.now(TIMEZONE).date()


def day_of(settings: Settings) -> date:
    """The day that a warehouse speaks of: its as-of day, else today."""
    return settings.as_of or today()


def running_year(settings: Settings) -> int:
    """The year of that day: it and those after it are not over."""
    return day_of(settings).year


def now() -> datetime:
    """The time it is in Việt Nam, to the minute, without a zone: as a registry of receipts is kept."""
    return datetime.now(TIMEZONE).replace(second=0, microsecond=0, tzinfo=None)
