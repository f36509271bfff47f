"""The files of expectations/: rules with their reason, their remedy and the change that must make them fail.

Belongs here: reading suites, and the shape of a rule and of its outcome. Does not belong here: judging, see judge.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.files import load_yaml

KEPT_FAILING = 50

OutcomeName = Literal["pass", "fail", "error", "not_run"]


class FindingTemplate(BaseModel):
    """How a failing row is reported to the sender: texts with the row's columns in braces."""

    model_config = ConfigDict(extra="forbid")

    column: str | None = None
    found: str
    expected: str


class Due(BaseModel):
    """Rows that must be there, and rows that are: two queries of the same key columns."""

    model_config = ConfigDict(extra="forbid")

    rows: str
    there: str


AS_DUE = """
    select *, case when is_due is null then 'not due' when is_there is null then 'missing' else 'as due' end as standing
    from (select distinct *, true as is_due from ({rows}) as owed) as owed
    natural full outer join (select distinct *, true as is_there from ({there}) as built) as built
"""
VIOLATED = "select *, 'violation' as standing from ({violations}) as found"


class Rule(BaseModel):
    """One expectation with its reason, its remedy and the change that must make it fail.

    ``expectation`` and ``kwargs`` are Great Expectations' own. The frame judged is ``query`` where given, else the
    suite's table, narrowed by the SQL predicate ``where``. In place of all these a rule may say ``due``, the rows that
    must be there and no others, or ``violations``, a query whose rows are the failing ones. ``bites`` is SQL that
    spoils good data.
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
    due: Due | None = None
    violations: str | None = None
    bites: str
    finding: FindingTemplate | None = None

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, said: Any) -> Any:
        """What ``due`` or ``violations`` stand for, in Great Expectations' words."""
        short = [name for name in ("due", "violations") if isinstance(said, dict) and name in said]
        if not short:
            return said
        if len(short) > 1 or {"expectation", "kwargs", "query", "where"} & said.keys():
            raise ValueError(
                f"{short[0]} stands alone, without expectation, kwargs, query, where or another short form"
            )
        if short == ["due"]:
            query = AS_DUE.format(**Due.model_validate(said["due"]).model_dump())
            asked = {"expectation": "expect_column_values_to_be_in_set", "value_set": ["as due"]}
        else:
            query = VIOLATED.format(violations=said["violations"])
            asked = {"expectation": "expect_column_values_to_not_be_in_set", "value_set": ["violation"]}
        kwargs = {"column": "standing", "value_set": asked["value_set"]}
        return {**said, "expectation": asked["expectation"], "kwargs": kwargs, "query": query}

    def blocks(self, outcome: str) -> bool:
        """Whether an outcome of the rule keeps tables from being published."""
        return blocks(self.severity, outcome)


def blocks(severity: str, outcome: str) -> bool:
    """Whether an outcome of a check keeps tables from being published: a failed warning is shown, no more."""
    return outcome != "pass" and not (outcome == "fail" and severity == "warning")


class Suite(BaseModel):
    """The rules of one table. ``key`` names the columns by which a failing row is reported."""

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
        suite = Suite.model_validate(load_yaml(path.read_text(encoding="utf-8"), with_anchors=True))
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


def outcome_row(suite: Suite, rule: Rule, outcome: Outcome, release_id: str | None = None) -> dict[str, Any]:
    """An outcome as a row of audit.check_result."""
    failing = json.dumps(outcome.failing[:KEPT_FAILING], ensure_ascii=False) if outcome.failing else None
    return {
        "check_id": "/".join(filter(None, (release_id, suite.table, rule.id))),
        "table_name": suite.table,
        "release_id": release_id,
        "failing": failing,
        **{name: getattr(outcome, name) for name in ("rule_id", "outcome", "observed", "n_failed")},
        **{name: getattr(rule, name) for name in ("expectation", "severity", "because", "remedy")},
    }
