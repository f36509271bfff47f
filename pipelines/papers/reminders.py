"""Công văn đôn đốc: a letter for each district or agency with late reports, and a draft for the chairman's office.

Belongs here: what the fields of the two templates say. Does not belong here: wording, which lies in the templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.papers.figures import Figures, quoted
from pipelines.papers.situation import OPEN, SIMULATED, Owed, Situation, clean

BANDS = ((1, 2, "Trễ 1–2 ngày làm việc"), (3, 7, "Trễ 3–7 ngày làm việc"), (8, None, "Trễ trên 7 ngày làm việc"))
LETTER, DRAFT = "cong_van_don_doc", "du_thao_chu_tich"


@dataclass(frozen=True)
class Paper:
    """A paper to be filled in: its template, its name without suffix, the values of its fields and its figures."""

    template: str
    name: str
    values: dict[str, Any]
    figures: Figures


def letters(situation: Situation) -> list[Paper]:
    """One letter for each district or agency with a late report of its own or of a commune; then the draft.

    Nothing where no report is late. The standing agency writes no letter to itself; the draft names it.
    """
    to = [one for one in situation.heads if situation.late_below(one)]
    drafts = [_draft(situation, to)] if to else []
    return [*(letter_to(situation, one) for one in to if one.unit_key != situation.agency_key), *drafts]


def letter_to(situation: Situation, to: Owed) -> Paper:
    """The letter to a district or agency about its late reports."""
    figures = Figures()
    late = situation.late_below(to)
    groups: list[dict[str, Any]] = []
    for low, high, title in BANDS:
        lines = [one for one in late if low <= one.days_late <= (high or one.days_late)]
        if lines:
            key = late_as_sql(situation, low, high, to)
            so = figures.say(title, len(lines), situation.table, "count(*)", key)
            done = sum(len(group["dong"]) for group in groups)
            numbered = [line_of(situation, figures, n, one) for n, one in enumerate(lines, start=done + 1)]
            groups.append({"ten": title, "so": so, "dong": numbered})
    waiting = [one for one in situation.below(to) if one.is_open and not one.is_late]
    key = late_as_sql(situation, 1, None, to)
    values = {
        **head_of(situation, figures, to),
        "gui_truoc_ngay": _resend_by(situation, figures),
        "tong_so": figures.say("Tổng số báo cáo trễ", len(late), situation.table, "count(*)", key),
        "noi_nhan": clean(to.name),
        "nhom": groups,
        "cho_gui_lai": [line_of(situation, figures, n, one) for n, one in enumerate(waiting, start=1)],
    }
    return Paper(LETTER, f"{situation.as_of}_don-doc_{to.unit_key}", values, figures)


def _draft(situation: Situation, to: list[Owed]) -> Paper:
    figures = Figures()
    lines = []
    for number, head in enumerate(to, start=1):
        late = situation.late_below(head)
        communes = [one.days_late for one in late if one.unit_key != head.unit_key]
        counts = {}
        for (low, high, title), field in zip(BANDS, ("tre_1_2", "tre_3_7", "tre_tren_7"), strict=True):
            n = sum(low <= days <= (high or days) for days in communes)
            key = f"{late_as_sql(situation, low, high, head)} and unit_key <> {quoted(head.unit_key)}"
            counts[field] = figures.say(f"{head.name}, cấp xã: {title}", n, situation.table, "count(*)", key)
        key = late_as_sql(situation, 1, None, head)
        own = head.said
        if head.said_on:
            on = getattr(head, head.said_on)
            figures.say(f"{head.name}: tình trạng", on, situation.table, head.said_on, head.key)
        if head.is_late:
            days = figures.say(f"{head.name}: ngày trễ", head.days_late, situation.table, "days_late", head.key)
            own = f"{own} (trễ {days} ngày làm việc)"
        lines.append(
            {
                "stt": str(number),
                "don_vi": clean(head.name),
                "bao_cao_rieng": own,
                **counts,
                "tong": figures.say(f"{head.name}: tổng", len(late), situation.table, "count(*)", key),
            }
        )
    totals = {}
    for (low, high, title), field in zip(BANDS, ("tong_1_2", "tong_3_7", "tong_tren_7"), strict=True):
        n = sum(low <= one.days_late <= (high or one.days_late) for one in situation.late)
        totals[field] = figures.say(f"Tổng, {title}", n, situation.table, "count(*)", late_as_sql(situation, low, high))
    key = late_as_sql(situation, 1, None)
    so_don_vi = figures.say(
        "Số cơ quan, huyện có báo cáo trễ",
        len(to),
        situation.table,
        "count(distinct case when recipient_key in (select unit_key from core.dim_unit where unit_level = 'district') "
        "then recipient_key else unit_key end)",
        key,
    )
    values = {
        **head_of(situation, figures, to[0]),
        "gui_truoc_ngay": _resend_by(situation, figures),
        **totals,
        "tong_so": figures.say("Tổng số báo cáo trễ", len(situation.late), situation.table, "count(*)", key),
        "so_don_vi": so_don_vi,
        "dong": lines,
    }
    return Paper(DRAFT, f"{situation.as_of}_du-thao-chu-tich", values, figures)


def letterhead(situation: Situation) -> dict[str, str]:
    """What stands at the head of every paper in Word, whatever it is about."""
    month = situation.as_of.month
    return {
        "mo_phong": SIMULATED if situation.is_simulated else "",
        "tinh": situation.province,
        "tinh_hoa": situation.province.upper(),
        "co_quan": situation.agency,
        "co_quan_hoa": situation.agency.upper(),
        "ke_hoach": clean(situation.plan_title),
        "ky_bao_cao": situation.period_vi,
        # Decree 30/2020: a nought before January and February alone, so that nobody writes another month of them.
        "thang": f"{month:02}" if month < 3 else str(month),
        "nam": str(situation.as_of.year),
    }


def head_of(situation: Situation, figures: Figures, first: Owed) -> dict[str, str]:
    """The same with the days of a period, which are those of ``first``."""
    table = situation.table
    return {
        **letterhead(situation),
        "ngay_ke_hoach": figures.say("Ngày nêu trong kế hoạch", first.due_nominal, table, "due_nominal", first.key),
        "moc_tinh_tre": figures.say("Mốc tính trễ", first.due_counted, table, "due_counted", first.key),
        "ngay_chot": f"{situation.as_of:%d/%m/%Y}",
    }


def _resend_by(situation: Situation, figures: Figures) -> str:
    return figures.say("Gửi chậm nhất", situation.resend_by, "core.dim_day", "day", situation.resend_key)


def line_of(situation: Situation, figures: Figures, number: int, one: Owed) -> dict[str, str]:
    """A report as lists of late ones print it."""

    def say(what: str, column: str) -> str:
        return figures.say(f"{one.name}: {what}", getattr(one, column), situation.table, column, one.key)

    if one.said_on:
        say("tình trạng", one.said_on)
    return {
        "stt": str(number),
        "don_vi": clean(one.name),
        "han": say("hạn", "due_counted"),
        "ngay_tre": say("ngày trễ", "days_late"),
        "tinh_trang": one.said,
    }


def late_as_sql(situation: Situation, low: int, high: int | None, head: Owed | None = None) -> str:
    """Reports that are chased and this late, of everybody or of one head and its communes, as SQL has it."""
    states = ", ".join(map(quoted, OPEN))
    late = f"days_late >= {low}" if high is None else f"days_late between {low} and {high}"
    key = f"period = {quoted(situation.period)} and is_expected and state in ({states}) and {late}"
    if head is None:
        return key
    own = f"unit_key = {quoted(head.unit_key)}"
    return (
        f"{key} and ({own} or recipient_key = {quoted(head.unit_key)})"
        if head.level == "district"
        else f"{key} and {own}"
    )
