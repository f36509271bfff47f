"""Files are read exactly, in every layout and as people send them, or refused with the place and what was found."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines.settings import ROOT
from pipelines.workbooks.cells import Reading
from pipelines.workbooks.layout import Layout, ProvinceARow, read_layout
from pipelines.workbooks.reader import Read
from pipelines.workbooks.tables import MAX_FINDINGS, read_file
from tests.workbooks.hostile import RELEASE, TABLES, WRONG_CELL
from tests.workbooks.official import (
    REFERENCE,
    Cell,
    Release,
    Scores,
    as_in_2019,
    plausible,
    province_columns,
    province_rows,
    rows_of,
    single_year,
    table,
    windows_1258,
    workbook,
)

TIDY, ROWS, COLUMNS, SINGLE = (
    read_layout(ROOT / "raw/layouts", name) for name in ("tidy-csv", "papi-2011-2017", "papi-2018", "papi-single-year")
)
PLACES = ["01", "24", "27", "46", "77", "79"]


def read(content: bytes, layout: Layout, release: Release, reading: Reading | None = None) -> Read:
    places = REFERENCE.places_on(release.day or date(release.year, 12, 31))
    return read_file(content, "f", release.year, layout, release.indicators, places, reading)


def read_text(content: bytes, layout: Layout = TIDY, reading: Reading | None = None) -> Read:
    return read(content, layout, Release(2020, {}), reading)


def stated(read: Read) -> dict[tuple[str, str], Decimal]:
    """The scores of sub-dimensions that were read."""
    assert not read.findings, read.findings
    return {
        (str(r["province_code"]), str(r["code"])): Decimal(str(r["score_text"]))
        for r in read.records
        if r["measure"] == "score" and r["form"] is None and "." in str(r["code"]) and r["parent_code"] is None
    }


# --- the same release in every layout ------------------------------------------------------------------------------


def releases(years: st.SearchStrategy[int]) -> st.SearchStrategy[Release]:
    """Real headings of a year with scores of nine decimals at random, some left out."""

    @st.composite
    def build(draw: st.DrawFn) -> Release:
        release = Release(draw(years), {}, sorted(draw(st.sets(st.sampled_from(PLACES), min_size=2, max_size=4))))
        score = st.none() | st.integers(1, 9 * 10**9).map(lambda billionths: billionths / 1e9)
        codes = [i.code for i in release.indicators.values() if i.level == "sub_dimension"]
        drawn = draw(st.lists(score, min_size=len(codes), max_size=len(codes)))
        for province in release.provinces or []:
            for code, value in zip(codes, drawn, strict=True):
                if value is not None:
                    release.scores[province, code] = value
        return release

    return build()


def exactly(scores: Scores) -> dict[tuple[str, str], Decimal]:
    return {key: Decimal(f"{score:.9f}") for key, score in scores.items()}


@settings(max_examples=15)
@given(releases(st.integers(2011, 2017)), st.sampled_from([None, 0.0]))
def test_a_release_written_with_a_province_a_row_is_read_back_exactly(release: Release, left_out: Cell) -> None:
    release.left_out = left_out
    assert stated(read(province_rows(release), ROWS, release)) == exactly(release.scores)


@settings(max_examples=15)
@given(releases(st.integers(2018, 2024)), st.sampled_from([None, 0.0]), st.booleans())
def test_a_release_written_with_a_province_a_column_is_read_back_exactly(
    release: Release, left_out: Cell, as_in_2024: bool
) -> None:
    release.left_out = left_out
    if as_in_2024:
        release.provinces = PLACES
    content = province_columns(release, new_provinces=as_in_2024, separators=as_in_2024)
    assert stated(read(content, COLUMNS, release)) == exactly(release.scores)


@given(releases(st.integers(2011, 2024)), st.sampled_from([(",", "."), (";", ","), ("\t", ",")]), st.booleans())
def test_a_release_written_as_a_table_is_read_back_exactly(
    release: Release, signs: tuple[str, str], names: bool
) -> None:
    delimiter, decimal = signs
    reading = Reading.model_validate({"delimiter": delimiter, "decimal": decimal})
    release.scores |= {("01", "1.1"): 1.25}
    release.provinces = sorted({*(release.provinces or []), "01"})
    scores = {key: round(score, 6) for key, score in release.scores.items()}
    written = Release(release.year, scores, release.provinces)
    content = table(written, delimiter, decimal, names).encode()
    assert stated(read(content, TIDY, release, reading)) == exactly(scores)


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_at_all_break_the_reader(content: bytes, as_workbook: bool) -> None:
    found = read_text(b"PK\x03\x04" * as_workbook + content)
    assert (found.frame() is None) == bool(found.findings)


# --- official workbooks --------------------------------------------------------------------------------------------


def test_every_cell_has_its_address_with_the_sheet() -> None:
    release = Release(2016, plausible(2016, PLACES), PLACES)
    record = read(province_rows(release), ROWS, release).records[1]
    assert (record["province_code"], record["code"], record["source_cell"]) == ("01", "1.1", "2016_PAPI!E3")


def test_blanks_and_zeros_are_not_published_and_told_apart() -> None:
    scores = plausible(2022, PLACES)
    for code in ("1.1", "1.2"):
        del scores["24", code]
    for left_out, form in ((None, "blank"), (0.0, "zero")):
        release = Release(2022, scores, PLACES, left_out=left_out)
        records = read(province_columns(release), COLUMNS, release).records
        forms = {str(r["code"]): r["form"] for r in records if r["province_code"] == "24" and r["form"]}
        assert forms == {"1.1": form, "1.2": form, "1": form, "TOTAL": form}


def test_intervals_and_finer_indicators_are_kept_and_zeros_of_the_unpublished_are_not() -> None:
    scores = plausible(2023, PLACES)
    for key in [key for key in scores if key[0] == "24"]:
        del scores[key]
    release = Release(2023, scores, PLACES, None, 0.0, dict.fromkeys(PLACES, 0.5), {"Knowledge of Leaders": 0.0})
    records = read(province_columns(release), COLUMNS, release).records
    assert {(r["measure"], r["interval_pct"]) for r in records if r["measure"] != "score"} == {
        ("ci_low", "95"),
        ("ci_high", "95"),
        ("standard_error", None),
    }
    shares = [r for r in records if r["parent_code"]]
    assert {(r["code"], r["label_en"], r["scale_label"], r["score"]) for r in shares} == {
        ("1.1.knowledge_of_leaders_tieng_viet", "Knowledge of Leaders", "0%-100%", 0.0)
    }
    assert "24" not in {r["province_code"] for r in records if r["parent_code"] or r["measure"] != "score"}


def rename(before: str, after: str) -> Callable[[list[list[Cell]]], None]:
    def change(rows: list[list[Cell]]) -> None:
        assert any(before in row for row in rows), before
        for row in rows:
            row[:] = [after if cell == before else cell for cell in row]

    return change


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Tri thức công dân", unicodedata.normalize("NFD", "  Tri  thức công dân ")),
        ("Tri thức công dân", "Tri thưc công dân"),
        ("Civic Knowledge", "Civic Knowlegde"),
        ("Un-weighted2015PAPI", "Un-weighted2012PAPI"),
    ],
)
def test_spellings_and_slips_of_a_heading_are_tolerated(before: str, after: str) -> None:
    release = Release(2012, plausible(2012, PLACES), PLACES)
    found = read(province_rows(release, change=rename(before, after)), ROWS, release)
    assert stated(found) == exactly(release.scores)


def test_a_slip_is_tolerated_without_any_other_name_only_where_it_is_near_to_one_and_is_told() -> None:
    release = Release(2021, plausible(2021, PLACES), PLACES)

    def slip(rows: list[list[Cell]]) -> None:
        rename("Opportunities for Participation in Elections", "Opportunties for Participation")(rows)
        rename("1.2: Cơ hội tham gia", "1.2: Cơ hội tham ga")(rows)

    found = read(province_columns(release, change=slip), COLUMNS, release)
    assert stated(found) == exactly(release.scores)
    assert len(found.notes) == 1
    assert "read as 1.2" in found.notes[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The name of another sub-dimension under this one's code, and a code of another year's method.
        ("2.1: Tiếp cận thông tin", "2.1: Công khai danh sách hộ nghèo"),
        ("2.1: Tiếp cận thông tin", "2.5: Tiếp cận thông tin"),
        ("7.3: Chất lượng nước", "9.1: Giao thông công cộng"),
    ],
)
def test_a_heading_that_contradicts_itself_or_is_unknown_is_refused_with_the_nearest(before: str, after: str) -> None:
    release = Release(2021, plausible(2021, PLACES), PLACES)
    found = read(province_columns(release, change=rename(before, after)), COLUMNS, release)
    [finding] = [f for f in found.findings if f.rule_id == "heading_known"]
    assert after in finding.found
    assert before[:3] in finding.expected
    assert finding.sheet == "2021_VIE_ENG"


def test_codes_mean_what_the_years_method_says() -> None:
    """In 2015 People's Inspection Boards are 3.2, in 2016 they are 3.3."""
    for year, code in ((2015, "3.2"), (2016, "3.3")):
        release = Release(year, plausible(year, PLACES), PLACES)
        records = read(province_rows(release), ROWS, release).records
        [cell] = {r["source_cell"] for r in records if r["code"] == code and r["province_code"] == "01"}
        assert cell == f"{year}_PAPI!{'O' if code == '3.2' else 'P'}3"


