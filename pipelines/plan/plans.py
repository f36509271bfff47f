"""Plans under raw/plans/: what a plan asks of whom, as data.

Belongs here: reading and verifying a plan's files, and which tasks and targets fall on a unit. Does not belong here:
deadlines of single units, see obligations.py.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipelines.claims import wording
from pipelines.claims.verdicts import CANONICAL, is_readable
from pipelines.fields import mistakes
from pipelines.files import NotAFile, read_yaml
from pipelines.finding import Finding
from pipelines.plan.units import Unit

PLAN = "plan.yaml"
PERIODS = ("PLAN", "Q1", "H1", "Q3", "FY")
SAFE_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Listed = Annotated[list[str], BeforeValidator(lambda text: [part for part in str(text).split(";") if part])]
Blank = BeforeValidator(lambda text: text or None)


class Strict(BaseModel):
    """A record in which an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Weights(Strict):
    """Weights of the four parts of the composite score; they sum to 1."""

    timeliness: float = Field(ge=0)
    completeness: float = Field(ge=0)
    quality: float = Field(ge=0)
    verification: float = Field(ge=0)

    @model_validator(mode="after")
    def _sum_to_one(self) -> Weights:
        if abs(sum((self.timeliness, self.completeness, self.quality, self.verification)) - 1) > 1e-9:
            raise ValueError("the weights must sum to 1")
        return self


class Caps(Strict):
    """Upper bounds of the composite score, 0 to 100: with a report missing, and while nothing was verified."""

    missing: float = Field(ge=0, le=100)
    unverified: float = Field(ge=0, le=100)


class PlanSettings(Strict):
    """What a plan leaves to be decided; see the comments in plan.yaml."""

    due_counts: Literal["nominal", "strict", "rolled"]
    due_soon_days: int = Field(ge=0)
    grace_working_days: int = Field(ge=0)
    tracking_from: date | None
    late_days_to_zero: int = Field(ge=1)
    copied_text: float = Field(gt=0, le=1)
    weights: Weights
    caps: Caps


class LegalBasis(Strict):
    """A document that the plan cites, with what became of it."""

    document: str
    cited_in: str
    note: str
    certainty: Literal["solid", "likely", "uncertain"]


class OpenQuestion(Strict):
    """What the plan leaves open, and what is done meanwhile."""

    key: str
    question_vi: str
    question_en: str
    meanwhile_vi: str
    meanwhile_en: str


class Head(Strict):
    """plan.yaml. The day of issue lies between ``issued_from`` and ``issued_until``."""

    plan_id: str = Field(pattern=SAFE_ID)
    title_vi: str
    title_en: str
    issuer_vi: str
    issuer_en: str
    province_key: str
    standing_agency: str
    number: str | None
    issued_from: date
    issued_until: date
    issued_basis: str
    supersedes: str | None
    obligations_until: date
    source: str
    legal_basis: list[LegalBasis]
    settings: PlanSettings
    open_questions: list[OpenQuestion]


class Task(Strict):
    """A task of the plan; ``units`` are levels or codes of bodies that answer for it."""

    task_id: str
    anchor: str
    dimension: str
    title_vi: str
    title_en: str
    units: Listed
    units_basis: str


class TaskIndicator(Strict):
    """A sub-dimension that a task serves, directly or not."""

    task_id: str
    indicator_key: str
    link: Literal["direct", "indirect"]
    basis: str


class Target(Strict):
    """A target. ``measured_by`` says how it is measured.

    reports: the sum of numerators over the sum of denominators of those who report it; index: by an index's scores;
    the others are counted from obligations. ``counted_in_*`` is the unit of numerator and denominator, which are whole
    numbers where ``is_whole``; a plan without these columns asks nothing of the kind.
    """

    target_id: str
    anchor: str
    kind: Literal["outcome", "output", "process"]
    title_vi: str
    title_en: str
    operator: Literal[">=", ">", "up"]
    value: Annotated[Decimal | None, Blank]
    unit: Literal["pct", "ranks", "points"]
    measured_by: Literal["reports", "index", "accepted_communes", "plans_on_time", "reports_on_time"]
    units: Listed
    periods: Listed
    is_cumulative: bool
    numerator_vi: str
    numerator_en: str
    denominator_vi: str
    denominator_en: str
    note: str
    counted_in_vi: str = ""
    counted_in_en: str = ""
    is_whole: bool = False


