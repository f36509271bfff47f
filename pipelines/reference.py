"""The seeds as Python sees them: what a delivery of an index, method and day must contain.

Belongs here: reading dbt_project/seeds and answering for a method or a day. Does not belong here: any score.
The same files are dbt's seeds, so a fact is written once.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Method:
    """A version of an index's method; ``last_year`` is None while in force."""

    index_id: str
    method: str
    first_year: int
    last_year: int | None


@dataclass(frozen=True)
class Indicator:
    """A concept over the years in which its code and scale (as printed, in points) held."""

    index_id: str
    indicator_key: str
    level: str
    parent_key: str
    code: str
    first_year: int
    last_year: int | None
    scale_min: float
    scale_max: float


@dataclass(frozen=True)
class Province:
    """A province in one period of validity, both days included."""

    province_key: str
    code: str
    name_vi: str
    name_en: str
    valid_from: date
    valid_to: date | None

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


@dataclass(frozen=True)
class Index:
    """An index; ``overdue_after`` is a month and day such as 05-31."""

    index_id: str
    name_vi: str
    overdue_after: str

    def overdue_on(self, year: int) -> date:
        """First day on which results of ``year`` are overdue: after the usual launch in the next year."""
        month, day = self.overdue_after.split("-")
        return date.fromordinal(date(year + 1, int(month), int(day)).toordinal() + 1)


class Reference:
    """Lookups over the seeds in ``folder``; raises ``KeyError`` for an unknown index or method."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def indices(self) -> dict[str, Index]:
        return {r["index_id"]: Index(r["index_id"], r["name_vi"], r["overdue_after"]) for r in self._rows("index")}

    @cached_property
    def methods(self) -> dict[tuple[str, str], Method]:
        return {
            (r["index_id"], r["method"]): Method(
                r["index_id"], r["method"], int(r["first_year"]), int(r["last_year"]) if r["last_year"] else None
            )
            for r in self._rows("method")
        }

    @cached_property
    def indicators(self) -> list[Indicator]:
        return [
            Indicator(
                r["index_id"],
                r["indicator_key"],
                r["level"],
                r["parent_key"],
                r["code"],
                int(r["first_year"]),
                int(r["last_year"]) if r["last_year"] else None,
                float(r["scale_printed_min"]),
                float(r["scale_printed_max"]),
            )
            for r in self._rows("indicator")
        ]

    @cached_property
    def provinces(self) -> list[Province]:
        return [
            Province(
                r["province_key"],
                r["code"],
                r["name_vi"],
                r["name_en"],
                date.fromisoformat(r["valid_from"]),
                date.fromisoformat(r["valid_to"]) if r["valid_to"] else None,
            )
            for r in self._rows("province")
        ]

    def indicators_of(self, index_id: str, method: str) -> dict[str, Indicator]:
        """Indicators of a method by the code it prints."""
        span = self.methods[index_id, method]
        return {
            i.code: i
            for i in self.indicators
            if i.index_id == index_id
            and i.first_year <= span.first_year
            and (i.last_year is None or (span.last_year is not None and i.last_year >= span.last_year))
        }

    def sub_dimensions_of(self, index_id: str, method: str) -> dict[str, Indicator]:
        """Sub-dimensions of a method by the code it prints."""
        return {c: i for c, i in self.indicators_of(index_id, method).items() if i.level == "sub_dimension"}

    def concepts_of(self, index_id: str) -> set[str]:
        """Every concept the index ever measured, at every level."""
        return {i.indicator_key for i in self.indicators if i.index_id == index_id}

    def provinces_on(self, day: date) -> dict[str, Province]:
        """Provinces of a day by the code of that day."""
        return {p.code: p for p in self.provinces if p.is_valid_on(day)}
