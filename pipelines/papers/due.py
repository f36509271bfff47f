"""Nhắc hạn: 7, 3 and 1 working days before the due day, to each agency or district with reports still to come.

Belongs here: on which days, to whom, and what the fields of the template say. Does not belong here: wording, which lies
in the template.
"""

from __future__ import annotations

from pipelines.papers.figures import Figures, quoted
from pipelines.papers.reminders import Paper, letterhead
from pipelines.papers.situation import Owed, Situation, clean

NOTICE = "thong_bao_nhac_han"
DAYS_BEFORE = (7, 3, 1)
NOT_SENT = ("due_soon", "not_due", "not_tracked")
AWAITED = (*NOT_SENT, "returned", "unreadable")


def notices(situation: Situation) -> list[Paper]:
    """A notice for each agency or district that has a report to come, its own or a commune's.

    Nothing on a day that is not 7, 3 or 1 working days before the due day, nor on a day off: it would say again what
    the working day before it said. The standing agency writes none to itself.
    """
    if not situation.is_working_day:
        return []
    written = []
    for head in situation.heads:
        awaited = [
            one for one in situation.below(head) if one.state in AWAITED and one.working_days_left in DAYS_BEFORE
        ]
        if awaited and head.unit_key != situation.agency_key:
            written.append(_notice(situation, head, awaited))
    return written


def _notice(situation: Situation, to: Owed, awaited: list[Owed]) -> Paper:
    figures = Figures()
    table, first = situation.table, awaited[0]
    states = ", ".join(map(quoted, AWAITED))
    keys = ", ".join(quoted(one.obligation_id) for one in awaited)
    values = {
        **letterhead(situation),
        "noi_nhan": clean(to.name),
        "ngay_ke_hoach": figures.say("Ngày nêu trong kế hoạch", first.due_nominal, table, "due_nominal", first.key),
        "moc_tinh_tre": figures.say("Mốc tính trễ", first.due_counted, table, "due_counted", first.key),
        "con_lai": _days_left(situation, figures, "Còn lại", first),
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
                "con_lai": _days_left(situation, figures, f"{one.name}: còn lại", one),
                "tinh_trang": _state(situation, figures, one),
            }
            for number, one in enumerate(awaited, start=1)
        ],
    }
    return Paper(NOTICE, f"{situation.as_of}_nhac-han_{to.unit_key}", values, figures)


def _days_left(situation: Situation, figures: Figures, place: str, one: Owed) -> str:
    """Working days after the day of the notice up to the due day, counted in the calendar."""
    key = f"is_working and day > '{situation.as_of}' and day <= '{one.due_counted}'"
    return figures.say(place, one.working_days_left, "core.dim_day", "count(*)", key)


def _state(situation: Situation, figures: Figures, one: Owed) -> str:
    if one.state in NOT_SENT:
        return "chưa gửi"
    if one.said_on:
        on = getattr(one, one.said_on)
        figures.say(f"{one.name}: tình trạng", on, situation.table, one.said_on, one.key)
    return one.said
