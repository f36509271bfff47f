"""The registers under raw/reports: what came when, and what officers did with it.

Belongs here: receipts.csv, which lists every file with its time and hash, and events.csv, which is the officers'. Does
not belong here: how a spreadsheet saves a file, see saved.py; what a report says.

A register that cannot be read, or a line of it that cannot be, is told with its place and stops whatever writes or
publishes: left out, a line would make a unit late that was waived, and a file would make everybody silent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from pipelines.clock import today
from pipelines.files import write_whole
from pipelines.finding import Finding
from pipelines.plan.obligations import Duties, Obligation
from pipelines.reports import saved
from pipelines.reports.saved import NotRead
from pipelines.reports.typed import is_month_first, moment_of
from pipelines.reports.wording import twin, with_remedy
from pipelines.settings import Settings
from pipelines.spelling import normalise

EVENTS, MARK = "events.csv", "SIMULATED"
SHOWN = 10
SHA256 = re.compile(r"[0-9a-f]{64}")
KEPT = re.compile(
    r"(v\d+-(?=.{8}\.)|(?=.{16}\.))(?P<hash>[0-9a-f]+)\.[a-z0-9]{1,5}"
)  # as filing.py names what it keeps
BLANK = "ô trống"
PUT_BACK = twin("Sửa dòng này như khi máy ghi, hoặc khôi phục từ bản sao lưu.", "Put the line back as it was written.")
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


class NotFiled(ValueError):
    """The file or event cannot be taken; the message says why."""


class AlreadyFiled(NotFiled):
    """The file is here already, and nothing is lost."""


class Faulty(NotFiled):
    """A register, or a line of one, cannot be read: ``findings`` say where and what to do, the message all of it."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        n = len(findings)
        said = [
            twin(f"sổ theo dõi có {n} lỗi; chưa ghi, chưa công bố gì; bản công bố trước vẫn còn",
                 f"{n} faults in the registers; nothing was written or published, what was published before stays")
        ]  # fmt: skip
        for one in findings[:SHOWN]:
            place = f"dòng {one.row}" + (f", cột {one.column}" if one.column else "") if one.row else "cả tệp"
            said.append(f"- {Path(one.file).name}, {place}: {with_remedy(one.found, one.expected, one.remedy)}")
        if n > SHOWN:
            said.append(f"  ... {twin(f'và {n - SHOWN} lỗi nữa', f'and {n - SHOWN} more')}")
        super().__init__("\n".join(said))


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell of a line, whether it stands in a csv, a workbook or a command."""

    column: str
    found: str
    expected: str
    remedy: str


def is_simulated(settings: Settings) -> bool:
    """Whether the workspace holds simulated reports, and those alone."""
    return (settings.reports / MARK).exists()


def check(settings: Settings, duties: Duties, is_filing: bool = False) -> None:
    """Raise ``Faulty`` with all that is wrong with both registers: asked before anything is written or published.

    Lines that are gone are a fault of the register, but for ``is_filing``, which is how the files are listed again.
    """
    known, findings = _receipt_lines(settings, duties)
    findings += _event_lines(settings, duties)[1]
    if not findings and not is_filing:
        findings = _lines_gone(settings, known)
    if findings:
        raise Faulty(findings)


def receipts(settings: Settings, as_of: date | None = None) -> tuple[list[Receipt], list[Finding]]:
    """Every receipt known on a day (all, where it is None) in order of time, and files that are not listed.

    Raises ``Faulty``.
    """
    known, faults = _receipt_lines(settings)
    if faults:
        raise Faulty(faults)
    findings = [
        Finding(
            "receipt_listed", f"raw/reports/{name}", "không có trong sổ",
            twin(f"một dòng trong {settings.receipts.name}", f"a line of {settings.receipts.name}"),
            twin("Đưa tệp vào bằng `papi report add`.", "File it with `papi report add`."),
        )
        for name in _not_listed(settings, known)
    ]  # fmt: skip
    # A file that came without a sender and was placed later is listed twice; where it was placed counts.
    placed = {receipt.sha256 for receipt in known if receipt.unit_key}
    known = [receipt for receipt in known if receipt.unit_key or receipt.sha256 not in placed]
    known = [receipt for receipt in known if as_of is None or receipt.received_at.date() <= as_of]
    return sorted(known, key=lambda r: (r.received_at, r.path)), findings


def events(settings: Settings, duties: Duties, as_of: date | None = None) -> list[Event]:
    """Every event known on a day (all, where it is None), in order of time. Raises ``Faulty``."""
    known, findings = _event_lines(settings, duties)
    if findings:
        raise Faulty(findings)
    return sorted([e for e in known if as_of is None or e.at.date() <= as_of], key=lambda e: (e.at, e.row))


def _not_listed(settings: Settings, known: list[Receipt]) -> list[str]:
    listed = {receipt.path for receipt in known}
    return [name for name in _files(settings) if name not in listed]


def _lines_gone(settings: Settings, known: list[Receipt]) -> list[Finding]:
    """Files that bear a name of ours and are in no line: somebody took the line out, or saved half of the register."""
    ours = [(name, KEPT.fullmatch(name.rsplit("/", 1)[-1])) for name in _not_listed(settings, known)]
    listed = {receipt.sha256[:n] for receipt in known for n in (8, 16)}
    gone = [name for name, kept in ours if kept and kept["hash"] not in listed]
    if not gone:
        return []
    found = f"thiếu dòng của {len(gone)} tệp đã nhận: {', '.join(gone[:SHOWN])}{', ...' if len(gone) > SHOWN else ''}"
    expected = twin("mỗi tệp đã nhận một dòng", "a line for every file received")
    remedy = twin(
        "Khôi phục sổ từ bản sao lưu; nếu không có bản sao, nhận lại các tệp ấy bằng `papi report add ... --received`.",
        "Restore the register; where there is no copy, file them again with `papi report add ... --received`.",
    )
    return [Finding("registry_file", f"raw/reports/{settings.receipts.name}", found, expected, remedy)]


def _files(settings: Settings) -> list[str]:
    """Every file below a folder of raw/reports; hidden ones are of nobody's report."""
    found = sorted(settings.reports.glob("*/**/*")) if settings.reports.is_dir() else []
    return [p.relative_to(settings.reports).as_posix() for p in found if p.is_file() and not p.name.startswith(".")]


