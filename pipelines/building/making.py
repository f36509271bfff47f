"""Making tables and outcomes in the build file, and publishing it: each step leaves the ledger true.

Belongs here: what every step does around its work - which keys are taken away, which are written. Does not belong
here: the work itself; when a step runs, which refresh.py and Dagster's buttons decide.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.analysis import marts
from pipelines.analysis.marts import Analysed
from pipelines.building import check_results, dbt, fingerprint, gate, graph, ledger, publication
from pipelines.building.graph import Check, Graph
from pipelines.building.ledger import Made, Standing
from pipelines.building.pages import Draw
from pipelines.building.publication import Publication, Stamp
from pipelines.plan.obligations import Duties
from pipelines.releases.rewritten import all_facts, rewritten
from pipelines.reports import registry
from pipelines.rules.judge import Task, ask
from pipelines.rules.suites import KEPT_FAILING, Outcome, OutcomeName
from pipelines.settings import Settings

OF_DBT: dict[str, OutcomeName] = {"pass": "pass", "warn": "fail", "fail": "fail"}


class ExampleRefused(ValueError):
    """The example of bad data that a rule gives cannot be put into its table."""


def begin(settings: Settings, full: bool) -> Standing:
    """The standing of the build file before a refresh; what no node makes any more is dropped from it.

    ``full``, or a file that cannot be read or is twice the size of its tables, makes a refresh begin from nothing.
    """
    now = graph.read(settings)
    if full or not _is_sound(settings):
        discard(settings)
        return ledger.standing(now, None)
    if not settings.build.exists():
        return ledger.standing(now, None)
    with duckdb.connect(str(settings.build)) as connection:
        ledger.prepare(connection)
        ledger.drop_unknown(now, connection)
        found = ledger.standing(now, connection)
    if found.stale.keys() >= now.nodes.keys():
        discard(settings)  # and with it what its checks said, though they may still hold of the same data
        return replace(found, unjudged=ledger.standing(now, None).unjudged, outcomes={})
    return found


def look(settings: Settings) -> tuple[Graph, Standing]:
    """The inputs of now, and the standing of the build file as it lies."""
    now = graph.read(settings)
    if not settings.build.exists():
        return now, ledger.standing(now, None)
    with duckdb.connect(str(settings.build), read_only=True) as connection:
        return now, ledger.standing(now, connection)


def discard(settings: Settings) -> None:
    """Take the build file away, with its log."""
    for suffix in ("", ".wal"):
        settings.build.with_name(f"{settings.build.name}{suffix}").unlink(missing_ok=True)


def discard_kept(settings: Settings) -> None:
    """Take away all that was kept of earlier readings, analyses and parses."""
    for folder in (settings.landing, settings.warehouse / "analysis", settings.dbt_project / "target" / "kept"):
        shutil.rmtree(folder, ignore_errors=True)


def _is_sound(settings: Settings) -> bool:
    if not settings.build.exists():
        return True
    try:
        with duckdb.connect(str(settings.build)) as connection:
            connection.execute("checkpoint")
            [(_, _, _, _, used, free, *_)] = connection.execute("pragma database_size").fetchall()
    except duckdb.Error:
        return False
    return bool(free <= used)


def build(settings: Settings, chosen: Collection[str]) -> tuple[list[Any], dict[str, Outcome]]:
    """Build these seeds and models with dbt and run these tests; dbt's results, and what each test said by its id.

    dbt itself takes the keys away.
    """
    settings.build.parent.mkdir(parents=True, exist_ok=True)
    before = graph.read(settings)
    with duckdb.connect(str(settings.build)) as connection:
        ledger.prepare(connection)
    results = dbt.build(settings, dbt.load_manifest(settings), chosen)
    made = [r.node.unique_id for r in results if r.status == "success"]
    asked = [r for r in results if r.node.unique_id in before.checks and r.status != "skipped"]
    with duckdb.connect(str(settings.build)) as connection:
        judged = {result.node.unique_id: _outcome(connection, result) for result in asked}
        ledger.record(connection, before, graph.read(settings), made)
        ledger.keep(connection, [(before.checks[check_id], outcome) for check_id, outcome in judged.items()])
    return results, judged


def _outcome(connection: duckdb.DuckDBPyConnection, result: Any) -> Outcome:
    """What a test of dbt said, which counts the failing rows; its own SQL brings them."""
    outcome = OF_DBT.get(result.status, "error")
    if outcome == "pass":
        return Outcome(result.node.unique_id, outcome, f"{result.failures or 0} rows")
    if outcome == "error":
        return Outcome(result.node.unique_id, outcome, str(result.message))
    found = connection.sql(result.node.compiled_code).limit(KEPT_FAILING)
    failing = [dict(zip(found.columns, map(_plain, row), strict=True)) for row in found.fetchall()]
    return Outcome(result.node.unique_id, outcome, f"{result.failures} rows", result.failures, failing)


def _plain(value: Any) -> str | int | float | bool | None:
    """A value that JSON knows."""
    return value if value is None or isinstance(value, str | int | float) else str(value)


def made(settings: Settings) -> tuple[dict[str, Made], dict[str, int]]:
    """What every table of the build file was made from, by node, and the rows of each table and view."""
    tables = "select schema_name || '.' || table_name, estimated_size from duckdb_tables()"  # DuckDB keeps the count
    views = "select schema_name || '.' || view_name from duckdb_views() where not internal"
    with duckdb.connect(str(settings.build), read_only=True) as connection:
        n_rows = dict(connection.execute(tables).fetchall())
        for (view,) in connection.execute(views).fetchall():
            with suppress(duckdb.Error):  # a view of a table that is not there yet
                [(n_rows[view],)] = connection.execute(f"select count(*) from {view}").fetchall()
        return ledger.made(connection), n_rows


def analyse(settings: Settings, names: Collection[str]) -> list[Analysed]:
    """Fill the marts of these analyses."""
    node_ids = [f"analysis.{name}" for name in names]
    before = graph.read(settings)
    with duckdb.connect(str(settings.build)) as connection:
        ledger.prepare(connection)
        ledger.forget(connection, node_ids)
    done = list(marts.run(settings, names))
    with duckdb.connect(str(settings.build)) as connection:
        ledger.record(connection, before, graph.read(settings), node_ids)
    return done


def judge_rules(settings: Settings, chosen: Iterable[Check]) -> list[tuple[Check, Outcome]]:
    """Judge these rules on the tables as they lie, and keep what they said under what they asked. No table changes."""
    by_table: dict[str, list[Check]] = {}
    for check in chosen:
        if check.suite is not None:
            by_table.setdefault(check.suite.table, []).append(check)
    judged = [pair for checks in by_table.values() for pair in _judged(settings, checks)]
    with duckdb.connect(str(settings.build)) as connection:
        ledger.prepare(connection)
        ledger.keep(connection, judged)
    return judged


def judge(settings: Settings, chosen: Collection[Check]) -> list[tuple[Check, Outcome]]:
    """Ask these rules and tests on the tables as they lie, and keep what they said."""
    tests = {check.check_id: check for check in chosen if check.rule is None}
    judged = judge_rules(settings, [check for check in chosen if check.rule is not None])
    outcomes = build(settings, [*tests])[1] if tests else {}
    return [*judged, *((tests[check_id], outcome) for check_id, outcome in outcomes.items())]


def bite(settings: Settings, chosen: Iterable[Check]) -> list[tuple[Check, Outcome]]:
    """What each rule says once its own example of bad data has spoilt a copy of the build file; nothing is kept.

    Raises ``ExampleRefused`` where a table's own contract refuses the example: then the contract says it already.
    """
    judged = []
    for check in chosen:
        assert check.rule is not None
        with tempfile.TemporaryDirectory() as folder:
            spoilt = replace(settings, warehouse=Path(folder))
            with duckdb.connect(shutil.copy2(settings.build, spoilt.build)) as connection:
                try:
                    connection.execute(check.rule.bites)
                except duckdb.Error as error:
                    raise ExampleRefused(f"{check.name}: its example cannot be carried out: {error}") from None
            judged += _judged(spoilt, [check])
    return judged


def _judged(settings: Settings, checks: list[Check]) -> list[tuple[Check, Outcome]]:
    """The rules of one table, asked in one go."""
    suite = checks[0].suite
    assert suite is not None
    asked = suite.model_copy(update={"rules": [check.rule for check in checks]})
    return list(zip(checks, ask(Task(asked, settings.build)), strict=True))


def write_results(settings: Settings) -> int:
    """Write audit.check_result anew; returns its rows."""
    with duckdb.connect(str(settings.build)) as connection:
        ledger.prepare(connection)
        _write_results(settings, connection, graph.read(settings))
        [(n_rows,)] = connection.execute(f"select count(*) from {check_results.TABLE}").fetchall()
    return int(n_rows)


def _write_results(settings: Settings, connection: duckdb.DuckDBPyConnection, now: Graph) -> None:
    check_results.write(settings, connection, now, ledger.standing(now, connection).outcomes)


def publish(
    settings: Settings,
    whats_new: Callable[[duckdb.DuckDBPyConnection], str],
    draw: Draw | None = None,
) -> Publication:
    """Publish the build file, if the gate lets it: ``whats_new`` writes the note that goes with it, ``draw`` its pages.

    Raises ``publication.NotFit`` and ``publication.PublicationFailed``.
    """
    if not settings.build.exists():
        raise publication.NotFit(f"there is no build in {settings.warehouse}. {gate.REMEDY}")
    refuse_rewritten(settings)
    refuse_faulty_registers(settings)
    taken, now = fingerprint.of(settings), graph.read(settings)
    with duckdb.connect(str(settings.build)) as connection:
        ledger.prepare(connection)
        ledger.drop_unknown(now, connection)
        found = gate.check(now, connection)
        _write_results(settings, connection, now)
        note = whats_new(connection)
    keys = {table: found.wanted[node_id].key for table, node_id in now.makes.items()}
    releases = {**publication.releases(settings), **all_facts(settings)}
    return publication.publish(settings, Stamp(taken, fingerprint.as_of(settings), keys, releases), note, draw)


def refuse_rewritten(settings: Settings) -> None:
    """Raise ``publication.NotFit`` where a release says something else than in the publication in force."""
    found = rewritten(settings, publication.releases(settings))
    if found:
        raise publication.NotFit("not published: " + "\n".join(str(one) for one in found))


def refuse_faulty_registers(settings: Settings) -> None:
    """Raise ``publication.NotFit`` where what came of reports, or what was done with them, cannot be told."""
    try:
        registry.check(settings, Duties(settings))
    except registry.Faulty as error:
        raise publication.NotFit(str(error)) from None
