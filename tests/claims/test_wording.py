"""Figures and names as people write them."""

from __future__ import annotations

import pytest

from pipelines.claims import wording
from pipelines.claims.figures import Figures
from tests.claims.test_tables import read


@pytest.mark.parametrize(
    ("measure", "text", "stated"),
    [
        ("score", "44,32 điểm", "44,32"),
        ("score", "44,32/80", "44,32"),
        ("score", "44,32 / 80 điểm", "44,32"),
        ("score", "44.32", "44.32"),
        ("change", "–1,72", "-1,72"),
        ("change", "−1,72", "-1,72"),
        ("change", "- 1,72", "-1,72"),
        ("change", "giảm 1,72 điểm", "-1,72"),
        ("change", "tăng nhẹ 0,17 điểm", "+0,17"),
        ("change", "1,72", "1,72"),
        ("rank_change", "giảm 9 bậc", "-9"),
        ("rank_change", "tụt 9 bậc", "-9"),
        ("rank_change", "Tăng 3 bậc", "+3"),
        ("rank", "thứ 13", "13"),
        ("rank", "13 / 63", "13/63"),
        ("rank", "xếp hạng thứ 13/63", "13/63"),
        ("rank", "Thứ 13/63 tỉnh, thành phố", "13/63"),
        ("group", "nhóm cao nhất", "highest"),
        ("group", "Nhóm đạt điểm cao nhất", "highest"),
        ("group", "Trung bình - cao", "upper_middle"),
        ("group", "cao_nhat", "highest"),
        ("direction", "Giữ nguyên điểm", "unchanged"),
        ("published_on", "ngày 14/4/2021", "2021-04-14"),
    ],
)
def test_a_figure_is_read_as_people_write_it(measure: str, text: str, stated: str) -> None:
    assert wording.stated(measure, text, "80") == stated


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        ("score", "44,32/100"),  # out of another scale
        ("score", "44,32 %"),
        ("change", "giảm -1,72"),  # once or twice?
        ("change", "giảm 9 bậc"),  # places are no points
        ("rank_change", "giảm 9 điểm"),
        ("rank", "khoảng 13"),
        ("score", "=1+1"),
    ],
)
def test_what_is_no_figure_of_its_measure_stays_as_it_is(measure: str, text: str) -> None:
    assert wording.stated(measure, text, "80") == text


@pytest.mark.parametrize(
    "text",
    ["1", "D1", "trục 1", "Trục số 1", "chỉ số nội dung 1", "Tham gia của người dân ở cấp cơ sở", "participation"],
)
def test_a_dimension_goes_by_key_code_or_name(figures: Figures, text: str) -> None:
    assert list(wording.indicators_named(figures, 2020, text)) == ["participation"]


def test_a_name_of_another_year_stands_for_the_same_concept(figures: Figures) -> None:
    """The poverty lists were 2.1 to 2017 and are 2.2 since, under another name."""
    for name in ("Danh sách hộ nghèo", "Công khai danh sách hộ nghèo"):
        assert list(wording.indicators_named(figures, 2020, name)) == ["transparency.poverty_lists"]
    assert list(wording.indicators_named(figures, 2020, "2.1")) == ["transparency.access_to_information"]


def test_a_table_of_claims_may_be_written_so(figures: Figures) -> None:
    found = read(
        figures,
        "Tỉnh;Năm;Đo gì;Chỉ tiêu;Số nêu\nBắc Giang;2020;thay đổi hạng;;giảm 9 bậc\n"
        "Bắc Giang;2020;điểm;trục 1;5,48 điểm\nBắc Giang;2020;chiều hướng;Tri thức công dân;giảm\n"
        "Bắc Giang;2017;điểm;;37,17/80\n",
    )
    assert [claim.stated for claim in found.claims] == ["-9", "5,48", "down"]
    [finding] = found.findings
    assert (finding.row, finding.column) == (5, "stated")  # 60 was the highest score in 2017