def test_columns_may_stand_in_any_order() -> None:
    release = Release(2013, plausible(2013, PLACES), PLACES)

    def reverse(rows: list[list[Cell]]) -> None:
        for row in rows:
            row.reverse()

    assert stated(read(province_rows(release, change=reverse), ROWS, release)) == exactly(release.scores)


def test_the_row_of_maxima_is_no_province_and_a_title_is_no_header() -> None:
    release = Release(2014, plausible(2014, PLACES), PLACES)

    def title(rows: list[list[Cell]]) -> None:
        rows.insert(0, ["Chỉ số PAPI 2014 của 63 tỉnh, thành phố"])
        rows.insert(1, [])

    found = read(province_rows(release, change=title), ROWS, release)
    assert stated(found) == exactly(release.scores)
    assert {r["province_code"] for r in found.records} == set(PLACES)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("Bắc Giang", "Bắc Ninh", "'Bắc Giang'"),
        ("Bắc Giang", "Bắc Giàng", "'Bắc Giàng', near 24 Bắc Giang"),
    ],
)
def test_a_province_whose_clues_disagree_or_are_unknown_is_refused(before: str, after: str, problem: str) -> None:
    release = Release(2013, plausible(2013, PLACES), PLACES)
    found = read(province_rows(release, change=rename(before, after)), ROWS, release)
    assert [f.rule_id for f in found.findings] == ["province_named"]
    assert after in found.findings[0].found
    release = Release(2023, plausible(2023, PLACES), PLACES)
    found = read(province_columns(release, change=rename(before, after)), COLUMNS, release)
    assert {f.rule_id for f in found.findings} == {"province_named"}


