"""Which indicator of a year's method a heading names, by its Vietnamese or English name and its code.

Belongs here: certainty about headings. Does not belong here: where in a file they stand. A heading is recognised where
its clues agree; a typing slip is tolerated only where it leaves one indicator to be meant, a contradiction never.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipelines.seeds import Indicator
from pipelines.spelling import normalise
from pipelines.workbooks.layout import Layout, ScoreARow

SLIP, SLIP_WITH_CODE = 0.9, 0.75
MARGIN = 0.05


@dataclass(frozen=True)
class Heading:
    """What a heading names: an indicator, or None.

    ``code`` is the code it prints, ``names`` its texts without that; ``is_slip`` where a name was mistyped.
    """

    indicator: Indicator | None
    code: str | None
    names: list[str]
    is_slip: bool = False


class Headings:
    """The names and codes under which one method's indicators may appear in one layout."""

    def __init__(self, indicators: dict[str, Indicator], layout: Layout) -> None:
        self.indicators = indicators
        self._matched: dict[tuple[str, ...], Heading] = {}
        self._patterns = [] if isinstance(layout, ScoreARow) else [re.compile(p, re.I) for p in layout.code_in_heading]
        further = {} if isinstance(layout, ScoreARow) else layout.also_called
        self._printed = {} if isinstance(layout, ScoreARow) else layout.printed
        self._names = {
            code: {_comparable(n) for n in (*self._own_names(i), *further.get(i.indicator_key, [])) if n}
            for code, i in indicators.items()
        }

        self._all_names = set().union(*self._names.values())

    def match(self, texts: list[str]) -> Heading:
        """The indicator that these texts, all of one column or row, name together."""
        key = tuple(texts)
        if key not in self._matched:
            self._matched[key] = self._match(texts)
        return self._matched[key]

    def _match(self, texts: list[str]) -> Heading:
        codes, names = set(), []
        for text in dict.fromkeys(texts):
            code, name = self._split(text)
            codes |= {code} if code else set()
            names += [name] if name else []
        printed = next(iter(codes)) if len(codes) == 1 else None
        if printed is None and self._printed and not self._names_the_whole(names):
            return Heading(None, printed, names)
        wanted = [_comparable(name) for name in names]
        exact = {code for code, known in self._names.items() if known & set(wanted)}
        meant = exact & codes if codes else exact
        if len(meant) == 1 and exact <= meant:
            return self._found(meant.pop(), printed, names, is_slip=False)
        if len(codes) == 1 and printed in self.indicators and not names:
            return self._found(printed, printed, names, is_slip=False)
        likely = set() if exact or len(codes) > 1 else self._likely(wanted, printed)
        if len(likely) == 1:
            return self._found(next(iter(likely)), printed, names, is_slip=True)
        return Heading(None, printed, names)

    def _own_names(self, indicator: Indicator) -> tuple[str, ...]:
        own = (indicator.name_vi, indicator.name_en)
        return tuple(self._printed.get(indicator.code, ())) if self._printed and indicator.level != "total" else own

    def _names_the_whole(self, names: list[str]) -> bool:
        """Whether a heading names the index as a whole, which has no code to print."""
        whole = set().union(*(self._names[c] for c, i in self.indicators.items() if i.level == "total"))
        return any(_comparable(name) in whole for name in names)

    def is_known(self, text: str) -> bool:
        """Whether a text by itself is the name of an indicator, letter for letter."""
        _, name = self._split(text)
        return name is not None and _comparable(name) in self._all_names

    def _found(self, code: str, printed: str | None, names: list[str], is_slip: bool) -> Heading:
        return Heading(self.indicators[code], printed, names, is_slip)

    def _split(self, text: str) -> tuple[str | None, str | None]:
        """Code and name of a text. A bare code is a code."""
        text = " ".join(text.split())
        for pattern in self._patterns:
            found = pattern.fullmatch(text)
            if found:
                return found["code"], (found["name"] or "").strip() or None
        return (text, None) if text in self.indicators else (None, text)

    def _likely(self, wanted: list[str], printed: str | None) -> set[str]:
        """Indicators meant by mistyped names: each name near to one alone, and to the printed code's where there is."""
        if printed is not None and printed not in self.indicators:
            return set()
        likely = set()
        for name in wanted:
            least = SLIP_WITH_CODE - MARGIN  # what is less like a name than this decides nothing
            ranked = sorted(((self._likeness(name, code, least), code) for code in self.indicators), reverse=True)
            best, code = ranked[0]
            second = ranked[1][0] if len(ranked) > 1 else 0.0
            if best >= (SLIP_WITH_CODE if code == printed else SLIP) and best - second >= MARGIN:
                likely.add(code)
        return likely if printed is None or likely == {printed} else set()

    def _likeness(self, name: str, code: str, least: float = 0.0) -> float:
        """How like one of the code's names a text is, from 0 to 1; 0 where it is surely less than ``least``."""
        matchers = (SequenceMatcher(None, name, known) for known in self._names[code])
        near = (m for m in matchers if m.real_quick_ratio() >= least and m.quick_ratio() >= least)
        return max((m.ratio() for m in near), default=0.0)

    def nearest(self, heading: Heading) -> tuple[str, ...]:
        """The three indicators that an unknown heading is most like, with the code it prints first."""
        wanted = [_comparable(name) for name in heading.names]
        ranked = sorted(
            self.indicators,
            key=lambda code: (code == heading.code, max((self._likeness(n, code) for n in wanted), default=0.0)),
            reverse=True,
        )
        return tuple(f"{code} {self.indicators[code].name_vi or self.indicators[code].name_en}" for code in ranked[:3])


def _comparable(name: str) -> str:
    """A year in a heading may be stale, an asterisk points to a footnote; neither names anything."""
    return re.sub(r"(?<!\d)\d{4}(?!\d)", "yyyy", normalise(name)).rstrip("* ")
