"""The registers under raw/reports: what came when, and what officers did with it.

Belongs here: receipts.csv, which lists every file with its time and hash, and events.csv, which is the officers'. Does
not belong here: what a file says.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

from pipelines.clock import today
from pipelines.files import inert, write_whole
from pipelines.finding import Finding
from pipelines.plan.obligations import Duties
from pipelines.settings import Settings

EVENTS, MARK = "events.csv", "SIMULATED"
EVENT_WORDS = {
    "returned": "trả lại",
    "accepted": "tiếp nhận",
    "waived": "miễn",
    "receipt_undone": "hủy nhận",
    "acceptance_undone": "hủy tiếp nhận",
    "waiver_undone": "hủy miễn",
}
NEEDS_REASON = ("returned", "receipt_undone", "acceptance_undone", "waiver_undone")


@dataclass(frozen=True)
class Receipt:
    """One file as it came; unit and period are empty where they are not known. ``path`` is below raw/reports."""

    received_at: datetime
    received_source: str
    period: str
    unit_key: str
    path: str
    sha256: str
    original_name: str
    simulated: bool

    @property
    def file(self) -> str:
        """The name by which events speak of the file: v1-0a1b2c3d."""
        return Path(self.path).stem


@dataclass(frozen=True)
class Event:
    """What an officer did with a unit's report after its receipt; ``row`` is its line in events.csv.

    ``file`` is the receipt that it is about; left empty, the last that had come by then.
    """

    at: datetime
    period: str
    unit_key: str
    event: str
    decision_no: str
    reason: str
    by: str
    row: int
    file: str = ""


RECEIPT_COLUMNS = [field.name for field in fields(Receipt)]
EVENT_COLUMNS = [field.name for field in fields(Event) if field.name != "row"]
ADDED = ("file",)  # registers made before do not have it


class NotFiled(ValueError):
    """The file or event cannot be taken; the message says why."""


class AlreadyFiled(NotFiled):
    """The file is here already, and nothing is lost."""


def is_simulated(settings: Settings) -> bool:
    """Whether the workspace holds simulated reports, and those alone."""
    return (settings.reports / MARK).exists()


def receipts(settings: Settings, as_of: date | None = None) -> tuple[list[Receipt], list[Finding]]:
    """Every receipt known on a day (all, where it is None) in order of time, and what is wrong with the registry."""
    path = settings.receipts
    findings: list[Finding] = []
    known = []
    for number, row in _rows(path, RECEIPT_COLUMNS, findings):
        at = _moment(row["received_at"])
        if at is None:
            findings.append(_line(path, number, "received_at", row["received_at"], "2021-06-18T09:30"))
            continue
        simulated = row["simulated"] == "yes"
        known.append(Receipt(**{**row, "received_at": at, "simulated": simulated}))  # type: ignore[arg-type]
    listed = {receipt.path for receipt in known}
    for file in sorted(settings.reports.glob("*/**/*")) if settings.reports.is_dir() else []:
        name = file.relative_to(settings.reports).as_posix()
        if file.is_file() and not file.name.startswith(".") and name not in listed:
            remedy = "Đưa tệp vào bằng `papi report add`. / File it with `papi report add`."
            findings.append(
                Finding("receipt_listed", f"raw/reports/{name}", "không có trong sổ / not listed", path.name, remedy)
            )
    # A file that came without a sender and was placed later is listed twice; where it was placed counts.
    placed = {receipt.sha256 for receipt in known if receipt.unit_key}
    known = [receipt for receipt in known if receipt.unit_key or receipt.sha256 not in placed]
    known = [receipt for receipt in known if as_of is None or receipt.received_at.date() <= as_of]
    return sorted(known, key=lambda r: (r.received_at, r.path)), findings


def events(settings: Settings, duties: Duties, as_of: date | None = None) -> tuple[list[Event], list[Finding]]:
    """Every event known on a day, in order of time; a line that cannot be is refused and the others go on."""
    path = settings.reports / EVENTS
    findings: list[Finding] = []
    known = []
    for number, row in _rows(path, EVENT_COLUMNS, findings):
        at = _moment(row["at"])
        word = next((w for w, vi in EVENT_WORDS.items() if row["event"].strip().lower() in (w, vi)), None)
        owed = duties.find(row["unit_key"], row["period"])
        problems = [
            (at is None, "at", row["at"], "2021-06-24 14:00, 24/06/2021 14:00"),
            (word is None, "event", row["event"], ", ".join(f"{w} ({vi})" for w, vi in EVENT_WORDS.items())),
            (owed is None or owed.not_applicable_reason is not None, "unit_key", f"{row['unit_key']} {row['period']}",
             "đơn vị có nghĩa vụ trong kỳ / a unit that owes a report for the period"),
            (word == "waived" and not row["decision_no"], "decision_no", "ô trống / blank",
             "số quyết định miễn / the number of the decision"),
            (word in NEEDS_REASON and not row["reason"], "reason", "ô trống / blank", "lý do / the reason"),
            (word == "receipt_undone" and not row["file"], "file", "ô trống / blank",
             "tên tệp đã lưu, như v1-0a1b2c3d / the name of the file as kept"),
        ]  # fmt: skip
        wrong = [
            _line(path, number, column, found, expected) for is_wrong, column, found, expected in problems if is_wrong
        ]
        findings += wrong
        if not wrong and at is not None and word is not None and (as_of is None or at.date() <= as_of):
            known.append(Event(**{**row, "at": at, "event": word, "row": number}))  # type: ignore[arg-type]
    return sorted(known, key=lambda e: (e.at, e.row)), findings


def undone_receipts(known: list[Event]) -> set[tuple[str, str, str]]:
    """Period, unit and file of each receipt that an officer took back."""
    return {(event.period, event.unit_key, event.file) for event in known if event.event == "receipt_undone"}


def _rows(path: Path, columns: list[str], findings: list[Finding]) -> list[tuple[int, dict[str, str]]]:
    """Lines of a csv that a spreadsheet may have saved: with or without a byte order mark, by comma or semicolon."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        findings.append(_line(path, 1, None, "không phải UTF-8 / not UTF-8", "CSV UTF-8"))
        return []
    before = [column for column in columns if column not in ADDED]
    for delimiter in (",", ";"):
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        if rows and rows[0] in (columns, before):
            whole = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
            widths = (len(before), len(columns))
            for number, row in whole:
                if len(row) not in widths:
                    findings.append(_line(path, number, None, f"{len(row)} ô / cells", f"{len(columns)} ô / cells"))
            return [
                (n, dict(zip_longest(columns, (c.strip() for c in row), fillvalue="")))
                for n, row in whole
                if len(row) in widths
            ]
    findings.append(_line(path, 1, None, text.split("\n", 1)[0], ",".join(columns)))
    return []


