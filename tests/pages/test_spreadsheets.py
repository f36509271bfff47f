"""`papi export tables` and `papi sql --format xlsx`: published tables for people with Excel."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from pipelines.pages import spreadsheets
from pipelines.pages.spreadsheets import MAX_TEXT, Rows, TooManyRows
from pipelines.published import connect
from tests.conftest import Built, Ran, run_papi


def exported(built: Built, folder: Path, *tables: str) -> Ran:
    return run_papi("export", "tables", folder, *tables, "--warehouse", built.settings.warehouse)


def sheet_of(content: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content))[spreadsheets.DATA].iter_rows(values_only=True))


def test_a_mart_is_a_workbook_with_real_numbers_and_its_notes_and_a_csv_for_a_vietnamese_excel(
    built: Built, tmp_path: Path
) -> None:
    said = exported(built, tmp_path, "index_companion", "marts.plan_claim")
    assert said.code == 0, said.out
    names = {f"marts.{table}.{kind}" for table in ("index_companion", "plan_claim") for kind in ("xlsx", "csv")}
    assert {path.name for path in tmp_path.iterdir()} == names
    book = openpyxl.load_workbook(tmp_path / "marts.index_companion.xlsx")
    header, *rows = book[spreadsheets.DATA].iter_rows(values_only=True)
    with connect(built.settings) as connection:
        relation = connection.sql("from marts.index_companion order by all")
        assert list(header) == relation.columns
        expected = relation.fetchall()
    assert len(rows) == len(expected)
    score = relation.columns.index("score")
    assert [row[score] for row in rows] == [None if row[score] is None else float(row[score]) for row in expected]
    notes = {row[0]: row[1] for row in book[spreadsheets.NOTES].iter_rows(values_only=True)}
    assert notes["Bảng / Table"] == "marts.index_companion"
    assert {*relation.columns} < {*notes}
    raw = (tmp_path / "marts.index_companion.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    first, *lines = csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")
    assert first == relation.columns
    for line, row in zip(lines, expected, strict=True):
        assert (Decimal(line[score].replace(",", ".")) if line[score] else None) == row[score]


def test_codes_and_what_looks_like_a_formula_stay_texts() -> None:
    given = Rows(["=a", "code"], [("=1+1", "3.1"), ("@x", "03"), ("https://x", "-1")])
    content = spreadsheets.workbook(given, [("=note", "=1")])
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        assert {cell.data_type for row in sheet for cell in row} == {"s"}
        assert all(cell.hyperlink is None for row in sheet for cell in row)
    assert sheet_of(content) == [("=a", "code"), *given.rows]


def test_each_kind_of_value_is_what_it_is(tmp_path: Path) -> None:
    row = (Decimal("-1.720000000"), 10, True, None, date(2021, 6, 20), datetime(2021, 6, 24, 17, 5), "Bắc Giang", 0.5)
    given = Rows([str(number) for number in range(len(row))], [row])
    [_, cells] = sheet_of(spreadsheets.workbook(given, []))
    assert cells == (-1.72, 10, True, None, datetime(2021, 6, 20), datetime(2021, 6, 24, 17, 5), "Bắc Giang", 0.5)
    spreadsheets.write_csv(tmp_path / "t.csv", given)
    [_, line] = csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig")), delimiter=";")
    assert line == ["-1,72", "10", "TRUE", "", "20/06/2021", "24/06/2021 17:05", "Bắc Giang", "0,5"]


def test_days_beside_each_other_are_days() -> None:
    row = (date(2021, 6, 20), date(1900, 3, 1), datetime(2021, 6, 24, 17, 5, 30), datetime(1999, 12, 31, 23, 59), 7)
    [_, cells] = sheet_of(spreadsheets.workbook(Rows(["a", "b", "c", "d", "e"], [row]), []))
    assert cells == (datetime(2021, 6, 20), datetime(1900, 3, 1), *row[2:])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was(texts: list[str]) -> None:
    content = spreadsheets.workbook(Rows(["a"], [(text,) for text in texts]), [])
    shown = [unescape(str(row[0])) for row in sheet_of(content)[1:]]
    assert shown == texts


def test_a_text_that_no_cell_holds_is_cut_and_says_so() -> None:
    [_, (text,)] = sheet_of(spreadsheets.workbook(Rows(["a"], [("á" * 40_000,)]), []))
    assert isinstance(text, str)
    assert len(text) == MAX_TEXT
    assert text.endswith("[…]")


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 1)
    with pytest.raises(TooManyRows, match="2 rows, and a sheet has 1"):
        spreadsheets.workbook(Rows(["a"], [(1,), (2,)]), [])


def test_a_table_that_is_not_there_is_told_with_those_that_are(built: Built, tmp_path: Path) -> None:
    said = exported(built, tmp_path, "index_scores")
    assert said.code == 2
    assert "không có bảng index_scores" in said.out
    assert "index_score_merged" in said.out


def test_the_answer_of_a_query_can_be_a_workbook(built: Built, tmp_path: Path) -> None:
    query = "select province_key, score from marts.index_score where year = 2020 and level = 'total' order by all"
    out = tmp_path / "answer.xlsx"
    warehouse = built.settings.warehouse
    assert run_papi("sql", query, "--format", "xlsx", "--warehouse", warehouse).code == 2
    assert run_papi("sql", query, "--format", "xlsx", "--out", out, "--warehouse", warehouse).code == 0
    header, *rows = sheet_of(out.read_bytes())
    assert header == ("province_key", "score")
    assert len(rows) == 63


def test_parquet_carries_the_comments_and_numbers_that_other_tools_add_up(built: Built) -> None:
    import duckdb

    path = built.settings.parquet / "marts.index_score.parquet"
    with connect(built.settings) as exact, duckdb.connect() as connection:
        kinds = connection.execute("select distinct type from parquet_schema(?)", [str(path)]).fetchall()
        assert ("DOUBLE",) in kinds
        assert not [kind for (kind,) in kinds if kind == "FIXED_LEN_BYTE_ARRAY"]
        sql = "select sum(score), count(score) from {} where level = 'total'"
        [(total, n)] = exact.execute(sql.format("marts.index_score")).fetchall()
        [(same, same_n)] = connection.execute(sql.format(f"read_parquet('{path}')")).fetchall()
        assert (same, same_n) == (pytest.approx(float(total), abs=1e-6), n)
        found = connection.execute("select key, value from parquet_kv_metadata(?)", [str(path)]).fetchall()
        said = {key.decode(): value.decode() for key, value in found}
        [(comment,)] = exact.execute(
            "select comment from duckdb_tables() where schema_name = 'marts' and table_name = 'index_score'"
        ).fetchall()
        assert said["description"] == comment
        assert '"obs_status"' in said["columns"]
