"""Return slips: what is wrong with a report, for its sender, as a workbook.

Belongs here: the slip. Does not belong here: finding what is wrong, see reports.py. Vietnamese first, then English.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.finding import Finding
from pipelines.reports.landed import Landed

HEADINGS = (
    "Trang / Sheet",
    "Ô / Cell",
    "Nội dung tìm thấy / Found",
    "Cần có / Expected",
    "Ví dụ, cách sửa / Example, remedy",
)


def file_name(item: Landed) -> str:
    """One slip a file received: period, unit and hash."""
    who = f"{item.receipt.period}_{item.receipt.unit_key}" if item.receipt.unit_key else "unplaced"
    return f"phieu_tra_lai_{who}_{item.receipt.sha256[:8]}.xlsx"


def write(item: Landed, path: Path, reason: str = "") -> Path:
    """Write the slip of a report that is in quarantine, or that an officer returns with a ``reason``."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        base = {"text_wrap": True, "valign": "top", "font_name": "Times New Roman", "font_size": 12}
        text, head = book.add_format(base), book.add_format({**base, "bold": True, "border": 1, "bg_color": "#DDE6F0"})
        cell, title = (
            book.add_format({**base, "border": 1}),
            book.add_format({**base, "bold": True, "text_wrap": False}),
        )
        date = book.add_format({**base, "num_format": "dd/mm/yyyy hh:mm", "align": "left", "text_wrap": False})
        sheet = book.add_worksheet("Phieu tra lai")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate((18, 10, 44, 50, 44)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, "PHIẾU TRẢ LẠI BÁO CÁO / RETURN SLIP", title)
        owed, receipt = item.obligation, item.receipt
        who = owed.unit.full_name_vi if owed else receipt.unit_key or "chưa rõ / not known"
        for row, (label, value) in enumerate(
            (
                ("Đơn vị / Unit", who),
                ("Kỳ / Period", receipt.period or "chưa rõ / not known"),
                ("Tệp / File", receipt.original_name),
                (
                    "Lý do / Reason",
                    reason or "Không đọc được hoặc không khớp, xem dưới / Cannot be read or does not fit",
                ),
            ),
            start=1,
        ):
            sheet.write_string(row, 0, label, text)
            sheet.write_string(row, 1, value, title)
        sheet.write_string(5, 0, "Nhận lúc / Received", text)
        sheet.write_datetime(5, 1, receipt.received_at, date)
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(7, column, heading, head)
        for row, finding in enumerate([*item.findings, *item.remarks], start=8):
            for column, shown in enumerate(_line(finding)):
                sheet.write_string(row, column, shown, cell)
        sheet.freeze_panes(8, 0)
    return path


def _line(finding: Finding) -> tuple[str, str, str, str, str]:
    where = finding.cell or (str(finding.row) if finding.row else "")
    return finding.sheet or "", where, finding.found, finding.expected, finding.remedy
