"""The annex: every unit, totals that are formulas with their value, figures that the warehouse confirms."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from pipelines.papers import figures, making
from pipelines.papers.figures import printed
from pipelines.papers.situation import SIMULATED
from pipelines.papers.templates import TEMPLATES
from tests.papers.conftest import DAY, PERIOD, Office

SHEETS = ["01 Đơn vị", "02 Huyện", "03 Chỉ tiêu", "04 Nhiệm vụ", "05 Đôn đốc"]


def made(office: Office, folder: Path) -> Path:
    [path] = making.make_annex(office.connection, PERIOD, DAY, folder, TEMPLATES)
    return path


def lines_of(path: Path, sheet: str, formulas: bool = False) -> list[list[object]]:
    """The cells below the headings of a sheet."""
    rows = [*openpyxl.load_workbook(path, data_only=not formulas)[sheet].iter_rows(values_only=True)]
    return [list(row) for row in rows[4:]]


def test_every_unit_has_a_line_with_its_state_in_vietnamese(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Tam Hiệp", "d1", "returned", 3, "Thiếu phụ lục")
    path = made(office, tmp_path)
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    lines = {line[1]: line for line in lines_of(path, SHEETS[0])}
    assert len(lines) == 7
    assert lines["UBND xã Tam Hiệp"][2:9] == [
        *("Xã", datetime(2021, 6, 21), datetime(2021, 6, 18), datetime(2021, 6, 18)),
        *(3, "trả lại ngày 21/06/2021: Thiếu phụ lục", 1),
    ]
    assert lines["UBND huyện Yên Thế"][7:] == ["đúng hạn", 0, 10, 12, pytest.approx(100 * 10 / 12)]


def test_totals_and_rates_of_districts_are_formulas_written_with_their_value(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Ba", "d1", "missing", 3)
    office.owes("c4", "commune", "Xã Bốn", "d2", "waived")
    path = made(office, tmp_path)
    yen_the, bac_giang, total = lines_of(path, SHEETS[1])
    assert yen_the[1:] == ["UBND huyện Yên Thế", "đúng hạn", 0, 2, 1, 1, 1, 0, 0, 0, 0, 50, 50]
    assert bac_giang[4:] == [1, 1, 1, 0, 0, 0, 0, 1, 100, 100]
    assert total[1] == "Tổng"
    assert total[4:12] == [a + b for a, b in zip(yen_the[4:12], bac_giang[4:12], strict=True)]  # type: ignore[operator]
    assert total[12] == pytest.approx(200 / 3)
    assert lines_of(path, SHEETS[1], formulas=True)[2][4:] == [
        *(f"=SUM({letter}5:{letter}6)" for letter in "EFGHIJKL"),
        *("=100*F7/E7", "=100*G7/E7"),
    ]


def test_targets_and_tasks_stand_with_n_of_n_and_a_target_without_figures_says_so(
    office: Office, tmp_path: Path
) -> None:
    path = made(office, tmp_path)
    lines = {(line[0], line[2]): line[3:] for line in lines_of(path, SHEETS[2])}
    assert lines["TG04", "Toàn tỉnh"] == [10.5, 14, 75, 100, 2, 4, 1, "chậm"]
    assert lines["TG04", "Huyện Yên Thế và các xã"] == [10.5, 14, 75, 100, 2, 2, 0, "chậm"]
    assert lines["TG04", "Thành phố Bắc Giang và các xã"] == [None, None, None, 100, 0, 2, 1, "chưa đánh giá được"]
    assert lines["TG06", "Toàn tỉnh"] == [*[None] * 3, 100, *[None] * 3, "báo cáo vào kỳ khác: Cả năm"]
    assert lines["TG13", "Toàn tỉnh"] == [6, 6, 100, 100, 6, 6, None, "đúng tiến độ"]
    assert lines["TG01", "Toàn tỉnh"][-1] == "chưa đánh giá được: PAPI 2021 chưa công bố đến ngày chốt"
    assert lines_of(path, SHEETS[3]) == [
        ["D6a", "Bảo hiểm y tế", 1, 1, 1, 1, 1, 0, 0, 0, 0],
        ["A05", "Tuyên truyền", 6, 6, 2, 1, 0, 1, 0, 0, 0],
    ]


def test_targets_and_tasks_are_of_the_reports_in_force_on_the_day(office: Office, tmp_path: Path) -> None:
    office.connection.execute(
        "update core.fct_obligation set report_id = null, state = 'returned' where unit_key = 'd1'"
    )
    path = made(office, tmp_path)
    lines = {(line[0], line[2]): line[3:] for line in lines_of(path, SHEETS[2])}
    assert lines["TG04", "Toàn tỉnh"][:2] == [7.5, 10]
    assert lines_of(path, SHEETS[3])[1][2:8] == [6, 5, 1, 1, 0, 0]


@pytest.mark.parametrize("n_late", [0, 1, 239])
def test_who_is_to_be_reminded_stands_latest_first(office: Office, tmp_path: Path, n_late: int) -> None:
    for number in range(n_late):
        office.owes(f"x{number:03}", "commune", f"Xã {'Dài ' * 20}{number}", "d1", "missing", number % 12 + 1)
    path = made(office, tmp_path)
    lines = lines_of(path, SHEETS[4])
    late = [line[4] for line in lines]
    assert len(lines) == n_late
    assert late == sorted(late, reverse=True)  # type: ignore[type-var]
    assert {line[2] for line in lines} <= {"UBND huyện Yên Thế"}
    title = openpyxl.load_workbook(path)[SHEETS[4]]["A2"].value
    assert title == ("Đơn vị phải đôn đốc" if n_late else "Không có đơn vị phải đôn đốc")


def test_each_figure_is_in_its_cell_and_the_warehouse_gives_it_again(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Ba", "d1", "missing", 3)
    office.owes("c4", "commune", "Xã Bốn", "d2", "returned", 8, "Thiếu phụ lục")
    office.owes("c5", "commune", "Xã Năm", "d2", "unreadable", 0)
    path = made(office, tmp_path)
    book = openpyxl.load_workbook(path, data_only=True)
    listed = figures.read(path.with_suffix(".csv"))
    assert {one.place.partition("!")[0] for one in listed} == set(SHEETS)
    for one in listed:
        sheet, _, cell = one.place.partition("!")
        value = book[sheet][cell].value
        if isinstance(value, datetime):
            value = value.date()
        assert office.value_of(one) == one.printed
        if isinstance(value, str):  # a state that names a day
            assert one.printed in value
        else:
            assert value is None if one.printed == figures.NONE else printed(value) == one.printed


def test_the_sheets_are_a4_with_headings_on_every_page_and_say_that_they_are_simulated(
    office: Office, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(made(office, tmp_path))
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.print_title_rows == "$4:$4"
        assert sheet["A1"].value == SIMULATED
        assert "24/06/2021" in sheet["A3"].value
