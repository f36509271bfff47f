"""Units of the administration: agencies, districts and communes, each in its periods of validity.

Belongs here: which units there are on a day, and whom a duty given to a group or a body falls on. Does not belong here:
what they owe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pipelines.seeds import Seeds
from pipelines.spelling import normalise, plain, syllables

LEVELS_VI = {"agency": "sở, ngành", "district": "cấp huyện", "commune": "cấp xã", "province": "tỉnh"}


@dataclass(frozen=True)
class Unit:
    """A unit in one period of validity, both days included; ``inherits`` are codes of bodies whose duties it took over.

    ``territory_key`` is the province of the 63 on whose land it lies: a plan of that province goes on there.
    """

    unit_key: str
    code: str
    level: str
    name_vi: str
    full_name_vi: str
    name_en: str
    parent_key: str
    territory_key: str
    inherits: frozenset[str]
    in_reporting: bool
    valid_from: date
    valid_to: date | None

    @property
    def official_name_vi(self) -> str:
        """The body that answers for the unit, as a document addresses it: UBND phường Thọ Xương; a Sở is one itself."""
        return official_name(self.level, self.full_name_vi)

    @property
    def plain_names(self) -> tuple[str, str]:
        """Its names as ``unit_name`` spells them, without accents."""
        return _without_accents(self.full_name_vi), _without_accents(self.name_vi)

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)

    def bears(self, who: list[str]) -> bool:
        """Whether a duty of these falls on the unit: its level, its code, or the code of a body that went into it."""
        return not {self.level, self.code, *self.inherits}.isdisjoint(who)


def official_name(level: str, full_name_vi: str) -> str:
    """The body that answers for a unit of this level and name, see ``Unit.official_name_vi``."""
    return full_name_vi if level == "agency" else f"UBND {full_name_vi[:1].lower()}{full_name_vi[1:]}"


BODY = re.compile(r"^(ubnd|uỷ ban nhân dân|ủy ban nhân dân|uy ban nhan dan)\s+")
SHORT = {"tp": "thành phố", "tx": "thị xã", "tt": "thị trấn", "p": "phường", "x": "xã", "h": "huyện"}


@lru_cache(maxsize=4096)
def unit_name(text: str) -> str:
    """One form for the spellings of a unit's name, its level included: UBND TP. Bắc Giang is Thành phố Bắc Giang."""
    level, _, rest = re.sub(r"\.\s*", " ", BODY.sub("", normalise(text))).partition(" ")
    return syllables(f"{SHORT.get(level, level)} {rest}")


@lru_cache(maxsize=4096)
def _without_accents(text: str) -> str:
    return plain(unit_name(text))


class Units:
    """Every unit of the seed ``unit``, with what became of it by the seed ``unit_successor``."""

    def __init__(self, seeds: Seeds) -> None:
        self.all = [_unit(row) for row in seeds.rows("unit")]
        self._successors = [(r["unit_key"], r["successor_key"]) for r in seeds.rows("unit_successor")]
        self._by_day: dict[date, dict[str, Unit]] = {}

    def on(self, day: date) -> dict[str, Unit]:
        """Units of a day by key."""
        if day not in self._by_day:
            self._by_day[day] = {unit.unit_key: unit for unit in self.all if unit.is_valid_on(day)}
        return self._by_day[day]

    def heirs_of(self, unit: Unit, day: date) -> list[Unit]:
        """The units of a day that took over from one that ended, or from those that did; none where none is named.

        A district without a successor of its own went into what its communes went into.
        """
        if unit.valid_to is None or unit.valid_to >= day:
            return []
        then = self.on(unit.valid_to + timedelta(days=1))
        ended = [unit.unit_key]
        if unit.level == "district" and all(old != unit.unit_key for old, _ in self._successors):
            ended = [u.unit_key for u in self.on(unit.valid_to).values() if u.parent_key == unit.unit_key]
        heirs = [then[new] for old, new in self._successors if old in ended and new in then]
        found = [one for heir in heirs for one in ([heir] if heir.is_valid_on(day) else self.heirs_of(heir, day))]
        return list(dict.fromkeys(found))

    def find(self, wanted: str, day: date) -> Unit | None:
        """The unit of a day with this key or code, or the only one of that name; None where that is not certain.

        A name may be typed as documents and people have it: with UBND before it, with TP. for Thành phố, without its
        level or its accents, with its district after a comma, or as the unit was called before.
        """
        valid = self.on(day)
        keys = {u.unit_key for u in valid.values() if wanted.strip().casefold() in (u.unit_key, u.code.casefold())}
        before, _, after = wanted.rpartition(",")
        over = {u.unit_key for u in self.all if _without_accents(after) in u.plain_names}
        current, ever = [*valid.values()], [u for u in self.all if u.unit_key in valid]
        for said, units in (
            (wanted, current),
            (wanted, ever),
            (before, [u for u in current if u.parent_key in over]),
            (before, [u for u in ever if u.parent_key in over]),
        ):
            for spelt in (unit_name, _without_accents):
                for name in ("full_name_vi", "name_vi"):
                    keys = keys or {u.unit_key for u in units if spelt(getattr(u, name)) == spelt(said)}
        return valid[keys.pop()] if len(keys) == 1 else None


def _unit(row: dict[str, str]) -> Unit:
    values: dict[str, Any] = {name: row[name] for name in Unit.__dataclass_fields__}
    values |= {
        "inherits": frozenset(filter(None, row["inherits"].split(";"))),
        "in_reporting": row["in_reporting"] == "true",
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    }
    return Unit(**values)
