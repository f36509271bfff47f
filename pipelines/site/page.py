"""A page of the site, and what the whole site knows of its publication.

Belongs here: the two values that every kind of page shares. Does not belong here: any kind of page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.site.pictures import Picture
from pipelines.site.reader import Reader

Twin = tuple[str, str]  # Vietnamese, English


@dataclass(frozen=True)
class About:
    """What a publication says of itself: when it was made and of what day, what is new and overdue.

    ``is_simulated`` says that reports are made up; ``files`` has for each table the files that can be taken,
    ``glossary`` for each name of a column that several tables have what it means.
    """

    created: datetime
    version: str
    as_of: str
    whats_new: str = ""
    overdue: Sequence[Twin] = ()
    is_simulated: bool = False
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    glossary: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page: its place in the site, its template, its title, and what fills it.

    ``told`` is what the page shows beside the tables, so that it is drawn anew when that changes.
    """

    path: str
    template: str
    title: Twin
    make: Callable[[Reader], dict[str, Any]]
    told: str = ""


@dataclass(frozen=True)
class Shown:
    """A picture as a page shows it, with the table of the same figures: headings, and what its rows show."""

    picture: Picture
    heads: Sequence[Twin]
    rows: Sequence[Any]
    note: Twin = ("", "")
