"""A year may be issued again, in part or in full, and withdrawn; and each day knows what it knew."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.pages import province
from pipelines.releases import intake
from pipelines.releases.intake import Wanted
from pipelines.rules import judge
from pipelines.rules.judge import Task
from pipelines.rules.suites import read_suite
from pipelines.settings import ROOT, Settings
from tests.conftest import Built
from tests.dbt_project import script
from tests.due import scores_of
from tests.workbooks.official import Release, Scores, province_columns, province_rows

PAIRS = 200
HA_NOI, BAC_GIANG, CA_MAU = "01", "24", "96"


@dataclass
class Versions:
    """A copy of raw/ in which years were issued again, and the warehouse built from all of it."""

    raw: Path
    warehouse: Path
    build: Path

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.build), read_only=True) as connection:
            return connection.execute(sql, values).fetchall()

    def state(self, year: int, province: str, indicator: str) -> tuple[Any, ...]:
        """What holds now: score as text, state, and the release that says so."""
        [row] = self.ask(
            """
            select score::varchar, obs_status, release_id from core.fct_score
            where
                index_id = 'papi' and year = ? and province_key = ? and indicator_key = ? and known_to is null
            """,
            year, province, indicator,
        )  # fmt: skip
        return row


def reissue(
    settings: Settings, folder: Path, year: int, scores: Scores, day: date, replaces_year: bool = False
) -> None:
    release = Release(year, scores, left_out=0.0 if year > 2020 else None, errors={BAC_GIANG: 0.5})
    release.shares = {"Knowledge of Leaders": 0.25}
    write = province_rows if year < 2018 else province_columns
    path = folder / f"{year}-{day}.xlsx"
    path.write_bytes(write(release))
    wanted = Wanted(path, "papi", years=(year,), published_on=day, replaces_year=replaces_year)
    with intake.propose(settings, wanted, today=day) as proposed:
        intake.file(settings, proposed)


@pytest.fixture(scope="module")
def versions(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Versions:
    folder = tmp_path_factory.mktemp("versions")
    raw = folder / "raw"
    shutil.copytree(ROOT / "raw", raw, ignore=shutil.ignore_patterns("r2"))
    shutil.copytree(built.settings.landing, folder / "warehouse/landing")
    settings = Settings(raw=raw, warehouse=folder / "warehouse")
    scores = scores_of(2016)
    scores[BAC_GIANG, "1.1"] += 0.1
    reissue(settings, folder, 2016, scores, date(2017, 9, 1))
    scores = scores_of(2020)
    scores[BAC_GIANG, "1.1"] += 0.05
    scores[HA_NOI, "1.3"] += 0.05
    del scores[HA_NOI, "1.1"], scores[HA_NOI, "1.2"]
    reissue(settings, folder, 2020, scores, date(2021, 6, 30))
    scores[CA_MAU, "8.3"] -= 0.01
    reissue(settings, folder, 2020, scores, date(2021, 9, 2))
    scores = scores_of(2021)
    scores |= {(BAC_GIANG, code): 1.5 for _, code in scores_of(2021)}
    reissue(settings, folder, 2021, scores, date(2022, 8, 1))
    scores = scores_of(2023)
    for key in [key for key in scores if key[0] == CA_MAU]:
        del scores[key]
    del scores[HA_NOI, "4.1"]
    reissue(settings, folder, 2023, scores, date(2024, 7, 1), replaces_year=True)
    scores = scores_of(2022)
    for change in (0.01, 0.02):  # two files about one year, filed on one day
        scores[CA_MAU, "1.1"] += change
        reissue(settings, folder, 2022, scores, date(2023, 9, 1))
    scores = scores_of(2019)
    scores[BAC_GIANG, "1.1"] += 0.2
    reissue(settings, folder, 2019, scores, date(2020, 7, 1))
    intake.withdraw(settings, "papi-2019-r2", "A wrong file was published.", date(2020, 10, 1))
    intake.withdraw(settings, "papi-2018-r1", "A wrong file was published.", date(2020, 10, 1))
    return Versions(raw, settings.warehouse, script.build(built, raw, settings.warehouse))


def test_a_later_release_is_kept_beside_the_first_and_holds(versions: Versions) -> None:
    rows = versions.ask(
        """
        select release_id, score::varchar, known_from::varchar, known_to::varchar from core.fct_score
        where year = 2016 and province_key = '24-bac-giang' and indicator_key = 'participation.civic_knowledge'
        order by release_id
        """
    )
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("papi-2016-r1", "2017-04-04", "2017-09-01"),
        ("papi-2016-r2", "2017-09-01", None),
    ]
    assert float(str(rows[1][1])) == pytest.approx(float(str(rows[0][1])) + 0.1)


def test_what_a_re_issue_leaves_blank_still_holds(versions: Versions) -> None:
    first = scores_of(2020)[HA_NOI, "1.1"]
    score, status, release = versions.state(2020, "01-ha-noi", "participation.civic_knowledge")
    assert float(score) == pytest.approx(first)
    assert (status, release) == ("A", "papi-2020-r1")
    rows = versions.ask(
        """
        select release_id, obs_status, not_published_form, known_from = known_to from core.fct_score
        where year = 2020 and province_key = '01-ha-noi' and indicator_key = 'participation.civic_knowledge'
        and release_id <> 'papi-2020-r1' order by release_id
        """
    )
    assert rows == [("papi-2020-r2", "Q", "blank", True), ("papi-2020-r3", "Q", "blank", True)]


def test_a_province_of_which_a_new_release_of_the_year_leaves_one_cell_blank_has_a_page_without_total(
    versions: Versions, built: Built, tmp_path: Path
) -> None:
    """What was published has scores and ranks of as many as there are; what was not is named, with why."""
    path = shutil.copy(versions.build, tmp_path)
    with duckdb.connect(path) as connection:
        connection.execute(f"attach '{built.settings.build}' as ready (read_only)")
        for table in ("index_rank_interval", "index_target"):  # of the analyses, which the script does not make
            connection.execute(f"create table marts.{table} as from ready.marts.{table} limit 0")
        said = province.profile(connection, "Hà Nội", 2023)
    unwrapped = " ".join(said.split())
    assert (
        "7/8 trục, 27/28 chỉ số thành phần; không có tổng điểm và hạng chung. Không được công bố: 4.1. Lý do"
        in unwrapped
    )
    rows = {line.split()[0]: line for line in said.splitlines() if line.startswith("  ") and "  " in line.strip()}
    ranks = dict(
        versions.ask(
            "select code, rank || '/' || n_ranked from marts.index_score "
            "where index_id = 'papi' and year = 2023 and province_key = '01-ha-noi' and level = 'dimension'"
        )
    )
    assert {code for code, rank in ranks.items() if rank is None} == {"4"}
    for code, rank in ranks.items():
        assert (rank or "–") in rows[code].split()
    assert set(rows["Tổng"].split()[1:]) == {"–"}


def test_what_a_re_issue_states_again_holds_as_first_stated_with_its_sums(versions: Versions) -> None:
    for indicator in ("participation.civic_knowledge", "participation", "total"):
        assert versions.state(2020, "92-can-tho", indicator)[1:] == ("A", "papi-2020-r1")
    assert versions.state(2020, "24-bac-giang", "participation")[1:] == ("A", "papi-2020-r2")
    assert versions.state(2020, "96-ca-mau", "total")[1:] == ("A", "papi-2020-r3")
    again = versions.ask(
        "select release_id, known_from = known_to from core.fct_score "
        "where year = 2020 and province_key = '92-can-tho' and indicator_key = 'total' order by release_id"
    )
    assert again == [("papi-2020-r1", None), ("papi-2020-r2", True), ("papi-2020-r3", True)]


def test_totals_are_of_what_holds(versions: Versions) -> None:
    """Hà Nội's parts of 2020 come from two releases; its total is their sum."""
    parts = versions.ask(
        """
        select sum(score)::varchar, count(distinct release_id) from core.fct_score
        where year = 2020 and province_key = '01-ha-noi' and level = 'sub_dimension' and known_to is null
            and score is not null
        """
    )
    assert parts == [(versions.state(2020, "01-ha-noi", "total")[0], 2)]


