"""The report to the chairman: what it came to, who is missing, and that the warehouse confirms each figure."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from pipelines.papers import figures, making, synthesis
from pipelines.papers.situation import of
from pipelines.papers.templates import FIELDS, TEMPLATES
from tests.papers.conftest import DAY, PERIOD, Office
from tests.papers.test_reminders import words_of


def made(office: Office, folder: Path) -> Path:
    [path] = making.make_synthesis(office.connection, PERIOD, DAY, folder, TEMPLATES)
    return path


def lines_of(path: Path, heading: str) -> list[list[str]]:
    """The lines of the table whose first two headings hold this one; a heading that spans the line stands once."""
    tables = [[[cell.text for cell in row.cells] for row in one.rows] for one in docx.Document(str(path)).tables]
    [found] = [lines for lines in tables if heading in lines[0][:2]]
    return [line[:1] if len(set(line)) == 1 else line for line in found[1:]]


def test_it_says_its_day_and_how_many_reports_are_missing(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Ba", "d1", "missing", 3)
    office.owes("c4", "commune", "Xã Bốn", "d1", "reported_by_district")
    words = words_of(made(office, tmp_path))
    assert "Số liệu chốt đến hết ngày 24/06/2021." in words
    assert "Còn 2/8 báo cáo chưa có" in words
    assert "trong đó 1 báo cáo đã quá hạn" in words


def test_tasks_stand_by_dimension_and_a_task_of_one_agency_with_its_result(office: Office, tmp_path: Path) -> None:
    path = made(office, tmp_path)
    assert lines_of(path, "Nhiệm vụ") == [
        ["Trục nội dung 6"],
        ["D6a", "Bảo hiểm y tế", "1/1", "1", "1", "0", "0", "0", "0"],
        [synthesis.ASSIGNED],
        ["A05", "Tuyên truyền", "6/6", "1", "0", "1", "0", "0", "0"],
    ]
    assert "- D6a, Sở Y tế tỉnh Bắc Giang: “Đã cấp 1.200 thẻ” (Báo cáo!D9)." in words_of(path)


def test_targets_stand_with_numerator_denominator_coverage_and_state(office: Office, tmp_path: Path) -> None:
    lines = {line[0]: line[2:] for line in lines_of(made(office, tmp_path), "Chỉ tiêu")}
    assert lines["TG04"] == ["10,50", "14", "75", "100", "2/4", "chậm"]
    assert lines["TG13"] == ["6", "6", "100", "100", "6/6", "đúng tiến độ"]
    assert lines["TG06"][-1] == "báo cáo vào kỳ khác: Cả năm"
    assert lines["TG01"] == [*"––––", "–/–", "chưa đánh giá được: PAPI 2021 chưa công bố đến ngày chốt"]


def test_late_units_are_named_by_how_late_and_waivers_with_their_decision(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Ba", "d1", "missing", 3)
    office.owes("c4", "commune", "Xã Chờ", "d1", "returned", 0, "Thiếu chữ ký")
    office.owes("c5", "commune", "Xã Nói", "d2", "reported_by_district")
    office.owes("c6", "commune", "Xã Trễ", "d2", "late", 2)
    office.connection.execute("update core.fct_obligation set report_id = 'c6' where unit_key = 'c6'")
    office.owes("c7", "commune", "Xã Miễn", "d1", "waived")
    office.connection.execute(
        "insert into core.fct_report_event values ('c7', 'c7', '2021-06-20', 'waived', 'QĐ-48/SNV', null, 1)"
    )
    path = made(office, tmp_path)
    assert lines_of(path, "Đơn vị") == [
        ["Trễ 3–7 ngày làm việc: 1 báo cáo"],
        ["1", "UBND xã Ba", "Huyện Yên Thế", "3", "chưa gửi"],
        ["Đã gửi, phải sửa và gửi lại, còn trong thời gian cho phép: 1 báo cáo"],
        ["1", "UBND xã Chờ", "Huyện Yên Thế", "0", "trả lại ngày 21/06/2021: Thiếu chữ ký"],
        ["Huyện báo đã nhận, tỉnh chưa có tệp: 1 báo cáo"],
        ["1", "UBND xã Nói", "Thành phố Bắc Giang", "0", "huyện báo đã nhận, tỉnh chưa có tệp"],
        ["Đã nhận, nhưng quá hạn: 1 báo cáo"],
        ["1", "UBND xã Trễ", "Thành phố Bắc Giang", "2", "trễ hạn"],
    ]
    assert "- UBND xã Miễn: theo QĐ-48/SNV." in words_of(path)


def test_shortcomings_are_what_fell_without_a_task_of_its_own(office: Office, tmp_path: Path) -> None:
    words = words_of(made(office, tmp_path))
    assert "- 2.1 Tiếp cận thông tin: giảm 0,05 điểm năm 2020; chưa có nhiệm vụ nào." in words
    assert "- 7.2 Chất lượng không khí: giảm 0,38 điểm năm 2020; chỉ có nhiệm vụ liên quan gián tiếp." in words
    assert "3.1 Hiệu quả" not in words  # it rose
    assert "1.4 Đóng góp" not in words  # it has its task


def test_the_same_proposal_of_several_units_stands_once_with_their_number(office: Office, tmp_path: Path) -> None:
    office.connection.execute(
        "update core.fct_report set proposals = 'Bố trí kinh phí' where report_id in ('d1', 'c1')"
    )
    office.connection.execute(
        "update core.fct_report set proposals = ? where report_id = 'c2'", ["Tập huấn;\n" + "dài " * 5000]
    )
    first, second = lines_of(made(office, tmp_path), "Kiến nghị")
    assert first == ["1", "Bố trí kinh phí", "2", "UBND huyện Yên Thế; UBND xã Đồng Kỳ"]
    assert len(second[1]) <= synthesis.LONGEST_QUOTE


@pytest.mark.parametrize("n_late", [0, 239])
def test_every_figure_is_in_the_report_and_the_warehouse_gives_it_again(
    office: Office, tmp_path: Path, n_late: int
) -> None:
    for number in range(n_late):
        office.owes(f"x{number:03}", "commune", f"Xã {'Dài ' * 20}{number}", "d1", "missing", number % 12 + 1)
    office.owes("c4", "commune", "Xã Bốn", "d2", "returned", 8, "Thiếu phụ lục")
    office.connection.execute("update core.fct_report set difficulties = 'Thiếu người; \"kinh phí\"'")
    path = made(office, tmp_path)
    listed, words = figures.read(path.with_suffix(".csv")), words_of(path)
    assert [office.value_of(one) for one in listed] == [one.printed for one in listed]
    assert [one for one in listed if one.printed not in words] == []
    assert len(lines_of(path, "Đơn vị")) >= n_late + 2


def test_its_values_are_the_fields_that_its_template_may_name(office: Office) -> None:
    values = synthesis.paper(office.connection, of(office.connection, PERIOD, DAY)).values
    fields = FIELDS[synthesis.TEMPLATE]
    assert values.keys() == fields.keys()
    for name, within in fields.items():
        lines = values[name]
        assert isinstance(lines, str) if within is None else all(line.keys() == within.keys() for line in lines)
