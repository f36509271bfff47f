"""Nhắc hạn: 7, 3 and 1 working days before the due day, to each agency or district with reports still to come.

Belongs here: on which days, to whom, and what the fields of the template say. Does not belong here: wording, which lies
in the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.papers.figures import Figures, quoted
from pipelines.papers.reminders import Paper, letterhead
from pipelines.papers.situation import Owed, Situation, clean

if TYPE_CHECKING:
    import duckdb

NOTICE = "thong_bao_nhac_han"
DAYS_BEFORE = (7, 3, 1)
NOT_SENT = ("due_soon", "not_due", "not_tracked")
AWAITED = (*NOT_SENT, "returned", "unreadable")
DAYS = "core.dim_day"
LEFT = """
select owed.obligation_id, due.working_day_number - today.working_day_number
from marts.compliance_as_of($day) as owed
inner join core.dim_day as due on owed.due_counted = due.day
inner join core.dim_day as today on today.day = cast($day as date)
where owed.period = $period
"""


def notices(connection: duckdb.DuckDBPyConnection, situation: Situation) -> list[Paper]:
    """A notice for each agency or district that has a report to come, its own or a commune's.

    Nothing on a day that is not 7, 3 or 1 working days before the due day. The standing agency writes none to itself.
    """
    asked = {"day": situation.as_of.isoformat(), "period": situation.period}
    left = dict(connection.execute(LEFT, asked).fetchall())
    written = []
    for head in situation.heads:
        awaited = [
            one for one in situation.below(head) if one.state in AWAITED and left.get(one.obligation_id) in DAYS_BEFORE
        ]
        if awaited and head.unit_key != situation.agency_key:
            written.append(_notice(situation, head, awaited, left))
    return written


def _notice(situation: Situation, to: Owed, awaited: list[Owed], left: dict[str, int]) -> Paper:
    figures = Figures()
    table, first = situation.table, awaited[0]
    states = ", ".join(map(quoted, AWAITED))
    keys = ", ".join(quoted(one.obligation_id) for one in awaited)
    values = {
        **letterhead(situation),
        "noi_nhan": clean(to.name),
        "ngay_ke_hoach": figures.say("Ngày nêu trong kế hoạch", first.due_nominal, table, "due_nominal", first.key),
        "moc_tinh_tre": figures.say("Mốc tính trễ", first.due_counted, table, "due_counted", first.key),
        "con_lai": _days_left(situation, figures, "Còn lại", first, left),
        "ngay_chot": f"{situation.as_of:%d/%m/%Y}",
        "tong_so": figures.say(
            "Số báo cáo chưa gửi hoặc phải gửi lại",
            len(awaited),
            table,
            "count(*)",
            f"state in ({states}) and obligation_id in ({keys})",
        ),
        "dong": [
            {
                "stt": str(number),
                "don_vi": clean(one.name),
                "han": figures.say(f"{one.name}: hạn", one.due_counted, table, "due_counted", one.key),
                "con_lai": _days_left(situation, figures, f"{one.name}: còn lại", one, left),
                "tinh_trang": _state(situation, figures, one),
            }
            for number, one in enumerate(awaited, start=1)
        ],
    }
    return Paper(NOTICE, f"{situation.as_of}_nhac-han_{to.unit_key}", values, figures)


def _days_left(situation: Situation, figures: Figures, place: str, one: Owed, left: dict[str, int]) -> str:
    """Working days after the day of the notice up to the due day, both counted in the calendar."""
    key = f"is_working and day > '{situation.as_of}' and day <= '{one.due_counted}'"
    return figures.say(place, left[one.obligation_id], DAYS, "count(*)", key)


def _state(situation: Situation, figures: Figures, one: Owed) -> str:
    if one.state in NOT_SENT:
        return "chưa gửi"
    if one.said_on:
        on = getattr(one, one.said_on)
        figures.say(f"{one.name}: tình trạng", on, situation.table, one.said_on, one.key)
    return one.said
