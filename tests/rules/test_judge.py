"""Each rule passes on good data and bites on its own example of bad data."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.releases import deliveries, landing
from pipelines.rules import judge
from pipelines.rules.judge import Task
from pipelines.rules.suites import Outcome, Rule, Suite, read_suite, read_suites
from pipelines.seeds import Seeds
from pipelines.settings import ROOT, Settings
from tests import due
from tests.conftest import Built, Demo

SUITES = read_suites(ROOT / "expectations")
RULES = [(suite, rule) for suite in SUITES.values() for rule in suite.rules]
TRUE_OF_REAL_DATA = {
    "name_confirmed": due.names_not_confirmed(),
    "published_day_known": due.days_not_known(),
    "interval_as_labelled": 2 * 63,  # of the total with weights and without, of each province in 2019
}
# What stands on reports is empty in a real workspace: these rules are shown on the demonstration.
ON_REPORTS = {
    "core.fct_obligation",
    "core.fct_report",
    "core.fct_report_event",
    "core.fct_commune_answer",
    "core.fct_task_progress",
    "core.fct_target_value",
    "marts.compliance_unit",
    "marts.compliance_district",
    "marts.compliance_commune",
    "marts.compliance_target",
    "marts.compliance_province",
    "marts.chase_list",
    "marts.due_list",
    "marts.plan_task_progress",
}
INDEX_RULES = [(suite, rule) for suite, rule in RULES if suite.table not in ON_REPORTS]
REPORT_RULES = [(suite, rule) for suite, rule in RULES if suite.table in ON_REPORTS]
TRUE_OF_THE_DEMO = {"accepted_answers_what_it_owes"}


@pytest.fixture(scope="module")
def delivered() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two real deliveries as the rules on deliveries see them."""
    settings = Settings()
    seeds = Seeds(settings.seeds)
    read = [d for d in deliveries.read_all(settings.raw) if d.index_id == "papi" and d.year in (2020, 2021)]
    frames = {}
    for delivery in read:
        frame, _ = landing.read_delivery(settings, seeds, delivery)
        assert frame is not None
        frames[delivery.release_id] = frame
    scores, others = landing.judged_frames(seeds, read, frames)
    with duckdb.connect() as connection:
        for name, table in {landing.TABLE: scores, **others}.items():
            judge.show(connection, name, table)
        yield connection


