"""The commands that look at a published warehouse."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from pipelines.building import making
from pipelines.settings import Settings
from tests import due
from tests.conftest import Built, Ran, run_papi

TOTALS = (
    "select year, score_printed, change_printed, published_on from marts.index_score "
    "join core.dim_release using (release_id, year, index_id, method) "
    "where province_key = '24-bac-giang' and level = 'total' and year between 2020 and 2021 order by year"
)


def ask(built: Built, *arguments: object) -> Ran:
    return run_papi(*arguments, "--warehouse", built.settings.warehouse)


def test_sql_prints_a_table(built: Built) -> None:
    done = ask(built, "sql", TOTALS)
    assert done.code == 0
    assert re.search(r"│\s+2020 │\s+44\.32 │\s+-1\.72 │ 2021-04-14", done.out)


def test_sql_prints_csv(built: Built) -> None:
    rows = list(csv.reader(io.StringIO(ask(built, "sql", TOTALS, "--format", "csv").out)))
    assert rows[0] == ["year", "score_printed", "change_printed", "published_on"]
    assert rows[1:] == [["2020", "44.32", "-1.72", "2021-04-14"], ["2021", "", "", "2022-05-10"]]


def test_sql_prints_json(built: Built) -> None:
    [first, second] = json.loads(ask(built, "sql", TOTALS, "--format", "json").out)
    assert first == {"year": 2020, "score_printed": 44.32, "change_printed": -1.72, "published_on": "2021-04-14"}
    assert second["score_printed"] is None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select scor from marts.index_score", "score"),
        ("delete from marts.index_score", "read-only"),
        ("copy marts.index_score to 'out.csv'", "disabled by configuration"),
        ("select * from read_csv('/etc/passwd')", "disabled by configuration"),
        ("attach 'other.duckdb'", "disabled by configuration"),
        ("set enable_external_access = true", "locked"),
    ],
)
def test_sql_only_reads_the_published_file(built: Built, query: str, says: str) -> None:
    done = ask(built, "sql", query)
    assert done.code == 2
    assert says in done.out
    assert "Traceback" not in done.out


@pytest.mark.parametrize("province", ["24-bac-giang", "24", "Bắc Giang", "bac giang", "BẮC GIANG"])
def test_explain_leads_from_a_number_to_its_cell(built: Built, province: str) -> None:
    done = ask(built, "explain", province, 2020, "1.1")
    assert done.code == 0
    for part in (
        "Tri thức công dân (participation.civic_knowledge, printed 1.1)",
        "0,83 (exact 0.830015)",
        "A, normal",
        "papi-2020-r1, published 14/04/2021",
        "raw/papi/2020/r1/scores.csv C408  1.1 = 0.830015",
        "as received",
    ):
        assert part in done.out


def test_explain_shows_what_a_total_is_made_of(built: Built) -> None:
    done = ask(built, "explain", "Bắc Giang", 2020, "TOTAL")
    assert "44,32 (exact 44.317183)" in done.out
    assert "13/63" in done.out
    assert "-1,72 on 2019, not comparable: part_changed" in done.out
    assert done.out.count("scores.csv C") == 29


def test_explain_says_why_there_is_no_number(built: Built) -> None:
    assert "Q, not published" in ask(built, "explain", "24", 2021, "total").out
    assert "M, not measured" in ask(built, "explain", "24", 2011, "environment").out
    assert "partial" in ask(built, "explain", "24", 2022, "total").out


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("Bac Gian", 2020, "1.1"), "did you mean Bắc Giang"),
        (("24", 2020, "civic"), "no indicator 'civic' in 2020"),
        (("24", 2009, "1.1"), "published are 2011 to 2024"),
        (("24", "MMXX", "1.1"), "not a valid integer"),
    ],
)
def test_explain_names_the_nearest_to_a_slip(built: Built, asked: tuple[object, ...], says: str) -> None:
    done = ask(built, "explain", *asked)
    assert done.code == 2
    assert says in done.out


def test_status_tells_releases_publication_and_what_is_overdue(built: Built) -> None:
    done = ask(built, "status")
    assert done.code == 0
    assert len(re.findall(r"^papi-\d{4}-r1 .* accepted ", done.out, flags=re.MULTILINE)) == 14
    assert "sipas-2021-r1" in done.out
    for part in ("2012, day unknown", "14/04/2021", "Last publication: ", "PAPI 2025 is overdue"):
        assert part in done.out


@pytest.mark.parametrize("command", [["sql", "select 1"], ["explain", "24", "2020", "1.1"], ["docs"]])
def test_before_the_first_refresh_there_is_nothing_to_ask(tmp_path: Path, command: list[str]) -> None:
    done = run_papi(*command, "--warehouse", tmp_path)
    assert done.code == 2
    assert "run `papi refresh` first" in done.out


def test_status_works_before_the_first_refresh(tmp_path: Path) -> None:
    done = run_papi("status", "--warehouse", tmp_path)
    assert done.code == 0
    assert done.out.count("not landed") == len(due.releases())
    assert "Nothing is published yet." in done.out


@pytest.mark.long
def test_docs_are_one_folder_that_needs_no_network(own_warehouse: Settings) -> None:
    """In a copy: dbt opens the build file to write, and others read it meanwhile."""
    assert run_papi("docs", "--warehouse", own_warehouse.warehouse).code == 0
    assert making.look(own_warehouse)[1].is_settled  # dbt was asked, and no table was made
    pages = {path.name: path.read_text("utf-8") for path in own_warehouse.docs.iterdir()}
    assert set(pages) == {"index.html", "dbt.html"}
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", pages["index.html"])
    assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=["']?(?:https?:)?//""", pages["dbt.html"])
    dictionary = pages["index.html"]
    computed_from = ("<code>marts.index_score.score_printed</code>", "<code>intermediate.int_score_ranked.rank</code>")
    for part in ("marts.index_score", "Trạng thái SDMX", "Rank among the published", "score_printed", *computed_from):
        assert part in dictionary