def test_provinces_are_those_of_the_day() -> None:
    """Code 24 is Bắc Giang in 2024 and Bắc Ninh in 2025; a file of 2025 has 34."""
    places, day = ["01", "24", "46", "48", "79", "92"], date(2025, 12, 31)
    release = Release(2025, plausible(2025, places, day), places, day)
    assert [p.name_vi for p in release.places][1:3] == ["Bắc Ninh", "Huế"]
    assert stated(read(province_columns(release), COLUMNS, release)) == exactly(release.scores)
    assert stated(read(province_rows(release, "2025_PAPI"), ROWS, release)) == exactly(release.scores)
    found = read(province_columns(release, change=rename("Bắc Ninh", "Bắc Giang")), COLUMNS, release)
    assert {f.rule_id for f in found.findings} == {"province_named"}


def test_a_formula_without_a_stored_value_is_refused_with_a_hint() -> None:
    release = Release(2011, plausible(2011, PLACES), PLACES)

    def formula(rows: list[list[Cell]]) -> None:
        rows[2][-1] = "=D3+I3+M3+Q3+V3+AA3"

    [finding] = read(province_rows(release, change=formula), ROWS, release).findings
    assert (finding.sheet, finding.row, finding.cell) == ("2011_PAPI", 3, "AF3")
    assert "the formula =D3+I3+M3+Q3+V3+AA3 without a stored value" in finding.found
    assert "Open the workbook in Excel" in finding.remedy


