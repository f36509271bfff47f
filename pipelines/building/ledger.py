"""The ledger of the build: which inputs each table was made from, and each rule judged.

Belongs here: the two readings of a key, wanted and made, and what follows where they differ. Does not belong here: what
decides a node, see graph.py; building, judging or publishing.

    data(node) = hash of its parts and of data() of what it reads
    key(node)  = hash of data(node) and its descriptions

*Wanted* is worked out from the inputs of now. *Made* lies in schema ``ledger`` of the build file: it is taken away
before a table is touched, and written once the table is whole, from the made hashes of what it was built from. So a
crash, or a `dbt build` by hand, leaves a table without a key, which is stale. The outcome of a rule or test is kept
under a hash of what it asks and of the data that it judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.building.graph import Check, Graph, Node
from pipelines.kept import key_of
from pipelines.rules.suites import Outcome

if TYPE_CHECKING:
    import duckdb

TABLES_SQL = """
    create schema if not exists ledger;
    create table if not exists ledger.made (
        node_id varchar primary key, parts varchar not null, described varchar not null, data varchar not null,
        key varchar not null
    );
    create table if not exists ledger.outcome (
        check_id varchar primary key, key varchar not null, outcome varchar not null, observed varchar not null,
        n_failed integer not null, failing varchar not null
    );
"""
SHOWN = 3  # so many changes are named for each stale table
THERE_SQL = """
    select schema_name, table_name, 'table' from duckdb_tables() where database_name = current_database()
    union all
    select schema_name, view_name, 'view' from duckdb_views() where database_name = current_database() and not internal
    union all
    select schema_name, function_name, 'macro table' from duckdb_functions()
    where database_name = current_database() and function_type = 'table_macro' and not internal
"""


@dataclass(frozen=True)
class Made:
    """What a node was made from, or would be: ``data`` decides its rows, ``key`` its rows and comments."""

    parts: Mapping[str, str]
    described: str
    data: str
    key: str


@dataclass(frozen=True)
class Standing:
    """The build file against the inputs of now: nodes and checks that have to be made again, each with the reason."""

    stale: dict[str, str]
    unjudged: dict[str, str]
    wanted: dict[str, Made]
    outcomes: dict[str, Outcome]  # of every check that was asked of what is wanted, errors too

    @property
    def is_settled(self) -> bool:
        return not self.stale and not self.unjudged


def wanted(graph: Graph) -> dict[str, Made]:
    """What every node would be made from now."""
    found: dict[str, Made] = {}
    for node in graph.nodes.values():
        found[node.node_id] = _made(node, [found[parent].data for parent in node.parents])
    return found


def asked(graph: Graph, nodes: Mapping[str, Made]) -> dict[str, str]:
    """For each check a hash of what it asks and of the data that it judges."""
    return {check.check_id: _check_key(check, nodes) for check in graph.checks.values()}


def made(connection: duckdb.DuckDBPyConnection) -> dict[str, Made]:
    """What every table of the build file was made from; a node without a key is not among them."""
    if "ledger.made" not in there(connection):
        return {}
    rows = connection.execute("select node_id, parts, described, data, key from ledger.made").fetchall()
    return {node_id: Made(json.loads(parts), *rest) for node_id, parts, *rest in rows}


def there(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables, views and table macros of a file, with their schema."""
    return {f"{schema}.{name}" for schema, name, _ in connection.execute(THERE_SQL).fetchall()}


def standing(graph: Graph, connection: duckdb.DuckDBPyConnection | None) -> Standing:
    """Compare a build file, or None where there is none, with the inputs of now."""
    want, have = wanted(graph), made(connection) if connection else {}
    present = there(connection) if connection else set()
    stale = {
        node.node_id: _why(graph, node, want, have)
        for node in graph.nodes.values()
        if node.node_id not in have or have[node.node_id].key != want[node.node_id].key or not {*node.tables} <= present
    }
    kept = _outcomes(connection) if connection and "ledger.outcome" in present else {}
    outcomes, unjudged = {}, {}
    for check in graph.checks.values():
        key, outcome = kept.get(check.check_id, ("", None))
        if outcome is None:
            unjudged[check.check_id] = "not judged yet"
        elif key != _check_key(check, want):
            unjudged[check.check_id] = "judged on other data, or asked otherwise"
        else:
            outcomes[check.check_id] = outcome
            if outcome.outcome in ("error", "not_run"):
                unjudged[check.check_id] = f"{outcome.outcome.replace('_', ' ')}: {outcome.observed}"
    return Standing(stale, unjudged, want, outcomes)


