"""The rules of expectations/ as Dagster asset checks: one check a rule, blocking where critical.

Belongs here: Dagster's view of the rules on built tables, and keeping their outcomes in audit.check_result. Does not
belong here: how a rule is judged, see expectations.py; rules on deliveries, which the landing asset reports.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg

from pipelines.releases import landing
from pipelines.rules import judge
from pipelines.rules.judge import Task
from pipelines.rules.suites import Outcome, Rule, Suite, outcome_row, read_suites
from pipelines.settings import Settings

SHOWN = 10
log = logging.getLogger("papi")


def build_checks(settings: Settings, analysed: Iterable[dg.AssetKey]) -> list[dg.AssetChecksDefinition]:
    """Every rule on a built table, in two steps: the analyses follow the rules on what they read.

    A step asks its rules in one go while the tables are not written to.
    """
    suites = [suite for table, suite in read_suites(settings.expectations).items() if table != landing.TABLE]
    late = set(analysed)
    return [
        _build_step(settings, "check_tables", [suite for suite in suites if _asset(suite) not in late]),
        _build_step(settings, "check_analyses", [suite for suite in suites if _asset(suite) in late]),
    ]


def _build_step(settings: Settings, name: str, suites: list[Suite]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=name,
        specs=[
            dg.AssetCheckSpec(
                rule.id,
                asset=_asset(suite),
                blocking=True,
                description=rule.because,
                metadata={"remedy": rule.remedy, "expectation": rule.expectation},
            )
            for suite in suites
            for rule in suite.rules
        ],
        pool="duckdb_writer",
    )
    def checks() -> Iterator[dg.AssetCheckResult]:
        answers = [judge.ask(Task(suite, settings.build)) for suite in suites]
        judged = [
            (suite, rule, outcome)
            for suite, outcomes in zip(suites, answers, strict=True)
            for rule, outcome in zip(suite.rules, outcomes, strict=True)
        ]
        keep(settings, judged)
        for suite, outcomes in zip(suites, answers, strict=True):
            passed = sum(outcome.outcome == "pass" for outcome in outcomes)
            log.info("checks: %s, %d of %d rules pass", suite.table, passed, len(outcomes))
        for suite, rule, outcome in judged:
            yield check_result(_asset(suite), rule, outcome)

    return checks


def _asset(suite: Suite) -> dg.AssetKey:
    return dg.AssetKey(suite.table.split("."))


def check_result(asset: dg.AssetKey, rule: Rule, outcome: Outcome) -> dg.AssetCheckResult:
    """A warning is shown, anything else that does not pass blocks; an error or a rule not run always blocks."""
    is_warning = rule.severity == "warning" and not rule.blocks(outcome.outcome)
    metadata: dict[str, Any] = {
        "outcome": outcome.outcome,
        "observed": outcome.observed,
        "n_failed": outcome.n_failed,
        "remedy": rule.remedy,
    }
    if outcome.failing:
        metadata["first_failing"] = table_of(outcome.failing[:SHOWN])
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=rule.id,
        passed=outcome.outcome == "pass",
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        description=None if outcome.outcome == "pass" else f"{outcome.outcome}: {outcome.observed}. {rule.remedy}",
        metadata=metadata,
    )


def table_of(rows: list[dict[str, Any]]) -> dg.MetadataValue:
    """Rows with the same keys, as Dagster's pages show them."""
    shown = [dg.TableRecord({k: "" if v is None else str(v) for k, v in row.items()}) for row in rows]
    return dg.MetadataValue.table(shown, dg.TableSchema([dg.TableColumn(name) for name in (rows or [{}])[0]]))


def keep(settings: Settings, judged: list[tuple[Suite, Rule, Outcome]]) -> None:
    """Add outcomes on built tables to audit.check_result in the build file, in place of earlier ones on them."""
    import duckdb
    import pandas as pd

    arriving = pd.DataFrame([outcome_row(*one) for one in judged], dtype=object)
    with duckdb.connect(str(settings.build)) as connection:
        tables = sorted({suite.table for suite, _, _ in judged})
        connection.execute(
            "delete from audit.check_result where release_id is null and list_contains(?, table_name)", [tables]
        )
        connection.register("arriving", arriving)
        connection.execute("insert into audit.check_result by name select * from arriving")
