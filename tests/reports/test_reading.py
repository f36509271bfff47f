"""What people send, kind by kind: what is taken, what is refused and in which words, what is only remarked upon."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Border, Side

from pipelines.finding import Finding
from pipelines.reports import form
from pipelines.reports.answers import judge
from pipelines.reports.landed import Landed
from pipelines.reports.reading import MAX_FORM_BYTES, read_report
from pipelines.reports.registry import Receipt
from pipelines.reports.wording import shown
from tests.reports.filled import COMMUNE, DISTRICT, DUTIES, JUNE, drawn
from tests.workbooks import hostile

PLAN = "2021-PLAN"
OLD_XLS = Path(__file__).parents[1] / "workbooks/old.xls"
BOLD = CellRichText("đã ", TextBlock(InlineFont(b=True), "mở"))
MAY = datetime(2021, 5, 14, 9, 0)
T, G, X, K = form.TASKS, form.TARGETS, form.COMMUNES, form.UNIT_PLAN
Change = Callable[[Any], object]


def changed(change: Change, unit: str = COMMUNE, period: str = "2021-H1", **more: Any) -> bytes:
    """A form filled in and changed as a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(drawn(unit, period, **more)))
    change(book)
    done = io.BytesIO()
    book.save(done)
    return done.getvalue()


def typed(sheet: str, cells: dict[str, Any], unit: str = COMMUNE, period: str = "2021-H1") -> bytes:
    def type_in(book: Any) -> None:
        for cell, value in cells.items():
            book[sheet][cell] = value

    return changed(type_in, unit, period)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    packed = io.BytesIO(content)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, part)
    return packed.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def percent(book: Any) -> None:
    for cell, value in (("H2", 0.95), ("I2", 1)):
        book[G][cell] = value
        book[G][cell].number_format = "0%"


def merged_codes(book: Any) -> None:
    book[T].merge_cells("A9:A10")


def borders(book: Any) -> None:
    thin = Side(style="thin")
    for row in range(30, 25_000):
        book[T].cell(row, 1).border = Border(left=thin)


def moved_rows(book: Any) -> None:
    first, second = ([cell.value for cell in row] for row in book[T].iter_rows(min_row=9, max_row=10))
    for row, values in ((9, second), (10, first)):
        for column, value in enumerate(values, start=1):
            book[T].cell(row, column).value = value


def all_equal(book: Any) -> None:
    for row in range(9, 19):
        book[T].cell(row, 5).value = "Không"


def nothing_applies(book: Any) -> None:
    for row in range(9, 19):
        book[T].cell(row, 4).value, book[T].cell(row, 7).value = "Không áp dụng", "."


def blank(period: str = "2021-H1") -> bytes:
    return drawn(period=period, answers=form.Report())


@dataclass(frozen=True)
class Kind:
    """One kind of input, and what must become of it: the rule, its cell, and words that its finding must hold."""

    name: str
    make: Callable[[], bytes]
    outcome: str  # accept, remark or refuse
    rule: str = ""
    cell: str | None = None
    says: str = ""
    file: str = "bao-cao.xlsx"


def accept(name: str, make: Callable[[], bytes], file: str = "bao-cao.xlsx") -> Kind:
    return Kind(name, make, "accept", file=file)


def refuse(name: str, make: Callable[[], bytes], rule: str, cell: str | None = None, says: str = "",
           file: str = "bao-cao.xlsx") -> Kind:  # fmt: skip
    return Kind(name, make, "refuse", rule, cell, says, file)


def remark(name: str, make: Callable[[], bytes], rule: str, cell: str | None = None, says: str = "") -> Kind:
    return Kind(name, make, "remark", rule, cell, says)


def figure(value: Any, cell: str = "H2") -> Callable[[], bytes]:
    return lambda: typed(G, {cell: value})


def answer(value: Any, cell: str = "D9") -> Callable[[], bytes]:
    return lambda: typed(T, {cell: value})


def signed(value: Any, number: Any = "15/KH-UBND") -> Callable[[], bytes]:
    return lambda: typed(K, {"B8": number, "B9": value}, period=PLAN)


def came_on(value: Any) -> Callable[[], bytes]:
    return lambda: typed(X, {"D2": value}, DISTRICT)


def renamed(old: str, new: str) -> Callable[[], bytes]:
    def rename(book: Any) -> None:
        book[old].title = new

    return lambda: changed(rename)


