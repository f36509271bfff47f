"""`papi paper`: the papers of a period that leave the office, as drafts.

Belongs here: options, and what is printed. Does not belong here: what a paper says, see pipelines/papers.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from pipelines.commands.shared import (
    DAY,
    FOLDER,
    RAW,
    Mistake,
    Refused,
    connected,
    say_finding,
    settings_of,
    with_warehouse,
)
from pipelines.reports.wording import twin

KINDS = ("reminder", "synthesis", "annex", "receipt", "due", "district")
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


@click.command("paper")
@click.argument("kind", type=click.Choice(KINDS))
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
    from pipelines.papers.situation import NothingOwed, NotInCalendar
    from pipelines.papers.templates import TEMPLATES, Faulty
    from pipelines.reports import registry

    day: date = as_of.date() if as_of else clock.today()
    folder = settings.warehouse / "papers" / period
    with connected(settings) as connection:
        try:
            words = templates or TEMPLATES
            if kind == "district":
                made = making.make_districts(connection, settings, period, day, folder, words)
            else:
                made = making.KINDS[kind](connection, period, day, folder, words)
        except NothingOwed:
            raise Mistake(
                twin(f"không đơn vị nào phải báo cáo kỳ {period}", f"nobody owes a report for {period}")
            ) from None
        except NotInCalendar:
            vi = f"{day:%d/%m/%Y} nằm ngoài lịch ngày làm việc"
            raise Mistake(twin(vi, "the calendar of working days does not know this day")) from None
        except registry.Faulty as error:
            raise Refused(str(error)) from None
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