def _receipt_lines(settings: Settings, duties: Duties | None = None) -> tuple[list[Receipt], list[Finding]]:
    """The receipts, and what is wrong with the lines; with ``duties``, also with what they say of units and days."""
    path = settings.receipts
    if not path.exists() and _files(settings):
        found = "không có tệp này, trong khi có báo cáo đã nhận"
        expected = twin("sổ liệt kê mọi báo cáo đã nhận", "a register that lists every report received")
        remedy = twin(
            "Khôi phục từ bản sao lưu; nếu chưa từng có, chuyển báo cáo ra ngoài rồi nhận lại bằng `papi report add`.",
            "Restore it; if there never was one, move the reports away and file them with `papi report add`.",
        )
        return [], [Finding("registry_file", f"raw/reports/{path.name}", found, expected, remedy)]
    rows, month_first, findings = _rows(path, RECEIPT_COLUMNS)
    times = Counter(row["path"] for _, row in rows)
    known = []
    for number, row in rows:
        problems, at = _problems_of_time("received_at", row["received_at"], month_first)
        simulated = row["simulated"].lower()
        checks = [
            (not row["path"], "path", BLANK, twin("nơi lưu tệp đã nhận", "where the file lies")),
            (times[row["path"]] > 1, "path", f"{row['path']} ở {times[row['path']]} dòng",
             twin("mỗi tệp một dòng", "each file once")),
            (not SHA256.fullmatch(row["sha256"]), "sha256", row["sha256"] or BLANK,
             twin("64 chữ số, chữ cái a-f do máy ghi", "the 64 signs that were written by the command")),
            (simulated not in ("yes", "no"), "simulated", row["simulated"] or BLANK, twin("no hoặc yes", "no or yes")),
        ]  # fmt: skip
        if duties is not None:
            owed = duties.find(row["unit_key"], row["period"])
            checks.append(
                (bool(row["unit_key"] or row["period"]) and owed is None and _knows_all_plans(duties), "unit_key",
                 f"{row['unit_key'] or BLANK}, {row['period'] or BLANK}",
                 twin("mã đơn vị và kỳ có trong kế hoạch, hoặc cả hai ô trống",
                      "unit and period as the plan has them, or both blank"))
            )  # fmt: skip
            problems += problems_of_day(duties, owed, "received_at", at)
        problems += problems_of_letters("received_source", row["received_source"])
        problems += [Problem(column, found, said, PUT_BACK) for is_wrong, column, found, said in checks if is_wrong]
        findings += [_line(path, number, problem) for problem in problems]
        if not problems:
            known.append(Receipt(**{**row, "received_at": at, "simulated": simulated == "yes"}))  # type: ignore[arg-type]
    return known, findings


