"""The registers that officers keep, in whatever form a spreadsheet program leaves them."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.plan.obligations import Duties
from pipelines.reports import answers, filing, registry, saved
from pipelines.reports.filing import Arrival
from pipelines.reports.registry import EVENT_COLUMNS, RECEIPT_COLUMNS, Event, Faulty, NotFiled
from pipelines.settings import Settings
from tests.reports.filled import COMMUNE, DUTIES, JUNE, add, drawn

BY_HAND = datetime(2021, 6, 24, 14, 0)


def event(word: str, at: datetime, **more: str) -> Event:
    return Event(at, "2021-H1", COMMUNE, word, more.get("decision_no", ""), more.get("reason", ""), "SNV", 0)


def line(at: str = "2021-06-24 14:00", word: str = "tiếp nhận", unit: str = COMMUNE, **more: str) -> list[str]:
    period = more.get("period", "2021-H1")
    return [at, period, unit, word, more.get("decision_no", ""), more.get("reason", ""), "SNV", more.get("file", "")]


def write_events(office: Settings, *lines: list[str]) -> Path:
    office.reports.mkdir(parents=True, exist_ok=True)
    path = office.reports / registry.EVENTS
    path.write_bytes(saved.added(b"", EVENT_COLUMNS, [*lines]))
    return path


# --- how a spreadsheet saves it ------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from('aếĐ ,;"\t\n—1'), max_size=8).map(str.strip)
LINES = st.lists(st.lists(TEXTS, min_size=len(EVENT_COLUMNS), max_size=len(EVENT_COLUMNS)).filter(any), max_size=4)
MARKS = [
    (b"", "utf-8"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"", "utf-16-le"),
]
SHAPES = st.builds(
    lambda mark, delimiter, quoted, end: saved.Shape(mark[0], mark[1], delimiter, quoted, end),
    st.sampled_from(MARKS), st.sampled_from(saved.DELIMITERS), st.booleans(), st.sampled_from(["\n", "\r\n"]),
)  # fmt: skip


def as_saved(lines: list[list[str]], shape: saved.Shape, declared: bool = False, ends: bool = True) -> bytes:
    """The lines as Excel or LibreOffice would write them: ``declared`` in a first line, the last line ended or not."""
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if shape.is_quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=shape.delimiter, lineterminator=shape.line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([EVENT_COLUMNS, *lines])
    table = text.getvalue() if ends else text.getvalue().removesuffix(shape.line_end)
    begins = f"sep={shape.delimiter}{shape.line_end}" if declared else ""
    return shape.mark + f"{begins}{table}".encode(shape.encoding)


@given(LINES, LINES, SHAPES, st.booleans(), st.booleans())
def test_a_register_in_any_form_is_read_as_the_same_lines_and_added_to_in_that_form(
    lines: list[list[str]], more: list[list[str]], shape: saved.Shape, declared: bool, ends: bool
) -> None:
    content = as_saved(lines, shape, declared, ends)
    read = saved.read(content, EVENT_COLUMNS)
    assert [cells for _, cells in read.lines] == lines
    longer = saved.added(content, EVENT_COLUMNS, more)
    assert longer.startswith(content)
    again = saved.read(longer, EVENT_COLUMNS)
    assert [cells for _, cells in again.lines] == [*lines, *more]
    assert again.shape == read.shape
    assert (read.shape.mark, read.shape.encoding) == (shape.mark, shape.encoding)
    assert (read.shape.delimiter, read.shape.is_quoted) == (shape.delimiter, shape.is_quoted)


def test_a_new_register_opens_in_excel_with_its_letters_and_without_a_formula() -> None:
    content = saved.added(b"", EVENT_COLUMNS, [line(reason="=1+1")])
    assert content.startswith(codecs.BOM_UTF8)
    assert "tiếp nhận,,'=1+1" in content.decode("utf-8-sig")


@pytest.mark.parametrize(
    "spelt",
    [
        "2021-06-24T14:00", "2021-06-24T14:00:00", "2021-06-24 14:00", "2021-06-24 14:00:00", "2021/06/24 14:00",
        "24/06/2021 14:00", "24/6/2021 14:00", "24-06-2021 14:00:00", "24.06.2021 14:00", "24/06/2021 2:00 CH",
        "24/06/2021 2:00:00 PM", "14:00 24/06/2021", "14:00, 24/06/2021", " 24/06/2021  14:00 ",
    ],
)  # fmt: skip
def test_a_time_is_read_as_excel_libreoffice_and_people_spell_it(office: Settings, spelt: str) -> None:
    write_events(office, line(spelt))
    assert [e.at for e in registry.events(office, DUTIES)] == [BY_HAND]


@pytest.mark.parametrize(
    ("day", "month"), [("24/06/2021", 6), ("24/6/2021", 6), ("06/05/2021", 5), ("5/5/2021", 5), ("2021-05-06", 5)]
)
def test_a_day_alone_is_its_end_and_comes_before_the_month(office: Settings, day: str, month: int) -> None:
    write_events(office, line(day))
    [known] = registry.events(office, DUTIES)
    assert (known.at.month, known.at.hour, known.at.minute) == (month, 23, 59)


# --- kinds of damage -----------------------------------------------------------------------------------------------


def with_heading(heading: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(b"unit_key", heading.encode())


DAMAGED_FILES: dict[str, tuple[Callable[[bytes], bytes], str, int]] = {
    "saved as ANSI": (lambda c: c.decode("utf-8-sig").encode("cp1252", "replace"), "ANSI", 3),
    "saved as Vietnamese ANSI": (lambda c: c.decode("utf-8-sig").encode("cp1258", "replace"), "ANSI", 3),
    "emptied": (lambda _: b"", "tệp rỗng", 1),
    "a heading changed": (with_heading("đơn vị"), "đơn vị", 1),
    "a column taken out": (lambda c: c.replace(b",unit_key", b""), "tiêu đề", 1),
    "separated by another sign": (lambda c: c.replace(b",", b"|"), "at|period", 1),
    "without its headings": (lambda c: c.split(b"\n", 1)[1], "tiêu đề", 1),
    "a quotation mark left open": (lambda c: c.replace(b",SNV", b',"SNV'), "ngoặc kép", 2),
    "a workbook under the name of a csv": (lambda _: drawn(), "tệp Excel", 1),
}  # fmt: skip
DAMAGED_LINES = {
    "a day that is none": (line("31/02/2021"), "at", "31/02/2021"),
    "words for a day": (line("hôm qua"), "at", "hôm qua"),
    "a day blank": (line(""), "at", "ô trống"),
    "a short year": (line("24/06/21"), "at", "24/06/21"),
    "the number of a day": (line("44371.58"), "at", "44371.58"),
    "the month first": (line("6/24/2021"), "at", "viết tháng trước"),
    "a day that can be read two ways": (line("6/5/2021"), "at", "6/5/2021"),
    "before the plan": (line("24/06/2012"), "at", "24/06/2012"),
    "not come yet": (line("24/06/2099"), "at", "24/06/2099"),
    "an unknown event": (line(word="đã xong"), "event", "đã xong"),
    "an unknown unit": (line(unit="99999-khong-co"), "unit_key", "99999-khong-co"),
    "a unit that owes nothing for the period": (line(period="2021-Q1"), "unit_key", "2021-Q1"),
    "a unit abolished before": (line(unit="213-bac-giang", period="2025-FY"), "unit_key", "2025-FY"),
    "a waiver without a decision": (line(word="miễn"), "decision_no", "ô trống"),
    "a return without a reason": (line(word="trả lại"), "reason", "ô trống"),
    "letters lost": (line(word="trả lại", reason="Ch?a ký"), "reason", "Ch?a ký"),
    "letters lost at the end of words": (line(word="trả lại", reason="H? s? m?i"), "reason", "H? s? m?i"),
    "letters taken for others": (line(word="trả lại", reason="ChÆ°a kÃ½"), "reason", "ChÆ°a kÃ½"),
    "an undone receipt without its file": (line(word="hủy nhận", reason="nhầm"), "file", "ô trống"),
    "a cell too many": ([*line(), "thừa"], None, "9 ô"),
    "separators lost": (["2021-06-24;2021-H1;07201-tho-xuong;accepted;;;"], "at", "2021-06-24;"),
}


def refused(office: Settings) -> list[tuple[int | None, str | None, str]]:
    """What is wrong with the registers, after everything that writes was refused and wrote nothing."""
    before = {path: path.read_bytes() for path in office.raw.rglob("*") if path.is_file()}
    post = office.raw.parent / "post.xlsx"
    post.write_bytes(drawn("07204-tran-nguyen-han"))
    with pytest.raises(Faulty) as caught:
        registry.check(office, DUTIES)
    with pytest.raises(NotFiled, match="chưa ghi"):
        filing.file_reports(office, DUTIES, [Arrival(post, JUNE, "test")])
    with pytest.raises(NotFiled, match="chưa ghi"):
        filing.add_event(office, DUTIES, event("waived", JUNE, decision_no="12/QĐ"))
    assert before == {path: path.read_bytes() for path in office.raw.rglob("*") if path.is_file()}
    assert all(" / " in one.expected and " / " in one.remedy for one in caught.value.findings)
    return [(one.row, one.column, one.found) for one in caught.value.findings]


@pytest.mark.parametrize("kind", DAMAGED_FILES)
def test_a_register_that_cannot_be_read_is_told_and_nothing_is_written(office: Settings, kind: str) -> None:
    damage, found, row = DAMAGED_FILES[kind]
    path = write_events(office, line(word="accepted"), line(word="returned", reason="Chưa ký"))
    path.write_bytes(damage(path.read_bytes()))
    [(at, column, said)] = refused(office)
    assert (at, column) == (row, None)
    assert found in said


def test_a_question_is_no_letter_lost(office: Settings) -> None:
    asked = "Phụ lục 3? Vì sao? Gửi SNV? Có gì? https://bacgiang.gov.vn/?id=1"
    write_events(office, line(word="trả lại", reason=asked))
    assert [known.reason for known in registry.events(office, DUTIES)] == [asked]


@pytest.mark.parametrize("kind", DAMAGED_LINES)
def test_a_line_that_cannot_be_is_told_and_nothing_is_written(office: Settings, kind: str) -> None:
    bad, column, found = DAMAGED_LINES[kind]
    write_events(office, line(), bad, line())
    said = refused(office)
    assert said[0][:2] == (3, column)
    assert found in said[0][2]
    assert {row for row, _, _ in said} == {3}


def test_days_are_in_doubt_where_another_day_of_the_file_has_the_month_first(office: Settings) -> None:
    write_events(office, line("06/05/2021"), line("2021-06-20"))
    assert len(registry.events(office, DUTIES)) == 2
    write_events(office, line("06/05/2021"), line("2021-06-20"), line("6/24/2021"))
    assert [row for row, _, _ in refused(office)] == [2, 4]


RECEIPTS = {
    "a time": ("received_at", "18.6", "18.6"),
    "a day before the plan": ("received_at", "2012-06-18", "18/06/2012"),
    "a day to come": ("received_at", "2099-06-18", "18/06/2099"),
    "an unknown unit": ("unit_key", "99999-khong-co", "99999-khong-co"),
    "a period of nobody": ("period", "2021-H9", "2021-H9"),
    "no unit beside a period": ("unit_key", "", "ô trống, 2021-H1"),
    "a hash cut short": ("sha256", "1409ca12", "1409ca12"),
    "no path": ("path", "", "ô trống"),
    "a mark that is none": ("simulated", "có", "có"),
    "letters lost": ("received_source", "s? ??n", "s? ??n"),
}


@pytest.mark.parametrize("kind", RECEIPTS)
def test_a_receipt_that_cannot_be_is_told_and_nothing_is_written(office: Settings, kind: str) -> None:
    column, typed, found = RECEIPTS[kind]
    add(office, drawn())
    rows = list(csv.reader(io.StringIO(office.receipts.read_text("utf-8-sig"))))
    rows[1][RECEIPT_COLUMNS.index(column)] = typed
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    office.receipts.write_text(text.getvalue(), "utf-8-sig")
    said = refused(office)
    assert said[0][0] == 2
    assert any(found in one for _, _, one in said)


def test_a_file_listed_twice_is_told_and_so_is_a_register_that_is_gone(office: Settings) -> None:
    add(office, drawn())
    content = office.receipts.read_bytes()
    office.receipts.write_bytes(content + content.splitlines(keepends=True)[1])
    assert [(row, column) for row, column, _ in refused(office)] == [(2, "path"), (3, "path")]
    office.receipts.unlink()
    assert [(row, found[:13]) for row, _, found in refused(office)] == [(None, "không có tệp ")]


def test_lines_that_are_gone_are_missed_and_their_files_can_be_filed_again(office: Settings) -> None:
    """Half a register would say that those in the other half never reported."""
    files = [add(office, drawn(unit)).receipt for unit in (COMMUNE, "07204-tran-nguyen-han")]
    lines = office.receipts.read_bytes().splitlines(keepends=True)
    (office.reports / "2021-H1/Thumbs.db").write_bytes(b"x")
    registry.check(office, DUTIES)
    for kept, gone in ((lines[:1], files), (lines[:2], files[1:])):
        office.receipts.write_bytes(b"".join(kept))
        with pytest.raises(Faulty, match="chưa công bố") as caught:
            registry.check(office, DUTIES)
        [finding] = caught.value.findings
        assert f"thiếu dòng của {len(gone)} tệp" in finding.found
        assert all(receipt.path in finding.found for receipt in gone)
        with pytest.raises(NotFiled, match="chưa ghi"):
            filing.add_event(office, DUTIES, event("waived", JUNE, decision_no="12/QĐ"))
    filing.file_reports(office, DUTIES, [Arrival(office.reports / files[1].path, JUNE, "nhận lại")])
    registry.check(office, DUTIES)


def test_a_unit_in_a_line_may_be_named_as_people_do_and_a_word_spelt_in_any_form(office: Settings) -> None:
    word = unicodedata.normalize("NFD", "trả  lại")
    write_events(office, line("24/06/2021 2:00 CH", word, "UBND phường Thọ Xương", reason="Thiếu phụ lục"))
    [known] = registry.events(office, DUTIES)
    assert (known.unit_key, known.event, known.at) == (COMMUNE, "returned", BY_HAND)


def test_lines_of_a_plan_that_cannot_be_read_are_no_slip_of_the_register(office: Settings) -> None:
    write_events(office, line())
    (office.plans / "bg-2021/tasks.csv").unlink()
    without = Duties(office)
    registry.check(office, without)
    assert [e.unit_key for e in registry.events(office, without)] == [COMMUNE]


# --- what is written -----------------------------------------------------------------------------------------------


def test_a_register_kept_in_excel_is_read_and_added_to_in_its_own_form(office: Settings) -> None:
    add(office, drawn())
    lines = [line("24/06/2021 14:00", "Trả lại", reason="Thiếu minh chứng"), line("2021-06-25", "accepted")]
    shape = saved.Shape(delimiter=";", is_quoted=True, line_end="\r\n")
    (office.reports / registry.EVENTS).write_bytes(as_saved(lines, shape))
    filing.add_event(office, DUTIES, event("waived", datetime(2021, 6, 26, 8, 0), decision_no="12/QĐ"))
    assert [(e.event, e.at) for e in registry.events(office, DUTIES, date(2021, 6, 25))] == [
        ("returned", datetime(2021, 6, 24, 14, 0)),
        ("accepted", datetime(2021, 6, 25, 23, 59)),
    ]
    last = (office.reports / registry.EVENTS).read_text("utf-8-sig").splitlines()[-1]
    assert last == f'"2021-06-26T08:00";"2021-H1";"{COMMUNE}";"waived";"12/QĐ";"";"SNV";""'


def test_receipts_saved_again_by_libreoffice_take_the_next_report(office: Settings) -> None:
    add(office, drawn())
    rows = list(csv.reader(io.StringIO(office.receipts.read_text("utf-8-sig"))))
    rows[1][0] += ":00"
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    office.receipts.write_text(text.getvalue(), "utf-8")
    landed = add(office, drawn("07204-tran-nguyen-han"))
    assert landed.state == "received"
    assert [item.state for item in answers.land(office, DUTIES)] == ["received", "received"]


def test_what_came_or_happened_on_a_day_is_known_at_its_end_and_not_before(office: Settings) -> None:
    add(office, drawn())
    filing.add_event(office, DUTIES, event("accepted", datetime(2021, 6, 24, 14, 0)))
    came = {day: len(registry.receipts(office, date(2021, 6, day))[0]) for day in (17, 18, 19)}
    happened = {day: len(registry.events(office, DUTIES, date(2021, 6, day))) for day in (23, 24, 25)}
    assert came == {17: 0, 18: 1, 19: 1}
    assert happened == {23: 0, 24: 1, 25: 1}


def test_what_never_came_is_neither_accepted_nor_returned(office: Settings) -> None:
    with pytest.raises(NotFiled, match="chưa có báo cáo hợp lệ"):
        filing.add_event(office, DUTIES, event("accepted", JUNE))
    filing.add_event(office, DUTIES, event("waived", JUNE, decision_no="12/QĐ"))


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        (event("waived", JUNE), "ô trống"),
        (event("returned", JUNE), "ô trống"),
        (event("accepted", datetime(2012, 6, 18)), "18/06/2012"),
        (event("accepted", datetime(2099, 6, 18)), "18/06/2099"),
    ],
)
def test_an_event_that_cannot_be_is_refused_before_it_is_written(office: Settings, bad: Event, found: str) -> None:
    add(office, drawn())
    with pytest.raises(NotFiled, match=found):
        filing.add_event(office, DUTIES, bad)
    assert not (office.reports / registry.EVENTS).exists()


@pytest.mark.parametrize(
    "name", ["Bá?o cáo.xlsx", "BÃ¡o cÃ¡o.xlsx", "=1+1.xlsx", "b\udce1o c\udce1o.xlsx", "a\nb.xlsx"]
)
def test_a_file_of_any_name_is_filed_and_its_line_is_read_again(office: Settings, name: str) -> None:
    path = office.raw.parent / name
    path.write_bytes(drawn())
    filing.file_reports(office, DUTIES, [Arrival(path, JUNE, "công văn đến 113")])
    registry.check(office, DUTIES)
    assert [item.state for item in answers.land(office, DUTIES)] == ["received"]


def test_what_would_not_be_read_again_is_not_written(office: Settings) -> None:
    post = office.raw.parent / "post.xlsx"
    post.write_bytes(drawn())
    with pytest.raises(NotFiled, match="mất dấu"):
        filing.file_reports(office, DUTIES, [Arrival(post, JUNE, "s? ??n")])
    add(office, drawn())
    with pytest.raises(NotFiled, match="mất dấu"):
        filing.add_event(office, DUTIES, event("returned", BY_HAND, reason="Ch?a ký"))
    registry.check(office, DUTIES)


@pytest.mark.parametrize("day", [datetime(2012, 6, 18, 9, 0), datetime(2099, 6, 18, 9, 0)])
def test_a_report_that_came_on_a_day_that_cannot_be_is_not_filed(office: Settings, day: datetime) -> None:
    with pytest.raises(NotFiled, match=f"{day:%d/%m/%Y}"):
        add(office, drawn(), day)
    assert not office.reports.exists()
