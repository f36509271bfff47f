"""Return slips: what is wrong with a report, for its sender, as a workbook.

Belongs here: the slip. Does not belong here: finding what is wrong, see faults.py and reading.py.
"""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

from pipelines.finding import Finding
from pipelines.plan.obligations import Duties
from pipelines.reports.drawing import FONT, SIZE, WORKBOOK, day_words, height_of
from pipelines.reports.landed import Landed, together
from pipelines.reports.wording import Language, Words, period_name, shown, twin

SHEET = "Phiếu trả lại"
END_OF_DAY = time(23, 59)  # what a day without an hour counts as
WHOLE_FILE = Words(vi="cả tệp", en="the file")
WIDTHS = (17, 18, 35, 35, 35)
HEADINGS = (
    Words(vi="Trang tính", en="Sheet"),
    Words(vi="Ô", en="Cell"),
    Words(vi="Nội dung tìm thấy", en="Found"),
    Words(vi="Cần có", en="Expected"),
    Words(vi="Cách sửa, ví dụ", en="Remedy, example"),
)
TITLE = Words(vi="PHIẾU TRẢ LẠI BÁO CÁO", en="RETURN SLIP")
NOT_KNOWN = Words(vi="chưa xác định", en="not known")
NOT_TAKEN = Words(
    vi="Báo cáo chưa được tiếp nhận; đề nghị sửa các mục dưới đây và gửi lại cả tệp.",
    en="The report was not taken; please correct what follows and send the whole file again.",
)
MUST, SHOULD = Words(vi="Phải sửa", en="To be corrected"), Words(vi="Nên bổ sung", en="To be added")


def file_name(item: Landed) -> str:
    """One slip a file received: period, unit and hash."""
    who = f"{item.receipt.period}_{item.receipt.unit_key}" if item.receipt.unit_key else "unplaced"
    return f"phieu_tra_lai_{who}_{item.receipt.sha256[:8]}.xlsx"


def write(item: Landed, duties: Duties, path: Path, on: date, reason: str = "", language: Language = "vi") -> Path:
    """Write the slip of ``on`` for a report that is in quarantine, or that an officer returns with a ``reason``."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, WORKBOOK) as book:
        base = {"text_wrap": True, "valign": "top", "font_name": FONT, "font_size": SIZE}
        looks = {
            "text": base,
            "label": {**base, "bold": True},
            "title": {**base, "bold": True, "font_size": 14, "text_wrap": False},
            "head": {**base, "bold": True, "border": 1, "bg_color": "#DDE6F0", "align": "center"},
            "cell": {**base, "border": 1},
        }
        formats = {name: book.add_format(look) for name, look in looks.items()}
        sheet: Any = book.add_worksheet(SHEET)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.6, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f'&R&"{FONT}"&10&P/&N')
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, TITLE.said(language), formats["title"])
        sheet.set_row(0, 22)
        row = 1
        for label, value in _head(item, duties, on, reason):
            sheet.write_string(row, 0, label.said(language), formats["label"])
            text = shown(value, language)
            sheet.merge_range(row, 1, row, len(WIDTHS) - 1, "", formats["text"])
            sheet.write_string(row, 1, text, formats["text"])
            sheet.set_row(row, height_of([(label.said(language), WIDTHS[0] * 0.9), (text, sum(WIDTHS[1:]))]))
            row += 1
        for heading, findings in ((MUST, item.findings), (SHOULD, item.remarks)):
            if not findings:
                continue
            row += 1
            sheet.write_string(row, 0, heading.said(language), formats["label"])
            for column, words in enumerate(HEADINGS):
                sheet.write_string(row + 1, column, words.said(language), formats["head"])
            row += 2
            for finding in together(findings):
                texts = _line(finding, language)
                for column, text in enumerate(texts):
                    sheet.write_string(row, column, text, formats["cell"])
                sheet.set_row(row, height_of(zip(texts, WIDTHS, strict=True)))
                row += 1
    return path


def _head(item: Landed, duties: Duties, on: date, reason: str) -> list[tuple[Words, str]]:
    """Who returns what to whom, why, and until when it may come back without being late for that."""
    owed, receipt = item.obligation, item.receipt
    unknown = twin(NOT_KNOWN.vi, NOT_KNOWN.en)
    period = period_name(owed.period) if owed else NOT_KNOWN
    # A file whose sender is not known is returned by the agency of the last plan.
    plan = owed.plan if owed else max(duties.plans.values(), key=lambda one: one.head.issued_from, default=None)
    sender = next((u for u in duties.units.on(on).values() if plan and u.code == plan.head.standing_agency), None)
    lines = [
        (Words(vi="Số phiếu", en="Number"), number_of(item)),
        (Words(vi="Ngày", en="Date"), day_words(on)),
        (Words(vi="Cơ quan trả lại", en="Returned by"), sender.official_name_vi if sender else unknown),
        (Words(vi="Đơn vị", en="Unit"), owed.unit.official_name_vi if owed else unknown),
        (Words(vi="Kỳ báo cáo", en="Period"), twin(period.vi, period.en)),
    ]
    if plan is not None:
        n_days = plan.head.settings.grace_working_days
        until = day_words(duties.workdays.later(on, n_days))
        said = twin(f"{until} ({n_days} ngày làm việc kể từ ngày trả lại)", f"{until} ({n_days} working days)")
        lines.append((Words(vi="Gửi lại đến hết ngày", en="Send again by"), said))
    received = day_words(receipt.received_at.date())
    if receipt.received_at.time() < END_OF_DAY:
        received = f"{receipt.received_at:%H:%M}, {received}"
    return [
        *lines,
        (Words(vi="Tệp đã gửi", en="File"), receipt.original_name),
        (Words(vi="Nhận lúc", en="Received"), received),
        (Words(vi="Lý do", en="Reason"), reason or twin(NOT_TAKEN.vi, NOT_TAKEN.en)),
    ]


def number_of(item: Landed) -> str:
    """A number by which the slip can be spoken of: period, unit and how often it has sent, or the file's hash."""
    if item.obligation is None or not item.receipt.unit_key:
        return item.receipt.sha256[:8]
    return f"{item.receipt.period}-{item.obligation.unit.code}-{item.version:02}"


def _line(finding: Finding, language: Language) -> tuple[str, str, str, str, str]:
    where = finding.cell or (str(finding.row) if finding.row else "")
    return (
        finding.sheet or WHOLE_FILE.said(language),
        where,
        finding.found,
        shown(finding.expected, language),
        shown(finding.remedy, language),
    )
