"""The papers of a period made as files, each with its figures beside it.

Belongs here: which papers there are, and writing them. Does not belong here: what they say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.papers import annex, figures, reminders, situation, synthesis, templates

if TYPE_CHECKING:
    import duckdb

    Maker = Callable[[duckdb.DuckDBPyConnection, str, date, Path, Path], list[Path]]


def make_reminders(
    connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write the letters and the draft for the chairman; raises ``templates.Faulty``, and what ``situation.of`` does."""
    names = (reminders.LETTER, reminders.DRAFT)
    faults = [fault for name in names for fault in templates.check(words / f"{name}.docx")]
    if faults:
        raise templates.Faulty(faults)
    letters = reminders.letters(situation.of(connection, period, as_of))
    return [
        figures.write_beside(
            folder / f"{one.name}.docx", templates.filled(words / f"{one.template}.docx", one.values), one.figures
        )
        for one in letters
    ]


def make_synthesis(
    connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write the report to the chairman; raises ``templates.Faulty``, and what ``situation.of`` does."""
    template = words / f"{synthesis.TEMPLATE}.docx"
    if faults := templates.check(template):
        raise templates.Faulty(faults)
    one = synthesis.paper(connection, situation.of(connection, period, as_of))
    content = templates.filled(template, one.values)
    return [figures.write_beside(folder / f"{one.name}.docx", content, one.figures)]


def make_annex(
    connection: duckdb.DuckDBPyConnection, period: str, as_of: date, folder: Path, words: Path
) -> list[Path]:
    """Write the annex; raises what ``situation.of`` does. It has no template."""
    content, said = annex.drawn(connection, situation.of(connection, period, as_of))
    return [figures.write_beside(folder / f"{as_of}_phu-luc.xlsx", content, said)]


KINDS: dict[str, Maker] = {"reminder": make_reminders, "synthesis": make_synthesis, "annex": make_annex}
