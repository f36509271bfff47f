"""Layouts with one score a row.

Belongs here: columns for province, code and score, and perhaps for what is said about the score. Does not belong here:
whether a code or a score is believable, which the rules in expectations/ decide.
"""

from __future__ import annotations

from pipelines.seeds import province_code
from pipelines.workbooks.cells import Value, is_blank, number
from pipelines.workbooks.layout import ScoreARow
from pipelines.workbooks.reader import HEADER_WITHIN, Reader, plain_number, value_at

MEASURES = ("score", "ci_low", "ci_high", "standard_error", "rank", "n_ranked")


class ScoreRows(Reader[ScoreARow]):
    """A table of scores, its header among the first rows."""

    def read(self, max_findings: int) -> None:
        """Keep every score; stops once there are ``max_findings`` findings."""
        header = self._header_row()
        columns = self._columns(header)
        if self.result.findings:
            return
        if len(self.sheet.rows) == header + 1:
            self.say("not_empty", "a header alone", "a row for each score", "Ask for the file again.", header)
        for row in range(header + 1, len(self.sheet.rows)):
            self._read_score(columns, row, self.sheet.rows[row])
            if len(self.result.findings) >= max_findings:
                return

    def _header_row(self) -> int:
        """Position of the first row that bears two or more of the layout's headings; the first where there is none."""
        for position, row in enumerate(self.sheet.rows[:HEADER_WITHIN]):
            if sum(isinstance(value, str) and self.layout.column_of(value) is not None for value in row) >= 2:
                return position
        return 0

    def _columns(self, header: int) -> dict[str, int]:
        """Position of each canonical column."""
        columns: dict[str, int] = {}
        headings = [names[0] for names in self.layout.columns.values()]
        remedy = f"Give the file the headings of layout {self.layout.layout}, once each."
        for position, value in enumerate(self.sheet.rows[header]):
            column = None if is_blank(value) else self.layout.column_of(str(value))
            if column is None or column in columns:
                found = "a blank heading" if is_blank(value) else str(value)
                self.say("columns", found, f"only {', '.join(headings)}, once each", remedy, header)
            else:
                columns[column] = position
                self.result.understood += 1
        for column in ["code", "score"] if "province_name" in columns else ["province_code", "code", "score"]:
            if column not in columns:
                found = ", ".join(str(value) for value in self.sheet.rows[header] if value is not None)
                self.say("columns", found, f"a column {column} among {', '.join(headings)}", remedy, header, column)
        return columns

    def _read_score(self, columns: dict[str, int], row: int, values: list[Value]) -> None:
        if all(is_blank(value) for value in values):
            remedy = "Take the row away; what is not published is declared in release.yaml."
            self.say("no_blank_row", "a blank row", "a score", remedy, row)
            return
        if len(values) != len(columns) and self.sheet.name is None:
            remedy = f"Separate cells by {self.layout.delimiter!r}."
            self.say("columns", f"{len(values)} cells", f"{len(columns)} cells", remedy, row)
            return
        n_before = len(self.result.findings)
        cells = {column: value_at(values, at) for column, at in columns.items()}
        for column in ("province_code", "province_name", "code"):
            if column in columns and is_blank(cells[column]):
                self.say("not_blank", "a blank cell", f"a {column}", "Fill it in.", row, column)
        measured = {m: cells[m] for m in MEASURES if m in columns and not is_blank(cells[m])}
        province = self._province_of(columns, row, cells)
        code = self._code_of(str(plain_number(cells["code"])))
        for measure, value in (measured or {"score": None}).items():
            text = number(value, self.layout.decimal)
            if text is None:
                self.not_a_number(row, columns[measure], measure, value)
            elif len(self.result.findings) == n_before:
                self.keep(province, code, measure, text, row, columns[measure])

    def _province_of(self, columns: dict[str, int], row: int, cells: dict[str, Value]) -> str:
        """The province code of a row. A code that no province bears is left to the rules, a name cannot be."""
        code = province_code(str(plain_number(cells.get("province_code")))) if "province_code" in columns else None
        if "province_name" not in columns or is_blank(cells["province_name"]):
            return code or ""
        place = self.places.find(code, [str(cells["province_name"])])
        if place.province is None:
            self.unknown_province(row, columns["province_name"], place.problem)
            return code or ""
        return place.province.code

    def _code_of(self, text: str) -> str:
        """A code, or the code of the indicator that the text names; what is neither is left to the rules."""
        heading = self.headings.match([text])
        return heading.indicator.code if heading.indicator and not heading.is_slip else text