def _moment(text: str) -> datetime | None:
    """A time as 2021-06-18T09:30 or 18/06/2021 09:30; without an hour, the end of the day."""
    spelt = re.sub(r"^(\d{1,2})/(\d{1,2})/(\d{4})", lambda m: f"{m[3]}-{int(m[2]):02}-{int(m[1]):02}", text.strip())
    for pattern in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(spelt, pattern)
        except ValueError:
            continue
    try:
        return datetime.combine(date.fromisoformat(spelt), datetime.max.time()).replace(second=0, microsecond=0)
    except ValueError:
        return None


def _line(path: Path, row: int, column: str | None, found: str, expected: str) -> Finding:
    remedy = "Sửa dòng này trong tệp. / Correct this line of the file."
    return Finding("registry_line", f"raw/reports/{path.name}", found, expected, remedy, row=row, column=column)


def reporting_day(settings: Settings) -> date | None:
    """The day, to its end, of which obligations show their state: the as-of date, else today.

    None where no report was ever received: nothing is tracked then, and no day changes that.
    """
    if settings.as_of is not None:
        return settings.as_of
    return today() if settings.receipts.exists() else None


def append_receipts(settings: Settings, new: list[Receipt]) -> None:
    """Add lines to receipts.csv."""
    _append(settings.receipts, RECEIPT_COLUMNS, [_receipt_line(receipt) for receipt in new])


def _receipt_line(receipt: Receipt) -> list[str]:
    at, simulated = f"{receipt.received_at:%Y-%m-%dT%H:%M}", "yes" if receipt.simulated else "no"
    return [at, *(str(getattr(receipt, name)) for name in RECEIPT_COLUMNS[1:-1]), simulated]


def append_events(settings: Settings, new: list[Event]) -> None:
    """Add lines to events.csv as they are; a wrong one is found when the file is read."""
    lines = [
        [f"{e.at:%Y-%m-%dT%H:%M}", *(str(getattr(e, name)) for name in EVENT_COLUMNS if name != "at")] for e in new
    ]
    _append(settings.reports / EVENTS, EVENT_COLUMNS, lines)


def _append(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    """Add lines to a registry in one step, keeping how a spreadsheet saved it."""
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    has_mark = path.exists() and path.read_bytes().startswith(b"\xef\xbb\xbf")
    of_before = [column for column in columns if column not in ADDED]
    delimiter = ";" if before.startswith(";".join(of_before)) else ","
    heading, _, lines = before.partition("\n")
    if heading.strip() == delimiter.join(of_before):
        before = f"{delimiter.join(columns)}\n{lines}"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    if not before:
        writer.writerow(columns)
    writer.writerows([[inert(cell) for cell in row] for row in rows])
    joint = "" if not before or before.endswith("\n") else "\n"
    write_whole(path, (before + joint + text.getvalue()).encode("utf-8-sig" if has_mark else "utf-8"))
