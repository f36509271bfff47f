"""Report forms as units fill them in, for tests of reports and commands."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl

from pipelines.plan.obligations import Duties
from pipelines.reports import answers, drawing, filing
from pipelines.reports.filing import Arrival
from pipelines.reports.form import CommuneAnswer, Report, TargetAnswer, TaskAnswer
from pipelines.reports.landed import Landed
from pipelines.settings import Settings

DUTIES = Duties(Settings())
COMMUNE, DISTRICT, AGENCY = "07201-tho-xuong", "213-bac-giang", "stnmt-bac-giang"
JUNE = datetime(2021, 6, 18, 9, 30)


def filled(unit: str = COMMUNE, period: str = "2021-H1", numerator: int = 90) -> Report:
    """Every answer given: each task done, each target 90 of 120, and a plan's own number and day."""
    owed = DUTIES.find(unit, period)
    assert owed is not None
    assert owed.due_nominal is not None
    content = drawing.content_of(DUTIES, owed)
    signed_on = max(owed.due_nominal - timedelta(days=40), owed.plan.head.issued_from)
    return Report(
        tasks=[
            TaskAnswer(
                task_id=i.task_id, answer="done", result=f"đã làm {i.task_id}", evidence="1/BC", reason=None, cell=""
            )
            for i in content.items
        ],
        targets=[
            TargetAnswer(
                target_id=t.target_id, answer="reported", numerator=Decimal(numerator), denominator=Decimal(120),
                reason=None, cell="",
            )
            for t in content.targets
        ],
        communes=[CommuneAnswer(unit_key=c.unit_key, has_reported=True, cell="") for c in content.communes],
        document_number="15/BC-UBND",
        signed_on=signed_on,
        cut_off_on=signed_on,
        prepared_by="Nguyễn Văn A",
        head_of_unit="Trần Thị B",
    )  # fmt: skip


def drawn(
    unit: str = COMMUNE, period: str = "2021-H1", answers: Report | None = None, simulated: bool = False
) -> bytes:
    owed = DUTIES.find(unit, period)
    assert owed is not None
    return drawing.draw(drawing.content_of(DUTIES, owed, simulated), answers or filled(unit, period))


def typed_over(content: bytes, sheet: str, cells: dict[str, str | float | None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book[sheet][cell] = value
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def add(office: Settings, content: bytes, at: datetime = JUNE, unit: str = "", period: str = "") -> Landed:
    path = office.raw.parent / "post.xlsx"
    path.write_bytes(content)
    [receipt] = filing.file_reports(office, DUTIES, [Arrival(path, at, "test", unit, period)])
    return next(item for item in answers.land(office, DUTIES) if item.receipt == receipt)
