"""A problem in a delivery, described so that the sender can mend it.

Belongs here: the shape of a finding and its sentence. Does not belong here: deciding what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One problem in one place: where, what was found, what is expected, what to do.

    ``row`` counts from 1 with the header, as an editor or a spreadsheet shows it; ``cell`` is the address such as C17.
    """

    rule_id: str
    file: str
    found: str
    expected: str
    remedy: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None

    def as_row(self) -> dict[str, str | int | None]:
        """The columns that audit.finding and audit.report_finding share."""
        place = {"source_row": self.row, "source_column": self.column, "source_cell": self.cell}
        said = {"found": self.found, "expected": self.expected, "remedy": self.remedy}
        return {"rule_id": self.rule_id, "source_file": self.file, "sheet": self.sheet, **place, **said}

    def __str__(self) -> str:
        place = [self.file]
        if self.sheet:
            place.append(f"sheet {self.sheet}")
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        return f"{', '.join(place)}: found {self.found}; expected {self.expected}"
