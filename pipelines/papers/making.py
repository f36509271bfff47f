"""The papers of a period made as files, each with its figures beside it.

Belongs here: which papers there are, and writing them. Does not belong here: what they say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.papers import annex, districts, due, figures, receipts, reminders, situation, synthesis, templates

if TYPE_CHECKING:
    import duckdb

    from pipelines.settings import Settings

    Maker = Callable[[duckdb.DuckDBPyConnection, str, date, Path, Path], list[Path]]


def make_reminders(
    connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write the letters and the draft for the chairman; raises ``templates.Faulty``, and what ``situation.of`` does."""
    _check(words, reminders.LETTER, reminders.DRAFT)
    letters = reminders.letters(situation.of(connection, period, as_of))
    return [_written(one, folder, words) for one in letters]


def make_synthesis(
    connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write the report to the chairman; raises ``templates.Faulty``, and what ``situation.of`` does."""
    _check(words, synthesis.TEMPLATE)
    return [_written(synthesis.paper(connection, situation.of(connection, period, as_of)), folder, words)]


def make_receipts(
    connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write a receipt for each accepted report; raises ``templates.Faulty``, and what ``situation.of`` does."""
    _check(words, receipts.RECEIPT)
    made = receipts.receipts(connection, situation.of(connection, period, as_of))
    return [_written(one, folder, words) for one in made]


def make_due(connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path) -> list[Path]:
    """Write the notices that a day near the due day asks for; raises as ``make_receipts`` does."""
    _check(words, due.NOTICE)
    return [_written(one, folder, words) for one in due.notices(situation.of(connection, period, as_of))]


def make_annex(
    connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write the annex; raises what ``situation.of`` does. It has no template."""
    content, said = annex.drawn(connection, situation.of(connection, period, as_of))
    return [figures.write_beside(folder / f"{as_of}_phu-luc.xlsx", content, said)]


def make_districts(
    connection: duckdb.DuckDBPyConnection, settings: Settings, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write a folder for each district, to be handed down.

    Raises ``templates.Faulty``, ``registry.Faulty`` and what ``situation.of`` does. The forms are drawn from the plan
    and the reports in the workspace, the papers from what is published.
    """
    _check(words, reminders.LETTER)
    found = situation.of(connection, period, as_of)
    within = folder / f"{as_of}_giao-huyen"
    made = [
        figures.write_beside(within / to / districts.FORMS / name, content)
        for to, name, content in districts.forms(settings, found)
    ]
    made += [
        figures.write_beside(within / head.unit_key / f"{as_of}_tinh-hinh.xlsx", content, said)
        for head, content, said in districts.states(connection, found)
    ]
    return made + [_written(letter, within / to, words) for to, letter in districts.letters(found).items()]


def _check(words: Path, *names: str) -> None:
    """Raises ``templates.Faulty`` with every fault of these templates, before anything is written."""
    if faults := [fault for name in names for fault in templates.check(words / f"{name}.docx")]:
        raise templates.Faulty(faults)


def _written(one: reminders.Paper, folder: Path, words: Path) -> Path:
    content = templates.filled(words / f"{one.template}.docx", one.values)
    return figures.write_beside(folder / f"{one.name}.docx", content, one.figures)


MAKERS: dict[str, Maker] = {
    "reminder": make_reminders,
    "synthesis": make_synthesis,
    "annex": make_annex,
    "receipt": make_receipts,
    "due": make_due,
}


def make(
    kind: str, connection: duckdb.DuckDBPyConnection, settings: Settings, period: str, as_of: date, words: Path
) -> list[Path]:
    """Write the papers of a kind that kinds.py names into warehouse/papers/PERIOD; returns them, old ones too.

    ``words`` is the folder of the templates. Raises ``templates.Faulty``, ``registry.Faulty`` and what ``situation.of``
    does.
    """
    folder = settings.papers / period
    if kind == "district":
        return make_districts(connection, settings, period, as_of, folder, words)
    return MAKERS[kind](connection, period, as_of, folder, words)