def test_a_release_that_replaces_the_year_ends_what_it_leaves_out(versions: Versions) -> None:
    assert versions.state(2023, "96-ca-mau", "total") == (None, "Q", "papi-2023-r2")
    ranked = (
        "select n_ranked, count(*) from marts.index_score where year = 2023 and level = 'total' and rank is not null"
    )
    assert versions.ask(f"{ranked} group by n_ranked") == [(59, 59)]  # nor has Hà Nội, with one cell blank, a total


def test_an_unpublished_province_may_be_published_later(versions: Versions) -> None:
    assert versions.state(2021, "24-bac-giang", "total")[1:] == ("A", "papi-2021-r2")
    kinds = versions.ask(
        "select revision_kind, count(*) from marts.index_revision "
        "where year = 2021 and level = 'sub_dimension' group by revision_kind"
    )
    assert kinds == [("added", 28)]


def test_a_withdrawn_release_stays_as_an_event_and_what_was_before_holds_again(versions: Versions) -> None:
    score, status, release = versions.state(2019, "24-bac-giang", "participation.civic_knowledge")
    assert float(score) == pytest.approx(scores_of(2019)[BAC_GIANG, "1.1"])
    assert (status, release) == ("A", "papi-2019-r3")
    assert versions.ask(
        "select release_id, withdraws, withdrawn_by, note from core.dim_release where release_id like 'papi-2019-%' "
        "order by all"
    ) == [
        ("papi-2019-r1", None, None, None),
        ("papi-2019-r2", None, "papi-2019-r3", None),
        ("papi-2019-r3", "papi-2019-r2", None, "A wrong file was published."),
    ]
    causes = versions.ask(
        "select distinct revision_kind, cause from marts.index_revision "
        "where release_id = 'papi-2019-r3' and level = 'total'"
    )
    assert causes == [("corrected", "withdrawal")]


