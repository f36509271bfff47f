"""The rules in expectations/*.yml, judged by Great Expectations.

Belongs here: reading rules, judging frames by them, the process that does so. Does not belong here: Dagster, and what
follows from an outcome. This is the only module that imports great_expectations.

The import takes seconds, so it happens in a process of its own that `papi refresh` starts first and that imports while
Dagster and dbt are still loading; benchmarks/README.md has the figures. The process ends with its parent.
"""

from __future__ import annotations

import atexit
import gc
import importlib.util
import json
import multiprocessing
import os
import sys
import threading
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.leaving import leave
from pipelines.yaml_text import load_yaml

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

KEPT_FAILING = 50

OutcomeName = Literal["pass", "fail", "error", "not_run"]


class FindingTemplate(BaseModel):
    """How a failing row is told to the sender: texts with the row's columns in braces."""

    model_config = ConfigDict(extra="forbid")

    column: str | None = None
    found: str
    expected: str


class Rule(BaseModel):
    """One expectation with its reason, its remedy and the change that must make it fail.

    ``expectation`` and ``kwargs`` are Great Expectations' own. The frame judged is ``query`` where given, else the
    suite's table, narrowed by the SQL predicate ``where``. ``bites`` is SQL that spoils good data.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    expectation: str = Field(pattern=r"^expect_[a-z_]+$")
    kwargs: dict[str, Any] = {}
    severity: Literal["critical", "warning"]
    because: str
    remedy: str
    where: str | None = None
    query: str | None = None
    bites: str
    finding: FindingTemplate | None = None


class Suite(BaseModel):
    """The rules of one table. ``key`` names the columns by which a failing row is told."""

    model_config = ConfigDict(extra="forbid")

    table: str
    key: list[str]
    rules: list[Rule] = Field(min_length=1)


@dataclass(frozen=True)
class Outcome:
    """What one rule said; ``failing`` holds key and judged cells of those of the ``n_failed`` rows that it can name."""

    rule_id: str
    outcome: OutcomeName
    observed: str
    n_failed: int = 0
    failing: list[dict[str, Any]] = field(default_factory=list)


class UnreadableRules(ValueError):
    """A file of rules is not as it must be; the message names file, field and fault."""


def read_suite(path: Path) -> Suite:
    """Rules of one file; raises ``UnreadableRules`` for broken YAML, an unknown field or a repeated id."""
    try:
        suite = Suite.model_validate(load_yaml(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise UnreadableRules(f"{path}: {error}") from error
    ids = [rule.id for rule in suite.rules]
    if len(ids) != len(set(ids)):
        raise UnreadableRules(f"{path}: a rule id is used twice")
    return suite


def read_suites(folder: Path) -> dict[str, Suite]:
    """Every suite by the table it judges."""
    suites = [read_suite(path) for path in sorted(folder.glob("*.yml"))]
    return {suite.table: suite for suite in suites}


def judge(suite: Suite, connection: duckdb.DuckDBPyConnection) -> list[Outcome]:
    """One outcome for each rule of the suite, in its order.

    ``connection`` sees the suite's table and whatever its queries name. A rule that raises has the outcome ``error``.
    """
    definition = _frames()
    batches: dict[tuple[str, tuple[str, ...]], Any] = {}
    outcomes = []
    for rule in suite.rules:
        try:
            relation = connection.sql(frame_sql(suite, rule))
            columns = _needed(suite, rule, relation.columns)
            if (frame_sql(suite, rule), columns) not in batches:
                frame = relation.select(*columns).df()
                batches[frame_sql(suite, rule), columns] = (frame, definition.get_batch({"dataframe": frame}))
            frame, batch = batches[frame_sql(suite, rule), columns]
            outcomes.append(_judge_rule(suite, rule, frame, batch))
        except Exception as error:  # whatever a rule raises is its outcome, told apart from a failure
            outcomes.append(Outcome(rule.id, "error", f"{type(error).__name__}: {error}"))
    return outcomes


def outcome_row(suite: Suite, rule: Rule, outcome: Outcome, release_id: str | None = None) -> dict[str, Any]:
    """An outcome as a row of audit.check_result, in the order of its columns."""
    return {
        "table_name": suite.table,
        "rule_id": rule.id,
        "release_id": release_id,
        "expectation": rule.expectation,
        "severity": rule.severity,
        "outcome": outcome.outcome,
        "observed": outcome.observed,
        "n_failed": outcome.n_failed,
        "failing": json.dumps(outcome.failing[:KEPT_FAILING], ensure_ascii=False) if outcome.failing else None,
        "because": rule.because,
        "remedy": rule.remedy,
    }


def frame_sql(suite: Suite, rule: Rule) -> str:
    """The query whose rows the rule judges."""
    source = f"({rule.query})" if rule.query else suite.table
    return f"select * from {source} as frame" + (f" where {rule.where}" if rule.where else "")


def _needed(suite: Suite, rule: Rule, columns: list[str]) -> tuple[str, ...]:
    """The columns a rule names and those of the key; all where it judges the columns themselves."""
    if "column_set" in rule.kwargs:
        return tuple(columns)
    named = {name for value in rule.kwargs.values() for name in (value if isinstance(value, list) else [value])}
    return tuple(column for column in columns if column in suite.key or column in named)


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    _import_when_used("scipy.stats")  # for a divergence that no rule here asks for; two fifths of the import
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


@cache
def _frames() -> Any:
    """One asset for every frame: each new one would write the whole configuration anew."""
    source = _great_expectations().data_sources.add_pandas("warehouse")
    return source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("frame")


def _import_when_used(name: str) -> None:
    """Let ``import name`` return at once and load at the first use, by Python's own lazy loader."""
    if name in sys.modules:
        return
    parent, _, child = name.rpartition(".")
    importlib.import_module(parent)
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    setattr(sys.modules[parent], child, module)
    spec.loader.exec_module(module)


