"""The figures that claims are held against: every score of one index as a warehouse knew them on one day.

Belongs here: scores and what follows from them, such as ranks. Does not belong here: what a document says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.seeds import Seeds

if TYPE_CHECKING:
    import duckdb

UNCHANGED = Decimal("0.005")  # as dbt_project.yml has it, which a test holds together
FIGURES_SQL = """
    select year, province_key, indicator_key, code, level, parent_key, score, release_id
    from core.fct_score
    where
        index_id = ? and level <> 'indicator' and obs_status <> 'M'
        and known_from <= ? and (known_to is null or known_to > ?)
"""
RELEASES_SQL = """
    select year, release_id, known_from, published_on, has_all_provinces
    from core.dim_release
    where index_id = ? and known_from <= ? and (known_to is null or known_to > ?)
"""


@dataclass(frozen=True)
class Indicator:
    """What a year's method says of a concept."""

    code: str
    level: str
    parent_key: str | None


@dataclass(frozen=True)
class Figures:
    """All scores of one index as known on one day, by year, province and indicator, with what follows from them.

    ``upper_bounds`` says by year whether a score on a quartile is in the upper group (``at_or_above``) or not.
    """

    scores: dict[tuple[int, str, str], Decimal]
    indicators: dict[tuple[int, str], Indicator]
    releases: dict[int, str]
    published_on: dict[int, date]
    upper_bounds: dict[int, str]

    @cached_property
    def _fields(self) -> dict[tuple[int, str], list[Decimal]]:
        """Scores of each year and indicator, the highest first."""
        fields: dict[tuple[int, str], list[Decimal]] = {}
        for (year, _, indicator), score in self.scores.items():
            fields.setdefault((year, indicator), []).append(score)
        return {key: sorted(scores, reverse=True) for key, scores in fields.items()}

    @cached_property
    def years(self) -> list[int]:
        return sorted({year for year, _ in self._fields})

    @cached_property
    def provinces(self) -> dict[int, list[str]]:
        """Who has any score in a year."""
        found: dict[int, set[str]] = {}
        for year, province, _ in self.scores:
            found.setdefault(year, set()).add(province)
        return {year: sorted(keys) for year, keys in found.items()}

    def score(self, year: int, province: str, indicator: str) -> Decimal | None:
        return self.scores.get((year, province, indicator))

    def n_ranked(self, year: int, indicator: str) -> int:
        return len(self._fields.get((year, indicator), []))

    def rank(self, year: int, province: str, indicator: str) -> int | None:
        """1 + the number strictly above; None without a score."""
        score = self.score(year, province, indicator)
        return None if score is None else self._fields[year, indicator].index(score) + 1

    def group(self, year: int, province: str, indicator: str) -> str | None:
        """Group by quartiles, interpolated between scores (type 7)."""
        score = self.score(year, province, indicator)
        bound = self.upper_bounds.get(year)
        if score is None or bound is None:
            return None
        ascending = self._fields[year, indicator][::-1]
        for share, name in ((Decimal("0.75"), "cao_nhat"), (Decimal("0.5"), "trung_binh_cao"),
                            (Decimal("0.25"), "trung_binh_thap")):  # fmt: skip
            place = share * (len(ascending) - 1)
            low = int(place)
            quartile = ascending[low]
            if place > low:
                quartile += (place - low) * (ascending[low + 1] - ascending[low])
            if score > quartile or (score == quartile and bound == "at_or_above"):
                return name
        return "thap_nhat"

    def direction(self, year: int, base_year: int, province: str, indicator: str) -> str | None:
        """up, down, or unchanged where it moved by no more than 0.005."""
        now, then = self.score(year, province, indicator), self.score(base_year, province, indicator)
        if now is None or then is None:
            return None
        return "unchanged" if abs(now - then) <= UNCHANGED else "up" if now > then else "down"

    def parts(self, year: int, indicator: str) -> list[str]:
        """What a total or dimension is the sum of, one level down."""
        return [
            key for (of_year, key), part in self.indicators.items() if (of_year, part.parent_key) == (year, indicator)
        ]

    def of_level(self, year: int, level: str) -> list[str]:
        return [key for (of_year, key), part in self.indicators.items() if of_year == year and part.level == level]


def figures_of(connection: duckdb.DuckDBPyConnection, seeds: Seeds, index_id: str, as_of: date) -> Figures:
    """The figures of an index as a warehouse knew them at the end of ``as_of``.

    Years of which the releases speak of a few provinces have scores and no ranks worth the name.
    """
    day = [index_id, as_of, as_of]
    rows = connection.execute(FIGURES_SQL, day).fetchall()
    releases = connection.execute(RELEASES_SQL, day).fetchall()
    years = {year for year, *_ in releases}
    return Figures(
        scores={(year, province, key): score for year, province, key, _, _, _, score, _ in rows if score is not None},
        indicators={(year, key): Indicator(code, level, parent) for year, _, key, code, level, parent, _, _ in rows},
        releases={year: release for year, _, _, _, _, _, _, release in rows}
        | {year: release for year, release, *_ in releases},
        published_on={year: day for year, _, _, day, _ in releases if day is not None},
        upper_bounds={
            year: rule["upper_bound"]
            for rule in seeds.rows("group_rule")
            for year in years
            if rule["index_id"] == index_id and int(rule["first_year"]) <= year <= int(rule["last_year"] or year)
        },
    )


def province_of_plans(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The province that all plans are of, where it is one."""
    found = connection.execute("select distinct province_key from core.dim_plan").fetchall()
    return str(found[0][0]) if len(found) == 1 else None