def _event_lines(settings: Settings, duties: Duties) -> tuple[list[Event], list[Finding]]:
    path = settings.reports / EVENTS
    rows, month_first, findings = _rows(path, EVENT_COLUMNS)
    known = []
    for number, row in rows:
        event, problems = event_of(row, duties, number, month_first)
        findings += [_line(path, number, problem) for problem in problems]
        known += [event] if event is not None else []
    return known, findings


def event_of(
    row: Mapping[str, str], duties: Duties, number: int = 0, month_first: bool = False
) -> tuple[Event | None, list[Problem]]:
    """The event of a line with EVENT_COLUMNS, or None and what is wrong with it.

    ``month_first`` is for a file in which other days can only be read as month/day/year.
    """
    problems, at = _problems_of_time("at", row["at"], month_first)
    word = word_of(row["event"])
    owed = duties.named(row["unit_key"], row["period"])
    is_owed = owed is not None and owed.not_applicable_reason is None
    checks = [
        (word is None, "event", row["event"] or BLANK, twin("; ".join(EVENT_WORDS.values()), "; ".join(EVENT_WORDS)),
         twin("Chọn một trong các từ này. Ví dụ: tiếp nhận", "Choose one of these. Example: accepted")),
        (not is_owed and _knows_all_plans(duties), "unit_key",
         f"{row['unit_key'] or BLANK}, {row['period'] or BLANK}",
         twin("một đơn vị phải báo cáo trong kỳ", "a unit that owes a report for the period"),
         twin("Sửa mã, tên đơn vị hoặc kỳ. Ví dụ: 07201-tho-xuong, 2021-H1",
              "Correct unit or period. Example: 07201-tho-xuong, 2021-H1")),
        (word == "waived" and not row["decision_no"], "decision_no", BLANK,
         twin("số quyết định miễn", "the number of the decision"),
         twin("Ghi số quyết định. Ví dụ: 12/QĐ-SNV", "Give the number. Example: 12/QĐ-SNV")),
        (word in NEEDS_REASON and not row["reason"], "reason", BLANK, twin("lý do", "the reason"),
         twin("Ghi lý do. Ví dụ: Thiếu phụ lục", "Say why. Example: Thiếu phụ lục")),
        (bool(number) and word == "receipt_undone" and not row["file"], "file", BLANK,
         twin("tên tệp đã lưu", "the name of the file as kept"), twin("Ví dụ: v1-0a1b2c3d", "Example: v1-0a1b2c3d")),
    ]  # fmt: skip
    problems += problems_of_day(duties, owed, "at", at)
    problems += [one for column in ("decision_no", "reason", "by") for one in problems_of_letters(column, row[column])]
    problems += [Problem(*said) for is_wrong, *said in checks if is_wrong]
    if problems or at is None or word is None:
        return None, problems
    unit_key = owed.unit.unit_key if owed else row["unit_key"]
    return Event(**{**row, "at": at, "event": word, "row": number, "unit_key": unit_key}), []  # type: ignore[arg-type]


def undone_receipts(known: list[Event]) -> set[tuple[str, str, str]]:
    """Period, unit and file of each receipt that an officer took back."""
    return {(event.period, event.unit_key, event.file) for event in known if event.event == "receipt_undone"}


def word_of(text: str) -> str | None:
    """The event that a word stands for, in either language and any spelling, or None."""
    said = normalise(text)
    return next((word for word, vi in EVENT_WORDS.items() if said in (word, normalise(vi))), None)


def _knows_all_plans(duties: Duties) -> bool:
    """Whether a unit or period that is in no plan is a slip of the register: with a plan unread, it may be of that."""
    return all(read.plan is not None for read in duties.read)


