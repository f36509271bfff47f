"""The files of expectations/: rules with their reason, their remedy and the change that must make them fail.

Belongs here: reading suites, and the shape of a rule and of its outcome. Does not belong here: judging, see judge.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.files import load_yaml

KEPT_FAILING = 50

OutcomeName = Literal["pass", "fail", "error", "not_run"]


class FindingTemplate(BaseModel):
    """How a failing row is reported to the sender: texts with the row's columns in braces."""

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

    def blocks(self, outcome: str) -> bool:
        """Whether an outcome of the rule keeps tables from being published: a failed warning is shown, no more."""
        return outcome != "pass" and not (outcome == "fail" and self.severity == "warning")


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


def outcome_row(suite: Suite, rule: Rule, outcome: Outcome, release_id: str | None = None) -> dict[str, Any]:
    """An outcome as a row of audit.check_result."""
    failing = json.dumps(outcome.failing[:KEPT_FAILING], ensure_ascii=False) if outcome.failing else None
    return {
        "table_name": suite.table,
        "release_id": release_id,
        "failing": failing,
        **{name: getattr(outcome, name) for name in ("rule_id", "outcome", "observed", "n_failed")},
        **{name: getattr(rule, name) for name in ("expectation", "severity", "because", "remedy")},
    }