def test_with_its_only_release_withdrawn_a_year_is_not_scores_of(versions: Versions) -> None:
    rows = versions.ask(
        "select distinct obs_status, not_published_form, obs_reason, rank from marts.index_score "
        "where index_id = 'papi' and year = 2018 and level = 'sub_dimension' and obs_status <> 'M'"
    )
    assert rows == [("Q", "withdrawn", "A wrong file was published.", None)]


def test_revisions_are_told_cell_by_cell(versions: Versions) -> None:
    rows = versions.ask(
        """
        select province_key, code, revision_kind, score_in_force is null, release_in_force from marts.index_revision
        where release_id = 'papi-2020-r2' and level = 'sub_dimension' order by all
        """
    )
    assert rows == [
        ("01-ha-noi", "1.1", "blanked", False, "papi-2020-r1"),
        ("01-ha-noi", "1.2", "blanked", False, "papi-2020-r1"),
        ("01-ha-noi", "1.3", "corrected", False, "papi-2020-r2"),
        ("24-bac-giang", "1.1", "corrected", False, "papi-2020-r2"),
    ]


def test_of_two_files_of_one_day_the_later_one_holds_and_both_may_be_published(versions: Versions) -> None:
    first = scores_of(2022)[CA_MAU, "1.1"]
    rows = versions.ask(
        """
        select release_id, score::double, known_from::varchar, known_to::varchar from core.fct_score
        where year = 2022 and province_key = '96-ca-mau' and indicator_key = 'participation.civic_knowledge'
        order by release_id
        """
    )
    assert rows == [
        ("papi-2022-r1", pytest.approx(first), "2023-04-12", "2023-09-01"),
        ("papi-2022-r2", pytest.approx(first + 0.01), "2023-09-01", "2023-09-01"),
        ("papi-2022-r3", pytest.approx(first + 0.03), "2023-09-01", None),
    ]
    [row] = versions.ask(
        "select release_id from core.score_as_of('2023-09-01') "
        "where year = 2022 and province_key = '96-ca-mau' and indicator_key = 'participation.civic_knowledge'"
    )
    assert row == ("papi-2022-r3",)


