"""Reports whose words are those of another unit, or of the unit's own last report.

Belongs here: comparing texts. Does not belong here: what follows from a likeness, a remark that refuses
nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

FIVE = 5
MIN_SHINGLES = 20
BOILERPLATE = 10  # a sequence of words in more reports than this is the form's language, not a copy


@dataclass(frozen=True)
class Text:
    """The results that a unit of a level reports for a period; ``limit`` is the likeness from which it is a copy."""

    report_id: str
    unit_key: str
    period: str
    level: str
    results: str
    limit: float


def sources(texts: list[Text]) -> list[str | None]:
    """For each text, in order of time, the report that it copies, or None: Jaccard over sequences of five words.

    Compared are reports of the same period and level, and the unit's own last one of another period.
    """
    found: list[str | None] = []
    before: dict[str, tuple[str, frozenset[str]]] = {}
    groups: dict[tuple[str, str], list[tuple[str, str, frozenset[str]]]] = defaultdict(list)
    spread: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    words = [_shingles(text.results) for text in texts]
    for text, shingles in zip(texts, words, strict=True):
        spread[text.period, text.level].update(shingles)
    posted: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for text, shingles in zip(texts, words, strict=True):
        group = (text.period, text.level)
        own = frozenset(s for s in shingles if spread[group][s] <= BOILERPLATE)
        copied = None
        if len(own) >= MIN_SHINGLES:
            shared = Counter(other for s in own for other in posted[*group, s])
            candidates = [groups[group][position] for position, _ in shared.most_common(3)]
            last = before.get(text.unit_key)
            if last is not None and last[0].split("/")[0] != text.period:
                candidates.append((last[0], text.unit_key, last[1]))
            for report_id, other_unit, theirs in candidates:
                same_report = other_unit == text.unit_key and report_id.split("/")[0] == text.period
                if not same_report and len(own & theirs) / len(own | theirs) > text.limit:
                    copied = report_id
                    break
            for s in own:
                posted[*group, s].append(len(groups[group]))
            groups[group].append((text.report_id, text.unit_key, own))
            before[text.unit_key] = (text.report_id, own)
        found.append(copied)
    return found


def _shingles(text: str) -> frozenset[str]:
    """Sequences of five words, without figures."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return frozenset(" ".join(words[n : n + FIVE]) for n in range(len(words) - FIVE + 1))
