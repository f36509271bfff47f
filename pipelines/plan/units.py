"""Units of the administration: agencies, districts and communes, each in its periods of validity.

Belongs here: which units there are on a day, and whom a duty given to a group or a body falls on. Does not belong here:
what they owe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.seeds import Seeds
from pipelines.spelling import place, plain

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

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)

    def bears(self, who: list[str]) -> bool:
        """Whether a duty of these falls on the unit: its level, its code, or the code of a body that went into it."""
        return not {self.level, self.code, *self.inherits}.isdisjoint(who)


def official_name(level: str, full_name_vi: str) -> str:
    """The body that answers for a unit of this level and name, see ``Unit.official_name_vi``."""
    return full_name_vi if level == "agency" else f"UBND {full_name_vi[:1].lower()}{full_name_vi[1:]}"


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
        """The units of a day that took over from one that ended, or from those that did; none where none is named."""
        if unit.valid_to is None or unit.valid_to >= day:
            return []
        then = self.on(unit.valid_to + timedelta(days=1))
        heirs = [then[new] for old, new in self._successors if old == unit.unit_key and new in then]
        found = [one for heir in heirs for one in ([heir] if heir.is_valid_on(day) else self.heirs_of(heir, day))]
        return list(dict.fromkeys(found))

    def find(self, wanted: str, day: date) -> Unit | None:
        """The unit of a day with this key or code, or the only one of that name; None where that is not certain.

        A name may be typed with UBND before it, and without accents where one unit alone is spelt so.
        """
        valid = self.on(day).values()
        wanted = re.sub(r"^UBND\s+", "", wanted.strip(), flags=re.IGNORECASE)
        named = place(wanted)
        found = [
            unit
            for unit in valid
            if wanted in (unit.unit_key, unit.code) or named in (place(unit.name_vi), place(unit.full_name_vi))
        ] or [unit for unit in valid if plain(wanted) in (plain(unit.name_vi), plain(unit.full_name_vi))]
        exact = [unit for unit in found if wanted in (unit.unit_key, unit.full_name_vi)]
        candidates = exact or found
        return candidates[0] if len(candidates) == 1 else None


def _unit(row: dict[str, str]) -> Unit:
    values: dict[str, Any] = {name: row[name] for name in Unit.__dataclass_fields__}
    values |= {
        "inherits": frozenset(filter(None, row["inherits"].split(";"))),
        "in_reporting": row["in_reporting"] == "true",
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    }
    return Unit(**values)
