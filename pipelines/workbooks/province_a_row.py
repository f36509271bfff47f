"""Layouts with a province a row and an indicator a column.

Belongs here: finding the header, the provinces and the columns, and where the table ends. Does not belong here: which
indicator a heading names, see headings.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.seeds import Indicator, province_code
from pipelines.spelling import normalise
from pipelines.workbooks.cells import Value, is_blank, number
from pipelines.workbooks.layout import ProvinceARow
from pipelines.workbooks.reader import HEADER_WITHIN, Reader, plain_number, texts_at, value_at

KEYS = ("province_code", "province_name")


@dataclass
class _Block:
    """Columns that share the provinces of ``keys``, positions of their codes and names."""

    keys: dict[int, str]
    indicators: dict[int, Indicator] = field(default_factory=dict)
    ranks: list[int] = field(default_factory=list)

    def values(self, row: list[Value]) -> list[Value]:
        return [value_at(row, at) for at in (*self.indicators, *self.ranks)]


class ProvinceRows(Reader[ProvinceARow]):
    """A table of provinces below a header of one or more rows."""

    def read(self) -> None:
        """Keep every score of every province."""
        rows, layout = self.sheet.rows, self.layout
        named = [
            {
                at: column
                for at, value in enumerate(row)
                if isinstance(value, str) and (column := layout.column_of(value))
            }
            for row in rows[:HEADER_WITHIN]
        ]
        first = next((n for n, found in enumerate(named) if set(found.values()) & set(KEYS)), None)
        if first is None:
            self.no_header(", ".join(name for names in layout.columns.values() for name in names))
            return
        columns = named[first]
        keys = {at: column for at, column in columns.items() if column in KEYS}
        data_from = next(
            (
                n
                for n in range(first + 1, len(rows))
                if any(_clues(rows[n], keys)) and not self._is_heading(rows[n], keys)
            ),
            len(rows),
        )
        blocks = self._blocks(first, data_from, columns)
        if not self.result.findings:
            end = len(rows)
            for block in blocks:
                end = self._read_provinces(block, data_from, end)

    def _read_provinces(self, block: _Block, data_from: int, end: int) -> int:
        """Keep the scores of one block between two rows; returns the row at which the table ends."""
        summaries = {normalise(name) for name in self.layout.not_provinces}
        seen: set[str] = set()
        ranked: list[tuple[str, int, int]] = []
        at, is_after_blank = next(iter(block.keys)), False
        for row in range(data_from, end):
            values = self.sheet.rows[row]
            given, names = _clues(values, block.keys)
            if all(is_blank(value) for value in (given, *names, *block.values(values))):
                is_after_blank = True
                continue
            if {normalise(clue) for clue in (given or "", *names)} & summaries:
                continue
            place = self.places.find(province_code(given) if given else None, names)
            is_again = place.province is not None and place.province.code in seen
            if is_after_blank and (is_again or self._is_heading(values, block.keys)):
                self.note("a further table below the provinces is passed over", row, at)
                end = row
                break
            if place.province is None and all(is_blank(value) for value in block.values(values)):
                self.note(f"{str(next((v for v in values if not is_blank(v)), ''))!r} is passed over", row, at)
            elif place.province is None:
                self.unknown_province(row, at, place.problem)
            elif is_again:
                found, remedy = f"{place.province.name_vi} again", "Keep the row that the source prints."
                self.say_cell("province_named", found, "each province once", remedy, row, at)
            else:
                seen.add(place.province.code)
                for column, indicator in block.indicators.items():
                    self.keep_official(place.province.code, indicator.code, row, column, value_at(values, column))
                ranked += [(place.province.code, row, column) for column in block.ranks]
        self._keep_ranks(ranked)
        return end

    def _keep_ranks(self, ranked: list[tuple[str, int, int]]) -> None:
        """Keep the places of provinces, each with how many have one: among how many it is."""
        known = [cell for cell in ranked if not self.is_left_out(value_at(self.sheet.rows[cell[1]], cell[2]))]
        for province, row, column in known:
            value = value_at(self.sheet.rows[row], column)
            text = number(value, self.layout.decimal)
            if text is None:
                self.not_a_number(row, column, "rank", value)
            else:
                self.keep(province, self.layout.rank_of, "rank", text, row, column)
                self.keep(province, self.layout.rank_of, "n_ranked", str(len(known)), row, column)

    def _is_heading(self, values: list[Value], keys: dict[int, str]) -> bool:
        return any(at < len(values) and self.layout.column_of(str(values[at])) for at in keys)

    def _blocks(self, first: int, data_from: int, columns: dict[int, str]) -> list[_Block]:
        """The columns of scores, each by all its header cells together, with the provinces that belong to it."""
        header, data = self.sheet.rows[first:data_from], self.sheet.rows[data_from:]
        blocks = [_Block({at: column for at, column in columns.items() if column in KEYS})]
        taken: set[Indicator] = set()
        for position in range(max(len(row) for row in (*header, *data))):
            texts = texts_at(header, position)
            is_empty = all(value_at(row, position) in (None, 0.0) for row in data)
            if columns.get(position) == "rank":
                blocks[-1].ranks.append(position)
            elif position in columns or (is_empty and not texts):
                continue
            elif self.layout.ranked_apart and not texts and self._names_provinces(data, position):
                blocks.append(_Block({position: "province_name"}))
            else:
                heading = self.headings.match(texts)
                if heading.indicator is None and is_empty:
                    continue  # a measure that this method does not score has its column still
                if heading.indicator is None or heading.indicator in taken:
                    self.unmatched(first, position, texts, self.headings.nearest(heading))
                    continue
                blocks[-1].indicators[position] = heading.indicator
                taken.add(heading.indicator)
                self.result.understood += 1
                if heading.is_slip:
                    self.note_slip(first, position, heading)
        return blocks

    def _names_provinces(self, data: list[list[Value]], position: int) -> bool:
        texts = texts_at(data, position)
        return bool(texts) and sum(self.places.named(text) is not None for text in texts) > len(texts) / 2


def _clues(values: list[Value], keys: dict[int, str]) -> tuple[str | None, list[str]]:
    """Code and names that a row gives of its province."""
    given = {at: plain_number(values[at]) for at in keys if at < len(values) and not is_blank(values[at])}
    code = next((str(value) for at, value in given.items() if keys[at] == "province_code"), None)
    return code, [str(value) for at, value in given.items() if keys[at] == "province_name"]