@pytest.mark.parametrize("table", ["core.fct_score", "core.dim_release", "marts.index_revision", "marts.index_score"])
def test_no_critical_rule_blocks_years_that_were_issued_again(versions: Versions, table: str) -> None:
    suite = read_suite(ROOT / f"expectations/{table}.yml")
    outcomes = judge.ask(Task(suite, versions.build))
    blocking = [o for rule, o in zip(suite.rules, outcomes, strict=True) if rule.blocks(o.outcome)]
    assert outcomes
    assert not blocking


def test_intervals_and_finer_indicators_have_tables_of_their_own_place(versions: Versions) -> None:
    [interval] = versions.ask(
        """
        select interval_stated_pct, standard_error::double, half_width_in_errors::double
        from core.fct_score_interval where release_id = 'papi-2020-r2'
        """
    )
    assert interval == (95, 0.5, 1.645)
    shares = versions.ask(
        """
        select level, parent_key, count(*), min(score)::double from core.fct_score
        where release_id = 'papi-2021-r2' and level = 'indicator' group by all
        """
    )
    assert shares == [("indicator", "participation.civic_knowledge", 61, 0.25)]


# --- as of a day ---------------------------------------------------------------------------------------------------

QUESTIONS = [
    "select * from ({known}) where year = {year} and province_key = '{province}' order by all",
    "select release_id, obs_status, count(*), sum(score) from ({known}) where year = {year} group by all order by all",
    "select province_key, score, rank() over (order by score desc) from ({known}) "
    "where year = {year} and indicator_key = 'total' and score is not null order by all",
    "select year, release_id, score, source_file, source_cell from ({known}) "
    "where province_key = '{province}' and level = 'sub_dimension' order by all",
]


FIRST, SPAN = date(2013, 1, 1), (date(2026, 1, 1) - date(2013, 1, 1)).days
KNOWN_THAT_DAY, KNOWN_THE_NEXT = date(2021, 6, 30), date(2021, 6, 29)
RANDOM_DAYS = [FIRST + timedelta(random.Random(n).randrange(SPAN)) for n in range(12)]


@pytest.mark.long
@pytest.mark.parametrize("days", [[KNOWN_THAT_DAY], [KNOWN_THE_NEXT, *RANDOM_DAYS]])
def test_what_was_known_on_a_day_is_what_a_warehouse_of_that_day_knows(
    versions: Versions, built: Built, days: list[date]
) -> None:
    """Two hundred random questions on these days, each asked of a warehouse built from what was known then."""
    chance = random.Random(20210630)
    pairs = [
        (
            chance.choice(days),
            chance.choice(QUESTIONS),
            chance.randint(2011, 2024),
            chance.choice(["01-ha-noi", "24-bac-giang", "96-ca-mau", "22-quang-ninh"]),
        )
        for _ in range(PAIRS)
    ]
    assert len({day for day, *_ in pairs}) == len(days)
    with duckdb.connect(str(versions.build), read_only=True) as everything:
        for day in days:
            limited = script.build(built, versions.raw, versions.warehouse, as_of=day)
            with duckdb.connect(str(limited), read_only=True) as of_that_day:
                for _, question, year, province in (pair for pair in pairs if pair[0] == day):
                    then = question.format(known=f"from core.score_as_of('{day}')", year=year, province=province)
                    there = question.format(
                        known="from core.fct_score where known_to is null", year=year, province=province
                    )
                    assert everything.execute(then).fetchall() == of_that_day.execute(there).fetchall(), (day, then)
