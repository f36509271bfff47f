"""Phiếu tiếp nhận: to the sender of each accepted report, what was accepted and whether it came in time.

Belongs here: what the fields of the template say. Does not belong here: wording, which lies in the template.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.papers.figures import Figures, quoted
from pipelines.papers.reminders import Paper, letterhead
from pipelines.papers.situation import Owed, Situation, clean

if TYPE_CHECKING:
    import duckdb

RECEIPT = "phieu_tiep_nhan"
REPORTS = "core.fct_report"
ACCEPTED = f"""
select owed.obligation_id, owed.accepted_on, reports.report_id, reports.version, reports.received_at,
    reports.items_answered, reports.items_owed
from marts.compliance_as_of($day) as owed
inner join {REPORTS} as reports on owed.report_id = reports.report_id
where owed.period = $period and owed.is_accepted
"""


@dataclass(frozen=True)
class Accepted:
    """The report of an obligation that an officer accepted."""

    accepted_on: date
    report_id: str
    version: int
    received_at: datetime
    items_answered: int
    items_owed: int


def receipts(connection: duckdb.DuckDBPyConnection, situation: Situation) -> list[Paper]:
    """One receipt for each report of the period that was accepted by the day of the situation."""
    asked = {"day": situation.as_of.isoformat(), "period": situation.period}
    accepted = {row[0]: Accepted(*row[1:]) for row in connection.execute(ACCEPTED, asked).fetchall()}
    return [
        _receipt(situation, one, accepted[one.obligation_id]) for one in situation.owed if one.obligation_id in accepted
    ]


def _receipt(situation: Situation, to: Owed, accepted: Accepted) -> Paper:
    figures = Figures()
    table, report = situation.table, f"report_id = {quoted(accepted.report_id)}"
    received = accepted.received_at.date()
    values = {
        **letterhead(situation),
        "noi_nhan": clean(to.name),
        "ngay_ke_hoach": figures.say("Ngày nêu trong kế hoạch", to.due_nominal, table, "due_nominal", to.key),
        "moc_tinh_tre": figures.say("Mốc tính trễ", to.due_counted, table, "due_counted", to.key),
        "nhan_lan_dau": figures.say("Nhận lần đầu", to.first_received_on, table, "first_received_on", to.key),
        "nhan_ban_nay": figures.say("Nhận bản này", received, REPORTS, "cast(received_at as date)", report),
        "lan_gui": figures.say("Lần gửi", accepted.version, REPORTS, "version", report),
        "ngay_tiep_nhan": figures.say("Ngày tiếp nhận", accepted.accepted_on, table, "accepted_on", to.key),
        "ngay_tre": figures.say("Ngày trễ", to.days_late, table, "days_late", to.key) if to.days_late else "",
        "so_tra_loi": figures.say("Mục đã trả lời", accepted.items_answered, REPORTS, "items_answered", report),
        "so_muc": figures.say("Mục phải trả lời", accepted.items_owed, REPORTS, "items_owed", report),
    }
    return Paper(RECEIPT, f"{situation.as_of}_tiep-nhan_{to.unit_key}", values, figures)
