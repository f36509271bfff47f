"""`papi paper`: the papers of a period that leave the office, as drafts.

Belongs here: options, and what is printed. Does not belong here: what a paper says, see pipelines/papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from pipelines.commands.office import refuse_faulty_registers
from pipelines.commands.shared import (
    DAY,
    FILE,
    FOLDER,
    RAW,
    SHOWN,
    Mistake,
    Refused,
    connected,
    say_finding,
    settings_of,
    with_warehouse,
)  # fmt: skip
from pipelines.papers.kinds import KINDS
from pipelines.reports.wording import twin
from pipelines.settings import Settings

NOTHING_LATE = twin(
    "không có báo cáo nào trễ hạn; một kỳ được theo dõi từ báo cáo đọc được đầu tiên",
    "no report is late; a period is tracked from its first readable report",
)
NOTHING = {
    "receipt": twin("chưa tiếp nhận báo cáo nào của kỳ này", "no report of this period was accepted yet"),
    "due": twin(
        "hôm ấy không phải ngày nhắc hạn (7, 3, 1 ngày làm việc trước hạn), hoặc mọi báo cáo đã gửi",
        "not 7, 3 or 1 working days before the due day, or all reports have come",
    ),
}


@contextmanager
def _asked_of(period: str, day: date) -> Iterator[None]:
    """Turns what cannot be asked of a period on a day into a mistake in the call."""
    from pipelines.papers.situation import NothingOwed, NotInCalendar

    try:
        yield
    except NothingOwed:
        raise Mistake(
            twin(f"không đơn vị nào phải báo cáo kỳ {period}", f"nobody owes a report for {period}")
        ) from None
    except NotInCalendar:
        vi = f"{day:%d/%m/%Y} nằm ngoài lịch ngày làm việc"
        raise Mistake(twin(vi, "the calendar of working days does not know this day")) from None


@click.command("paper")
@click.argument("kind", type=click.Choice([*KINDS]))
@click.option("--period", required=True, help="Kỳ, như 2021-H1. / The period, such as 2021-H1.")
@click.option("--as-of", type=DAY, help="Chốt đến hết ngày này. / As of the end of this day (default: today).")
@click.option("--templates", type=FOLDER, help="Thư mục mẫu Word của cơ quan. / Folder of the office's own templates.")
@RAW
@with_warehouse
def paper(
    kind: str, period: str, as_of: datetime | None, templates: Path | None, raw: Path | None, warehouse: Path | None
) -> None:
    """Dự thảo giấy tờ của một kỳ: đôn đốc, báo cáo tổng hợp, phụ lục, thư mục giao huyện / Draft papers of a period.

    KIND: reminder (công văn đôn đốc), synthesis (báo cáo tổng hợp), annex (phụ lục Excel), district (mỗi huyện một thư
    mục gồm tình hình, công văn đôn đốc và biểu mẫu của các xã).

    Phiếu tiếp nhận cho từng đơn vị (receipt); nhắc hạn trước 7, 3, 1 ngày làm việc (due).

    Into warehouse/papers/PERIOD; beside each lies a .csv that says where every figure comes from. A paper that lies
    there is never written over: one of other figures is written beside it with a number.
    """
    settings = settings_of(raw, warehouse)
    from pipelines import clock
    from pipelines.papers import making
    from pipelines.papers.templates import TEMPLATES, Faulty
    from pipelines.plan.obligations import Duties

    day: date = as_of.date() if as_of else clock.today()
    refuse_faulty_registers(settings, Duties(settings))
    with _asked_of(period, day), connected(settings) as connection:
        try:
            made = making.make(kind, connection, settings, period, day, templates or TEMPLATES)
        except Faulty as error:
            for finding in error.findings:
                say_finding(finding)
            raise Refused(twin("mẫu Word phải sửa trước khi dùng", "the template has to be mended first")) from None
    for path in sorted({one.parent for one in made}) if kind == "district" else made:
        click.echo(str(path))
    if not made:
        click.echo(NOTHING.get(kind, NOTHING_LATE))
    else:
        click.echo(twin(f"{len(made)} dự thảo, chốt đến hết ngày {day:%d/%m/%Y}", f"drafts: {len(made)}"))


@click.command("sent")
@click.argument("file", type=FILE)
@click.option("--number", required=True, help="Số, ký hiệu văn bản. / Number of the document, such as 12/SNV-CCHC.")
@click.option("--on", type=DAY, help="Ngày gửi. / Day of sending (default: today).")
@RAW
@with_warehouse
def sent(file: Path, number: str, on: datetime | None, raw: Path | None, warehouse: Path | None) -> None:
    """Ghi sổ một giấy tờ đã ban hành, gửi đi / Register a paper that was sent, with its number and day.

    A line of raw/papers/sent.csv. `papi status` then tells which of its figures have changed since.
    """
    settings = settings_of(raw, warehouse)
    from pipelines import clock
    from pipelines.papers import sent as sent_papers
    from pipelines.plan.obligations import Duties
    from pipelines.reports.saved import NotRead

    refuse_faulty_registers(settings, Duties(settings))
    try:
        line = sent_papers.add(settings, file, number, on.date() if on else clock.today())
    except sent_papers.NotRegistered as error:
        raise Mistake(str(error)) from None
    except NotRead as error:
        raise Refused(f"{sent_papers.REGISTER}, dòng {error.row}: {error.found}. {error.remedy}") from None
    day = date.fromisoformat(line.sent_on)
    click.echo(twin(f"đã ghi: {line.paper}, số {line.number}, gửi ngày {day:%d/%m/%Y}", "registered"))


def say_papers(settings: Settings) -> None:
    """Papers whose figures the published warehouse no longer gives; of a sent one, what changed since.

    A paper made after the publication in force follows from it and is not asked again.
    """
    from pipelines.papers import sent as sent_papers
    from pipelines.reports.saved import NotRead

    listed = sent_papers.papers(settings)
    if not listed or not settings.published.exists():
        return
    published = settings.published.stat().st_mtime
    try:
        known = {Path(one.paper).with_suffix(".csv").as_posix(): one for one in sent_papers.register(settings)}
        for edited in sent_papers.not_as_sent(settings):
            click.echo(f"{edited.paper}: {twin('tệp không còn như khi gửi', 'the file is no longer what was sent')}")
    except NotRead as error:
        click.echo(f"{sent_papers.REGISTER}, dòng {error.row}: {error.found}. {error.remedy}")
        known = {}
    with connected(settings) as connection:
        changed = sent_papers.changes(connection, [path for path in listed if path.stat().st_mtime < published])
    n_changed = len(changed)
    click.echo(
        twin(f"Giấy tờ: {len(listed)}, có số liệu đã đổi: {n_changed}", f"papers with figures of before: {n_changed}")
    )
    for path, figures in changed.items():
        name = path.relative_to(settings.papers).as_posix()
        line = known.get(name)
        if line is None:
            click.echo(f"  {name}: {twin(f'{len(figures)} số đã đổi; lập lại bằng `papi paper`', 'make it again')}")
            continue
        day = date.fromisoformat(line.sent_on)
        click.echo(
            f"  {line.paper}: {twin(f'đã gửi ngày {day:%d/%m/%Y}, số {line.number}; từ đó đã đổi', 'sent; since then')}"
        )
        for one in figures[:SHOWN]:
            click.echo(f"    {one.place}: {one.printed} → {one.now}")
        if len(figures) > SHOWN:
            click.echo(f"    {twin(f'và {len(figures) - SHOWN} số nữa', 'and more')}")


@click.command("period")
@click.argument("name", metavar="PERIOD")
@click.option("--as-of", type=DAY, help="Chốt đến hết ngày này. / As of the end of this day (default: today).")
@RAW
@with_warehouse
def period(name: str, as_of: datetime | None, raw: Path | None, warehouse: Path | None) -> None:
    """Việc phải làm hôm nay của một kỳ, và tệp nằm ở đâu / What is to be done today in a period, and where it lies."""
    settings = settings_of(raw, warehouse)
    from pipelines import clock
    from pipelines.papers import agenda, situation
    from pipelines.reports.wording import period_name

    day: date = as_of.date() if as_of else clock.today()
    with _asked_of(name, day), connected(settings) as connection:
        tasks = agenda.of(connection, settings, situation.of(connection, name, day))
    click.echo(twin(f"Kỳ {period_name(name).vi}, đến hết ngày {day:%d/%m/%Y}", f"to do for {name}"))
    for task in tasks:
        click.echo(f"- {task.n} {task.vi}")
        click.echo(f"  ở {task.folder}")
        click.echo(f"  {task.command}")
    if not tasks:
        click.echo(twin("không có việc gì phải làm", "nothing is to be done"))