def problems_of_letters(column: str, text: str) -> list[Problem]:
    """Letters that went lost on the way. Names of files are not asked: they come as their senders have them."""
    if not saved.has_lost_letters(text):
        return []
    expected = twin("chữ Việt đủ dấu", "Vietnamese with all its letters")
    remedy = twin("Gõ lại ô này; tệp CSV thì lưu kiểu “CSV UTF-8”.", "Type it again; save a csv as “CSV UTF-8”.")
    return [Problem(column, f"chữ mất dấu “{text}”", expected, remedy)]


def _problems_of_time(column: str, text: str, month_first: bool) -> tuple[list[Problem], datetime | None]:
    at = moment_of(text, month_first)
    if at is not None:
        return [], at
    expected = twin(
        "ngày/tháng/năm giờ:phút, ngày và tháng đủ hai chữ số",
        "day/month/year hour:minute, day and month in two figures",
    )
    remedy = twin("Ví dụ: 24/06/2021 14:00 hoặc 2021-06-24 14:00", "Example: 24/06/2021 14:00 or 2021-06-24 14:00")
    found = text or BLANK
    if month_first and moment_of(text) is not None:
        found = f"{text}; tệp này có ngày viết tháng trước, nên không rõ đâu là ngày"
    elif is_month_first(text):
        found = f"{text}, viết tháng trước ngày sau"
    return [Problem(column, found, expected, remedy)], None


def problems_of_day(duties: Duties, owed: Obligation | None, column: str, at: datetime | None) -> list[Problem]:
    """A day before the plan was issued (the first of all plans, where none is meant), or one that has not come."""
    plans = [owed.plan] if owed else [*duties.plans.values()]
    first, last = min((plan.head.issued_from for plan in plans), default=None), today()
    if at is None or first is None or first <= at.date() <= last:
        return []
    expected = twin(
        f"một ngày từ {first:%d/%m/%Y} (kế hoạch ban hành) đến hôm nay ({last:%d/%m/%Y})",
        f"a day from {first:%d/%m/%Y}, when the plan was issued, to today ({last:%d/%m/%Y})",
    )
    remedy = twin("Kiểm tra ngày, tháng, năm.", "Look at day, month and year.")
    return [Problem(column, f"{at:%d/%m/%Y}", expected, remedy)]


def _rows(path: Path, columns: list[str]) -> tuple[list[tuple[int, dict[str, str]]], bool, list[Finding]]:
    """The lines of a register by column, whether a day in it can only be month/day/year, and what cannot be read."""
    try:
        lines = saved.read(path.read_bytes(), columns).lines
    except FileNotFoundError:
        return [], False, []
    except OSError as error:
        said = (
            twin("tệp mở được", "a file that can be opened"),
            twin("Đóng tệp ở chương trình khác.", "Close the file."),
        )
        found = f"không mở được tệp ({error.strerror})"
        return [], False, [Finding("registry_file", f"raw/reports/{path.name}", found, *said)]
    except NotRead as error:
        file = f"raw/reports/{path.name}"
        return [], False, [Finding("registry_file", file, error.found, error.expected, error.remedy, row=error.row)]
    rows, findings = [], []
    for number, cells in lines:
        if len(cells) > len(columns):
            found = f"{len(cells)} ô; ô thừa: “{cells[-1]}”"
            expected = twin(f"{len(columns)} ô", f"{len(columns)} cells")
            findings.append(_line(path, number, Problem("", found, expected, PUT_BACK)))
            continue
        rows.append((number, dict(zip(columns, cells, strict=True))))
    return rows, any(is_month_first(row[columns[0]]) for _, row in rows), findings


def _line(path: Path, row: int, problem: Problem) -> Finding:
    return Finding(
        "registry_line", f"raw/reports/{path.name}", problem.found, problem.expected, problem.remedy, row=row,
        column=problem.column or None,
    )  # fmt: skip


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
    """Add lines to events.csv as they are; filing.py asks before whether they can be."""
    _append(settings.reports / EVENTS, EVENT_COLUMNS, [[*line_of(event).values()] for event in new])


def line_of(event: Event) -> dict[str, str]:
    """An event as a line of events.csv, by column."""
    return {name: str(getattr(event, name)).strip() for name in EVENT_COLUMNS} | {"at": f"{event.at:%Y-%m-%dT%H:%M}"}


def _append(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    """Add lines to a register in one step, in the form in which a spreadsheet saved it."""
    before = path.read_bytes() if path.exists() else b""
    write_whole(path, saved.added(before, columns, rows))
