"""Figures of a paper: how each is printed, and where it comes from, so that whoever reads it can ask for it again.

Belongs here: printing in the Vietnamese way, the list of figures beside a paper. Does not belong here: any figure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from pipelines.files import inert, write_whole

Value = int | float | Decimal | date | None
NONE = "–"
HEADINGS = ("Vị trí", "Số in ra", "Bảng", "Cột", "Điều kiện")


@dataclass(frozen=True)
class Figure:
    """One printed figure: ``select column from table where key`` in the published warehouse gives its value."""

    place: str
    printed: str
    table: str
    column: str
    key: str


def printed(value: Value) -> str:
    """A number or day as Vietnamese documents have it: 1.234; 79,98 with two decimals; 21/06/2021; a dash for none.

    A whole number has no decimals, whatever its type.
    """
    if value is None:
        return NONE
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    return text.translate(str.maketrans(",.", ".,"))


def quoted(text: str) -> str:
    """A text as SQL has it."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


class Figures:
    """The figures of one paper, in order of their printing."""

    def __init__(self) -> None:
        self.all: list[Figure] = []

    def say(self, place: str, value: Value, table: str, column: str, key: str) -> str:
        """Print a figure and keep where it comes from."""
        text = printed(value)
        self.all.append(Figure(place, text, table, column, key))
        return text

    def as_csv(self) -> bytes:
        """The list as a Vietnamese Excel opens it: UTF-8 with its mark, semicolons."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADINGS)
        for one in self.all:  # what is printed is a number or a day, a negative one too
            writer.writerow([inert(one.place), one.printed, *map(inert, (one.table, one.column, one.key))])
        return text.getvalue().encode("utf-8-sig")


def read(path: Path) -> list[Figure]:
    """The figures beside a paper."""
    lines: Iterable[list[str]] = csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";")
    return [Figure(*line) for line in list(lines)[1:]]


def write_beside(path: Path, content: bytes, figures: Figures | None = None) -> Path:
    """Write a paper with its figures as NAME.csv; returns where it lies. What has no figures is compared itself.

    A paper is never written over, since somebody may have worked on it: where one of the same figures lies already it
    stays, and one of other figures is written beside it as NAME_2, NAME_3 and so on.
    """
    listed = content if figures is None else figures.as_csv()
    number, place = 1, path
    while place.exists():
        told = place if figures is None else place.with_suffix(".csv")
        if told.exists() and told.read_bytes() == listed:
            return place
        number += 1
        place = path.with_stem(f"{path.stem}_{number}")
    if figures is not None:
        write_whole(place.with_suffix(".csv"), listed)
    write_whole(place, content)
    return place