class Assignment(Strict):
    """What part IV gives to whom; ``is_reported`` where reports answer for it."""

    assignment_id: str
    anchor: str
    units: Listed
    title_vi: str
    title_en: str
    targets: Listed
    frequency: str
    is_reported: bool


class ObligationRule(Strict):
    """Something owed each year, or once where ``due`` is a full date; ``due`` is None where the plan names no day."""

    rule_id: str
    deliverable: Literal["unit_plan", "report"]
    period: Literal["PLAN", "Q1", "H1", "Q3", "FY"]
    units: Listed
    due: Annotated[str | None, Blank]
    recipient: Literal["standing_agency", "parent", ""]
    via_vi: str
    basis: Literal["stated", "unspecified"]
    note: str


class Claim(Strict):
    """A figure that the plan states."""

    claim_id: str
    measure: str
    dimension: str
    stated: str
    unit: str
    anchor: str
    year: str
    compare_year: str


@dataclass(frozen=True)
class Item:
    """Something a report answers for: a task, or an assignment that is reported."""

    task_id: str
    kind: Literal["task", "assignment"]
    anchor: str
    title_vi: str
    title_en: str
    units: list[str]


@dataclass(frozen=True)
class Plan:
    """A plan with everything it asks."""

    head: Head
    tasks: list[Task]
    task_indicators: list[TaskIndicator]
    targets: list[Target]
    assignments: list[Assignment]
    rules: list[ObligationRule]
    claims: list[Claim]

    @property
    def plan_id(self) -> str:
        return self.head.plan_id

    @cached_property
    def version(self) -> str:
        """Twelve characters that forms carry: they change with what is owed by whom, not with a title or a note."""
        binding = [
            *(f"{i.task_id} {i.units}" for i in self.items),
            *(f"{t.target_id} {t.units} {t.periods} {t.is_cumulative}" for t in self.targets),
            *(f"{r.rule_id} {r.period} {r.units} {r.due}" for r in self.rules),
        ]
        return hashlib.sha256("\n".join([self.plan_id, *binding]).encode()).hexdigest()[:12]

    @property
    def items(self) -> list[Item]:
        """Tasks, then assignments that are reported."""
        return [
            *(Item(t.task_id, "task", t.anchor, t.title_vi, t.title_en, t.units) for t in self.tasks),
            *(
                Item(a.assignment_id, "assignment", a.anchor, a.title_vi, a.title_en, a.units)
                for a in self.assignments
                if a.is_reported
            ),
        ]

    def items_of(self, unit: Unit) -> list[Item]:
        return [item for item in self.items if unit.bears(item.units)]

    def targets_of(self, unit: Unit, period: str) -> list[Target]:
        """Targets whose figures the unit reports in this kind of period, such as H1."""
        return [t for t in self.targets if t.measured_by == "reports" and period in t.periods and unit.bears(t.units)]


@dataclass(frozen=True)
class ReadPlan:
    """A folder under raw/plans: its plan, or None and what is wrong with it."""

    plan_id: str
    plan: Plan | None
    findings: list[Finding]

    def is_issued_by(self, day: date | None) -> bool:
        """Whether the plan may be there on a day, on every day where it is None; one that cannot be read always is.

        Where the day of issue is not known to the day, it is there from the first that it can be: reports are filed
        from then on.
        """
        return self.plan is None or day is None or self.plan.head.issued_from <= day


TABLES: dict[str, type[Strict]] = {
    "tasks": Task,
    "task_indicators": TaskIndicator,
    "targets": Target,
    "assignments": Assignment,
    "obligations": ObligationRule,
    "claims": Claim,
}


def read_all(raw: Path) -> list[ReadPlan]:
    """Every plan under raw/plans, in order; one that cannot be read comes with findings."""
    return [read(raw, folder) for folder in sorted((raw / "plans").glob("*")) if folder.is_dir()]


def to_come(raw: Path, day: date) -> list[str]:
    """The plans that are not there yet on a day."""
    return [one.plan_id for one in read_all(raw) if not one.is_issued_by(day)]


