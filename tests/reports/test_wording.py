"""Every string that an officer can see in a form or slip: Vietnamese, and no word of engineers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports import drawing, form, guide, slips, tracking
from pipelines.reports.registry import Event, Receipt
from pipelines.reports.wording import BETWEEN, Language, period_name, shown, twin
from pipelines.settings import ROOT
from tests.reports.filled import AGENCY, COMMUNE, DISTRICT, DUTIES, JUNE, filled
from tests.reports.test_reading import KINDS, Kind, judged

ENGLISH = re.compile(
    r"\b(the|of|is|are|and|with|from|not|this|that|must|period|sheet|number|received|report|forms?|unit|expected|file|"
    r"code|task|target|answer|reason|evidence|share|done|yes|due)\b",
    re.IGNORECASE,
)
ENGINEERS = re.compile(r"`|raw/|(?<!\.)\bcsv\b|checksum|quarantine|sha256|json|landing|\bNone\b|_papi|\bbytes?\b")
OWED = [(COMMUNE, "2021-H1"), (DISTRICT, "2021-FY"), (AGENCY, "2022-Q1"), (COMMUNE, "2021-PLAN")]


def texts_of(content: bytes) -> Iterator[str]:
    """Every text of the sheets that are shown, with lists, messages and headers."""
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        if sheet.sheet_state != "visible":
            continue
        yield sheet.title
        assert sheet.oddHeader is not None
        yield str(sheet.oddHeader.left.text or "")
        for row in sheet.iter_rows():
            yield from (str(cell.value) for cell in row if isinstance(cell.value, str) and cell.data_type != "f")
        for choice in sheet.data_validations.dataValidation:
            yield from (str(text) for text in (choice.formula1, choice.error, choice.errorTitle) if text)


def drawn_in(language: Language, unit: str, period: str) -> list[str]:
    owed = DUTIES.find(unit, period)
    assert owed is not None
    before = filled(unit, period)
    return list(texts_of(drawing.draw(drawing.content_of(DUTIES, owed, True, before, language), filled(unit, period))))


@pytest.mark.parametrize(("unit", "period"), OWED)
def test_a_form_is_in_vietnamese_alone(unit: str, period: str) -> None:
    for text in drawn_in("vi", unit, period):
        assert not ENGLISH.search(text)
        assert not ENGINEERS.search(text)
        assert BETWEEN not in text


def test_the_tracking_workbook_is_in_vietnamese_alone_and_its_rows_show_their_texts() -> None:
    """Commands that are typed stand between back-ticks, keys of units in brackets."""
    receipt = Receipt(
        JUNE, "công văn đến 113", "2021-PLAN", COMMUNE, "2021-PLAN/x/v1-0a1b2c3d.xlsx", "", "a.xlsx", False
    )
    event = Event(JUNE, "2021-PLAN", COMMUNE, "waived", "12/QĐ-SNV", "", "Nguyễn Văn A", 2)
    content = tracking.draw(tracking.Registers(DUTIES, [receipt], [event]))
    for text in texts_of(content):
        said = re.sub(r"`papi .*?`|\([a-z0-9-]+\)", "", text)
        assert not ENGLISH.search(said)
        assert not ENGINEERS.search(said)
        assert BETWEEN not in said
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name in (tracking.EVENTS, tracking.RECEIPTS):
        widths = [width for _, width in tracking.HEADINGS[name].values()]
        for number, row in enumerate(book[name].iter_rows(min_row=2, max_row=3, values_only=True), start=2):
            texts = [(text, width) for text, width in zip(row, widths, strict=True) if isinstance(text, str)]
            assert (book[name].row_dimensions[number].height or 0) >= drawing.height_of(texts)


def test_the_officers_guide_is_in_vietnamese() -> None:
    """But for what is typed, the one line for engineers, and names of files and states."""
    guide_text = (ROOT / "docs/huong-dan.md").read_text("utf-8")
    said = re.sub(r"```.*?```|`[^`]*`|\*\(.*?\)\*|\w+\.(csv|png|docx|xlsx|html)", "", guide_text, flags=re.DOTALL)
    for line in said.splitlines():
        assert not ENGLISH.search(line), line
        assert not re.search(r"select|checksum|quarantine|sha256|json|\bNone\b|_papi|marts\.", line), line


@pytest.mark.parametrize(("unit", "period"), OWED)
def test_a_form_is_in_english_or_in_both_where_that_is_asked_for(unit: str, period: str) -> None:
    heading = form.UNIT_LABEL
    assert heading.en in drawn_in("en", unit, period)
    assert heading.vi not in drawn_in("en", unit, period)
    assert f"{heading.vi} / {heading.en}" in drawn_in("both", unit, period)
    assert len(drawn_in("en", unit, period)) == len(drawn_in("vi", unit, period))


@pytest.mark.parametrize("kind", [k for k in KINDS if k.outcome != "accept"], ids=lambda kind: str(kind.name))
def test_what_a_slip_says_is_vietnamese_with_an_english_twin(kind: Kind, tmp_path: Path) -> None:
    item = judged(kind)
    told = [*item.findings, *item.remarks]
    for finding in told:
        for text in (finding.expected, finding.remedy):
            assert shown(text, "vi") != text
        said = re.sub(r"“.*?”", "", finding.found.replace("Strict Open XML", ""))  # what the sender typed is quoted
        for text in (said, shown(finding.expected, "vi"), shown(finding.remedy, "vi"), finding.sheet or ""):
            assert not ENGLISH.search(text.replace("Workbook", ""))
            assert not ENGINEERS.search(text)
    slip = slips.write(item, DUTIES, tmp_path / slips.file_name(item), JUNE.date())
    written = list(texts_of(slip.read_bytes()))
    assert {shown(finding.remedy, "vi") for finding in told} <= set(written)
    assert "###" not in "".join(written)


def test_a_slip_says_who_returns_what_and_until_when_it_may_come_back(tmp_path: Path) -> None:
    """Returned on a Friday, three working days later is Wednesday."""
    kind = next(k for k in KINDS if k.name == "negative")
    slip = slips.write(judged(kind), DUTIES, tmp_path / "slip.xlsx", JUNE.date())
    sheet = openpyxl.load_workbook(slip)[slips.SHEET]
    said = {str(row[0].value): row[1].value for row in sheet.iter_rows(max_row=10, max_col=2)}
    assert said["Gửi lại đến hết ngày"] == "23/6/2021 (3 ngày làm việc kể từ ngày trả lại)"
    assert said["Cơ quan trả lại"] == "Sở Nội vụ tỉnh Bắc Giang"
    assert said["Nhận lúc"] == "09:30, 18/6/2021"
    assert said["Đơn vị"] == "UBND phường Thọ Xương"


def test_a_slip_for_a_file_of_nobody_known_says_who_returns_it_and_until_when(tmp_path: Path) -> None:
    kind = next(k for k in KINDS if k.name == "a PDF")
    slip = slips.write(judged(kind), DUTIES, tmp_path / "slip.xlsx", JUNE.date())
    said = {row[0]: row[1] for row in openpyxl.load_workbook(slip)[slips.SHEET].iter_rows(values_only=True)}
    assert said["Đơn vị"] == said["Kỳ báo cáo"] == "chưa xác định"
    assert said["Cơ quan trả lại"] == "Sở Nội vụ tỉnh Bắc Giang"
    assert str(said["Gửi lại đến hết ngày"]).startswith("23/6/2021")


def test_a_slip_says_once_what_is_the_same_of_several_cells(tmp_path: Path) -> None:
    kind = next(k for k in KINDS if k.name == "nothing applies")
    slip = slips.write(judged(kind), DUTIES, tmp_path / "slip.xlsx", JUNE.date())
    rows = list(openpyxl.load_workbook(slip)[slips.SHEET].iter_rows(values_only=True))
    assert [row[1] for row in rows if row[2] == "không có lý do"] == ["G9, G10, G11, G12, G13, G14, G15, G16, G17, G18"]


def test_a_slip_for_a_reason_alone_has_no_empty_table(tmp_path: Path) -> None:
    kind = next(k for k in KINDS if k.name == "as it was filled in")
    slip = slips.write(judged(kind), DUTIES, tmp_path / "slip.xlsx", JUNE.date(), "Thiếu phụ lục")
    written = list(texts_of(slip.read_bytes()))
    assert "Thiếu phụ lục" in written
    assert not {heading.vi for heading in slips.HEADINGS} & set(written)


@pytest.mark.parametrize(("unit", "period"), OWED)
@pytest.mark.parametrize("language", ["vi", "en", "both"])
def test_every_row_is_as_high_as_its_text_and_every_sheet_fits_a4(language: Language, unit: str, period: str) -> None:
    """Eleven points on 150 characters a line print above ten; LibreOffice shows no row higher than it is set."""
    owed = DUTIES.find(unit, period)
    assert owed is not None
    book = openpyxl.load_workbook(
        io.BytesIO(drawing.draw(drawing.content_of(DUTIES, owed, language=language), filled(unit, period)))
    )
    for sheet in book:
        if sheet.sheet_state != "visible":
            continue
        widths = [sheet.column_dimensions[letter].width for letter in sheet.column_dimensions]
        assert sum(widths) <= drawing.PAGE_WIDTH + 10
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.page_setup.fitToHeight == 0
        merged = {cell for area in sheet.merged_cells.ranges for row in area.rows for cell in row}
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if not isinstance(cell.value, str) or not cell.alignment.wrap_text or cell.data_type == "f":
                    continue
                if (cell.row, cell.column) in merged:
                    continue
                width = sheet.column_dimensions[cell.column_letter].width
                height = sheet.row_dimensions[cell.row].height or 15
                assert height >= drawing.height_of([(cell.value, width)]) - 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="/")), st.text(st.characters(codec="utf-8")))
def test_one_side_of_a_twin_is_what_was_said_there(vi: str, quoted: str) -> None:
    """Even where both sides quote a text that holds the sign between them."""
    text = twin(f"{vi}: {quoted}", f"x: {quoted}")
    assert shown(text, "both") == text
    assert shown(text, "vi") == f"{vi}: {quoted}"
    assert shown(text, "en") == f"x: {quoted}"


def test_periods_are_called_as_officers_call_them() -> None:
    assert period_name("2021-PLAN").vi == "Kế hoạch riêng của đơn vị năm 2021"
    assert [period_name(f"2021-{kind}").vi for kind in ("Q1", "H1", "FY")] == [
        "Quý I năm 2021", "6 tháng đầu năm 2021", "Cả năm 2021",
    ]  # fmt: skip


def test_the_guide_inside_the_form_names_every_sheet_that_is_filled_in() -> None:
    said = " ".join(shown(line, "vi") for line in guide.LINES)
    assert all(f"“{sheet}”" in said for sheet in (form.TASKS, form.TARGETS))