def without(sheet: str, unit: str = COMMUNE) -> Callable[[], bytes]:
    return lambda: changed(lambda book: book.remove(book[sheet]), unit)


def on(sheet: str, change: Change, unit: str = COMMUNE) -> Callable[[], bytes]:
    def change_sheet(book: Any) -> None:
        change(book[sheet])

    return lambda: changed(change_sheet, unit)


def tied(said: dict[str, Any], version: str) -> str:
    plan_id, plan_version, unit, period = (said[n].value for n in ("plan_id", "plan_version", "unit_key", "period"))
    return form.checksum(plan_id, plan_version, unit, period, simulated=False, form_version=version)


def emptied(sheet: Any, cells: str) -> None:
    for row in sheet[cells]:
        for cell in row:
            cell.value = None


def old_words(book: Any) -> None:
    """Sheets, headings and labels as forms of version 1 had them."""
    for new, old in ((T, "Bao cao"), (G, "Chi tieu"), (form.GUIDE, "Huong dan")):
        book[new].title = old
    tasks, targets, hidden = book["Bao cao"], book["Chi tieu"], book[form.HIDDEN]
    for column, heading in enumerate(("Mã / Code", "Nhiệm vụ / Task", "Kỳ trước / Last period", "Trả lời / Answer",
                                      "Kết quả / Result", "Minh chứng / Evidence", "Lý do / Reason"),
                                     start=1):  # fmt: skip
        tasks.cell(8, column).value = heading
    for column, heading in ((7, "Trả lời / Answer"), (8, "Tử số kỳ này / Numerator now"),
                            (9, "Mẫu số kỳ này / Denominator now"), (10, "Lý do / Reason")):  # fmt: skip
        targets.cell(1, column).value = heading
    tasks["A3"], tasks["B3"] = "Đơn vị / Unit", f"Phường Thọ Xương ({COMMUNE})"
    tasks["A4"], tasks["B4"] = "Kỳ báo cáo / Period", "6 tháng đầu năm 2021 (2021-H1)"
    for row in range(3, 8):
        tasks.cell(row, 5).value = tasks.cell(row, 6).value = None
    said = {row[0].value: row[1] for row in hidden.iter_rows()}
    said["form_version"].value = "1"
    said["checksum"].value = tied(said, "1")


