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
from pipelines.workbooks.cells import Value, is_blank, number, shown
from pipelines.workbooks.headings import Heading
from pipelines.workbooks.layout import ProvinceAColumn
from pipelines.workbooks.reader import Reader, plain_number, texts_at, value_at

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
        self.patterns = {measure: re.compile(pattern) for measure, pattern in self.layout.measures.items()}
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
        heading = self.headings.match(texts) if texts else Heading(None, None, [])
        has_no_code = self.layout.indicator_rows and bool(texts) and heading.indicator is None and heading.code is None
        if heading.indicator is not None and heading.indicator.code not in above.seen:
            above.begin(heading.indicator)
            if heading.is_slip:
                self.note_slip(row, 0, heading)
            for column, province in self.provinces.items():
                if self.keep_official(province, heading.indicator.code, row, column, cells[column]):
                    above.scored.add(province)
                    above.published.add(province)
        elif heading.indicator is None and heading.code is not None and is_empty:
            above.begin(None)
            self.note(f"{heading.code} is not scored by this method and is left out", row, 0)
        elif has_no_code and above.coded is not None and any(value is not None for value in cells.values()):
            self._keep_indicator(above.coded, row, cells, texts, scale)
        elif not (is_empty or (has_no_code and above.seen)):
            self.unmatched(row, 0, texts, self.headings.nearest(heading))

    def _names_an_indicator(self, row: list[Value]) -> bool:
        return any(isinstance(value, str) and self.headings.is_known(value) for value in row)

    def _province_columns(self, header: list[list[Value]]) -> dict[int, str]:
        """Province code by column, from the header rows that name most provinces, each once.

        Other rows above the scores may name other things, such as the provinces that these became.
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
        columns = named[rows[0]]
        for position in rows[1:]:
            for column in columns.keys() | named[position].keys():
                if columns.get(column) != named[position].get(column):
                    self.unknown_province(position, column, shown(value_at(header[position], column)))
        for column in range(min(columns), max(len(row) for row in self.sheet.rows)):
            if column in columns:
                continue
            texts = texts_at((header[position] for position in rows), column)
            has_values = any(isinstance(value_at(row, column), float) for row in self.sheet.rows[len(header) :])
            if texts or has_values:
                self.unknown_province(rows[-1], column, self.places.find(None, texts[-1:]).problem)
        return {} if self.result.findings else columns

    def _provinces_in(self, row: list[Value]) -> dict[int, str]:
        """The provinces that cells of a row name, by column."""
        found = {}
        for position, value in enumerate(row):
            clue = plain_number(value)
            if not is_blank(clue) and (province := self.places.named(province_code(str(clue)))) is not None:
                found[position] = province.code
        return found

    def _measures(self, texts: list[str]) -> Iterator[tuple[str, str | None]]:
        """The measure that a row's label names, with the interval's level where it is printed."""
        for text in texts:
            for measure, pattern in self.patterns.items():
                found = pattern.search(normalise(text))
                if found:
                    yield measure, found.groupdict().get("level")

    def _keep_measure(self, row: int, cells: dict[int, Value], measure: str, level: str | None) -> None:
        """Keep a row of intervals or errors of the score above; where that is not published there is none.

        A zero is no error, and no bound of a score whose scale begins above it.
        """
        above = self.above
        for column, province in self.provinces.items():
            if above.code is None or province not in above.scored:
                continue
            value = cells[column]
            text = number(value, self.layout.decimal)
            is_zero = text is not None and float(text) == 0
            if is_blank(value) or (is_zero and (above.coded_is_scored or measure == "standard_error")):
                continue
            if text is None:
                self.not_a_number(row, column, measure, value)
            else:
                pct = level if measure in ("ci_low", "ci_high") else None
                self.keep(province, above.code, measure, text, row, column, interval_pct=pct)

    def _keep_indicator(
        self, coded: Indicator, row: int, cells: dict[int, Value], texts: list[str], scale: str | None
    ) -> None:
        """Keep an indicator that describes itself: its code is that of what it belongs to and its own name.

        A zero is a value of a share, but not where the score above is not published.
        """
        english = next((text for text in texts if plain(text) == text.casefold()), None)
        vietnamese = next((text for text in texts if text != english), None)
        code = f"{coded.code}.{slug(english or texts[0])}"
        if code in self.above.seen:
            self.unmatched(row, 0, texts, (code,))
            return
        self.above.seen.add(code)
        self.above.code, self.above.scored = code, set()
        labels = {"label_vi": vietnamese, "label_en": english, "scale_label": scale}
        for column, province in self.provinces.items():
            value = cells[column]
            if is_blank(value) or province not in self.above.published:
                continue
            text = number(value, self.layout.decimal)
            if text is None:
                self.not_a_number(row, column, "score", value)
                continue
            self.above.scored.add(province)
            self.keep(province, code, "score", text, row, column, parent_code=coded.code, **labels)
