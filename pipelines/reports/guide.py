"""The guide inside a form: how it is filled in.

Belongs here: its lines, for whoever fills a form in. Does not belong here: the work of the standing agency, see
docs/huong-dan.md.
"""

from __future__ import annotations

from pipelines.reports.wording import twin

LINES = (
    twin(
        "CÁCH ĐIỀN",
        "HOW TO FILL IN",
    ),
    twin(
        "1. Chỉ điền các ô nền vàng; các ô khác đã khóa.",
        "1. Fill in the yellow cells only; the others are locked.",
    ),
    twin(
        "2. Trang “Báo cáo”: mỗi nhiệm vụ chọn một tình trạng trong danh sách của ô, rồi ghi kết quả cụ thể "
        "và tài liệu kiểm chứng (số, ngày văn bản hoặc đường dẫn). Ô trống là chưa trả lời. Chữ dài hơn ô thì"
        " kéo cao dòng.",
        "2. Sheet “Báo cáo”: choose an answer for each task, then write the result and its evidence (number "
        "and day of a document, or a link). A blank is no answer. Drag a row higher where a text is longer "
        "than its cell.",
    ),
    twin(
        "3. “Không phát sinh”, “Không áp dụng”, “Không đo được” phải ghi lý do.",
        "3. Nothing arose, Not applicable and Not measurable need a reason.",
    ),
    twin(
        "4. Trang “Chỉ tiêu”: gõ số đã đạt và tổng số phải thực hiện, theo đơn vị tính ghi ở cột Chỉ tiêu. "
        "Không gõ tỷ lệ phần trăm, không gõ chữ, không dùng công thức; tỷ lệ được tính sẵn. Ví dụ: 95 và 120.",
        "4. Sheet “Chỉ tiêu”: type both counts, in the unit named there; no percentages, text or formulas; "
        "the share is computed. Example: 95 and 120.",
    ),
    twin(
        "5. Số đã đạt không lớn hơn tổng số. Chỉ tiêu lũy kế không giảm trong năm. Không có gì để đếm thì "
        "chọn “Không phát sinh”, không gõ 0 và 0.",
        "5. A numerator is not above its denominator. Cumulative figures do not fall within a year. Where "
        "there is nothing to count choose Nothing arose, not 0 and 0.",
    ),
    twin(
        "6. Ngày gõ theo ngày/tháng/năm, ví dụ 18/06/2021.",
        "6. Days are typed as day/month/year, such as 18/06/2021.",
    ),
    twin(
        "7. Ghi số, ngày văn bản, ngày chốt số liệu, người lập biểu và thủ trưởng đơn vị; khó khăn, kiến nghị"
        " ghi ở cuối trang “Báo cáo”.",
        "7. Give number and day of the document, the day of the figures, who prepared it and the head of the "
        "unit; difficulties and proposals at the end of the sheet “Báo cáo”.",
    ),
    twin(
        "8. Không ghi thông tin cá nhân của người dân (họ tên, số căn cước, số điện thoại, số thẻ bảo hiểm y tế).",
        "8. Nothing about single citizens (names, identity numbers, telephone numbers, insurance cards).",
    ),
    twin(
        "9. Không sửa tên đơn vị, kỳ báo cáo, mã và hàng tiêu đề. Gõ chữ bằng bảng mã Unicode.",
        "9. Leave unit, period, codes and headings as they are. Type in Unicode.",
    ),
    twin(
        "10. Lưu dạng Excel (.xlsx), không đặt mật khẩu, rồi gửi tệp này cho nơi nhận trước hạn. Nếu bị trả "
        "lại, sửa đúng các ô ghi trong phiếu trả lại và gửi lại cả tệp.",
        "10. Save as Excel (.xlsx) without a password and send this file before it is due. If it is returned,"
        " correct the cells that the slip names and send the whole file again.",
    ),
)