def read(raw: Path, folder: Path) -> ReadPlan:
    """Read and verify one plan. Never raises for bad input."""
    name = f"raw/{folder.relative_to(raw).as_posix()}"
    findings: list[Finding] = []
    tables: dict[str, list[Any]] = {}
    try:
        head = Head.model_validate(read_yaml(folder / PLAN))
    except FileNotFoundError:
        return ReadPlan(folder.name, None, [_finding(name, "no plan.yaml", "a plan.yaml", None)])
    except (yaml.YAMLError, UnicodeDecodeError, NotAFile) as error:
        return ReadPlan(folder.name, None, [_finding(f"{name}/{PLAN}", str(error), "a file of YAML in UTF-8", None)])
    except ValidationError as error:
        return ReadPlan(folder.name, None, _mistakes(f"{name}/{PLAN}", error, None))
    for table, model in TABLES.items():
        path = folder / f"{table}.csv"
        if not path.is_file():
            findings.append(_finding(f"{name}/{table}.csv", "no file", f"the table of {table}", None))
            continue
        tables[table] = []
        for number, row in enumerate(csv.DictReader(path.read_text("utf-8-sig").splitlines()), start=2):
            try:
                tables[table].append(model.model_validate(row))
            except ValidationError as error:
                findings += _mistakes(f"{name}/{table}.csv", error, number)
    if not findings:
        order = ("tasks", "task_indicators", "targets", "assignments", "obligations", "claims")
        plan = Plan(head, *(tables[table] for table in order))
        findings = _disagreements(name, folder, plan)
        if not findings:
            return ReadPlan(folder.name, plan, [])
    return ReadPlan(folder.name, None, findings)


def _disagreements(name: str, folder: Path, plan: Plan) -> list[Finding]:
    """What fits its own table and not the others."""
    found = []
    if plan.plan_id != folder.name:
        found.append(_finding(f"{name}/{PLAN}", plan.plan_id, f"plan_id {folder.name}, as the folder", None, "plan_id"))
    tasks = {task.task_id for task in plan.tasks}
    targets = {target.target_id for target in plan.targets}
    keys = {
        "tasks": [t.task_id for t in plan.tasks],
        "targets": [t.target_id for t in plan.targets],
        "assignments": [a.assignment_id for a in plan.assignments],
        "obligations": [r.rule_id for r in plan.rules],
        "claims": [c.claim_id for c in plan.claims],
    }
    for table, ids in keys.items():
        found += [
            _finding(f"{name}/{table}.csv", f"{twice} twice", "each identifier once", None)
            for twice in sorted({one for one in ids if ids.count(one) > 1})
        ]
    for number, link in enumerate(plan.task_indicators, start=2):
        if link.task_id not in tasks:
            found.append(
                _finding(f"{name}/task_indicators.csv", link.task_id, "a task of tasks.csv", number, "task_id")
            )
    for number, assignment in enumerate(plan.assignments, start=2):
        found += [
            _finding(f"{name}/assignments.csv", target, "a target of targets.csv", number, "targets")
            for target in assignment.targets
            if target not in targets
        ]
    for number, claim in enumerate(plan.claims, start=2):
        measure = CANONICAL.get(claim.measure)
        if measure is None:
            found.append(
                _finding(f"{name}/claims.csv", claim.measure, "a measure that can be checked", number, "measure")
            )
        elif not is_readable(measure, wording.stated(measure, claim.stated)):
            found.append(_finding(f"{name}/claims.csv", claim.stated, f"a figure of {measure}", number, "stated"))
    for number, rule in enumerate(plan.rules, start=2):
        if (rule.due is None) != (rule.basis == "unspecified"):
            found.append(
                _finding(f"{name}/obligations.csv", f"due {rule.due!r}", "a day unless unspecified", number, "due")
            )
    return found


def _mistakes(file: str, error: ValidationError, row: int | None) -> list[Finding]:
    return [_finding(file, found, expected, row, column) for column, found, expected in mistakes(error)]


def _finding(file: str, found: str, expected: str, row: int | None, column: str | None = None) -> Finding:
    remedy = "Correct the plan's file; raw/plans/README.md says what each column means."
    return Finding("plan_readable", file, found, expected, remedy, row=row, column=column)
