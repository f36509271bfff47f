"""The calendar of publications: what is overdue on a day.

Belongs here: when results are usually out. Does not belong here: the day it is, see clock.py.
"""

from __future__ import annotations

from datetime import date

from pipelines.releases import deliveries
from pipelines.seeds import Index, Seeds
from pipelines.settings import Settings


def overdue(settings: Settings, day: date) -> list[str]:
    """One sentence for each year that should have been published by ``day`` and is not in raw/."""
    return [
        f"{index_id} {year} is overdue: usually out before {due:%d/%m/%Y}"
        for index_id, year, due in late(settings, day)
    ]


def late(settings: Settings, day: date) -> list[tuple[str, int, date]]:
    """Index, year and usual day of each year that should have been published by ``day`` and is not in raw/."""
    return [
        (index.index_id.upper(), year, due)
        for index in Seeds(settings.seeds).indices.values()
        for year in range(_newest_year(settings, index, day) + 1, day.year)
        if (due := index.overdue_on(year)) is not None and due <= day
    ]


def awaited(settings: Settings, day: date) -> list[str]:
    """One sentence for each index that comes out at a usual time: the next year of it that is not in raw/."""
    return [
        f"{index.index_id.upper()} {year}, usually out before {due:%d/%m/%Y}"
        for index in Seeds(settings.seeds).indices.values()
        for year in [_newest_year(settings, index, day) + 1]
        if (due := index.overdue_on(year)) is not None
    ]


def _newest_year(settings: Settings, index: Index, day: date) -> int:
    """The newest year of an index in raw/; the current one where there is none."""
    folders = deliveries.folders(settings.raw)
    years = [int(folder.parent.name) for folder in folders if folder.parent.parent.name == index.index_id]
    return max(years, default=day.year)
