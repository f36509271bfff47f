"""The rules of expectations/ as Dagster asset checks: one check a rule, blocking where critical.

Belongs here: Dagster's view of the rules on built tables, and keeping their outcomes in audit.check_result. Does not
belong here: how a rule is judged, see expectations.py; rules on deliveries, which the landing asset reports.
"""

import logging
from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines import landing
from pipelines.expectations import JUDGE, Outcome, Rule, Suite, Task, outcome_row, read_suites
from pipelines.settings import Settings

SHOWN = 10
log = logging.getLogger("papi")


def build_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """One set of checks for each suite on a built table."""
    suites = read_suites(settings.expectations)
    return [_table_checks(settings, suite) for table, suite in suites.items() if table != landing.TABLE]


def _table_checks(settings: Settings, suite: Suite) -> dg.AssetChecksDefinition:
    asset = dg.AssetKey(suite.table.split("."))

    @dg.multi_asset_check(
        name=f"check_{asset.to_python_identifier()}",
        specs=[
            dg.AssetCheckSpec(
                rule.id,
                asset=asset,
                blocking=True,
                description=rule.because,
                metadata={"remedy": rule.remedy, "expectation": rule.expectation},
            )
            for rule in suite.rules
        ],
        pool="duckdb_writer",
    )
    def checks() -> Iterator[dg.AssetCheckResult]:
        outcomes = judge_table(settings, suite)
        keep(settings, suite, outcomes)
        for rule, outcome in zip(suite.rules, outcomes, strict=True):
            yield check_result(asset, rule, outcome)
        passed = sum(outcome.outcome == "pass" for outcome in outcomes)
        log.info("checks: %s, %d of %d rules pass", suite.table, passed, len(outcomes))

    return checks


def judge_table(settings: Settings, suite: Suite) -> list[Outcome]:
    """Outcomes of a suite on the build file, where landing.due says what must be there."""
    return JUDGE.ask(Task(suite, settings.build, {}, {}))


def check_result(asset: dg.AssetKey, rule: Rule, outcome: Outcome) -> dg.AssetCheckResult:
    """A warning is shown, anything else that does not pass blocks; an error or a rule not run always blocks."""
    is_warning = rule.severity == "warning" and outcome.outcome in ("pass", "fail")
    metadata: dict[str, Any] = {
        "outcome": outcome.outcome,
        "observed": outcome.observed,
        "n_failed": outcome.n_failed,
        "remedy": rule.remedy,
    }
    if outcome.failing:
        metadata["first_failing"] = dg.MetadataValue.table(
            [dg.TableRecord({k: "" if v is None else str(v) for k, v in r.items()}) for r in outcome.failing[:SHOWN]],
            dg.TableSchema([dg.TableColumn(name) for name in outcome.failing[0]]),
        )
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=rule.id,
        passed=outcome.outcome == "pass",
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        description=None if outcome.outcome == "pass" else f"{outcome.outcome}: {outcome.observed}. {rule.remedy}",
        metadata=metadata,
    )


def keep(settings: Settings, suite: Suite, outcomes: list[Outcome]) -> None:
    """Add the outcomes of a suite to audit.check_result in the build file."""
    import duckdb
    import pandas as pd

    rows = [outcome_row(suite, rule, outcome) for rule, outcome in zip(suite.rules, outcomes, strict=True)]
    with duckdb.connect(str(settings.build)) as connection:
        connection.execute("delete from audit.check_result where table_name = ?", [suite.table])
        connection.register("arriving", pd.DataFrame(rows, dtype=object))
        connection.execute("insert into audit.check_result by name select * from arriving")
