"""Rules judged by Great Expectations, in a process of its own.

Belongs here: judging frames by suites. Does not belong here: what follows from an outcome. This is the only module that
imports great_expectations. The import takes seconds, so a process beside does it while Dagster and dbt are loading;
benchmarks/README.md has the figures.
"""

from __future__ import annotations

import gc
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from pipelines.rules.suites import Outcome, Rule, Suite

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


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
        except Exception as error:  # whatever a rule raises is its outcome: error, not fail
            outcomes.append(Outcome(rule.id, "error", f"{type(error).__name__}: {error}"))
    return outcomes


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
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


@cache
def _frames() -> Any:
    """One asset for every frame: each new one would write the whole configuration anew."""
    source = _great_expectations().data_sources.add_pandas("warehouse")
    return source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("frame")


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


def start() -> None:
    """Let the judging process start and import; returns at once."""
    _process().submit(int)


def ask(task: Task) -> list[Outcome]:
    """One outcome a rule; ``not_run`` for every rule where the process died over the task."""
    try:
        return _process().submit(task.run).result()
    except BrokenProcessPool as error:
        _process.cache_clear()
        return [Outcome(rule.id, "not_run", f"the judging process ended: {error}") for rule in task.suite.rules]
    except Exception as error:  # whatever a task raises is the outcome of its rules
        return [Outcome(rule.id, "error", repr(error)) for rule in task.suite.rules]


@cache
def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _begin() -> None:
    """In the judging process: import, and end with the parent, which a pool's process outlives where that is killed."""
    parent = parent_process()
    assert parent is not None
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    _frames()
    gc.freeze()  # what was imported stays, see refresh.py
