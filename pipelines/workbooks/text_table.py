"""Text tables: one score a row.

Belongs here: bytes to a tidy frame with the address of every cell. Does not belong here: whether the scores are
believable, which the rules in expectations/ decide.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from pipelines.findings import Finding
from pipelines.workbooks.layout import Layout, match_header

if TYPE_CHECKING:
    import pandas as pd

FRAME_COLUMNS = ["province_code", "code", "score_text", "score", "source_row", "source_cell"]
MAX_FINDINGS = 100


def read_text_table(content: bytes, name: str, layout: Layout) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read a table of scores.

    Returns a frame with FRAME_COLUMNS, one row a score (``score_text`` as delivered with a decimal point, ``score`` as
    a float, ``source_row`` counted from 1), and no findings; or no frame and the findings, at most MAX_FINDINGS.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = f"byte 0x{content[error.start]:02x}"
        return None, [Finding("encoding", name, found, "UTF-8 text", "Save the file as UTF-8.", row=row)]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter))
    except csv.Error as error:
        return None, [Finding("table", name, str(error), "rows of cells", "Save the file as plain CSV.")]
    if not rows or not rows[0]:
        return None, [
            Finding("not_empty", name, "an empty file", "a header and a row for each score", "Ask for the file again.")
        ]
    header = match_header(layout, rows[0])
    findings = _header_findings(layout, name, rows[0], header.missing, header.unknown + header.repeated)
    if findings:
        return None, findings
    records = []
    for number, cells in enumerate(rows[1:], start=2):
        record, problems = _read_row(layout, name, header.positions, number, cells)
        findings += problems
        if record is not None:
            records.append(record)
    if not rows[1:]:
        findings.append(
            Finding("not_empty", name, "a header alone", "a row for each score", "Ask for the file again.", row=1)
        )
    if findings:
        return None, findings[:MAX_FINDINGS]
    import pandas as pd

    return pd.DataFrame.from_records(records, columns=FRAME_COLUMNS), []


def _header_findings(
    layout: Layout, name: str, header: list[str], missing: list[str], unwanted: list[str]
) -> list[Finding]:
    expected = ", ".join(headings[0] for headings in layout.columns.values())
    found = ", ".join(header)
    remedy = f"Give the file the headings of layout {layout.layout}, once each."
    return [
        Finding("columns", name, found, f"a column {column} among {expected}", remedy, row=1, column=column)
        for column in missing
    ] + [Finding("columns", name, heading, f"only {expected}, once each", remedy, row=1) for heading in unwanted]


def _read_row(
    layout: Layout, name: str, positions: dict[str, int], number: int, cells: list[str]
) -> tuple[tuple[object, ...] | None, list[Finding]]:
    if not any(cell.strip() for cell in cells):
        remedy = "Take the row away; what is not published is declared in release.yaml."
        return None, [Finding("no_blank_row", name, "a blank row", "a score", remedy, row=number)]
    if len(cells) != len(positions):
        expected = f"{len(positions)} cells"
        remedy = f"Separate cells by {layout.delimiter!r}."
        return None, [Finding("columns", name, f"{len(cells)} cells", expected, remedy, row=number)]
    value = {column: cells[position].strip() for column, position in positions.items()}
    address = f"{_column_letter(positions['score'])}{number}"
    score = _decimal(value["score"], layout.decimal)
    findings = [
        Finding("not_blank", name, "a blank cell", f"a {column}", "Fill it in.", row=number, column=column)
        for column in ("province_code", "code")
        if not value[column]
    ]
    if score is None:
        expected = f"a number with {layout.decimal!r} as its decimal sign"
        remedy = "Write the number plainly; a score that is not published has no row and is declared in release.yaml."
        found = repr(value["score"]) if value["score"] else "a blank cell"
        findings.append(Finding("number", name, found, expected, remedy, row=number, column="score", cell=address))
    if findings or score is None:
        return None, findings
    return (value["province_code"], value["code"], score, float(score), number, address), []


def _decimal(text: str, decimal: str) -> str | None:
    """The number with a decimal point, or None: no exponents, no thousands separators, no nan or inf."""
    if not re.fullmatch(rf"-?\d{{1,6}}({re.escape(decimal)}\d+)?", text, flags=re.ASCII):
        return None
    return text.replace(",", ".")


def _column_letter(position: int) -> str:
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
