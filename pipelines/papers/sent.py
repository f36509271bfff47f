"""Papers after they were made: which were sent, and which figures the warehouse does not give again today.

Belongs here: the register of sent papers (raw/papers/sent.csv, one line each), asking figures again. Does not belong
here: making papers. A paper stays as it was made; only what changed since is told.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.files import inert, sha256_of, write_whole
from pipelines.papers import figures
from pipelines.reports import saved
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

REGISTER = "papers/sent.csv"  # below raw/, which is append-only; not among the reports, which tables are made of
GONE = "không còn"


@dataclass(frozen=True)
class Sent:
    """A line of the register: ``sent_on`` is an ISO day, ``paper`` is below warehouse/papers, with its hash as sent."""

    sent_on: str
    paper: str
    number: str
    sha256: str


@dataclass(frozen=True)
class Change:
    """A figure of a paper, and what the warehouse says now."""

    place: str
    printed: str
    now: str


COLUMNS = [field.name for field in fields(Sent)]


class NotRegistered(ValueError):
    """The line cannot be written; the message says why, Vietnamese first."""


def register(settings: Settings) -> list[Sent]:
    """Every paper that was sent; raises ``saved.NotRead``."""
    path = settings.raw / REGISTER
    if not path.exists():
        return []
    return [Sent(*cells[: len(COLUMNS)]) for _, cells in saved.read(path.read_bytes(), COLUMNS).lines]


def add(settings: Settings, paper: Path, number: str, on: date) -> Sent:
    """Write a line for a paper of warehouse/papers; raises ``NotRegistered`` and ``saved.NotRead``."""
    folder = settings.papers
    if not paper.resolve().is_relative_to(folder.resolve()) or not paper.is_file() or paper.suffix == ".csv":
        raise NotRegistered(f"{paper}: không phải giấy tờ trong {folder} / not a paper of that folder")
    if not number.strip():
        raise NotRegistered("số văn bản để trống / the number is blank")
    name = paper.resolve().relative_to(folder.resolve()).as_posix()
    known = register(settings)
    for one in known:
        if one.paper == name:
            raise NotRegistered(f"{name}: đã ghi là gửi ngày {one.sent_on}, số {one.number} / is registered already")
        if one.number == number.strip() and one.sent_on[:4] == str(on.year):
            raise NotRegistered(f"số {one.number} đã dùng cho {one.paper} / the number is taken")
    line = Sent(on.isoformat(), name, number.strip(), sha256_of(paper))
    path = settings.raw / REGISTER
    before = path.read_bytes() if path.exists() else b""
    write_whole(path, saved.added(before, COLUMNS, [[inert(cell) for cell in astuple(line)]]))
    return line


def not_as_sent(settings: Settings) -> list[Sent]:
    """Sent papers whose file is no longer what was sent: edited since, or gone. Raises ``saved.NotRead``."""
    files = {one: settings.papers / one.paper for one in register(settings)}
    return [one for one, file in files.items() if not file.is_file() or sha256_of(file) != one.sha256]


def papers(settings: Settings) -> list[Path]:
    """The lists of figures beside all papers that lie in the warehouse."""
    return sorted(settings.papers.rglob("*.csv"))


def changes(connection: duckdb.DuckDBPyConnection, listed: list[Path]) -> dict[Path, list[Change]]:
    """By list of figures, those that the warehouse does not give as they were printed; papers without any are left out.

    A table macro is asked once for all papers of its day.
    """
    asked: dict[str, str] = {}
    found: dict[Path, list[Change]] = {}
    for path in listed:
        changed = [
            Change(one.place, one.printed, now)
            for one in figures.read(path)
            if (now := _value(connection, one, asked)) != one.printed
        ]
        if changed:
            found[path] = changed
    return found


def _value(connection: duckdb.DuckDBPyConnection, figure: figures.Figure, asked: dict[str, str]) -> str:
    """What the warehouse says of a figure now; ``GONE`` where its row, column or table is no more."""
    import duckdb

    try:
        if "(" in figure.table and figure.table not in asked:
            name = f"asked_again_{len(asked)}"
            connection.execute(f"create or replace temp table {name} as from {figure.table}")
            asked[figure.table] = f"temp.{name}"
        table = asked.get(figure.table, figure.table)
        rows = connection.execute(f"select {figure.column} from {table} where {figure.key}").fetchall()
    except duckdb.Error:
        return GONE
    return figures.printed(rows[0][0]) if len(rows) == 1 else GONE
