"""The figures that claims are held against: every score of one index as a warehouse knew them on one day.

Belongs here: scores and what follows from them, such as ranks. Does not belong here: what a document says of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelines.seeds import Indicator as Concept
from pipelines.seeds import Seeds

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]
UNCHANGED = Decimal("0.005")  # as dbt_project.yml has it, which a test holds together
FIGURES_SQL = """
    select year, province_key, indicator_key, code, level, parent_key, score, release_id, known_from, known_to
    from core.fct_score
    where index_id = ? and level <> 'indicator' and obs_status <> 'M' and known_from <= ?
"""
RELEASES_SQL = """
    select year, release_id, published_on, known_from, known_to
    from core.dim_release
    where index_id = ? and known_from <= ?
    order by known_from
"""


@dataclass(frozen=True)
class Indicator:
    """What a year's method says of a concept; ``names`` are Vietnamese and English, ``scale_max`` its highest score."""

    code: str
    level: str
    parent_key: str | None
    names: tuple[str, ...] = ()
    scale_max: float | None = None


@dataclass(frozen=True)
class Figures:
    """All scores of one index as known on one day, by year, province and indicator, with what follows from them.

    ``upper_bounds`` says by year whether a score on a quartile is in the upper group (``at_or_above``) or not;
    ``earlier`` are the figures as they were before each release that was replaced by then, the latest first.
    """

    scores: dict[tuple[int, str, str], Decimal]
    indicators: dict[tuple[int, str], Indicator]
    releases: dict[int, str]
    published_on: dict[int, date]
    upper_bounds: dict[int, str]
    earlier: tuple[Figures, ...] = ()

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

    @cached_property
    def _decimals(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for (year, _, indicator), score in self.scores.items():
            if not self.parts(year, indicator):
                exponent = score.normalize().as_tuple().exponent
                found[year] = max(found.get(year, 0), -int(exponent))
        return found

    def decimals(self, year: int) -> int:
        """How many decimals the scores of a year have that are not sums of others."""
        return self._decimals.get(year, 0)

    def n_summed(self, year: int, province: str, indicator: str) -> int:
        """How many published scores a score is the sum of, all the way down; none for one that is no sum."""
        parts = self.parts(year, indicator)
        published = [key for key in parts if self.score(year, province, key) is not None]
        return sum(self.n_summed(year, province, key) or 1 for key in published)

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
        for share, name in ((Decimal("0.75"), "highest"), (Decimal("0.5"), "upper_middle"),
                            (Decimal("0.25"), "lower_middle")):  # fmt: skip
            place = share * (len(ascending) - 1)
            low = int(place)
            quartile = ascending[low]
            if place > low:
                quartile += (place - low) * (ascending[low + 1] - ascending[low])
            if score > quartile or (score == quartile and bound == "at_or_above"):
                return name
        return "lowest"

    def direction(self, year: int, base_year: int, province: str, indicator: str) -> str | None:
        """up, down, or unchanged where it moved by no more than 0.005."""
        now, then = self.score(year, province, indicator), self.score(base_year, province, indicator)
        if now is None or then is None:
            return None
        return "unchanged" if abs(now - then) <= UNCHANGED else "up" if now > then else "down"

    @cached_property
    def _parts(self) -> dict[tuple[int, str | None], list[str]]:
        found: dict[tuple[int, str | None], list[str]] = {}
        for (year, key), part in self.indicators.items():
            found.setdefault((year, part.parent_key), []).append(key)
        return found

    def parts(self, year: int, indicator: str) -> list[str]:
        """What a total or dimension is the sum of, one level down."""
        return self._parts.get((year, indicator), [])

    def of_level(self, year: int, level: str) -> list[str]:
        return [key for (of_year, key), part in self.indicators.items() if of_year == year and part.level == level]


def figures_of(connection: duckdb.DuckDBPyConnection, seeds: Seeds, index_id: str, as_of: date) -> Figures:
    """The figures of an index as a warehouse knew them at the end of ``as_of``.

    Years of which the releases speak of a few provinces have scores and no ranks worth the name.
    """
    rows = connection.execute(FIGURES_SQL, [index_id, as_of]).fetchall()
    releases = connection.execute(RELEASES_SQL, [index_id, as_of]).fetchall()
    rules = [rule for rule in seeds.rows("group_rule") if rule["index_id"] == index_id]
    replaced = sorted({known_to for *_, known_to in releases if known_to and known_to <= as_of}, reverse=True)
    earlier = tuple(_known_on(day - timedelta(days=1), rows, releases, rules) for day in replaced)
    figures = _known_on(as_of, rows, releases, rules)
    concepts: dict[str, list[Concept]] = {}
    for row in seeds.indicators:
        if row.index_id == index_id:
            concepts.setdefault(row.indicator_key, []).append(row)
    named = {(year, key): _named(one, concepts.get(key, []), year) for (year, key), one in figures.indicators.items()}
    return replace(figures, indicators=named, earlier=earlier)


def _named(one: Indicator, rows: list[Concept], year: int) -> Indicator:
    """A concept of a year with its names: those of the year first, then those of other years."""
    in_year = [row for row in rows if row.first_year <= year <= (row.last_year or year)]
    names = [name for row in [*in_year, *rows] for name in (row.name_vi, row.name_en) if name]
    return replace(one, names=tuple(dict.fromkeys(names)), scale_max=in_year[0].scale_max if in_year else None)


def _known_on(day: date, scores: list[Row], releases: list[Row], rules: list[dict[str, str]]) -> Figures:
    """The figures of one day, of rows as FIGURES_SQL and RELEASES_SQL give them."""
    rows = [row for row in scores if _is_known(row, day)]
    known = [row for row in releases if _is_known(row, day)]
    return Figures(
        scores={(year, province, key): score for year, province, key, _, _, _, score, *_ in rows if score is not None},
        indicators={(year, key): Indicator(code, level, parent) for year, _, key, code, level, parent, *_ in rows},
        releases={year: release for year, _, _, _, _, _, _, release, *_ in rows}
        | {year: release for year, release, *_ in known},
        published_on={year: published for year, _, published, *_ in known if published is not None},
        upper_bounds={
            year: rule["upper_bound"]
            for rule in rules
            for year in {year for year, *_ in known}
            if int(rule["first_year"]) <= year <= int(rule["last_year"] or year)
        },
    )


def _is_known(row: Row, day: date) -> bool:
    known_from, known_to = row[-2:]
    return bool(known_from <= day and (known_to is None or known_to > day))


def province_of_plans(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The province that all plans are of, where it is one."""
    found = connection.execute("select distinct province_key from core.dim_plan").fetchall()
    return str(found[0][0]) if len(found) == 1 else None
