"""Files that are no form, in words for their sender.

Belongs here: what container.py and cells.py refuse, said to a clerk: Vietnamese, with an English twin. Does not belong
here: refusing.
"""

from __future__ import annotations

import re

from pipelines.finding import Finding
from pipelines.reports.wording import twin
from pipelines.workbooks.container import Kind

FORM = twin("biểu mẫu Sở Nội vụ gửi cho kỳ này, lưu dạng Excel (.xlsx)", "the form of this period, as .xlsx")
FILL_IN = twin(
    "Mở biểu mẫu của kỳ này, điền và lưu dạng .xlsx.", "Open this period's form, fill it in and save it as .xlsx."
)
COPY_OVER = twin(
    "Mở biểu mẫu gốc, chép nội dung sang (dán dạng giá trị) và lưu dạng .xlsx.",
    "Open the original form, paste the contents as values, and save it as .xlsx.",
)
SAVE_AGAIN = twin(
    "Mở bằng Excel, chọn Lưu thành, kiểu “Excel Workbook (.xlsx)”, rồi gửi lại.",
    "Open it in Excel, save it as Excel Workbook (.xlsx), and send it again.",
)
SEND_AGAIN = twin(
    "Mở tệp trên máy của đơn vị; nếu mở được thì lưu lại và gửi lại.",
    "Open the file on your computer; if that works, save it and send it again.",
)
# What a finding of container.py or cells.py begins with: what it is, and what to do.
SAID: tuple[tuple[str, str, str], ...] = (
    (r"a workbook with a password", "tệp có đặt mật khẩu", twin(
        "Bỏ mật khẩu (Tệp, Thông tin, Bảo vệ sổ làm việc), lưu và gửi lại.",
        "Take the password away (File, Info, Protect Workbook), save and send it again.")),
    (r"macros", "tệp có macro (chương trình kèm theo)", COPY_OVER),
    (r"links to other files", "tệp có liên kết sang tệp Excel khác", twin(
        "Vào Dữ liệu, Sửa liên kết, Ngắt liên kết; lưu và gửi lại.",
        "Data, Edit Links, Break Link; save and send it again.")),
    (r"links to other programs|connections", "tệp có kết nối với dữ liệu bên ngoài", COPY_OVER),
    (r"embedded files", "tệp có chèn tệp khác (Word, PDF…) bên trong", twin(
        "Xóa tệp chèn trong trang tính; gửi tệp đó riêng.", "Delete what is embedded and send it on its own.")),
    (r"controls", "tệp có nút bấm hoặc điều khiển ActiveX", COPY_OVER),
    (r"a picture", "đây là tệp ảnh", FILL_IN),
    (r"a PDF", "đây là tệp PDF", FILL_IN),
    (r"a packed file that is no workbook", "đây là tệp nén (.zip), không phải tệp Excel", FILL_IN),
    (r"a packed file", "đây là tệp nén", FILL_IN),
    (r"a text document", "đây là tệp văn bản (RTF)", FILL_IN),
    (r"a web page or XML", "đây là trang web hoặc tệp XML", SAVE_AGAIN),
    (r"a binary workbook", "tệp Excel nhị phân (.xlsb)", SAVE_AGAIN),
    (r"a workbook saved as Strict", "tệp lưu ở dạng “Strict Open XML”", SAVE_AGAIN),
    (r"the formula", "có công thức lấy dữ liệu từ ngoài tệp", COPY_OVER),
    (r"more than \d+ rows", "trang tính có quá nhiều dòng hoặc cột", twin(
        "Chọn các dòng dưới bảng, bấm chuột phải, Xóa; lưu và gửi lại.",
        "Select the rows below the table, delete them, save and send it again.")),
    (r"\d+ (parts|bytes)|an \.xls of|the part ", "tệp phình to bất thường khi mở", COPY_OVER),
)  # fmt: skip


def unreadable(finding: Finding, content: bytes) -> Finding:
    """What cells.py or container.py refuses, in words for the sender."""
    found, remedy = "tệp bị hỏng, Excel không đọc được", SEND_AGAIN
    if b"word/document.xml" in content:
        found, remedy = "đây là tệp Word (.docx)", FILL_IN
    else:
        for begins, what, how in SAID:
            if re.match(begins, finding.found):
                found, remedy = what, how
                break
    return Finding(finding.rule_id, finding.file, found, FORM, remedy, finding.sheet)


def too_large(size: int, most: int, name: str) -> Finding:
    """A file above the size of a form."""
    mib = 1024 * 1024
    return Finding(
        "size", name, f"tệp {size / mib:.1f} MB".replace(".", ","),
        twin(f"nhiều nhất {most // mib} MB", f"{most // mib} MB at most"),
        twin("Bỏ ảnh, bản chụp ra khỏi biểu mẫu; gửi chúng riêng.", "Take pictures out of the form; send them apart."),
    )  # fmt: skip


def not_a_form(content: bytes, name: str, kind: Kind, original_name: str) -> Finding:
    """A file that can be read and is not a form of ours."""
    found, remedy = "tệp Excel này không phải biểu mẫu báo cáo, hoặc trang tính ẩn đã bị xóa", COPY_OVER
    if original_name.startswith("~$"):
        found = "đây là tệp tạm của Excel (tên bắt đầu bằng ~$)"
        remedy = twin("Đóng Excel rồi gửi tệp không có ~$ ở tên.", "Close Excel and send the file without ~$.")
    elif not content:
        found, remedy = "tệp rỗng, không có nội dung", SEND_AGAIN
    elif kind == "xls":
        found, remedy = "tệp Excel đời cũ (.xls)", SAVE_AGAIN
    elif kind == "ods":
        found, remedy = (
            "tệp OpenDocument (.ods) của LibreOffice",
            twin(
                "Mở biểu mẫu bằng LibreOffice, chọn Lưu thành, kiểu “Excel 2007-365 (.xlsx)”.",
                "Open it in LibreOffice and save it as Excel 2007-365 (.xlsx).",
            ),
        )
    elif kind == "text":
        found, remedy = "đây là tệp chữ thường (.csv, .txt), không phải tệp Excel", FILL_IN
    return Finding("is_a_form", name, found, FORM, remedy)
