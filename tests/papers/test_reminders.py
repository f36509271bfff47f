"""Letters that remind: to whom, in which bands, with figures that the warehouse confirms."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from pipelines.papers import figures, making, reminders, situation
from pipelines.papers.situation import NothingOwed
from pipelines.papers.templates import FIELDS, TEMPLATES, WORD
from tests.papers.conftest import DAY, PERIOD, Office


def made(office: Office, folder: Path) -> dict[str, Path]:
    """The letters by the last part of their names."""
    paths = making.make_reminders(office.connection, PERIOD, DAY, folder, TEMPLATES)
    return {path.stem.rpartition("_")[2]: path for path in paths}


def table_of(path: Path) -> list[list[str]]:
    """The lines of a letter's list; a heading that spans the line stands once."""
    cells = [[cell.text for cell in row.cells] for row in docx.Document(str(path)).tables[2].rows]
    return [line[:1] if len(set(line)) == 1 else line for line in cells]


def words_of(path: Path) -> str:
    """Every paragraph on a line of its own."""
    body = docx.Document(str(path)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter(f"{WORD}t")) for p in body.iter(f"{WORD}p"))


def test_nobody_is_written_to_where_nothing_is_late(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Tam Hiệp", "d1", "returned", 0)
    assert made(office, tmp_path) == {}
    assert not list(tmp_path.glob("*.docx"))


def test_one_late_commune_makes_a_letter_to_its_district_and_the_draft(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Tam Hiệp", "d1", "missing", 3)
    letters = made(office, tmp_path)
    assert letters.keys() == {"d1", "du-thao-chu-tich"}
    assert table_of(letters["d1"])[1:] == [
        ["Trễ 3–7 ngày làm việc: 1 báo cáo"],
        ["1", "UBND xã Tam Hiệp", "21/06/2021", "3", "chưa gửi"],
    ]
    assert "Kính gửi: UBND huyện Yên Thế." in words_of(letters["d1"])
    assert "chậm nhất hết ngày 29/06/2021" in words_of(letters["d1"])  # three working days after a Thursday


def test_bands_are_of_working_days_and_the_letter_says_what_came_of_it(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 2)
    office.owes("c4", "commune", "Xã Ba", "d1", "unreadable", 3)
    office.owes("c5", "commune", "Xã Bảy", "d1", "returned", 7, "Thiếu phụ lục")
    office.owes("c6", "commune", "Xã Tám", "d1", "missing", 8)
    office.owes("c7", "commune", "Xã Chờ", "d1", "returned", 0, "Thiếu chữ ký")
    office.owes("c8", "commune", "Xã Miễn", "d1", "waived")
    letters = made(office, tmp_path)
    assert table_of(letters["d1"])[1:] == [
        ["Trễ 1–2 ngày làm việc: 1 báo cáo"],
        ["1", "UBND xã Hai", "21/06/2021", "2", "chưa gửi"],
        ["Trễ 3–7 ngày làm việc: 2 báo cáo"],
        ["2", "UBND xã Bảy", "21/06/2021", "7", "trả lại ngày 21/06/2021: Thiếu phụ lục"],
        ["3", "UBND xã Ba", "21/06/2021", "3", "đã gửi ngày 18/06/2021, chưa đọc được"],
        ["Trễ trên 7 ngày làm việc: 1 báo cáo"],
        ["4", "UBND xã Tám", "21/06/2021", "8", "chưa gửi"],
    ]
    words = words_of(letters["d1"])
    assert "- UBND xã Chờ: trả lại ngày 21/06/2021: Thiếu chữ ký." in words
    assert "Xã Miễn" not in words
    [line] = table_of(letters["du-thao-chu-tich"])[1:]
    assert line == ["1", "UBND huyện Yên Thế", "đúng hạn", "1", "2", "1", "4"]


def test_the_standing_agency_writes_to_agencies_and_not_to_itself(office: Office, tmp_path: Path) -> None:
    office.connection.execute("update core.fct_obligation set state = 'missing', days_late = 1 where unit_key = 'snv'")
    office.owes("stp", "agency", "Sở Tư pháp tỉnh Bắc Giang", "snv", "missing", 9)
    letters = made(office, tmp_path)
    assert letters.keys() == {"stp", "du-thao-chu-tich"}
    assert [line[1:3] for line in table_of(letters["du-thao-chu-tich"])[1:]] == [
        ["Sở Nội vụ tỉnh Bắc Giang", "chưa gửi (trễ 1 ngày làm việc)"],
        ["Sở Tư pháp tỉnh Bắc Giang", "chưa gửi (trễ 9 ngày làm việc)"],
    ]


def test_239_late_units_are_all_named_once(office: Office, tmp_path: Path) -> None:
    for number in range(239):
        office.owes(f"x{number:03}", "commune", f"Xã Số {number}", f"d{number % 2 + 1}", "missing", number % 10 + 1)
    letters = made(office, tmp_path)
    named = [line[1] for district in ("d1", "d2") for line in table_of(letters[district])[1:] if len(line) > 1]
    assert sorted(named) == sorted(f"UBND xã Số {number}" for number in range(239))
    assert "còn 239 báo cáo đã quá hạn" in words_of(letters["du-thao-chu-tich"])


@pytest.mark.parametrize("simulated", [True, False])
def test_every_letter_says_whether_it_is_of_simulated_data(office: Office, tmp_path: Path, simulated: bool) -> None:
    office.connection.execute("update core.fct_obligation set is_simulated = ?", [simulated])
    office.owes("c3", "commune", "Xã Tam Hiệp", "d1", "missing", 3, simulated=simulated)
    for path in made(office, tmp_path).values():
        [section] = docx.Document(str(path)).sections
        for header in (section.first_page_header, section.header):
            said = " ".join(paragraph.text for paragraph in header.paragraphs)
            assert (situation.SIMULATED in said) is simulated


def test_a_long_reason_is_shortened_and_signs_that_word_refuses_are_left_out(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Tam Hiệp", "d1", "returned", 3, "{{ x }} <w:p>\x0b\x00" + "dài " * 5000)
    said = table_of(made(office, tmp_path)["d1"])[2][4]
    assert said.startswith("trả lại ngày 21/06/2021: {{ x }} <w:p> dài")
    assert said.endswith(situation.CUT)
    assert len(said) < 350


def test_each_figure_is_in_its_letter_and_the_warehouse_gives_it_again(office: Office, tmp_path: Path) -> None:
    office.connection.execute("update core.fct_obligation set state = 'missing', days_late = 1 where unit_key = 'd1'")
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 2)
    office.owes("c4", "commune", "Xã Ba", "d2", "unreadable", 3)
    office.owes("c5", "commune", "Xã Bảy", "d1", "returned", 8, "Thiếu phụ lục")
    office.owes("d3", "district", "Huyện Sơn Động", "snv", "returned", 4, "Thiếu chữ ký")
    office.owes("stp", "agency", "Sở Tư pháp tỉnh Bắc Giang", "snv", "missing", 9)
    for path in made(office, tmp_path).values():
        listed = figures.read(path.with_suffix(".csv"))
        assert len(listed) >= 7
        assert [office.value_of(one) for one in listed] == [one.printed for one in listed]
        words, lines = words_of(path), {line[1]: line for line in table_of(path) if len(line) > 1}
        for one in listed:
            named = lines.get(one.place.rpartition(": ")[0].removesuffix(", cấp xã"))
            assert any(one.printed in text for text in named) if named else one.printed in words, one


def test_the_values_of_a_letter_are_the_fields_that_its_template_may_name(office: Office) -> None:
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 2)
    office.owes("c4", "commune", "Xã Chờ", "d1", "returned", 0)
    for letter in reminders.letters(situation.of(office.connection, PERIOD, DAY)):
        fields = FIELDS[letter.template]
        assert letter.values.keys() == fields.keys()
        for name, within in fields.items():
            lines = letter.values[name]
            assert isinstance(lines, str) if within is None else all(line.keys() == within.keys() for line in lines)


def test_a_letter_that_lies_there_is_never_written_over(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 3)
    first = made(office, tmp_path)["d1"]
    first.write_bytes(b"mended by an officer")
    assert made(office, tmp_path)["d1"] == first
    office.owes("c4", "commune", "Xã Ba", "d1", "missing", 3)
    assert making.make_reminders(office.connection, PERIOD, DAY, tmp_path, TEMPLATES)[0] == first.with_stem(
        f"{first.stem}_2"
    )
    assert first.read_bytes() == b"mended by an officer"


def test_a_period_that_nobody_owes_is_told(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NothingOwed):
        making.make_reminders(office.connection, "2019-H1", DAY, tmp_path, TEMPLATES)
