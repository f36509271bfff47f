"""A folder for each district to hand down: its own state, its reminder, and the forms of its communes.

Belongs here: what goes into the folder of a district. Does not belong here: the papers themselves, see annex.py and
reminders.py; the forms, see pipelines/reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.papers import annex, progress, reminders
from pipelines.papers.figures import Figures
from pipelines.papers.situation import Owed, Situation
from pipelines.plan.obligations import Duties
from pipelines.reports import answers, drawing, registry

if TYPE_CHECKING:
    import duckdb

    from pipelines.settings import Settings

FORMS = "bieu-mau"


def of(situation: Situation) -> list[Owed]:
    """The districts that have a folder, in their order."""
    return [one for one in situation.heads if one.level == "district"]


def states(connection: duckdb.DuckDBPyConnection, situation: Situation) -> Iterator[tuple[Owed, bytes, Figures]]:
    """For each district a workbook of its own report, its communes' and its targets, with the figures in it."""
    results = progress.targets(connection, situation)
    for head in of(situation):
        yield head, *annex.drawn_of_district(situation, head, results)


def letters(situation: Situation) -> dict[str, reminders.Paper]:
    """The reminder of each district with late reports, by its key."""
    return {head.unit_key: reminders.letter_to(situation, head) for head in of(situation) if situation.late_below(head)}


def forms(settings: Settings, situation: Situation) -> Iterator[tuple[str, str, bytes]]:
    """The form of every commune below a district: key of the district, name of the file, workbook.

    They show what was answered before the day. Raises ``registry.Faulty`` where a register cannot be read.
    """
    duties = Duties(settings)
    registry.check(settings, duties)
    landed = answers.land(settings, duties, situation.as_of)
    simulated = registry.is_simulated(settings)
    district = {one.unit_key: one.recipient_key for head in of(situation) for one in situation.below(head)[1:]}
    for one in duties.obligations:
        to = district.get(one.unit.unit_key)
        if to is not None and one.period == situation.period and one.not_applicable_reason is None:
            content = drawing.content_of(duties, one, simulated, answers.previous_report(landed, one))
            yield to, drawing.file_name(one), drawing.draw(content)