def _judge_rule(suite: Suite, rule: Rule, frame: pd.DataFrame, batch: Any) -> Outcome:
    from great_expectations.expectations.registry import get_expectation_impl

    # Built singly: a suite drops an unknown type without a word, this raises.
    expectation = get_expectation_impl(rule.expectation)(**rule.kwargs)
    key = [column for column in suite.key if column in frame.columns]
    result = batch.validate(
        expectation,
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": key},
    )
    raised = [info for info in _exceptions(result.exception_info) if info["raised_exception"]]
    if raised:
        return Outcome(rule.id, "error", str(raised[0]["exception_message"]))
    details = result.result
    failing = details.get("unexpected_index_list") or []
    observed = details.get("observed_value")
    n_failed = details.get("unexpected_count", 0 if result.success else 1)
    if observed is None:
        observed = f"{n_failed} of {details.get('element_count', len(frame))} rows"
    return Outcome(
        rule.id,
        "pass" if result.success else "fail",
        str(observed),
        0 if result.success else int(n_failed),
        [] if result.success else sorted((_plain(row) for row in failing), key=str),
    )


def _exceptions(info: dict[str, Any]) -> list[dict[str, Any]]:
    """exception_info is one such record or a mapping of many."""
    return [info] if "raised_exception" in info else list(info.values())


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers and texts that JSON knows; what is missing becomes None."""
    import pandas as pd

    return {name: None if pd.isna(value) else _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> str | int | float | bool:
    if hasattr(value, "item"):  # a number of numpy's
        value = value.item()
    return value if isinstance(value, str | int | float) else str(value)


@dataclass(frozen=True)
class Task:
    """What the judging process is asked: a suite, on a database file or on frames seen as tables."""

    suite: Suite
    database: Path | None = None
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def run(self) -> list[Outcome]:
        import duckdb

        with duckdb.connect(self.database or ":memory:", read_only=self.database is not None) as connection:
            for name, frame in self.frames.items():
                show(connection, name, frame)
            return judge(self.suite, connection)


def show(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Let queries see ``frame`` under ``name``, with its schema where it has one."""
    if "." in name:
        connection.execute(f"create schema if not exists {name.split('.', 1)[0]}")
    connection.register("shown", frame)
    connection.execute(f"create table {name} as select * from shown")
    connection.unregister("shown")


class Judge:
    """The process that holds Great Expectations. ``start`` returns at once; ``ask`` waits for the answer."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        if self._connection is not None:
            return
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True, name="papi-judge")
        process.start()
        theirs.close()
        self._connection = ours
        atexit.register(self._stop, ours, process)

    def _stop(self, connection: Connection, process: SpawnProcess) -> None:
        """Let the process end by itself, so that it takes its semaphores with it."""
        connection.close()
        process.join(timeout=5)

    def ask(self, task: Task) -> list[Outcome]:
        """One outcome a rule; ``not_run`` for every rule where the process has died over the task."""
        with self._lock:
            self.start()
            assert self._connection is not None
            try:
                self._connection.send(task)
                answer: list[Outcome] | Exception = self._connection.recv()
            except (EOFError, OSError) as error:
                self._connection = None
                because = f"the judging process ended: {error!r}"
                return [Outcome(rule.id, "not_run", because) for rule in task.suite.rules]
        if isinstance(answer, Exception):
            return [Outcome(rule.id, "error", repr(answer)) for rule in task.suite.rules]
        return answer


def _serve(connection: Connection) -> None:
    gc.disable()  # as in the command: one short process
    _frames()
    while True:
        try:
            task: Task = connection.recv()
        except EOFError:  # the parent is gone
            leave(0)
        try:
            connection.send(task.run())
        except Exception as error:
            connection.send(error)


JUDGE = Judge()
