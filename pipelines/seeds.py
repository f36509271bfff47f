"""The seeds as Python sees them: what a delivery of an index, method and day must contain.

Belongs here: reading dbt_project/seeds and answering for a method or a day. Does not belong here: any score.
The same files are dbt's seeds, so a fact is written once.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pipelines.spelling import nearest, place


@dataclass(frozen=True)
class Method:
    """A version of an index's method; ``last_year`` is None while in force.

    ``aggregation`` is sum_of_parts where every level above the sub-dimensions is their sum, else as_stated.
    """

    index_id: str
    method: str
    first_year: int
    last_year: int | None
    aggregation: str


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
    name_vi: str
    name_en: str


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
    """An index; ``role`` is main or companion, ``overdue_after`` a month and day such as 05-31 or None."""

    index_id: str
    name_vi: str
    role: str
    publisher: str
    overdue_after: str | None

    def overdue_on(self, year: int) -> date | None:
        """First day on which results of ``year`` are overdue: after the usual launch in the next year."""
        if self.overdue_after is None:
            return None
        month, day = self.overdue_after.split("-")
        return date.fromordinal(date(year + 1, int(month), int(day)).toordinal() + 1)


@dataclass(frozen=True)
class Place:
    """What a code or name in a file stands for: a province, or None and what is wrong with it."""

    province: Province | None
    problem: str = ""


class Places:
    """The provinces of one day, by code and by any spelling of their names.

    A name is a province where its one form equals that of a name or alias of exactly one province of the day; never
    because it looks like one.
    """

    def __init__(self, provinces: list[Province], aliases: list[tuple[str, str]]) -> None:
        self.by_code = {p.code: p for p in provinces}
        self._by_name: dict[str, set[str]] = {}
        codes = {p.province_key: p.code for p in provinces}
        spelt = [(name, p.code) for p in provinces for name in (p.name_vi, p.name_en)]
        spelt += [(alias, codes[key]) for alias, key in aliases if key in codes]
        for name, code in spelt:
            self._by_name.setdefault(place(name), set()).add(code)

    def named(self, clue: str) -> Province | None:
        """The province of a code or a name by itself; None where it is no province, or not one alone."""
        meant = {clue} & set(self.by_code) if clue.isdigit() else self._by_name.get(place(clue), set())
        return self.by_code[next(iter(meant))] if len(meant) == 1 else None

    def find(self, code: str | None, names: list[str]) -> Place:
        """The province that all given clues stand for."""
        found = [(name, self._by_name.get(place(name), set())) for name in names]
        if code is not None:
            found.append((code, {code} & set(self.by_code)))
        for clue, meant in found:
            if len(meant) != 1:
                return Place(None, f"{clue!r}{self._hint(clue)}")
        codes = {next(iter(meant)) for _, meant in found}
        if len(codes) != 1:
            said = [f"{clue!r}, which is {self._called(meant)}" for clue, meant in found]
            return Place(None, " beside ".join(said) or "a blank cell")
        return Place(self.by_code[codes.pop()])

    def _called(self, meant: set[str]) -> str:
        return " or ".join(f"{code} {self.by_code[code].name_vi}" for code in sorted(meant))

    def _hint(self, clue: str) -> str:
        names = {place(p.name_vi): f"{p.code} {p.name_vi}" for p in self.by_code.values()}
        near = nearest(place(clue), names, cutoff=0.6)
        return f", near {', '.join(names[n] for n in near)}" if near else ""


def province_code(text: str) -> str:
    """A province code as two digits: a spreadsheet drops the leading zero."""
    return text.zfill(2) if text.isdigit() else text


def _year(text: str) -> int | None:
    return int(text) if text else None


class Seeds:
    """Lookups over the seeds in ``folder``; raises ``KeyError`` for an unknown index or method.

    ``names`` are the seeds that may be read, all where it is None: so that the key of a kept result can name them.
    """

    def __init__(self, folder: Path, names: tuple[str, ...] | None = None) -> None:
        self.folder, self.names = folder, names

    def rows(self, name: str) -> list[dict[str, str]]:
        """Every line of one seed, as text; raises ``LookupError`` for a seed that may not be read."""
        if self.names is not None and name not in self.names:
            raise LookupError(f"seed {name} is not among {', '.join(self.names)}")
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def indices(self) -> dict[str, Index]:
        return {
            r["index_id"]: Index(r["index_id"], r["name_vi"], r["role"], r["publisher"], r["overdue_after"] or None)
            for r in self.rows("index")
        }

    @property
    def main_index(self) -> str:
        """The index that is meant where none is named."""
        [index_id] = [index.index_id for index in self.indices.values() if index.role == "main"]
        return index_id

    @cached_property
    def methods(self) -> dict[tuple[str, str], Method]:
        return {
            (r["index_id"], r["method"]): Method(
                r["index_id"], r["method"], int(r["first_year"]), _year(r["last_year"]), r["aggregation"]
            )
            for r in self.rows("method")
        }

    @cached_property
    def indicators(self) -> list[Indicator]:
        return [
            Indicator(
                r["index_id"], r["indicator_key"], r["level"], r["parent_key"], r["code"],
                int(r["first_year"]), _year(r["last_year"]), float(r["scale_printed_min"]),
                float(r["scale_printed_max"]), r["name_vi"], r["name_en"],
            )
            for r in self.rows("indicator")
        ]  # fmt: skip

    @cached_property
    def provinces(self) -> list[Province]:
        return [
            Province(
                r["province_key"], r["code"], r["name_vi"], r["name_en"],
                date.fromisoformat(r["valid_from"]), date.fromisoformat(r["valid_to"]) if r["valid_to"] else None,
            )
            for r in self.rows("province")
        ]  # fmt: skip

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

    def stated_of(self, index_id: str, method: str) -> dict[str, Indicator]:
        """Indicators that a release must state, by the code printed: all, or those that the others are the sum of."""
        indicators = self.indicators_of(index_id, method)
        if self.methods[index_id, method].aggregation == "sum_of_parts":
            return {code: i for code, i in indicators.items() if i.level == "sub_dimension"}
        return indicators

    def scales_of(self, index_id: str, method: str) -> dict[str, tuple[float, float]]:
        """The exact scale of each indicator of a method, by the code printed, as core.dim_indicator_method has it.

        Of K parts each runs from 1/K to 10/K, which a workbook prints as 2.5 or 3.33; a dimension from 1 to 10, the
        total over its dimensions. Where nothing is summed, the printed scale is all there is.
        """
        indicators = self.indicators_of(index_id, method)
        if self.methods[index_id, method].aggregation != "sum_of_parts":
            return {code: (one.scale_min, one.scale_max) for code, one in indicators.items()}
        n_parts = Counter(one.parent_key for one in indicators.values())
        units = {
            code: {"total": float(n_parts[one.indicator_key]), "dimension": 1.0}.get(one.level)
            or 1 / n_parts[one.parent_key]
            for code, one in indicators.items()
        }
        return {code: (unit, 10 * unit) for code, unit in units.items()}

    def method_in(self, index_id: str, year: int) -> Method | None:
        """The method in force in a year, where there is exactly one."""
        found = [
            m
            for m in self.methods.values()
            if m.index_id == index_id and m.first_year <= year and (m.last_year is None or m.last_year >= year)
        ]
        return found[0] if len(found) == 1 else None

    def concepts_of(self, index_id: str) -> set[str]:
        """Every concept the index ever measured, at every level."""
        return {i.indicator_key for i in self.indicators if i.index_id == index_id}

    def places_on(self, day: date) -> Places:
        """Provinces of a day, to be found by code or name."""
        aliases = [(r["alias"], r["province_key"]) for r in self.rows("province_alias")]
        return Places([p for p in self.provinces if p.is_valid_on(day)], aliases)

    def provinces_on(self, day: date) -> dict[str, Province]:
        """Provinces of a day by the code of that day."""
        return {p.code: p for p in self.provinces if p.is_valid_on(day)}
