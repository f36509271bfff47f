"""Words that officers read: Vietnamese, with their English twins, and which of the two is shown.

Belongs here: pairs of words, and taking one side of a pair. Does not belong here: any sentence, which stands where it
is said.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.spelling import normalise

Language = Literal["vi", "en", "both"]
BETWEEN = " / "


class Words(BaseModel):
    """A heading, label or answer in both languages; ``older`` are its Vietnamese words in forms of earlier versions."""

    model_config = ConfigDict(frozen=True, ignored_types=(cached_property,))

    vi: str
    en: str
    older: tuple[str, ...] = ()

    def said(self, language: Language) -> str:
        return shown(twin(self.vi, self.en), language)

    @cached_property
    def spellings(self) -> frozenset[str]:
        """Every way in which a form may have it, as ``spelt`` makes them."""
        alone = (self.vi, self.en, *self.older)
        return frozenset(spelt(one) for one in (*alone, *(twin(vi, self.en) for vi in (self.vi, *self.older))))


def twin(vi: str, en: str) -> str:
    """Vietnamese, then English."""
    return f"{vi}{BETWEEN}{en}"


def shown(text: str, language: Language) -> str:
    """One side of a twin, or both; a text that is no twin as it is. What both sides quote may hold the sign itself."""
    parts = text.split(BETWEEN)
    if language == "both" or len(parts) % 2:
        return text
    half = len(parts) // 2
    return BETWEEN.join(parts[:half] if language == "vi" else parts[half:])


def with_remedy(found: str, expected: str, remedy: str) -> str:
    """What was found, with what had to be there and what to do below it, as a command says it to an officer."""
    return f"{found}\n    Cần có: {expected}\n    Cách sửa: {remedy}"


def spelt(text: str) -> str:
    """Spellings of one answer become equal, blanks around a stroke included."""
    return normalise(BETWEEN.join(part.strip() for part in text.split("/")))


PERIODS = {
    "PLAN": Words(vi="Kế hoạch riêng của đơn vị năm", en="The unit's own plan of"),
    "Q1": Words(vi="Quý I năm", en="First quarter of"),
    "H1": Words(vi="6 tháng đầu năm", en="First half of"),
    "Q3": Words(vi="Quý III năm", en="Third quarter of"),
    "FY": Words(vi="Cả năm", en="Full year of", older=("năm",)),
}


def period_name(period: str) -> Words:
    """A period such as 2021-H1 as officers call it: 6 tháng đầu năm 2021."""
    year, kind = period.split("-")
    name = PERIODS[kind]
    return Words(vi=f"{name.vi} {year}", en=f"{name.en} {year}", older=tuple(f"{one} {year}" for one in name.older))