@pytest.mark.parametrize("year", [2011, 2017])
def test_in_a_workbook_of_one_year_the_code_decides_since_the_names_are_those_of_2018(year: int) -> None:
    release = Release(year, plausible(year, PLACES), PLACES)
    found = read(single_year(release), SINGLE, release)
    assert stated(found) == exactly(release.scores)
    assert release.indicators["2.1"].indicator_key == "transparency.poverty_lists"
    assert [note for note in found.notes if "the names of 2018" in note]
    assert "sheet Điểm thành phần 1" in found.notes[0]


def test_in_a_workbook_of_one_year_a_name_at_another_code_is_refused() -> None:
    release = Release(2011, plausible(2011, PLACES), PLACES)

    def exchange(rows: list[list[Cell]]) -> None:
        rows[0] = ["Tên tỉnh", "2.1: Công khai, minh bạch danh sách hộ nghèo", "Tiếp cận thông tin"]

    found = read(workbook({"2011PAPI- Bảng tổng hợp kết quả": [[], ["Hà Nội", 1.5, 1.5]]}, exchange), SINGLE, release)
    assert [f.rule_id for f in found.findings] == ["heading_known", "heading_known"]


def test_errors_and_counts_in_vietnamese_are_read_as_what_they_are() -> None:
    release = Release(2019, plausible(2019, PLACES), PLACES)
    found = read(workbook({"2019PAPI_Indicators_VIE": as_in_2019(release)}), COLUMNS, release)
    assert stated(found) == exactly(release.scores)
    own = {
        (str(r["code"]), str(r["measure"])): r["score"]
        for r in found.records
        if r["province_code"] == "24" and r["code"] in ("TOTAL", "TOTAL.weighted", "1")
    }
    assert {code: own["TOTAL.weighted", code] for code in ("score", "ci_low", "ci_high", "standard_error")} == {
        "score": 45.5, "ci_low": 45.0, "ci_high": 46.0, "standard_error": 0.304,
    }  # fmt: skip
    assert (own["TOTAL", "ci_low"], own["1", "variance"], own["1", "n_observations"]) == (43.0, 0.006, 197.0)
    [note] = found.notes
    assert "Ghi chú" in note


def test_a_finer_indicator_has_the_unit_that_its_scale_and_values_say() -> None:
    release = Release(2019, plausible(2019, PLACES), PLACES)
    found = read(workbook({"2019PAPI_Indicators_VIE": as_in_2019(release)}), COLUMNS, release)
    assert {(r["label_vi"], r["unit"]) for r in found.records if r["parent_code"]} == {
        ("Chỉ số PAPI tổng hợp (có trọng số)", "score"),
        ("Hiểu biết về vị trí lãnh đạo (%)*", "share"),
        ("Mức độ hài lòng (5 điểm)", "mean"),
        ("Là nạn nhân của tội phạm (%)", "percent"),
    }


@pytest.mark.parametrize(
    "label", ["Một điều không ai biết", "Phương sai (Chỉ số nội dung 2)", "Chỉ số PAPI tổng hợp (có trọng số) - sai số"]
)
def test_a_row_that_is_no_score_no_error_of_what_stands_above_and_no_indicator_is_refused(label: str) -> None:
    release = Release(2019, plausible(2019, PLACES), PLACES)

    def add(rows: list[list[Cell]]) -> None:
        at = next(n for n, row in enumerate(rows) if row and str(row[0]).startswith("1.1:"))
        rows.insert(at + 1, [label, None, *(0.3 for _ in PLACES)])

    found = read(workbook({"2019PAPI_Indicators_VIE": as_in_2019(release)}, add), COLUMNS, release)
    [finding] = found.findings
    assert (finding.rule_id, finding.cell) == ("heading_known", "A15")
    assert finding.found in label