KINDS = [
    # Files
    accept("as it was filled in", drawn),
    accept("a district's", lambda: drawn(DISTRICT)),
    accept("a unit's own plan", lambda: drawn(period=PLAN)),
    accept("a form of version 1", lambda: changed(old_words)),
    accept("renamed", drawn, file="Báo cáo (1) bản cuối.xlsx"),
    refuse("macros", lambda: with_part(drawn(), "xl/vbaProject.bin", b"x"), "file_readable", None, "macro"),
    refuse("a link to another file", lambda: with_part(drawn(), "xl/externalLinks/externalLink1.xml", b"<a/>"),
           "file_readable", None, "liên kết"),
    refuse("an embedded document", lambda: with_part(drawn(), "xl/embeddings/Microsoft_Word_Document.docx", b"x"),
           "file_readable", None, "chèn tệp"),
    refuse("Strict Open XML", lambda: hostile.spoilt({hostile.BOOK: lambda xml: xml.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")}),
        "file_readable", None, "Strict"),
    refuse("an old workbook", OLD_XLS.read_bytes, "is_a_form", None,
           ".xls", file="c.xls"),
    refuse("a Word document", lambda: zipped({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}),
           "file_readable", None, "Word", file="c.docx"),
    refuse("a packed folder", lambda: zipped({"c.xlsx": b"x"}), "file_readable", None, "tệp nén", file="c.zip"),
    refuse("an OpenDocument sheet", lambda: zipped({"mimetype": b"x", "content.xml": b"<a/>"}), "", None, "",
           file="c.ods"),
    refuse("a PDF", lambda: b"%PDF-1.4", "file_readable", None, "PDF", file="c.pdf"),
    refuse("a photograph", lambda: b"\xff\xd8\xff\xe0", "file_readable", None, "ảnh", file="c.jpg"),
    refuse("a csv", lambda: b"Ma,Nhiem vu\nD1a,x\n", "is_a_form", None, ".csv", file="c.csv"),
    refuse("nothing", lambda: b"", "is_a_form", None, "rỗng"),
    refuse("half of it", lambda: drawn()[:3000], "file_readable", None, "hỏng"),
    refuse("Excel's own lock", lambda: b"\x0bOfficer", "is_a_form", None, "~$", file="~$bao-cao.xlsx"),
    refuse("three megabytes", lambda: drawn() + b" " * (MAX_FORM_BYTES + 1_000_000), "size", None, "MB"),
    refuse("another workbook", hostile.good, "is_a_form", None, "không phải biểu mẫu"),
    # Sheets, rows and columns
    accept("another sheet before", lambda: changed(lambda b: b.create_sheet("Nháp", 0))),
    accept("a sheet renamed without accents", renamed(T, "Bao cao")),
    accept("a sheet renamed at will", renamed(G, "CHI TIEU (sua)")),
    accept("the guide deleted", without(form.GUIDE)),
    refuse("targets deleted", without(G), "sheet_there", None, "Chỉ tiêu"),
    refuse("tasks deleted", without(T), "sheet_there", None, "Báo cáo"),
    refuse("communes deleted", without(X, DISTRICT), "sheet_there", None, "Xã"),
    refuse("the hidden sheet deleted", without(form.HIDDEN), "is_a_form", None, "trang tính ẩn"),
    refuse("a sheet twice", lambda: changed(lambda b: b.copy_worksheet(b[T])), "sheet_once", None, "Báo cáo"),
    accept("a column inserted", on(T, lambda s: s.insert_cols(3))),
    remark("a text beside the table", lambda: typed(T, {"H10": "x"}), "inside_the_table", "H10", "ngoài bảng"),
    remark("a column at the end", lambda: typed(T, {"H8": "Ghi chú", "H10": "x"}), "inside_the_table", "H10", "H10"),
    accept("a column inserted among those filled in", on(T, lambda s: s.insert_cols(6))),
    accept("rows on top", on(T, lambda s: s.insert_rows(1, 2))),
    accept("a blank row within", on(T, lambda s: s.insert_rows(12))),
    accept("rows moved", lambda: changed(moved_rows)),
    refuse("a row without a code", lambda: typed(T, {"A11": None}), "code_given", "A11", "mã trống"),
    refuse("codes merged", lambda: changed(merged_codes), "code_given", "A10", "mã trống"),
    refuse("a code made up", lambda: typed(T, {"A11": "D99"}), "task_owed", "A11", "D99"),
    refuse("a code twice", lambda: typed(T, {"A11": "D1b"}), "task_owed", "A11", "đã có ở A10"),
    refuse("a row too many", lambda: typed(T, {"A19": "A05", "D19": "Đã hoàn thành"}), "task_owed", "A19", "A05"),
    accept("a code in small letters", lambda: typed(T, {"A9": "d1a"})),
    refuse("a code with a letter that looks alike", lambda: typed(T, {"A9": "D1а"}), "task_owed", "A9", "mã"),
    remark("a row deleted", on(T, lambda s: s.delete_rows(11)), "all_answered", None, "D1c"),
    refuse("a heading changed", lambda: typed(T, {"E8": "Ghi chú"}), "headings", "E8", "Ghi chú"),
    accept("comments", on(T, lambda s: setattr(s["E9"], "comment", Comment("x", "y")))),
    accept("a link in a cell", on(T, lambda s: setattr(s["F9"], "hyperlink", "https://bacgiang.gov.vn/1"))),
    accept("bold letters within a text", lambda: typed(T, {"E9": BOLD})),
    refuse("a note in the hidden sheet", lambda: typed(form.HIDDEN, {"A9": "ghi chú", "B9": "x"}), "form_whole", None,
           "trang tính ẩn"),
    accept("hidden rows", on(T, lambda s: setattr(s.row_dimensions[10], "hidden", True))),
    accept("borders down to row 25 000", lambda: changed(borders)),
    # Unit and period
    accept("the unit as people call it", lambda: typed(T, {"B3": "UBND phường Thọ Xương"})),
    accept("the unit without UBND", lambda: typed(T, {"B3": "Phường Thọ Xương"})),
    *(accept(f"the unit as {text!r}", lambda text=text: typed(T, {"B3": text}))  # type: ignore[misc]
      for text in ("Ủy ban nhân dân phường Thọ Xương", "UBND P. Thọ Xương", "UBND phuong Tho Xuong",
                   "UBND phường Thọ Xương, TP. Bắc Giang")),
    accept("a district with its short word", lambda: typed(T, {"B3": "UBND TP. Bắc Giang"}, DISTRICT)),
    refuse("a simulated form", lambda: drawn(simulated=True), "simulated_apart", None, "mô phỏng"),
    refuse("another unit", lambda: typed(T, {"B3": "UBND phường Trần Phú"}), "unit_matches", "B3", "Trần Phú"),
    refuse("another period", lambda: typed(T, {"B4": "Cả năm 2021"}), "period_matches", "B4", "Cả năm"),
    refuse("a hidden period changed", lambda: typed(form.HIDDEN, {"B5": "2021-FY"}), "form_whole", None, "thay đổi"),
    refuse("an older plan", lambda: changed(older_plan), "plan_version", None, "biểu mẫu cũ"),
    # Answers
    *(accept(f"the answer {text!r}", answer(text)) for text in (
        "Đã hoàn thành", "đã hoàn thành", "Đã\u00a0hoàn thành", " Đã hoàn thành ",
        "Đa\u0303 hoa\u0300n tha\u0300nh", "Done",
        "Ðã hoàn thành", "Đã hoàn\u200b thành", "\ufeffĐã hoàn thành", "Đã\nhoàn thành", "Đã  hoàn thành /Done",
        "Đã hoàn thành / Done")),
    *(refuse(f"the answer {text!r}", answer(text), "answer_known", "D9", text) for text in
      ("Hoàn thành", "Da hoan thanh", "x", "100%", "12")),
    refuse("a formula as an answer", answer('=IF(1,"Đã hoàn thành","")'), "answer_known", "D9", "="),
    accept("text that begins with =", lambda: changed(lambda b: setattr(b[T]["E9"], "value", "'=A1"))),
    accept("a dash", lambda: typed(T, {"G9": "-"})),
    accept("a long text", lambda: typed(T, {"E9": "chữ " * 3000})),
    accept("figures in a text", lambda: typed(T, {"E9": 1234567, "F9": 20210610})),
    accept("words about m² and µg", lambda: typed(T, {"E9": "200 m², 300 m², 25 µg/m³, 30 µg/m³, 30°C"})),
    remark("no result", lambda: typed(T, {"E9": "...."}), "result_given", "E9", "kết quả"),
    remark("no evidence", lambda: typed(T, {"F9": None}), "evidence_given", "F9", "kiểm chứng"),
    remark("no reason", lambda: typed(T, {"D9": "Không phát sinh", "G9": "."}), "reason_given", "G9", "lý do"),
    remark("one word ten times", lambda: changed(all_equal), "own_result_each", "E9", "Không"),
    remark("nothing applies", lambda: changed(nothing_applies), "reason_given", "G9", "lý do"),
    *(remark(f"personal data in {cell}: {text}", lambda cell=cell, text=text: typed(T, {cell: text}),  # type: ignore[misc]
             "no_personal_data", cell, says) for cell, text, says in (
        ("E9", "Nguyễn Văn A, 024091001234", "12 chữ số"), ("F10", "ĐT 0912 345 678", "10 chữ số"),
        ("G9", "CCCD 024.091.001.234", "12 chữ số"), ("F9", "thẻ GD4240102345678", "13 chữ số"))),
    accept("sums of money and days", lambda: typed(T, {"E9": "1.250.000.000 đồng ngày 18/06/2021, 18-06-2021"})),
    refuse("TCVN3", lambda: typed(T, {"E9": "§· hoµn thµnh kÕ ho¹ch"}), "unicode", "E9", "TCVN3"),
    refuse("VNI", lambda: typed(T, {"E9": "Ñaõ hoaøn thaønh keá hoaïch"}), "unicode", "E9", "VNI"),
    refuse("TCVN3 as an answer", answer("§· hoµn thµnh"), "unicode", "D9", "TCVN3"),
    refuse("a blank form", blank, "something_answered", None, "còn trống"),
    remark("blank targets", on(G, lambda s: emptied(s, "G2:J5")), "all_answered", None, "TG05"),
    remark("a blank head", on(T, lambda s: emptied(s, "F3:F7")), "document_given", None, "Số liệu chốt"),
    # Figures
    *(accept(f"the figure {value!r}", figure(value)) for value in (95, 95.0, "95", "95\u00a0", 0)),
    accept("a comma, one reading only", figure("7,5", "H5")),
    *(refuse(f"the figure {value!r}", figure(value), "number", "H2", says) for value, says in (
        ("khoảng 90", "khoảng 90"), ("1.234,5", "1.234,5"), ("1.234", "1.234"), ("12,5%", "12,5%"), ("không", "không"),
        ("1;234", "1;234"), ("95/120", "hai số trong một ô"), ("-", "-"),
        ("95 tấn", "95 tấn"), ("=1+1", "=1+1"), ("#DIV/0!", "#DIV/0!"), (True, "TRUE"),
        (datetime(2021, 5, 12), "12/05/2021"))),
    refuse("above", figure(130), "numerator_not_above", "H2", "130 > 120"),
    refuse("negative", figure(-3), "not_negative", "H2", "-3"),
    refuse("half a child", figure(95.5, "H3"), "whole_number", "H3", "95,5"),
    refuse("thousands as decimals", figure(1.234, "H3"), "whole_number", "H3", "1,234"),
    accept("half a tonne", figure(95.5, "H5")),
    refuse("a percentage by format", lambda: changed(percent), "not_a_percentage", "H2", "95%"),
    refuse("a percentage by value", lambda: typed(G, {"H2": 0.95, "I2": 1}), "not_a_percentage", "H2", "0,95"),
    remark("a percentage by its total", lambda: typed(G, {"H2": 95, "I2": 100}), "count_of_a_hundred", "I2", "100"),
    refuse("ten million million", figure(10**13, "I2"), "not_too_large", "I2", "10000000000000"),
    refuse("nothing of nothing", lambda: typed(G, {"H2": 0, "I2": 0}), "answer_fits", "G2", "0 trên 0"),
    refuse("something of nothing", lambda: typed(G, {"I2": 0}), "numerator_not_above", "H2", "90 > 0"),
    refuse("one figure", lambda: typed(G, {"I2": None}), "both_numbers", "I2", "thiếu tổng số"),
    refuse("the other figure", lambda: typed(G, {"H2": None}), "both_numbers", "H2", "thiếu số đã đạt"),
    refuse("no figure", lambda: typed(G, {"H2": None, "I2": None}), "both_numbers", "H2", "cả hai"),
    refuse("figures of nothing", lambda: typed(G, {"G2": "Không phát sinh"}), "answer_fits", "G2", "Không phát sinh"),
    accept("figures without a word", lambda: typed(G, {"G2": None})),
    remark("no reason for a target", lambda: typed(G, {"G2": "Không đo được", "H2": None, "I2": None}), "reason_given",
           "J2", "lý do"),
    # A district's communes
    *(refuse(f"a commune's day {value!r}", came_on(value), "date", "D2", value)
      for value in ("hôm qua", "31/02/2021", "17/6", "17/06/21")),
    refuse("a commune's day to come", came_on(date(2031, 6, 17)), "day_can_be", "D2", "2031"),
    refuse("a day of a report that did not come", lambda: typed(X, {"C2": "Không", "D2": date(2021, 6, 17)}, DISTRICT),
           "answer_fits", "C2", "17/06/2021"),
    refuse("a commune of another district", lambda: typed(X, {"A2": "07525-chu"}, DISTRICT), "commune_known", "A2",
           "07525-chu"),
    refuse("yes in another word", lambda: typed(X, {"C2": "Rồi"}, DISTRICT), "answer_known", "C2", "Rồi"),
    remark("a commune deleted", on(X, lambda s: s.delete_rows(3), DISTRICT), "all_answered", None, "Trần Nguyên Hãn"),
    # A unit's own plan
    *(accept(f"signed on {value!r}", signed(value)) for value in (
        date(2021, 5, 10), datetime(2021, 5, 10, 14, 30), "10/5/2021", "10-05-2021", "10.5.2021",
        "ngày 10 tháng 5 năm 2021", "10/05/2021\u00a0", 44326)),
    *(refuse(f"signed on {value!r}", signed(value), "date", "B9", value) for value in
      ("10/5/21", "31/02/2021", "tháng 5")),
    *(refuse(f"signed in {day.year} and {day.month}", signed(day), "day_can_be", "B9", f"{day:%d/%m/%Y}") for day in
      (date(1921, 5, 10), date(2031, 5, 10), date(2021, 10, 5))),
    refuse("a blank plan", lambda: blank(PLAN), "something_answered", None, "còn trống"),
    remark("a day alone", signed(date(2021, 5, 10), None), "document_given", None, "số, ký hiệu"),
    remark("both in one cell", signed(None, "15/KH-UBND ngày 10/5/2021"), "document_given", None, "ngày ký"),
]  # fmt: skip


def older_plan(book: Any) -> None:
    said = {row[0].value: row[1] for row in book[form.HIDDEN].iter_rows()}
    said["plan_version"].value = "000000000000"
    said["checksum"].value = tied(said, form.FORM_VERSION)


def judged(kind: Kind) -> Landed:
    """The verdict on a file that came in time."""
    read = read_report(kind.make(), kind.file)
    at = MAY if read.identity is not None and read.identity.period == PLAN else JUNE
    receipt = Receipt(at, "test", "", "", kind.file, "", kind.file, False)
    unjudged = Landed(receipt, "", 1, None, read.identity, read.report, read.findings, read.remarks)
    return judge([unjudged], DUTIES, simulated=False)[0]


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_each_kind_of_input_is_taken_refused_or_remarked_upon(kind: Kind) -> None:
    item = judged(kind)
    told = item.findings if kind.outcome == "refuse" else item.remarks
    assert (item.report is None) == (kind.outcome == "refuse"), item.findings
    if kind.outcome == "accept":
        assert not told
        return
    if kind.outcome == "refuse":
        assert len(told) == 1, "one slip is one finding"
    [finding] = [one for one in told if kind.rule in ("", one.rule_id)][:1]
    assert finding.cell == kind.cell
    assert kind.says.strip() in finding.found
    assert is_understood(finding)


def is_understood(finding: Finding) -> bool:
    """Vietnamese, with what was found, what is expected and what to do, each in words of its own."""
    vi = (finding.found, shown(finding.expected, "vi"), shown(finding.remedy, "vi"))
    return all(vi) and len(set(vi)) == 3 and all(re.search(r"[à-ỹđ]", text.lower()) for text in vi[1:])


def test_all_slips_are_told_at_once_those_of_a_cell_and_those_of_the_plan() -> None:
    """So that a unit mends its report once."""
    cells = {"D2": "hôm qua", "D3": "31/02/2021", "D4": date(2031, 6, 17), "A5": "07525-chu"}
    several = Kind("several", lambda: typed(X, cells, DISTRICT), "refuse")
    assert [finding.cell for finding in judged(several).findings] == ["D2", "D3", "D4", "A5"]


def test_a_text_cell_says_what_was_typed_whatever_the_program_made_of_it() -> None:
    typed_in = {"E9": 1234567, "F9": 20210610, "E10": 12.5, "F10": datetime(2021, 6, 10)}
    report = read_report(typed(T, typed_in), "x").report
    assert report is not None
    first, second = report.tasks[:2]
    assert (first.result, first.evidence, second.result, second.evidence) == (
        "1234567", "20210610", "12,5", "10/06/2021",
    )  # fmt: skip


def test_what_the_document_says_of_itself_is_read() -> None:
    head = {"F3": "15/BC-UBND", "F4": "18.6.2021", "F5": "ngày 15 tháng 6 năm 2021", "F6": "Ng. Văn A", "F7": "Trần B",
            "B20": "Thiếu kinh phí", "B21": "Đề nghị tập huấn"}  # fmt: skip
    report = read_report(typed(T, head), "x").report
    assert report is not None
    assert (report.document_number, report.signed_on, report.cut_off_on) == (
        "15/BC-UBND", date(2021, 6, 18), date(2021, 6, 15),
    )  # fmt: skip
    assert (report.prepared_by, report.head_of_unit) == ("Ng. Văn A", "Trần B")
    assert (report.difficulties, report.proposals) == ("Thiếu kinh phí", "Đề nghị tập huấn")


def test_a_district_says_on_which_day_a_commune_reported() -> None:
    report = read_report(typed(X, {"D2": "17/06/2021", "C3": None, "D3": date(2021, 6, 16)}, DISTRICT), "x").report
    assert report is not None
    assert [(c.has_reported, c.received_on) for c in report.communes[:2]] == [
        (True, date(2021, 6, 17)), (True, date(2021, 6, 16)),
    ]  # fmt: skip


def test_a_renamed_sheet_and_an_old_form_say_the_same_as_the_new_one() -> None:
    whole, renamed_one, old = (
        read_report(make(), "x") for make in (drawn, renamed(T, "Tờ 1"), lambda: changed(old_words))
    )
    for read in (renamed_one, old):
        assert read.report is not None
        assert whole.report is not None
        assert (read.report.tasks, read.report.targets) == (whole.report.tasks, whole.report.targets)
    assert renamed_one.report is not None
    assert renamed_one.report.tab(T) == "Tờ 1"
