"""Claims as documents bring them."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.claims import tables
from pipelines.claims.figures import Figures, figures_of
from pipelines.claims.verdicts import (
    Checked,
    check,
)
from tests.claims.conftest import REFERENCE
from tests.claims.test_verdicts import total


def test_a_claim_is_held_against_what_was_known_on_its_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = figures_of(warehouse, REFERENCE, "papi", date(2021, 4, 13))
    after = figures_of(warehouse, REFERENCE, "papi", date(2021, 4, 14))
    claim = total("24-bac-giang", 2020, "44.32")
    assert (check(before, claim).verdict, check(before, claim).rule) == ("no_data", "no_release")
    assert check(after, claim).verdict == "exact"


def test_all_figures_of_the_plan_of_2021_are_exact(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute("select verdict, is_confirmed, as_of, release_id from marts.plan_claim").fetchall()
    assert rows == [("exact", True, date(2021, 5, 14), "papi-2020-r1")] * 61


def read(figures: Figures, text: str, **more: Any) -> tables.ReadClaims:
    return tables.read_table(text.encode(), "claims.csv", figures, REFERENCE, **more)


@pytest.mark.parametrize(
    "text",
    [
        "province,year,stated\n24-bac-giang,2020,44.32\n",
        "province,year,measure,indicator,stated\n24,2020,score,TOTAL,44.32\n",
        'Tỉnh,Năm,Số nêu\nTỉnh Bắc Giang,2020,"44,32"\n',
        "Tỉnh;Năm;Số nêu\nbắc giang;2020;44,32\n",
        "\ufeffyear\tstated\tprovince\n2020\t44.32\tBac Giang\n",
    ],
    ids=["key", "code", "Vietnamese headings", "as Excel saves it here", "tabs and a byte order mark"],
)
def test_a_table_of_claims_is_read_however_it_was_saved(figures: Figures, text: str) -> None:
    found = read(figures, text)
    assert not found.findings
    [claim] = found.claims
    assert check(figures, claim).verdict == "exact"


def test_words_and_days_are_read_as_officers_write_them(figures: Figures) -> None:
    found = read(
        figures,
        "province,year,measure,indicator,stated\n24,2020,Nhóm,,cao nhất\n24,2020,chiều thay đổi,7.2,giảm\n"
        "24,2020,ngày công bố,,14/04/2021\n24,2020,Xếp hạng,7.1,63/63\n",
    )
    assert not found.findings
    assert {check(figures, claim).verdict for claim in found.claims} == {"exact"}


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("Bắc Gian,2020,score,,44.32", "province", "near 24 Bắc Giang"),
        ("24,20,score,,44.32", "year", "four digits"),
        ("24,2020,score,9.9,44.32", "indicator", "a code printed in 2020"),
        ("24,2020,scoore,,44.32", "measure", "score"),
        ("24,2020,score,,=1+1", "stated", "44,32"),
        (f"24,2020,score,,44.{'3' * 99}", "stated", "44,32"),
        ("24,2020,rank,,first", "stated", "13/63"),
        (",2020,score,,44.32", "province", "a blank cell"),
        ("24,2020,published_on,,31/02/2021", "stated", "2021-04-14"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_the_rest_goes_on(
    figures: Figures, row: str, column: str, said: str
) -> None:
    found = read(figures, f"province,year,measure,indicator,stated\n{row}\n24,2020,score,,44.32\n")
    assert len(found.claims) == 1
    [finding] = found.findings
    assert (finding.row, finding.column) == (2, column)
    assert said in str(finding)


def test_words_for_a_screen_name_what_was_found(figures: Figures) -> None:
    checked: Checked = check(figures, total("24-bac-giang", 2019, "44.32"))
    assert checked.explanation_vi == "Là số của năm 2020; năm này là 46,04."
    assert checked.explanation_en == "The figure of 2020; this year's is 46.04."
