"""Figures of an index in running text: which sentences state one, of what, and which could not be understood.

Belongs here: reading Vietnamese sentences as offices and the press write them. Does not belong here: opening files, and
whether a figure is right.

A figure is claimed only where the words around it say what it measures, of which year and of which province. Aims,
averages, other indices, places within a region, rough figures and differences between provinces are no such figures:
they are handed back with the reason, like every figure that stays unread.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from pipelines.claims.figures import Figures
from pipelines.claims.phrases import (
    AIM,
    APART,
    BESIDE,
    CHANGE,
    CODE,
    COMPARED,
    COUNT,
    COUNT_MOVED,
    DAY,
    GROUP,
    INDICES,
    LEFT_OVER,
    OTHER_BODIES,
    OTHER_INDICES,
    OTHERS,
    PROVINCE,
    RANK,
    RANK_CHANGE,
    REGIONAL,
    RESULTS,
    ROUGH,
    SCORE,
    SENTENCE_END,
    SIGNED,
    TITLED,
    TOTAL,
    WHOLE,
    YEAR,
    items,
    loose,
)
from pipelines.claims.verdicts import Claim
from pipelines.claims.wording import DIRECTIONS, GROUPS
from pipelines.seeds import Seeds
from pipelines.spelling import plain

MAX_SHOWN = 240
NAMES_ALIKE = 0.6  # share of common words from which an item of a list is taken for the indicator that it names

REASONS = {
    "aim": ("mục tiêu, không phải kết quả", "an aim, not a result"),
    "other_index": ("số của bộ chỉ số khác", "of another index"),
    "not_of_one": ("số trung bình, số chung hoặc thang điểm", "an average, a figure of all, or a scale"),
    "apart": ("chênh lệch giữa các tỉnh", "a difference between provinces"),
    "rough": ("số gần đúng", "a rough figure"),
    "regional": ("hạng trong vùng", "a rank within a region"),
    "no_year": ("không rõ năm", "no year is said"),
    "no_province": ("không rõ tỉnh", "no province is said"),
    "no_indicator": ("không rõ chỉ số", "no indicator is said"),
    "no_measure": ("không rõ đo gì", "what it measures is not said"),
    "no_such_name": ("không rõ tên chỉ số thành phần", "a name of no indicator of that year"),
}


@dataclass(frozen=True)
class Passage:
    """A paragraph of a document; ``place`` says where, in both languages."""

    text: str
    place: str


@dataclass(frozen=True)
class Stated:
    """A claim that a sentence makes, with the sentence and the words that make it."""

    claim: Claim
    words: str
    sentence: str
    place: str


@dataclass(frozen=True)
class Unread:
    """Words with a figure that was not understood; ``reason`` is a key of REASONS."""

    words: str
    sentence: str
    place: str
    reason: str


@dataclass
class Scanned:
    """What was found in a document."""

    stated: list[Stated] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def scan(passages: Iterable[Passage], figures: Figures, seeds: Seeds, province_key: str | None = None) -> Scanned:
    """The figures that a document states; ``province_key`` is the province of sentences that name none.

    Without it, the province named most often is.
    """
    texts = [Passage(" ".join(unicodedata.normalize("NFC", one.text).split()), one.place) for one in passages]
    reader = _Reader(figures, seeds, province_key)
    if province_key is None:
        named = Counter(key for one in texts for _, key in reader.provinces_in(one.text))
        reader.province_key = named.most_common(1)[0][0] if named else None
    for passage in texts:
        reader.read(passage)
    return reader.found


@dataclass(frozen=True)
class _Figure:
    """Words that state a figure: its measure, the figure itself, and where in the sentence."""

    measure: str
    stated: str
    start: int
    end: int
    what: str = ""


class _Reader:
    """Reads passage after passage; what one says of year and heading holds for the next."""

    def __init__(self, figures: Figures, seeds: Seeds, province_key: str | None) -> None:
        self.figures, self.province_key = figures, province_key
        self.found = Scanned()
        self.year: int | None = None  # of the figures read last
        self.spoken_of: str | None = None  # the province named last in the paragraph
        self.is_on_it = False  # whether the index named last is this one
        self.heading: str | None = None  # the dimension that a paragraph begins with, or a heading before it
        places = seeds.places_on(date(max(figures.years, default=2024), 12, 31))
        spelt = {province.name_vi: province.province_key for province in seeds.provinces} | {
            row["alias"]: row["province_key"] for row in seeds.rows("province_alias")
        }
        spelt |= {province.name_vi: province.province_key for province in places.by_code.values()}
        self._spelt = {" ".join(name.split()).upper(): key for name, key in spelt.items()}
        names = sorted({*spelt, *(name.upper() for name in spelt)}, key=len, reverse=True)
        self._provinces = re.compile(r"\b(?:" + "|".join(map(loose, names)) + r")\b")
        keys: dict[str, str] = {}
        for (_, key), one in sorted(figures.indicators.items()):
            if key != "total":
                keys |= dict.fromkeys(one.names, key)
        self._names = {re.sub(r"[\W_]+", " ", name).strip().casefold(): key for name, key in keys.items()}
        ordered = sorted(keys, key=len, reverse=True)
        self._indicators = re.compile(r"\b(?:" + "|".join(map(loose, ordered)) + r")\b", re.I) if keys else None

    # --- paragraphs and sentences ----------------------------------------------------------------------------------

    def read(self, passage: Passage) -> None:
        first = CODE.search(passage.text[:60])
        heading = self._of_code(first["code"], self.year) if first else None
        has_figures = False
        self.heading = heading or self.heading
        self.spoken_of = None
        for sentence in SENTENCE_END.split(passage.text):
            has_figures |= self._read_sentence(sentence, passage.place)
            named = self.provinces_in(sentence)
            self.spoken_of = named[-1][1] if named else self.spoken_of
        # A heading by itself speaks for the paragraph that follows it; one with figures for its own only.
        self.heading = heading if heading and not has_figures else None

    def _read_sentence(self, sentence: str, place: str) -> bool:
        """Whether the sentence states anything."""
        days = [(one.start(), one.end()) for one in DAY.finditer(sentence)]
        compared = list(COMPARED.finditer(sentence))
        years = [
            one for one in YEAR.finditer(sentence)
            if not any(a <= one.start(1) < b for a, b in [*days, *((c.start(), c.end()) for c in compared)])
        ]  # fmt: skip
        taken: list[tuple[int, int]] = list(days)
        before = len(self.found.stated)
        spoken_of = [(one.start(), one[0].upper() == "PAPI") for one in INDICES.finditer(sentence)]
        titled = TITLED.search(sentence)
        if titled and self.year is None and RESULTS.search(sentence):
            self.year = int(titled[1])
        published = self._published(sentence, [int(one[1]) for one in years])
        if published:
            self._keep(*published, sentence, place)
        for figure in sorted(self._figures(sentence, taken), key=lambda one: one.start):
            year, base = self._year_of(sentence, figure, years, compared)
            reason = self._not_a_result(sentence, figure)
            claim = None if reason else self._claim(sentence, figure, year, base)
            if isinstance(claim, Claim):
                self.year = max(self.year or 0, claim.year)
                self._keep(claim, sentence[figure.start : figure.end], sentence, place)
                for listed in self._listed(sentence, figure, claim):
                    self._keep(listed[0], listed[1], sentence, place)
            elif figure.measure == "n_ranked" or (figure.measure.startswith("n_") and claim == "no_measure"):
                continue  # told with its rank, or a number of indicators of which nothing is said
            else:
                self._leave(sentence[figure.start : figure.end], sentence, place, reason or str(claim))
        if "điểm" in sentence or "PAPI" in sentence or "bậc" in sentence:
            for one in LEFT_OVER.finditer(sentence):
                if not any(a < one.end() and one.start() < b for a, b in taken):
                    reason = self._not_a_result(sentence, _Figure("change", one[0], one.start(), one.end()))
                    self._leave(one[0], sentence, place, reason or "no_measure")
        if spoken_of:
            self.is_on_it = spoken_of[-1][1]
        return len(self.found.stated) > before

    def _keep(self, claim: Claim | str, words: str, sentence: str, place: str) -> None:
        if isinstance(claim, str):
            self._leave(words, sentence, place, claim)
            return
        number = len(self.found.stated) + 1
        claim = Claim(f"{number}", *[getattr(claim, name) for name in list(Claim.__dataclass_fields__)[1:]])
        self.found.stated.append(Stated(claim, words, _around(sentence, words), place))

    def _leave(self, words: str, sentence: str, place: str, reason: str) -> None:
        self.found.unread.append(Unread(words, _around(sentence, words), place, reason))

    # --- figures ---------------------------------------------------------------------------------------------------

    def _figures(self, sentence: str, taken: list[tuple[int, int]]) -> Iterator[_Figure]:
        """Words that state a figure; ``taken`` are the parts of the sentence that are already read, and grows."""

        def take(match: re.Match[str], end: int | None = None) -> bool:
            start, stop = match.start(), end or match.end()
            if any(a < stop and start < b for a, b in taken):
                return False
            taken.append((start, stop))
            return True

        for one in COUNT.finditer(sentence):
            moved = COUNT_MOVED.match(sentence, one.end())
            if take(one, moved.end() if moved else None):
                way = next((key for key in DIRECTIONS if moved and moved[key]), None)
                kind = "n_sub_dimensions" if "thành" in one["what"].lower() else "n_dimensions"
                suffix = f"_{way}" if way else ""
                yield _Figure(
                    kind + suffix, f"{int(one['n'])}", one.start(), moved.end() if moved else one.end(), way or ""
                )
        for measure, pattern in (("rank_change", RANK_CHANGE), ("change", CHANGE)):
            for one in pattern.finditer(sentence):
                if take(one):
                    yield _Figure(measure, ("-" if one["down"] else "+") + one["number"].lstrip("0").rjust(1, "0")
                                  if measure == "rank_change" else ("-" if one["down"] else "+") + one["number"],
                                  one.start(), one.end())  # fmt: skip
        for one in SIGNED.finditer(sentence):
            if take(one):
                yield _Figure("change", ("+" if one["sign"] == "+" else "-") + one["number"], one.start(), one.end())
        for one in SCORE.finditer(sentence):
            number = one["number"] or one["bare"] or one["reached"]
            if (
                "," in number or "." in number or re.search(r"\b(?:đạt|được|là)\s+$", sentence[: one.start()])
            ) and take(one):
                yield _Figure("score", number, one.start(), one.end(), one["scale"] or one["of"] or "")
        for one in RANK.finditer(sentence):
            is_said = one.start("rank") > one.start() or (one["n"] and one["places"])
            if is_said and take(one):
                yield _Figure("rank", one["rank"].lstrip("0") or "0", one.start(), one.end("rank"), "rank")
                if one["n"]:
                    yield _Figure("n_ranked", one["n"], one.start(), one.end(), "rank")
        for one in GROUP.finditer(sentence):
            if take(one):
                told = " ".join(re.findall(r"\w+", plain(one["group"])))
                key = next(key for key, names in GROUPS.items() if told in map(plain, names))
                yield _Figure("group", key, one.start(), one.end())

    def _published(self, sentence: str, years: list[int]) -> tuple[Claim | str, str] | None:
        """The day on which results came out, where a sentence says so."""
        day = DAY.search(sentence)
        if not day or "công bố" not in sentence or "PAPI" not in sentence or not years:
            return None
        if self.province_key is None:
            return "no_province", day[0]
        try:
            told = date(int(day[4]), int(day[2] or day[3]), int(day[1])).isoformat()
        except ValueError:
            return "no_measure", day[0]
        return Claim("", self.province_key, years[-1], "published_on", "total", told), day[0]

    def _not_a_result(self, sentence: str, figure: _Figure) -> str | None:
        """Why a figure is not one that a province got, where it is not."""
        before, after = sentence[: figure.start], sentence[figure.end :]
        clause = re.split(r"[;,(]\s", before)[-1]
        words = sentence[figure.start : figure.end]
        if AIM.search(before) or AIM.search(words):
            return "aim"
        own = max((one.end() for one in re.finditer(r"\bPAPI\b", before)), default=-1)
        other = max((one.end() for one in OTHER_INDICES.finditer(before)), default=-1)
        if other > own and not self._mention(before[other:]):
            return "other_index"
        if figure.measure == "rank" and REGIONAL.match(after.lstrip("/0123456789 ")):
            return "regional"
        if figure.measure in ("score", "change", "rank_change") and OTHERS.search(clause):
            return "not_of_one"
        if figure.measure in ("score", "change", "rank_change") and APART.search(clause):
            return "apart"
        return "rough" if ROUGH.search(before) else None

    # --- what a figure is of ---------------------------------------------------------------------------------------

    def _claim(self, sentence: str, figure: _Figure, year: int | None, base: int | None) -> Claim | str:
        """The claim that a figure makes, or the reason why it makes none."""
        before = sentence[: figure.start]
        if year is None:
            return "no_year"
        province = self._province_of(before)
        if province is None:
            return "no_province"
        if figure.measure.startswith("n_") and figure.measure != "n_ranked":
            return self._count(sentence, figure, year, base, province)
        indicator = self._indicator_of(before, sentence, year)
        if indicator is None:
            return "no_indicator"
        known = self.figures.indicators.get((year, indicator))
        if figure.measure == "score" and figure.what and known and known.scale_max != float(figure.what):
            return "not_of_one"
        compare = base if figure.measure in ("change", "rank_change") else None
        return Claim("", province, year, figure.measure, indicator, figure.stated, compare)

    def _count(self, sentence: str, figure: _Figure, year: int, base: int | None, province: str) -> Claim | str:
        """A number of dimensions or sub-dimensions: of the dimension that is spoken of, else of all."""
        before, measure = sentence[: figure.start], figure.measure
        if not figure.what:
            return Claim("", province, year, measure, "total", figure.stated) if WHOLE.search(before) else "no_measure"
        within = [one for one in COUNT.finditer(before) if WHOLE.search(before[: one.start()])]
        if measure.startswith("n_dimensions") and within and "thành" in within[0]["what"].lower():
            measure = measure.replace("n_dimensions", "n_sub_dimensions")  # "of 29 parts 15 fell, and 2 indices stayed"
        scope = "total"
        if measure.startswith("n_sub_dimensions"):
            words = sentence[figure.start : figure.end]
            mentioned = [key for key in self._mentions(f"{words} {before}", year) if "." not in key and key != "total"]
            scope = mentioned[0] if mentioned else self.heading or "total"
        return Claim("", province, year, measure, scope, figure.stated, base)

    def _listed(self, sentence: str, figure: _Figure, counted: Claim) -> Iterator[tuple[Claim | str, str]]:
        """The direction of each indicator that is named after how many went that way, up to the next number of them."""
        if not figure.what or not figure.measure.startswith("n_"):
            return
        following = COUNT.search(sentence, figure.end)
        text = sentence[figure.end : following.start() if following else len(sentence)]
        level = "sub_dimension" if counted.measure.startswith("n_sub_dimensions") else "dimension"
        candidates = self.figures.of_level(counted.year, level)
        if level == "sub_dimension" and counted.indicator_key != "total":
            candidates = self.figures.parts(counted.year, counted.indicator_key)
        for item in items(text):
            if re.search(r"\d+[.,]\d+\s*điểm", text[text.find(item) + len(item) :][:40].split(";")[0]):
                continue  # it has a figure of its own
            key = self._likest(item, candidates, counted.year)
            made = Claim(
                "", counted.province_key, counted.year, "direction", key or "", figure.what, counted.compare_year
            )
            yield (made if key else "no_such_name"), item

    def _likest(self, item: str, candidates: list[str], year: int) -> str | None:
        """The indicator whose name has most words in common with ``item``; None where none has enough, or two have."""
        words = set(re.findall(r"\w+", item.casefold()))
        shares = []
        for key in candidates:
            names = [set(re.findall(r"\w+", name.casefold())) for name in self.figures.indicators[year, key].names]
            shares.append((max((2 * len(words & name) / (len(words) + len(name)) for name in names), default=0.0), key))
        best = sorted(shares, reverse=True)[:2]
        if not best or best[0][0] < NAMES_ALIKE or (len(best) > 1 and best[0][0] == best[1][0]):
            return None
        return best[0][1]

    def _year_of(
        self, sentence: str, figure: _Figure, years: list[re.Match[str]], compared: list[re.Match[str]]
    ) -> tuple[int | None, int | None]:
        """The year of a figure and the one that it is compared with."""
        base = next((int(one[1]) for one in compared if one.start() >= figure.end), None)
        base = base or next((int(one[1]) for one in reversed(compared)), None)
        after = re.match(r"[\s(]*(?:vào\s+|trong\s+|của\s+)?năm\s+(20\d\d)", sentence[figure.end :], re.I)
        if after:
            return int(after[1]), base
        earlier = [int(one[1]) for one in years if one.end() <= figure.start]
        if earlier:
            return earlier[-1], base
        if base is not None and (self.year is None or self.year <= base):
            return base + 1, base
        later = [int(one[1]) for one in years]
        return (self.year or (later[0] if later else None)), base

    def provinces_in(self, text: str) -> list[tuple[int, str]]:
        """Where a text names provinces, but for those that something is compared with."""
        return [
            (one.start(), self._spelt[" ".join(one[0].split()).upper()])
            for one in self._provinces.finditer(text)
            if not BESIDE.search(text[: one.start()])
        ]

    def _province_of(self, before: str) -> str | None:
        named = self.provinces_in(before)
        if named:
            return named[-1][1]
        # After a sentence on another province it is not said which one is meant.
        return self.province_key if self.spoken_of in (None, self.province_key) else None

    def _indicator_of(self, before: str, sentence: str, year: int) -> str | None:
        mentioned = self._mentions(before, year)
        if mentioned:
            return mentioned[-1]
        if self.heading:
            return self.heading
        # Where the index was named before, a sentence must speak of a province, and of nothing else that has points.
        is_on_it = self.is_on_it and not OTHER_INDICES.search(sentence) and not OTHER_BODIES.search(before)
        speaks_of_province = PROVINCE.search(sentence) or self.provinces_in(sentence)
        return "total" if "PAPI" in sentence or (is_on_it and speaks_of_province) else None

    def _mention(self, text: str) -> bool:
        return bool(self._mentions(text, self.year or max(self.figures.years)))

    def _mentions(self, text: str, year: int) -> list[str]:
        """The indicators that a text speaks of, in its order."""
        found: list[tuple[int, str]] = [(one.start(), "total") for one in re.finditer(r"\bPAPI\b", text)]
        found += [(one.start(), "total") for one in TOTAL.finditer(text)]
        found += [(one.start(), key) for one in CODE.finditer(text) if (key := self._of_code(one["code"], year))]
        for one in self._indicators.finditer(text) if self._indicators else ():
            found.append((one.start(), self._names[re.sub(r"[\W_]+", " ", one[0]).strip().casefold()]))
        return [key for _, key in sorted(found)]

    def _of_code(self, code: str, year: int | None) -> str | None:
        year = year if year in self.figures.years else max(self.figures.years, default=0)
        return next(
            (key for (of, key), one in self.figures.indicators.items() if of == year and one.code == code), None
        )


def _around(sentence: str, words: str) -> str:
    """The sentence, shortened on both sides of the words where it is long."""
    if len(sentence) <= MAX_SHOWN:
        return sentence
    at = max(sentence.find(words), 0)
    start = max(0, min(at - MAX_SHOWN // 3, len(sentence) - MAX_SHOWN))
    end = start + MAX_SHOWN
    return ("…" if start else "") + sentence[start:end].strip() + ("…" if end < len(sentence) else "")