@pytest.mark.parametrize("mark", ["KCDL", "-", "N/A", "…"])
def test_a_mark_for_no_data_is_a_score_not_published_and_is_kept(mark: str) -> None:
    release = Release(2018, plausible(2018, PLACES), PLACES, left_out=mark)
    for key in [key for key in release.scores if key[0] == "24"]:
        del release.scores[key]
    found = read(province_columns(release), COLUMNS, release)
    assert stated(found) == exactly(release.scores)
    assert {(r["form"], r["mark"]) for r in found.records if r["province_code"] == "24"} == {("mark", mark)}


def test_a_summary_among_the_provinces_is_passed_over_and_told() -> None:
    release = Release(2023, plausible(2023, PLACES), PLACES)

    def summarise(rows: list[list[Cell]]) -> None:
        for row in rows:
            row.insert(5, {"Mã tỉnh": None, "Tên tỉnh": "Đồng bằng sông Hồng"}.get(str(row[0]), 5.5))

    found = read(province_columns(release, change=summarise), COLUMNS, release)
    assert stated(found) == exactly(release.scores)
    assert "Đồng bằng sông Hồng is no province and is passed over" in found.notes[0]


def test_a_code_and_a_name_that_disagree_are_both_shown() -> None:
    release = Release(2023, plausible(2023, PLACES), PLACES)
    found = read(province_columns(release, change=rename("Bắc Giang", "Bắc Ninh")), COLUMNS, release)
    assert found.findings[0].found == "'Bắc Ninh', which is 27 Bắc Ninh beside '24', which is 24 Bắc Giang"


def test_what_stands_below_the_table_is_passed_over_and_told() -> None:
    release = Release(2014, plausible(2014, PLACES), PLACES)

    def look_up(rows: list[list[Cell]]) -> None:
        rows[:] = [row for row in rows if row and row[0] != 999.0]
        rows += [[], [None, None, "Hà Nội", *(9.9 for _ in rows[0][3:])], [None, None, "Min", 1.0, 1.0]]

    found = read(province_rows(release, change=look_up), ROWS, release)
    assert stated(found) == exactly(release.scores)
    assert "a further table below the provinces is passed over" in found.notes[0]

    def source(rows: list[list[Cell]]) -> None:
        rows.append(["Nguồn: PAPI 2014"])

    found = read(province_rows(release, change=source), ROWS, release)
    assert stated(found) == exactly(release.scores)
    assert "'Nguồn: PAPI 2014' is passed over" in found.notes[0]


def test_two_sheets_of_one_year_are_not_chosen_between_unless_they_say_the_same() -> None:
    release = Release(2025, plausible(2025, ["01", "24"], date(2025, 12, 31)), ["01", "24"], date(2025, 12, 31))
    other = Release(2025, plausible(2025, ["01", "24"], date(2025, 12, 31), 0.1), ["01", "24"], date(2025, 12, 31))
    rows = [rows_of(one) for one in (release, other)]
    found = read(workbook({"2025_VIE_ENG": rows[0], "2025_PAPI_VIE_ENG": rows[1]}), COLUMNS, release)
    [finding] = found.findings
    assert "it stands in 2025_VIE_ENG and in 2025_PAPI_VIE_ENG" in finding.expected
    assert "--sheet" in finding.remedy
    same = read(workbook({"2025_VIE_ENG": rows[0], "2025_PAPI_VIE_ENG": rows[0]}), COLUMNS, release)
    assert stated(same) == exactly(release.scores)


