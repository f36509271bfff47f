"""The rules of expectations/ as Dagster asset checks: one check a rule, blocking where critical.

Belongs here: Dagster's view of the rules on built tables. Does not belong here: how a rule is judged, see
rules/judge.py, and where its outcome is kept, see building/making.py; rules on deliveries, see landing_assets.py.
"""

import logging
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import dagster as dg

from pipelines.building import making
from pipelines.building.graph import Check, Graph
from pipelines.building.ledger import Standing
from pipelines.orchestration.step import keep_if_blocked, step
from pipelines.orchestration.versions import assets_of
from pipelines.rules.suites import Outcome, Suite
from pipelines.settings import Settings

SHOWN = 10
log = logging.getLogger("papi")


def build_checks(
    settings: Settings, graph: Graph, analysed: Iterable[dg.AssetKey], standing: Standing | None
) -> list[dg.AssetChecksDefinition]:
    """Every rule on a built table, in two steps: those that ask of an analysis follow the analyses.

    A step asks its rules in one go while the tables are not written to. A rule blocks what is made from its table. In a
    run by a ``standing`` only rules on tables that it makes do: another is asked again because it compares its table
    with one that is made, and what comes after cannot wait for what comes before it. The gate asks for both.
    """
    made = None if standing is None else {table for n in standing.stale for table in graph.nodes[n].tables}
    late = set(analysed)
    rules = [check for check in graph.checks.values() if check.rule is not None]
    steps: dict[str, list[Check]] = {"check_tables": [], "check_analyses": []}
    for check in rules:
        is_late = bool(late & {asset for parent in check.parents for asset in assets_of(graph, parent)})
        steps["check_analyses" if is_late else "check_tables"].append(check)
    return [_build_step(settings, graph, name, checks, made) for name, checks in steps.items()]


def _build_step(
    settings: Settings, graph: Graph, name: str, checks: list[Check], made: set[str] | None
) -> dg.AssetChecksDefinition:
    by_key = {rule_key(check): check for check in checks}

    @dg.multi_asset_check(
        name=name,
        specs=[_spec(graph, check, made) for check in checks],
        can_subset=True,
        pool="duckdb_writer",
    )
    def judged(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with step(settings, context):
            chosen = [by_key[key] for key in sorted(context.op_execution_context.selected_asset_check_keys)]
            outcomes = making.judge_rules(settings, chosen)
            for table, of_table in groupby(outcomes, key=lambda one: one[0].table):
                said = [outcome for _, outcome in of_table]
                passed = sum(outcome.outcome == "pass" for outcome in said)
                log.info("checks: %s, %d of %d rules pass", table, passed, len(said))
            keep_if_blocked(settings, context, outcomes)
            for check, outcome in outcomes:
                yield check_result(rule_key(check), check, outcome)

    return judged


def _spec(graph: Graph, check: Check, made: set[str] | None) -> dg.AssetCheckSpec:
    assert check.suite is not None
    assert check.rule is not None
    own = _asset(check.suite)
    others = {asset for parent in check.parents for asset in assets_of(graph, parent)} - {own}
    return dg.AssetCheckSpec(
        check.rule.id,
        asset=own,
        additional_deps=sorted(others),
        blocking=made is None or check.suite.table in made,
        description=check.rule.because,
        metadata={"remedy": check.rule.remedy, "expectation": check.rule.expectation},
    )


def rule_key(check: Check) -> dg.AssetCheckKey:
    """The check as Dagster names it."""
    assert check.suite is not None
    assert check.rule is not None
    return dg.AssetCheckKey(_asset(check.suite), check.rule.id)


def _asset(suite: Suite) -> dg.AssetKey:
    return dg.AssetKey(suite.table.split("."))


def check_result(key: dg.AssetCheckKey, check: Check, outcome: Outcome) -> dg.AssetCheckResult:
    """A warning is shown, anything else that does not pass blocks; an error or a check not run always blocks."""
    is_warning = check.severity == "warning" and not check.blocks(outcome.outcome)
    metadata: dict[str, Any] = {
        "outcome": outcome.outcome,
        "observed": outcome.observed,
        "n_failed": outcome.n_failed,
        "remedy": check.remedy,
    }
    if outcome.failing:
        metadata["first_failing"] = table_of(outcome.failing[:SHOWN])
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=outcome.outcome == "pass",
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        description=None if outcome.outcome == "pass" else check.told(outcome),
        metadata=metadata,
    )


def table_of(rows: list[dict[str, Any]]) -> dg.MetadataValue:
    """Rows with the same keys, as Dagster's pages show them."""
    shown = [dg.TableRecord({k: "" if v is None else str(v) for k, v in row.items()}) for row in rows]
    return dg.MetadataValue.table(shown, dg.TableSchema([dg.TableColumn(name) for name in (rows or [{}])[0]]))
