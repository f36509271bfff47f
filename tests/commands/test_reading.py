"""What a reader asks: where a row comes from, a province on one screen, whether a printed figure is right."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.conftest import Built, Ran, run_papi

PRESS = """province,year,measure,stated
Quảng Ninh,2020,score,48.881
Quảng Ninh,2020,score,48.811
"""


def ask(built: Built, *arguments: object) -> Ran:
    return run_papi(*arguments, "--warehouse", built.settings.warehouse)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (
            ("index_change", "Bắc Giang", 2020, "total"),
            ("own_part               -0.493977684", "papi-2019-r1, published"),
        ),
        (("marts.index_change", 2019, 2020, "24-bac-giang", "7.2"), ("environment.air_quality", "clear")),
        (("index_target", "24", 2020, 2021, "up_5"), ("points_needed_standing      0.312105", "papi-2011-r1")),
        (("index_rank_interval", "24", 2020, "survey"), ("rank_high                 25", "papi-2020-r1")),
        (("index_headroom", "bac giang", 2020, "7.1"), ("potential            0.3207595",)),
        (("plan_claim", "CL006"), ("verdict         exact", "where index_id = 'papi' and claim_id = 'CL006'")),
        (
            ("index_target", "24", 2020, 2021, "top_group"),
            ("probability  ", "base_rate_near_share", "n_base_rate_near"),
        ),
        (("index_target_backtest", "up_5", "horizon=1"), ("brier_score ", "brier_score_near_rate", "is_told")),
        (("compliance_unit", "2021-FY", "unit_key=215-yen-the"), ("not_tracked", "bg-2021, version ")),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else None,
)
def test_explain_shows_a_row_its_query_its_releases_and_their_files(
    built: Built, key: tuple[object, ...], says: tuple[str, ...]
) -> None:
    done = ask(built, "explain", *key)
    assert done.code == 0, done.out
    for part in says:
        assert part in done.out
    if key[0] != "compliance_unit":
        assert "as received" in done.out
    query = next(line.removeprefix("query").strip() for line in done.out.splitlines() if line.startswith("query"))
    assert len(list(csv.reader(io.StringIO(ask(built, "sql", query, "--format", "csv").out)))) == 2


def test_csv_of_a_query_holds_no_formula(built: Built) -> None:
    query = "select '=cmd|'' /c calc''!A0' as \"=a\", '@x' as b, -1.5 as c, 'plain' as d, null as e"
    [header, row] = csv.reader(io.StringIO(ask(built, "sql", query, "--format", "csv").out))
    assert header == ["'=a", "b", "c", "d", "e"]
    assert row == ["'=cmd|' /c calc'!A0", "'@x", "-1.5", "plain", ""]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (("index_change", "24", 2020), "indicator_key is one of accountability"),
        (("index_change", "24", 2020, "totl"), "did you mean total"),
        (("index_change", "24", 2018, 2019, 2020), "2 year in its key, and 3 were given"),
        (("index_change", "colour=red"), "has no column 'colour'"),
        (("index_change", "24", 1999, "total"), "nothing in marts.index_change is called"),
        (("index_chnge", "24"), "a province, a year and an indicator"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_explain_says_what_is_open_or_nearest(built: Built, key: tuple[object, ...], says: str) -> None:
    done = ask(built, "explain", *key)
    assert done.code == 2
    assert says in done.out
    assert "Traceback" not in done.out


def test_a_province_on_one_screen(built: Built) -> None:
    done = ask(built, "province", "Bắc Giang", "--year", 2020)
    assert done.code == 0, done.out
    for part in (
        "BẮC GIANG  PAPI 2020",
        "hạng 13/63; nhóm cao nhất",
        "không so sánh được (cách đo của một phần đổi, chưa chắc)",
        "bg-2021 TG01 Tăng ít nhất 5 bậc PAPI năm 2021: không đánh giá được",
        "Thiếu 0,31 điểm để lên hạng 8/63",
        "Xác suất không nêu (kiểm nghiệm không đạt); các tỉnh gần hạng này: 16 % của 143 lượt.",
        "Xác suất không nêu (kiểm nghiệm không đạt); các tỉnh gần hạng này: 44 % của 85 lượt.",
        "hạng 10/61",
        "Sở Tài nguyên và Môi trường, cấp huyện, cấp xã (nhiệm vụ D7a, D7b)",
        "Nếu đứt gãy chưa chắc ở 6.2, 8.3 không có thật: −1,72 điểm trên 29/29 (6.2: −0,48, 8.3: −1,01).",
        "CECODES, VFF-CRT, RTA, UNDP",
    ):
        assert part in done.out
    assert len(done.out.splitlines()) <= 50
    english = ask(built, "province", "24-bac-giang", "--year", 2020, "--lang", "en").out
    assert "Total 44.32; rank 13/63; group: highest; rank 4/14 in the Northern Midlands and Mountains." in english


def test_a_province_that_was_not_published_has_no_rank_on_its_screen(built: Built) -> None:
    said = ask(built, "province", "24", "--year", 2021).out
    assert "Không được công bố năm 2021." in said
    assert "Lần gần nhất: 2020, 44,32 điểm, hạng 13/63." in said
    assert "Lấy thêm điểm" not in said
    assert "Lý do, như đã ghi (tiếng Anh): Noise in the survey data" in said
    assert "Từng trục" not in said


@pytest.mark.parametrize(
    ("province", "year", "says"),
    [
        (
            "Bắc Giang",
            2022,
            (
                "Năm 2022 chỉ được công bố một phần: 4/8 trục, 13/28 chỉ số thành phần",
                "Không được công bố: 1.1, 1.2, 1.3, 1.4, 2.1, 2.2, 2.3, 2.4, 4.1, 4.2, 4.3, 4.4, 5.1, 5.3, 5.4.",
                "Lý do, như đã ghi (tiếng Anh): Survey data judged inaccurate.",
                "Lần gần nhất: 2020, 44,32 điểm, hạng 13/63.",
                "4,40    16/62",
                "8,08     8/63",
                "4,20     3/63",
                "3,43     8/62",
            ),
        ),
        ("Bắc Ninh", 2022, ("4/8 trục, 14/28 chỉ số thành phần", "5,82     4/62", "7,58     3/62", "3,77    12/63")),
        ("Quảng Ninh", 2018, ("6/8 trục, 20/28 chỉ số thành phần", "7,95     1/63    +0,92", "5,93     2/63")),
        ("Đồng Tháp", 2018, ("6/8 trục, 20/28 chỉ số thành phần", "5,43    26/63    +0,24", "6,74     1/63")),
    ],
    ids=lambda value: str(value) if isinstance(value, str | int) else None,
)
def test_a_year_published_in_part_has_its_dimensions_with_ranks_what_is_missing_and_why(
    built: Built, province: str, year: int, says: tuple[str, ...]
) -> None:
    said = ask(built, "province", province, "--year", year).out
    for part in says:
        assert part in said
    assert "Không được công bố năm" not in said
    [total] = [line for line in said.splitlines() if line.startswith("  Tổng ")]
    assert set(total.split()[1:]) == {"–"}


def test_a_province_that_comes_back_has_its_dimensions_and_the_last_year_to_compare_with(built: Built) -> None:
    said = ask(built, "province", "Bắc Giang", "--year", 2023).out
    assert "hạng 10/61; nhóm cao nhất (tự tính);" in said
    assert "Năm 2022 tỉnh không có tổng điểm" in said
    assert "Năm gần nhất so được là 2020. Chỉ tính 21/28 chỉ số so được: +0,38 điểm, hạng 14/63 → 9/61." in said
    assert "5,58     4/61        –        –        –        –  năm trước không công bố" in said
    assert "3,30    42/61    −0,90" in said
    assert "kế hoạch bg-2021 đặt cho năm 2021" in said


def test_the_first_year_has_its_dimensions_and_nothing_to_compare_with(built: Built) -> None:
    said = ask(built, "province", "Hà Nội", "--year", 2011).out
    assert "Không có kết quả năm trước để so." in said
    assert "5,76    11/63" in said
    assert "(2010 → 2011)" not in said


def test_a_province_is_told_as_what_it_was_and_has_become(built: Built) -> None:
    merged = " ".join(ask(built, "province", "Bắc Ninh", "--year", 2024).out.split())
    assert "Là tỉnh đến 30/06/2025, nay cùng Bắc Giang là Bắc Ninh (từ 07/2025); điểm, hạng là của tỉnh cũ." in merged
    same_key = " ".join(ask(built, "province", "Tuyên Quang", "--year", 2024, "--lang", "en").out.split())
    assert "now with Ha Giang the new Tuyen Quang;" in same_key
    for name in ("Huế", "46-hue", "Thừa Thiên Huế"):
        same_place = ask(built, "province", name, "--year", 2024).out
        assert same_place.startswith("THỪA THIÊN HUẾ  PAPI 2024")
        assert "Nay là Thành phố Huế, địa giới không đổi" in same_place
        assert "tỉnh cũ" not in same_place
    assert "Now" not in ask(built, "province", "Hà Nội", "--year", 2024, "--lang", "en").out


@pytest.mark.parametrize(
    "command", [("province", "24-bac-ninh", "--year", 2024), ("explain", "24-bac-ninh", 2024, "1")]
)
def test_a_province_of_after_the_merger_is_told_by_what_it_was_made_of(
    built: Built, command: tuple[object, ...]
) -> None:
    done = ask(built, *command)
    assert done.code == 2
    assert "(24-bac-ninh) chỉ có sau 30/06/2025" in done.out
    assert "in 2024 it is Bắc Giang (24-bac-giang), Bắc Ninh (27-bac-ninh)" in done.out


def test_explain_of_a_total_that_was_not_published_shows_the_dimensions_that_were(built: Built) -> None:
    said = ask(built, "explain", "Bắc Giang", 2022, "total").out
    assert "Survey data judged inaccurate." in said
    assert "1  Tham gia của người dân ở cấp cơ sở: not published" in said
    assert "7  Quản trị môi trường: 4,20 (exact 4.202124), rank 3/63" in said
    assert "part " not in ask(built, "explain", "Bắc Giang", 2021, "total").out


def test_a_province_without_a_plan_and_the_last_year_by_itself(built: Built) -> None:
    said = ask(built, "province", "Hà Nội").out
    assert "PAPI 2024" in said
    assert "Không có kế hoạch nào đặt mục tiêu PAPI." in said
    assert "nhiệm vụ" not in said


@pytest.mark.parametrize("year", range(2011, 2025))
def test_every_year_has_its_screen(built: Built, year: int) -> None:
    done = ask(built, "province", "24", "--year", year)
    assert done.code == 0, done.out
    assert "None" not in done.out


def test_an_unknown_province_is_told_with_the_nearest(built: Built) -> None:
    done = ask(built, "province", "Bac Gian")
    assert done.code == 2
    assert "did you mean Bắc Giang" in done.out


def test_claims_of_a_file_get_verdicts_and_a_wrong_one_the_exit_code(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    path.write_text(PRESS, "utf-8")
    done = ask(built, "claims", "check", path)
    assert done.code == 1
    assert "digit_swap (digits_exchanged)" in done.out
    assert "2 figures: 1 right, 1 not, 0 without data." in done.out
    path.write_text(PRESS.replace("48.881", "48.81"), "utf-8")
    assert ask(built, "claims", "check", path).code == 0


def test_the_figures_of_the_plan_are_checked_from_its_file_too(built: Built) -> None:
    path = built.settings.raw / "plans/bg-2021/claims.csv"
    done = ask(built, "claims", "check", path, "--as-of", "2021-05-14", "--format", "csv")
    assert done.code == 0, done.out
    assert done.out.count(",exact,") == 61
    assert "61 figures: 61 right, 0 not" in done.out
    early = ask(built, "claims", "check", path, "--province", "24-bac-giang", "--as-of", "2021-04-13")
    assert "61 without data" in early.out


def test_claims_come_in_a_workbook_as_well(built: Built, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Tỉnh", "Năm", "Số nêu"], ["Bắc Giang", 2020, 44.32], ["Bắc Giang", 2020, "44,23"]):
        sheet.append(row)
    book.save(tmp_path / "press.xlsx")
    done = ask(built, "claims", "check", tmp_path / "press.xlsx")
    assert done.code == 1
    assert "2 figures: 1 right, 1 not" in done.out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"tinh,so\n24,1\n", "columns year and stated"),
        (b"", "no headings"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"province,year,stated\n24,2020,\xe1\n", "byte 0xe1"),
        (b"PK\x03\x04 broken", "press.csv"),
    ],
    ids=["other columns", "empty", "half a letter", "not UTF-8", "half a workbook"],
)
def test_a_file_that_cannot_be_read_is_told_by_place(built: Built, tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "press.csv"
    path.write_bytes(content)
    done = ask(built, "claims", "check", path)
    assert done.code == 1
    assert says in done.out
    assert "Traceback" not in done.out


def test_a_document_is_scanned_and_each_figure_shown_in_its_sentence(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    text = "Năm 2020, PAPI tỉnh Bắc Giang đạt 44,32 điểm, xếp thứ 13/63.\n"
    path.write_text(text + "Phấn đấu năm 2021 tăng ít nhất 5 bậc.\n", "utf-8")
    done = ask(built, "claims", "scan", path, "--as-of", "2021-05-14")
    assert done.code == 0, done.out
    assert "đạt [44,32 điểm], xếp thứ 13/63." in done.out
    assert "24-bac-giang 2020 score total: nêu / stated 44,32, kho / found 44,32: exact" in done.out
    assert "mục tiêu, không phải kết quả / an aim, not a result" in done.out
    assert "3 số liệu: 3 đúng, 0 không đúng, 0 không có dữ liệu, 1 không hiểu. / 3 figures: 3 right" in done.out
    path.write_text(text.replace("44,32", "44,23"), "utf-8")
    wrong = ask(built, "claims", "scan", path, "--format", "csv")
    assert wrong.code == 1
    assert ',score,total,"44,23",44.32,' in wrong.out
    assert "digit_swap" in wrong.out


def test_a_document_that_cannot_be_read_is_refused_with_what_to_do(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7 broken")
    done = ask(built, "claims", "scan", path)
    assert done.code == 1
    assert "Lỗi / error: report.pdf: found a PDF that cannot be read" in done.out
    assert "Save it as .docx" in done.out
    assert "Traceback" not in done.out
    assert ask(built, "claims", "scan", path, "--province", "Bắc Gian").code in (1, 2)


def test_texts_of_a_table_of_claims_are_quoted_and_never_run(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    path.write_text("province,year,stated,claim_id\n24,2020,44.32,=1+1\n24'; drop table x,2020,44.32,two\n", "utf-8")
    done = ask(built, "claims", "check", path)
    assert done.code == 1
    assert "1 figures: 1 right" in done.out
    assert "column province" in done.out
    lines = ask(built, "claims", "check", path, "--format", "csv").out.splitlines()
    assert any(line.startswith("'=1+1,24-bac-giang") for line in lines)
