"""Layouts with an indicator a row and a province a column.

Belongs here: finding the provinces above and the indicators beside the scores, and rows that say something about the
score above them. Does not belong here: which indicator a heading names, see headings.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.seeds import Indicator, province_code
from pipelines.spelling import normalise, plain, slug
from pipelines.workbooks.cells import Value, is_blank, number
from pipelines.workbooks.headings import Heading
from pipelines.workbooks.layout import ProvinceAColumn
from pipelines.workbooks.reader import Reader, plain_number, texts_at, value_at

MOST_OF_A_SHARE = 1.5  # an estimated share may be a little above one; a percentage is not that small everywhere
ONE_SLIP_IN = 6  # provinces: a header row with so few mistaken names is still the header; each mistake is a finding


@dataclass
class _Above:
    """What stands above a row: the last indicator with a code, the code last scored, and where that has scores."""

    coded: Indicator | None = None
    code: str | None = None
    scored: set[str] = field(default_factory=set)
    published: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    @property
    def coded_is_scored(self) -> bool:
        """Whether the score above is of the indicator with a code, not of a finer one below that."""
        return self.coded is not None and self.code == self.coded.code

    def begin(self, indicator: Indicator | None) -> None:
        self.coded, self.code = indicator, indicator.code if indicator else None
        self.scored, self.published = set(), set()
        self.seen |= {indicator.code} if indicator else set()


class ProvinceColumns(Reader[ProvinceAColumn]):
    """A table of indicators below a header of provinces."""

    def read(self) -> None:
        """Keep every score, and what is said of it below."""
        rows = self.sheet.rows
        self.further = {normalise(label): code for code, labels in self.layout.further.items() for label in labels}
        begins = next((n for n, row in enumerate(rows) if self._names_an_indicator(row)), len(rows))
        self.above = _Above()
        self.provinces = self._province_columns(rows[:begins])
        if not self.provinces:
            return
        label_columns = range(min(self.provinces))
        scale_column = next(
            (
                position
                for row in rows[:begins]
                for position in label_columns
                if isinstance(value := value_at(row, position), str) and self.layout.column_of(value) == "scale"
            ),
            None,
        )
        self.patterns = [
            (measure, re.compile(pattern, re.I))
            for measure, patterns in self.layout.measures.items()
            for pattern in patterns
        ]
        self.units = {unit: re.compile(pattern, re.I) for unit, pattern in self.layout.units.items()}
        for row in range(begins, len(rows)):
            values = rows[row]
            texts = [text for at in label_columns if at != scale_column for text in texts_at([values], at)]
            scale = next(iter(texts_at([values], scale_column)), None) if scale_column is not None else None
            self._read_row(row, texts, scale, {at: value_at(values, at) for at in self.provinces})

    def _read_row(self, row: int, texts: list[str], scale: str | None, cells: dict[int, Value]) -> None:
        above, is_empty = self.above, all(value in (None, 0.0) for value in cells.values())
        if not texts and is_empty:
            return
        measure = next(self._measures(texts), None)
        if measure is not None:
            self._keep_measure(row, cells, *measure)
            return
        further = next((code for text in texts if (code := self.further.get(normalise(text)))), None)
        if further is not None:
            self._keep_indicator(row, cells, texts, scale, further, further.rpartition(".")[0])
            return
        heading = self.headings.match(texts) if texts else Heading(None, None, [])
        has_no_code = self.layout.indicator_rows and bool(texts) and heading.indicator is None and heading.code is None
        if heading.indicator is not None and heading.indicator.code not in above.seen:
            above.begin(heading.indicator)
            self.result.understood += 1
            if heading.is_slip:
                self.note_slip(row, 0, heading)
            for column, province in self.provinces.items():
                if self.keep_official(province, heading.indicator.code, row, column, cells[column]):
                    above.scored.add(province)
                    above.published.add(province)
        elif heading.indicator is None and heading.code is not None and is_empty:
            above.begin(None)
            self.note(f"{heading.code} is not scored by this method and is left out", row, 0)
        elif has_no_code and above.coded is not None and any(not self.is_left_out(value) for value in cells.values()):
            name = next((text for text in texts if not _is_english(text)), texts[0])
            self._keep_indicator(row, cells, texts, scale, f"{above.coded.code}.{slug(name)}", above.coded.code)
        elif has_no_code and above.seen:
            self.note(f"{texts[0]!r} holds no scores and is passed over", row, 0)
        elif not is_empty:
            self.unmatched(row, 0, texts, self.headings.nearest(heading))

    def _names_an_indicator(self, row: list[Value]) -> bool:
        texts = [value for value in row if isinstance(value, str)]
        return any(self.headings.is_known(text) or normalise(text) in self.further for text in texts)

    def _province_columns(self, header: list[list[Value]]) -> dict[int, str]:
        """Province code by column, from the header rows that name most provinces, each once.

        Other rows above the scores may name other things, such as the provinces that these became. A column whose
        headings are summaries of the layout is passed over.
        """
        named = [self._provinces_in(row) for row in header]
        most = max((len(set(found.values())) for found in named), default=0)
        if most < 2:
            self.no_header("a row of province codes or names")
            return {}
        rows = [
            position
            for position, found in enumerate(named)
            if len(set(found.values())) >= max(most, len(found)) - most // ONE_SLIP_IN
        ]
        summaries = {normalise(name) for name in self.layout.not_provinces}
        columns: dict[int, str] = {}
        for column in range(min(min(named[row]) for row in rows), max(len(row) for row in self.sheet.rows)):
            texts = texts_at(([plain_number(value) for value in header[position]] for position in rows), column)
            has_values = any(isinstance(value_at(row, column), float) for row in self.sheet.rows[len(header) :])
            if {normalise(text) for text in texts} & summaries:
                self.note(f"{' '.join(texts)} is no province and is passed over", rows[-1], column)
            elif texts or has_values:
                self._name_column(columns, rows[-1], column, texts)
        return {} if self.result.findings else columns

    def _name_column(self, columns: dict[int, str], row: int, column: int, texts: list[str]) -> None:
        """Add the province that the headings of a column name together, once, or say what is wrong with it."""
        codes = [province_code(text) for text in texts if text.isdigit()]
        place = self.places.find(codes[0] if codes else None, [text for text in texts if not text.isdigit()])
        if place.province is None or len(set(codes)) > 1:
            self.unknown_province(row, column, place.problem or " and ".join(codes))
        elif place.province.code in columns.values():
            found, remedy = f"{place.province.name_vi} again", "Keep the column that the source prints."
            self.say_cell("province_named", found, "each province once", remedy, row, column)
        else:
            columns[column] = place.province.code
            self.result.understood += 1

    def _provinces_in(self, row: list[Value]) -> dict[int, str]:
        """The provinces that cells of a row name, by column."""
        found = {}
        for position, value in enumerate(row):
            clue = plain_number(value)
            if not is_blank(clue) and (province := self.places.named(province_code(str(clue)))) is not None:
                found[position] = province.code
        return found

    def _measures(self, texts: list[str]) -> Iterator[tuple[str, str | None, str | None]]:
        """The measure that a row's label names, with the interval's level and whose it is where that is printed."""
        for text in texts:
            for measure, pattern in self.patterns:
                found = pattern.search(" ".join(text.split()))
                if found:
                    named = found.groupdict()
                    yield measure, named.get("level"), named.get("of")

    def _keep_measure(self, row: int, cells: dict[int, Value], measure: str, level: str | None, of: str | None) -> None:
        """Keep a row of intervals, errors or counts of the score above; where that is not published there is none.

        A zero is no error, and no bound of a score whose scale begins above it.
        """
        above = self.above
        if of is not None and self._code_of(of) != above.code:
            expected = f"a row on {above.code}, which stands above" if above.code else "a row below its score"
            remedy = "Rows of errors and counts stand below the score that they speak of."
            self.say_cell("heading_known", of, expected, remedy, row, 0)
            return
        for column, province in self.provinces.items():
            if above.code is None or province not in above.scored:
                continue
            value = cells[column]
            text = number(value, self.layout.decimal)
            is_zero = text is not None and float(text) == 0
            if self.is_left_out(value) or (is_zero and (above.coded_is_scored or measure not in ("ci_low", "ci_high"))):
                continue
            if text is None:
                self.not_a_number(row, column, measure, value)
            else:
                pct = level if measure in ("ci_low", "ci_high") else None
                self.keep(province, above.code, measure, text, row, column, interval_pct=pct)

    def _code_of(self, label: str) -> str | None:
        """The code of what a label names: an indicator of the method, or a further figure of the layout."""
        further = self.further.get(normalise(label))
        heading = self.headings.match([label])
        return further or (heading.indicator.code if heading.indicator else None)

    def _keep_indicator(
        self, row: int, cells: dict[int, Value], texts: list[str], scale: str | None, code: str, parent: str
    ) -> None:
        """Keep a figure that describes itself: its code is that of what it belongs to and its own name.

        The name is the Vietnamese one where there is one: some years have no other.

        A zero is a value of a share, but not where the score above is not published.
        """
        above = self.above
        unit = next((unit for unit, pattern in self.units.items() if pattern.search(scale or "")), None)
        if code in above.seen or (unit is None and self.units):
            expected = f"a new row with a printed scale, one of {', '.join(self.units)}"
            remedy = (
                "What is neither a score, an error nor an indicator has no place here; name its kind in the layout."
            )
            self.say_cell("heading_known", " | ".join(texts), expected, remedy, row, 0)
            return
        english = next((text for text in texts if _is_english(text)), None)
        vietnamese = next((text for text in texts if text != english), None)
        is_beside = code in self.layout.further
        above.seen.add(code)
        above.code, above.scored = code, set()
        if is_beside:
            unit = "score"
        elif unit == "share" and any(self._number(value) > MOST_OF_A_SHARE for value in cells.values()):
            unit = "percent"
        described = {"label_vi": vietnamese, "label_en": english, "scale_label": scale, "unit": unit}
        for column, province in self.provinces.items():
            value = cells[column]
            if self.is_left_out(value) or not (is_beside or province in above.published):
                continue
            text = number(value, self.layout.decimal)
            if text is None:
                self.not_a_number(row, column, "score", value)
                continue
            above.scored.add(province)
            self.keep(province, code, "score", text, row, column, parent_code=parent, **described)

    def _number(self, value: Value) -> float:
        return float(number(value, self.layout.decimal) or 0)


def _is_english(text: str) -> bool:
    return plain(text) == text.casefold()