def own_copy(build: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """A build file of one's own; views name the file that they are in, so it keeps its name."""
    return duckdb.connect(shutil.copy2(build, folder / build.name))


@pytest.fixture(scope="module")
def real(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with own_copy(built.settings.build, tmp_path_factory.mktemp("real")) as connection:
        yield connection


@pytest.fixture(scope="module")
def simulated(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with own_copy(demo.settings.build, tmp_path_factory.mktemp("simulated")) as connection:
        yield connection


def judge_spoilt(connection: duckdb.DuckDBPyConnection, suite: Suite, rule: Rule) -> Outcome:
    """Judge one rule on tables spoilt by its own example, in a transaction that is rolled back.

    An example that the table's own contract refuses is none: the contract says it already.
    """
    connection.begin()
    connection.execute(rule.bites)
    [outcome] = judge.judge(suite.model_copy(update={"rules": [rule]}), connection)
    connection.rollback()
    return outcome


@pytest.mark.parametrize(
    ("suite", "rule"), INDEX_RULES, ids=lambda part: getattr(part, "table", getattr(part, "id", ""))
)
def test_a_rule_passes_on_real_data_and_bites_on_its_example(
    published: duckdb.DuckDBPyConnection,
    real: duckdb.DuckDBPyConnection,
    delivered: duckdb.DuckDBPyConnection,
    suite: Suite,
    rule: Rule,
) -> None:
    said = "select distinct outcome, n_failed from audit.check_result where table_name = ? and rule_id = ?"
    [(outcome, n_failed)] = published.execute(said, [suite.table, rule.id]).fetchall()
    assert n_failed == TRUE_OF_REAL_DATA.get(rule.id, 0)
    assert outcome == ("fail" if rule.id in TRUE_OF_REAL_DATA else "pass")
    bad = judge_spoilt(delivered if suite.table == landing.TABLE else real, suite, rule)
    assert bad.outcome == "fail", bad
    assert bad.n_failed > n_failed


@pytest.mark.parametrize(
    ("suite", "rule"), REPORT_RULES, ids=lambda part: getattr(part, "table", getattr(part, "id", ""))
)
def test_a_rule_on_reports_passes_with_none_and_with_many_and_bites(
    published: duckdb.DuckDBPyConnection, simulated: duckdb.DuckDBPyConnection, suite: Suite, rule: Rule
) -> None:
    said = "select outcome, n_failed from audit.check_result where table_name = ? and rule_id = ?"
    assert published.execute(said, [suite.table, rule.id]).fetchall() == [("pass", 0)]
    [(outcome, n_failed)] = simulated.execute(said, [suite.table, rule.id]).fetchall()
    assert outcome == ("fail" if rule.id in TRUE_OF_THE_DEMO else "pass")
    bad = judge_spoilt(simulated, suite, rule)
    assert bad.outcome == "fail", bad
    assert bad.n_failed > n_failed


def test_only_a_warning_may_fail_on_real_data() -> None:
    assert {rule.severity for _, rule in RULES if rule.id in {*TRUE_OF_REAL_DATA, *TRUE_OF_THE_DEMO}} == {"warning"}


def test_every_suite_begins_with_the_rows_that_must_be_there() -> None:
    """By a count, by the set of keys that is due, or by both."""
    for suite in SUITES.values():
        assert suite.rules[0].id in {"row_count", "release_set", "province_set", "complete"}


def test_every_published_table_of_facts_is_judged(published: duckdb.DuckDBPyConnection) -> None:
    tables = published.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    not_judged = {table for (table,) in tables} - set(SUITES)
    assert not_judged == {
        "core.dim_index", "core.dim_method", "core.dim_day", "core.dim_plan", "core.dim_task", "core.dim_target",
        "core.dim_unit_successor", "audit.check_result", "audit.delivery", "audit.finding", "audit.report_finding",
        # A choice of rows or columns of a table that is judged.
        "core.dim_province", "core.dim_indicator", "core.dim_unit", "marts.papi_total", "marts.papi_dimension",
        "marts.papi_sub_dimension", "marts.index_change", "marts.index_core",
    }  # fmt: skip


def suite_of(**change: Any) -> Suite:
    rule = {
        "id": "a_rule",
        "expectation": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "score"},
        "severity": "critical",
        "because": "b",
        "remedy": "r",
        "bites": "x",
    }
    return Suite.model_validate({"table": "t", "key": ["place"], "rules": [rule | change]})


def judged(**change: Any) -> Outcome:
    with duckdb.connect() as connection:
        connection.execute("create table t as select 1.5 as score, 'a' as place union all select null, 'b'")
        [outcome] = judge.judge(suite_of(**change), connection)
        return outcome


def test_a_failing_row_is_told_by_its_key_and_cell() -> None:
    assert judged() == Outcome("a_rule", "fail", "1 of 2 rows", 1, [{"score": None, "place": "b"}])


def test_where_narrows_the_rows() -> None:
    assert judged(where="place = 'a'").outcome == "pass"


@pytest.mark.parametrize(
    "change",
    [
        {"expectation": "expect_nothing_known"},
        {"kwargs": {"column": "no_such_column"}},
        {"kwargs": {"colum": "score"}},
        {"query": "select * from no_such_table"},
    ],
)
def test_a_rule_that_cannot_be_judged_is_an_error_and_not_a_failure(change: dict[str, Any]) -> None:
    assert judged(**change).outcome == "error"


def test_an_unknown_field_or_a_repeated_id_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "expectations/core.dim_release.yml").read_text("utf-8")
    path = tmp_path / "suite.yml"
    path.write_text(text.replace("severity:", "severety:", 1), "utf-8")
    with pytest.raises(ValueError, match="severety"):
        read_suite(path)
    path.write_text(text.replace("known_after_the_survey", "release_set"), "utf-8")
    with pytest.raises(ValueError, match="twice"):
        read_suite(path)


def test_a_judging_process_that_died_leaves_every_rule_not_run() -> None:
    judge.ask(Task(suite_of()))
    [worker] = judge._process()._processes
    os.kill(worker, signal.SIGKILL)
    outcomes = judge.ask(Task(SUITES["core.dim_release"]))
    assert [outcome.outcome for outcome in outcomes] == ["not_run"] * 3
    assert [one.outcome for one in judge.ask(Task(suite_of()))] == ["error"], (
        "another process answers, of no such table"
    )
