"""Layouts with a province a row and an indicator a column.

Belongs here: finding the header, the provinces and the columns. Does not belong here: which indicator a heading names,
see headings.py.
"""

from __future__ import annotations

from pipelines.seeds import Indicator, province_code
from pipelines.spelling import normalise
from pipelines.workbooks.cells import Value, is_blank
from pipelines.workbooks.layout import ProvinceARow
from pipelines.workbooks.reader import HEADER_WITHIN, Reader, plain_number, texts_at, value_at


class ProvinceRows(Reader[ProvinceARow]):
    """A table of provinces below a header of one or more rows."""

    def read(self) -> None:
        """Keep every score of every province."""
        rows, layout = self.sheet.rows, self.layout
        first = next(
            (
                position
                for position, row in enumerate(rows[:HEADER_WITHIN])
                if any(isinstance(value, str) and layout.column_of(value) for value in row)
            ),
            None,
        )
        if first is None:
            self.no_header(", ".join(name for names in layout.columns.values() for name in names))
            return
        keys: dict[int, str] = {
            position: column
            for position, value in enumerate(rows[first])
            if isinstance(value, str) and (column := layout.column_of(value))
        }
        data_from = next(
            (
                position
                for position in range(first + 1, len(rows))
                if any(_clues(rows[position], keys)) and not self._is_heading_row(rows[position], keys)
            ),
            len(rows),
        )
        columns = self._indicator_columns(first, data_from, keys)
        if not self.result.findings:
            self._read_provinces(data_from, keys, columns)

    def _read_provinces(self, data_from: int, keys: dict[int, str], columns: dict[int, Indicator]) -> None:
        summaries = {normalise(name) for name in self.layout.not_provinces}
        seen: set[str] = set()
        at = next(iter(keys))
        for row in range(data_from, len(self.sheet.rows)):
            values = self.sheet.rows[row]
            given, names = _clues(values, keys)
            is_summary = bool({normalise(clue) for clue in (given or "", *names)} & summaries)
            if is_summary or all(is_blank(value) for value in values):
                continue
            place = self.places.find(province_code(given) if given else None, names)
            if place.province is None:
                self.unknown_province(row, at, place.problem)
            elif place.province.code in seen:
                found, remedy = f"{place.province.name_vi} again", "Keep the row that the source prints."
                self.say_cell("province_named", found, "each province once", remedy, row, at)
            else:
                seen.add(place.province.code)
                for column, indicator in columns.items():
                    self.keep_official(place.province.code, indicator.code, row, column, value_at(values, column))

    def _is_heading_row(self, values: list[Value], keys: dict[int, str]) -> bool:
        return any(at < len(values) and self.layout.column_of(str(values[at])) for at in keys)

    def _indicator_columns(self, first: int, data_from: int, keys: dict[int, str]) -> dict[int, Indicator]:
        """Which indicator each column holds, by all its header cells together."""
        header, data = self.sheet.rows[first:data_from], self.sheet.rows[data_from:]
        columns: dict[int, Indicator] = {}
        for position in range(max(len(row) for row in (*header, *data))):
            texts = texts_at(header, position)
            is_empty = all(value_at(row, position) in (None, 0.0) for row in data)
            if position in keys or (is_empty and not texts):
                continue
            heading = self.headings.match(texts)
            if heading.indicator is None and is_empty:
                continue  # a measure that this method does not score has its column still
            if heading.indicator is None or heading.indicator in columns.values():
                self.unmatched(first, position, texts, self.headings.nearest(heading))
                continue
            columns[position] = heading.indicator
            if heading.is_slip:
                self.note_slip(first, position, heading)
        return columns


def _clues(values: list[Value], keys: dict[int, str]) -> tuple[str | None, list[str]]:
    """Code and names that a row gives of its province."""
    given = {at: plain_number(values[at]) for at in keys if at < len(values) and not is_blank(values[at])}
    code = next((str(value) for at, value in given.items() if keys[at] == "province_code"), None)
    return code, [str(value) for at, value in given.items() if keys[at] == "province_name"]
