"""Documents of the tests' own: the figures of the plan of 2021 in other words, as text, Word and PDF."""

from __future__ import annotations

import io
import zlib

REPORT = """BÁO CÁO
Kết quả Chỉ số PAPI năm 2020 của tỉnh Bắc Giang

Chỉ số PAPI năm 2020 được công bố ngày 14 tháng 4 năm 2021. Năm 2020, tỉnh Bắc Giang đạt 44,32/80 điểm, đứng thứ
13/63 tỉnh, thành phố và thuộc nhóm đạt điểm cao nhất. So với năm 2019, tỉnh tụt 9 bậc và mất 1,72 điểm.
Bộ chỉ số gồm 8 chỉ số nội dung và 29 chỉ số thành phần. Có 2 chỉ số nội dung tăng điểm, 6 chỉ số nội dung giảm
điểm; 15 chỉ số thành phần giảm điểm, 12 chỉ số thành phần tăng điểm và 2 chỉ số thành phần giữ nguyên điểm.

1. Trục 1: 5,48 điểm, giảm 0,10 điểm; 3 chỉ số thành phần giảm điểm: Tri thức công dân, Cơ hội tham gia và Đóng góp
tự nguyện; 1 chỉ số thành phần giữ nguyên điểm: Chất lượng bầu cử.
2. Trục 2 đạt 5,51 điểm (−0,13). Có 1 chỉ số thành phần tăng điểm là “Công khai danh sách hộ nghèo”, 3 chỉ số thành
phần giảm điểm: (1) Tiếp cận thông tin; (2) Công khai ngân sách xã, phường; (3) Quy hoạch sử dụng đất/giá đất.
3. Trách nhiệm giải trình với người dân tăng 0,17 điểm.
4. Kiểm soát tham nhũng trong khu vực công: 6,98 điểm, giảm nhẹ 0,03 điểm.
Trong trục 4 có 3 chỉ số thành phần tăng điểm: (i) Kiểm soát tham nhũng trong chính quyền; (ii) Kiểm soát tham nhũng
trong cung ứng dịch vụ công; (iii) Công bằng trong tuyển dụng vào nhà nước; 1 chỉ số thành phần giảm điểm “Quyết tâm
chống tham nhũng”.
5. Thủ tục hành chính công tăng 0,08 điểm.
6. Trục 6 được 7,13 điểm, giảm 0,41 điểm; 2 chỉ số thành phần tăng điểm (i) Y tế công lập; (ii) An ninh, trật tự; 2
chỉ số thành phần giảm điểm (i) Giáo dục tiểu học công lập; (ii) Cơ sở hạ tầng căn bản.
7. Trục 7 đạt 3,27 điểm, tụt 0,60 điểm. Cả 3 chỉ số thành phần của trục 7 đều giảm điểm: Nghiêm túc trong bảo vệ môi
trường, Chất lượng không khí và Chất lượng nước.
8. Trục 8 đạt 3,19 điểm, giảm 0,7 điểm; 2 chỉ số thành phần tăng điểm: (a) Sử dụng cổng thông tin điện tử của chính
quyền địa phương; (b) Tiếp cận và sử dụng Internet tại địa phương; 1 chỉ số thành phần giảm điểm: (c) Phúc đáp qua
cổng thông tin điện tử.
"""

# Sentences with figures that are none of the index and year spoken of, each with why.
NO_RESULTS = {
    "Phấn đấu năm 2021 Chỉ số PAPI tăng ít nhất 05 bậc so với năm 2020.": "aim",
    "Mục tiêu năm 2021 đạt 46,5 điểm.": "aim",
    "Chỉ số PCI năm 2020 của tỉnh đạt 64,12 điểm.": "other_index",
    "Chỉ số cải cách hành chính năm 2020 đạt 84,5 điểm.": "other_index",
    "PAPI năm 2020: điểm trung bình cả nước là 42,50 điểm.": "not_of_one",
    "PAPI năm 2020 của Bắc Giang cao hơn Bắc Ninh 0,35 điểm.": "apart",
    "PAPI năm 2020 của tỉnh đạt gần 44,5 điểm.": "rough",
    "PAPI năm 2020 của tỉnh xếp thứ 3 vùng trung du và miền núi phía Bắc.": "regional",
    "Chỉ số PAPI của tỉnh đạt 44,32 điểm.": "no_year",
    "Chỉ số PAPI năm 2020 có 1 chỉ số thành phần giảm điểm: “Vệ sinh đường phố”.": "no_such_name",
}
# Sentences after one on the index, which speak of something else that has points.
ELSEWHERE = (
    "Sở Nội vụ đạt 92,5 điểm trong bảng xếp hạng DDCI của tỉnh.",
    "Hội thi cấp tỉnh có 12 đội, đội nhất đạt 9,75 điểm.",
    "Huyện Lục Ngạn của tỉnh đạt 81,25 điểm.",
)
# Numbers of other things altogether, which are not even told.
NOTHING = """Quyết định số 645/QĐ-UBND ngày 09/4/2021 về dịch vụ công trực tuyến mức độ 3, 4; Pháp lệnh số 34/2007.
Đảm bảo 100% trẻ em dưới 6 tuổi được cấp thẻ; tổng kinh phí 1,5 tỷ đồng, diện tích 12,5 ha, giai đoạn 2021-2025.
"""


def pdf_of(text: str) -> bytes:
    """A page of lines as a PDF whose letters are told by a table, as text programs write Vietnamese."""
    codes = {letter: number for number, letter in enumerate(sorted(set(text) - {"\n"}), start=1)}
    table = "".join(f"<{number:04X}> <{letter.encode('utf-16-be').hex()}>\n" for letter, number in codes.items())
    lines = "".join(f"<{''.join(f'{codes[one]:04X}' for one in line)}> Tj T*\n" for line in text.splitlines())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{len(codes)} beginbfchar\n{table}endbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    return pdf_with(f"BT /F1 9 Tf 12 TL 20 800 Td\n{lines}ET", cmap)


def pdf_with(page: str, cmap: str = "") -> bytes:
    """A PDF of one page that is drawn by ``page``."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> /XObject << /X 4 0 R >> >> >>",
        _stream(page.encode()),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Own /Encoding /Identity-H"
        b" /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Own /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 >>",
        _stream(cmap.encode()),
    ]
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start))
    return out.getvalue()


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def word_of(text: str) -> bytes:
    """A Word document, a paragraph a line, the last line in a table."""
    import docx

    document = docx.Document()
    *lines, last = text.strip().splitlines()
    for line in lines:
        document.add_paragraph(line)
    document.add_table(1, 1).cell(0, 0).text = last
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
