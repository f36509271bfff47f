"""A problem in a delivery, described so that the sender can mend it.

Belongs here: the shape of a finding and its sentence. Does not belong here: deciding what is wrong.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path


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
        if self.cell:
            place.append(f"cell {self.cell}")
        elif self.row is not None:
            place.append(f"row {self.row}")
        if self.column and self.column != (self.cell or "").rstrip("0123456789"):
            place.append(f"{'field' if self.file.endswith('.yaml') else 'column'} {self.column}")
        said = f"{', '.join(place)}: found {self.found}; expected {self.expected}"
        return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in said)


def unforeseen(file: str, error: Exception) -> Finding:
    """The finding on what raised an error that nobody foresaw, with the place in the code for who mends it."""
    last = next(iter(traceback.extract_tb(error.__traceback__)[-1:]), None)
    place = f" at {Path(last.filename).name}:{last.lineno}" if last else ""
    return Finding(
        "unforeseen",
        file,
        f"{type(error).__name__}{place}: {shortened(str(error))}",
        "a delivery that can be read",
        "Hand this sentence and the file to whoever keeps this project: no file may end like this. The rest goes on.",
    )


def shortened(text: str, most: int = 200) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}..."