def test_a_hidden_sheet_is_never_read_in_silence() -> None:
    release = Release(2023, plausible(2023, PLACES), PLACES)
    book = load_workbook(io.BytesIO(province_columns(release)))
    book.create_sheet("Bìa").append(["PAPI"])
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1
    content = io.BytesIO()
    book.save(content)
    found = read(content.getvalue(), COLUMNS, release)
    assert stated(found) == exactly(release.scores)
    assert "sheet 2023_VIE_ENG is hidden in the workbook, and is read" in found.notes


PAIRS = ProvinceARow(
    layout="pairs",
    kind="province_a_row",
    ranked_apart=True,
    columns={"other": ["Thứ tự", "Nhóm"], "province_name": ["Tỉnh"], "rank": ["Xếp hạng"]},
    code_in_heading=[r"(?P<code>\d\.\d): (?P<name>.+)"],
    also_called={"total": ["PAPI 2019"]},
)


def test_a_table_may_rank_each_indicator_beside_its_own_column_of_provinces() -> None:
    heads: list[Cell] = ["Thứ tự", "Tỉnh", "1.1: Tri thức công dân", None, "1.2: Cơ hội tham gia", None, "PAPI 2019"]
    rows: list[list[Cell]] = [
        [*heads, "Xếp hạng", "Nhóm"],
        [1.0, "Hà Nội", 1.5, "Bắc Giang", 2.0, "Hà Nội", 45.5, 1.0, "Cao"],
        [2.0, "Bắc Giang", 1.25, "Hà Nội", 1.75, "Bắc Giang", 44.5, 2.0, "Thấp"],
        [],
        [*heads, "Xếp hạng"],
        [None, "Hà Nội", 1.5, None, 1.75, None, 45.5, 1.0],
    ]
    found = read(workbook({"a": rows}), PAIRS, Release(2019, {}))
    assert not found.findings
    assert {(r["province_code"], r["code"], r["measure"], r["score"]) for r in found.records} == {
        ("01", "1.1", "score", 1.5), ("24", "1.1", "score", 1.25), ("24", "1.2", "score", 2.0),
        ("01", "1.2", "score", 1.75), ("01", "TOTAL", "score", 45.5), ("24", "TOTAL", "score", 44.5),
        ("01", "TOTAL", "rank", 1.0), ("24", "TOTAL", "rank", 2.0),
        ("01", "TOTAL", "n_ranked", 2.0), ("24", "TOTAL", "n_ranked", 2.0),
    }  # fmt: skip


@pytest.mark.parametrize("what", WRONG_CELL)
def test_a_wrong_cell_is_refused_by_its_address(what: str) -> None:
    [finding] = read(WRONG_CELL[what](), COLUMNS, RELEASE).findings
    assert (finding.rule_id, finding.sheet, finding.cell) == ("number", "2024_VIE_ENG", "D4")


@pytest.mark.parametrize("what", TABLES)
def test_a_spoilt_table_is_refused_or_read_and_never_worse(what: str) -> None:
    found = read(TABLES[what](), TIDY, RELEASE)
    assert (found.frame() is None) == bool(found.findings)


def test_a_tab_that_names_another_year_is_read_where_it_holds_the_one_table_and_that_is_told() -> None:
    release = Release(2011, plausible(2011, PLACES), PLACES)
    mistaken = province_rows(release, sheet="2012_PAPI")
    found = read(mistaken, ROWS, release)
    assert stated(found) == exactly(release.scores)
    assert "sheet 2012_PAPI is read: it does not name 2011" in found.notes[0]
    assert stated(read(mistaken, ROWS, release, Reading(sheet="2012_PAPI"))) == exactly(release.scores)


# --- as people send it ---------------------------------------------------------------------------------------------

NAMED = Release(2020, plausible(2020, ["24", "46", "77"]), ["24", "46", "77"])