def _made(node: Node, parents: Iterable[str]) -> Made:
    data = key_of(None, (), json.dumps(node.parts, sort_keys=True), *parents)
    return Made(node.parts, node.described, data, key_of(None, (), data, node.described))


def _check_key(check: Check, nodes: Mapping[str, Made]) -> str:
    parents = [nodes[parent].data for parent in check.parents]
    return key_of(None, (), json.dumps(check.parts, sort_keys=True), *parents)


def _why(graph: Graph, node: Node, want: Mapping[str, Made], have: Mapping[str, Made]) -> str:
    """The leaves that made a node stale: what changed in them, by name."""
    if node.node_id not in have:
        return "not built yet, or its build was not finished"
    said = []
    for leaf in graph.upstream[node.node_id]:
        whose = "" if leaf == node.node_id else f"{title(leaf)}: "
        said += [f"{whose}{change}" for change in _changes(want[leaf], have.get(leaf))]
        if leaf == node.node_id and leaf in have and want[leaf].described != have[leaf].described:
            said.append("its descriptions changed")
    if len(said) > SHOWN:
        said = [*said[:SHOWN], f"and {len(said) - SHOWN} more"]
    is_same = have[node.node_id].key == want[node.node_id].key
    return "; ".join(said) or ("its table is gone" if is_same else "a table that it reads was built of something else")


def _changes(want: Made, have: Made | None) -> list[str]:
    if have is None:
        return []
    before, now = have.parts, want.parts
    return [
        *(f"{name} is new" for name in now if name not in before),
        *(f"{name} changed" for name in now if name in before and now[name] != before[name]),
        *(f"{name} is gone" for name in before if name not in now),
    ]


def title(node_id: str) -> str:
    """A node as a person would call it."""
    kind, _, name = node_id.partition(".")
    return f"{kind} {name.removeprefix('papi_warehouse.')}"


# --- writing -------------------------------------------------------------------------------------------------------


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the ledger's own tables where they are not there."""
    connection.execute(TABLES_SQL)


def forget(connection: duckdb.DuckDBPyConnection, node_ids: Iterable[str]) -> None:
    """Take away the keys of tables that are about to be touched."""
    connection.execute("delete from ledger.made where list_contains(?, node_id)", [list(node_ids)])


def record(connection: duckdb.DuckDBPyConnection, before: Graph, after: Graph, node_ids: Iterable[str]) -> None:
    """Write the keys of tables that are whole, parents first.

    ``before`` and ``after`` are the inputs as they were read before and after the work: a node of which they differ, or
    that was built from a table without a key, gets none.
    """
    have, done = made(connection), set(node_ids)
    for node in before.nodes.values():
        is_same = node == after.nodes.get(node.node_id)
        if node.node_id not in done or not is_same or not all(parent in have for parent in node.parents):
            continue
        own = _made(node, [have[parent].data for parent in node.parents])
        have[node.node_id] = own
        connection.execute(
            "insert or replace into ledger.made values (?, ?, ?, ?, ?)",
            [node.node_id, json.dumps(own.parts), own.described, own.data, own.key],
        )


def keep(connection: duckdb.DuckDBPyConnection, judged: Iterable[tuple[Check, Outcome]]) -> None:
    """Keep outcomes under what was asked and judged; one on a table without a key is forgotten."""
    have = made(connection)
    for check, outcome in judged:
        connection.execute("delete from ledger.outcome where check_id = ?", [check.check_id])
        if all(parent in have for parent in check.parents):
            failing = json.dumps(outcome.failing, ensure_ascii=False)
            connection.execute(
                "insert into ledger.outcome values (?, ?, ?, ?, ?, ?)",
                [check.check_id, _check_key(check, have), outcome.outcome, outcome.observed, outcome.n_failed, failing],
            )


def drop_unknown(graph: Graph, connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what no node makes any more, so that it is never published."""
    known = {*graph.makes, "audit.check_result", "ledger.made", "ledger.outcome"}
    for schema, name, kind in connection.execute(THERE_SQL).fetchall():
        if f"{schema}.{name}" not in known:
            connection.execute(f'drop {kind} if exists {schema}."{name}"')
    connection.execute("delete from ledger.made where not list_contains(?, node_id)", [list(graph.nodes)])
    connection.execute("delete from ledger.outcome where not list_contains(?, check_id)", [list(graph.checks)])


def _outcomes(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, Outcome]]:
    sql = "select check_id, key, outcome, observed, n_failed, failing from ledger.outcome"
    rows = connection.execute(sql).fetchall()
    return {
        check_id: (key, Outcome(check_id, outcome, observed, n_failed, json.loads(failing)))
        for check_id, key, outcome, observed, n_failed, failing in rows
    }
