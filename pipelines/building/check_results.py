"""audit.check_result: what every rule said, of each delivery and of each table.

Belongs here: the one writer of that table. Does not belong here: judging; keeping outcomes, see ledger.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.analysis.described import create, tables_of_source
from pipelines.building.graph import Graph
from pipelines.building.release_tables import insert_rows
from pipelines.published import Row
from pipelines.releases import deliveries, landing
from pipelines.rules.suites import Outcome, outcome_row
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

TABLE = "audit.check_result"
DESCRIBED = Path("models/audit/_audit__sources.yml")


def write(
    settings: Settings, connection: duckdb.DuckDBPyConnection, graph: Graph, outcomes: Mapping[str, Outcome]
) -> None:
    """Write the table anew: rules on deliveries as they were landed, rules on tables from ``outcomes`` by check."""
    schema, table = TABLE.split(".")
    create(connection, TABLE, described(settings))
    insert_rows(connection, table, [*_of_deliveries(settings), *_of_tables(graph, outcomes)], schema)


def described(settings: Settings) -> Row:
    """Columns, constraints and comments of the table, as the dbt project has them."""
    return tables_of_source(settings.dbt_project / DESCRIBED)[TABLE.split(".")[1]]


def _of_deliveries(settings: Settings) -> Iterator[dict[str, Any]]:
    rules = landing.suite(settings)
    known = deliveries.read_all(settings.raw, settings.as_of)
    for release_id, landed in landing.recalled(settings, known).items():
        if landed.outcomes:
            for rule, outcome in zip(rules.rules, landed.outcomes, strict=True):
                yield outcome_row(rules, rule, outcome, release_id)


def _of_tables(graph: Graph, outcomes: Mapping[str, Outcome]) -> Iterator[dict[str, Any]]:
    for check in graph.checks.values():
        if check.suite is not None and check.rule is not None:
            outcome = outcomes.get(check.check_id, Outcome(check.rule.id, "not_run", "not judged on this build"))
            yield outcome_row(check.suite, check.rule, replace(outcome, rule_id=check.rule.id))
