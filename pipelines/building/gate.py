"""The gate of publication: what is wrong with the build file as it lies, whichever way it was built.

Belongs here: comparing the file with what must be in it. Does not belong here: building, judging or publishing.
It asks the file alone, so it holds for `papi refresh`, for the buttons of Dagster's pages and for its command line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.analysis import marts
from pipelines.building import dbt, fingerprint
from pipelines.published import SCHEMAS
from pipelines.releases import landing
from pipelines.rules.suites import read_suites
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

WELL = ("success", "pass", "warn")
SHOWN = 10
REMEDY = "Run `papi refresh`; what was published before stays until then."


class NotFit(RuntimeError):
    """The build file may not be published; the message names what is missing or failed, and what to do."""


def check(settings: Settings) -> None:
    """Raise ``NotFit`` unless the build file was made from the files of now, is whole, and passed every check."""
    import duckdb

    if not settings.build.exists():
        raise NotFit(f"there is no build in {settings.warehouse}. {REMEDY}")
    with duckdb.connect(str(settings.build), read_only=True) as connection:
        said = refusals(settings, connection)
    if said:
        more = [f"and {len(said) - SHOWN} more"] if len(said) > SHOWN else []
        raise NotFit("not published: " + "; ".join([*said[:SHOWN], *more]) + f". {REMEDY}")


def refusals(settings: Settings, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """One sentence for each reason why the build may not be published, none where it may."""
    there = {f"{schema}.{table}" for schema, table in connection.execute(TABLES_SQL).fetchall()}
    if not {"landing.built_from", "landing.node_result", "audit.check_result"} <= there:
        return ["the build is not finished"]
    said = []
    [(made_from,)] = connection.execute("select fingerprint from landing.built_from").fetchall()
    if made_from != fingerprint.of(settings):
        said.append("the build was made from other files than those of now")
    nodes = json.loads(dbt.ensure_manifest(settings).read_text(encoding="utf-8"))["nodes"]
    said += _nodes(nodes, dict(connection.execute("select unique_id, status from landing.node_result").fetchall()))
    tables = {
        f"{node['schema']}.{node['name']}"
        for node in nodes.values()
        if node["resource_type"] == "model" and node["schema"] in SCHEMAS
    }
    said += [f"table {name} is missing" for name in sorted(tables - there)]
    said += [f"table marts.{name} is missing" for name in marts.described(settings) if f"marts.{name}" not in there]
    outcomes = connection.execute(
        "select table_name, rule_id, outcome from audit.check_result where release_id is null"
    ).fetchall()
    return said + _rules(settings, {(table, rule): outcome for table, rule, outcome in outcomes})


TABLES_SQL = "select schema_name, table_name from duckdb_tables() where database_name = current_database()"


def _nodes(nodes: dict[str, dict[str, str]], status: dict[str, str]) -> list[str]:
    """Seeds, models, data tests and hooks that dbt did not bring to a good end."""
    due = [unique_id for unique_id, node in nodes.items() if node["resource_type"] in ("seed", "model", "test")]
    return [
        f"dbt {kind} {name}: {status.get(unique_id, 'not run')}"
        for unique_id in dict.fromkeys([*due, *status])
        for kind, _, name in [unique_id.split(".", 2)]
        if status.get(unique_id) not in WELL
    ]


def _rules(settings: Settings, outcomes: dict[tuple[str, str], str]) -> list[str]:
    """Rules on tables that were not judged, could not be, or failed and are critical."""
    said = []
    for table, suite in read_suites(settings.expectations).items():
        for rule in suite.rules if table != landing.TABLE else []:
            outcome = outcomes.get((table, rule.id), "not_run")
            if rule.blocks(outcome):
                said.append(f"rule {rule.id} of {table}: {outcome.replace('_', ' ')}")
    return said