@pytest.mark.parametrize(
    "content",
    [
        table(NAMED, names=True).encode("utf-8-sig"),
        table(NAMED, names=True).encode("utf-16"),
        unicodedata.normalize("NFD", table(NAMED, names=True)).encode(),
        f"Chỉ số PAPI 2020\n\n{table(NAMED, names=True)}".encode(),
        table(NAMED, names=True).replace("Bà Rịa-Vũng Tàu", "Tỉnh Bà Rịa – Vũng Tàu").encode(),
        table(NAMED, names=True).replace("Thừa Thiên Huế", "Thua Thien-Hue").encode(),
    ],
    ids=["BOM", "UTF-16", "NFD", "title row", "a dash", "no accents"],
)
def test_what_is_certain_is_read(content: bytes) -> None:
    assert stated(read(content, TIDY, NAMED)) == exactly(NAMED.scores)


def test_windows_1258_is_read_where_it_is_declared_and_only_where_it_is_that() -> None:
    content = windows_1258(table(NAMED, names=True))
    [finding] = read(content, TIDY, NAMED).findings
    assert finding.rule_id == "encoding"
    assert "windows-1258" in finding.remedy
    declared = Reading(encoding="windows-1258")
    assert stated(read(content, TIDY, NAMED, declared)) == exactly(NAMED.scores)
    [finding] = read(table(NAMED, names=True).encode(), TIDY, NAMED, declared).findings
    assert finding.found == "UTF-8 text"


def test_decimal_commas_are_read_where_they_are_declared() -> None:
    content = table(NAMED, ";", ",").encode()
    first, *_ = read(content, TIDY, NAMED, Reading(delimiter=";")).findings
    assert (first.rule_id, first.row, first.column) == ("number", 2, "score")
    assert "reading: {decimal: ','}" in first.remedy
    assert stated(read(content, TIDY, NAMED, Reading(delimiter=";", decimal=","))) == exactly(NAMED.scores)


def test_a_name_that_only_looks_like_a_province_is_refused() -> None:
    content = table(NAMED, names=True).replace("Bắc Giang", "Bắc Gian").encode()
    first, *_ = read(content, TIDY, NAMED).findings
    assert first.rule_id == "province_named"
    assert first.found.startswith("'Bắc Gian', near 24 Bắc Giang")


def test_a_table_may_come_in_a_workbook() -> None:
    rows = list(csv.reader(io.StringIO(table(NAMED))))
    cells: list[list[Cell]] = [["Kết quả"], [*rows[0]]]
    cells += [[r[0], r[1], float(r[2])] for r in rows[1:]]
    content = workbook({"Sheet1": cells})
    assert stated(read(content, TIDY, NAMED)) == exactly(NAMED.scores)


@pytest.mark.parametrize(
    "text", ["", " ", "nan", "NaN", "inf", "-", "1e3", "1.", ".5", "1,5", "1.234.567", "٣", "=1+1"]
)
def test_what_is_not_plainly_a_number_is_no_score(text: str) -> None:
    [finding] = read_text(f'province_code,code,score\n01,1.1,"{text}"\n'.encode()).findings
    assert (finding.rule_id, finding.row, finding.column, finding.cell) == ("number", 2, "score", "C2")


def test_headings_are_matched_by_text_in_any_order() -> None:
    frame = read_text("Điểm, mã  TỈNH ,code\n1.25,24,1.1\n".encode()).frame()
    assert frame is not None
    assert frame[["province_code", "code", "score", "source_cell"]].to_numpy().tolist() == [["24", "1.1", 1.25, "A2"]]


def test_findings_are_bounded() -> None:
    content = b"province_code,code,score\n" + b"01,1.1,x\n" * 500
    assert len(read_text(content).findings) == MAX_FINDINGS


def test_a_note_that_ends_before_the_column_of_scales_is_no_fault() -> None:
    """Workbooks leave notes in the first column, and cells after them that do not exist."""
    rows = ["Indicator,Scale,Bắc Giang,Hà Nội", "1.1. Tri thức công dân,0.25-2.5,0.83,0.74", "Ghi chú: xem phụ lục"]
    said = read_text("\n".join(rows).encode(), COLUMNS)
    assert not said.findings
    assert {(r["province_code"], r["score_text"]) for r in said.records} == {("24", "0.83"), ("01", "0.74")}
