"""A report as judged, and what a report of its obligation must hold.

Belongs here: the records that the verdicts are made with. Does not belong here: any verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipelines.finding import Finding
from pipelines.plan.obligations import Duties, Obligation
from pipelines.reports.form import Identity, Report
from pipelines.reports.registry import Receipt


@dataclass(frozen=True)
class Completeness:
    """What a report owes and what it answers; an answer that needs a reason counts with one only."""

    tasks_owed: int = 0
    tasks_answered: int = 0
    tasks_evidenced: int = 0
    targets_owed: int = 0
    targets_answered: int = 0
    communes_owed: int = 0
    communes_covered: int = 0

    @property
    def is_complete(self) -> bool:
        return (self.tasks_answered, self.targets_answered, self.communes_covered) == (
            self.tasks_owed,
            self.targets_owed,
            self.communes_owed,
        )


@dataclass(frozen=True)
class Landed:
    """A receipt as judged: ``report`` is None in quarantine. ``remarks`` ask for care and refuse nothing.

    ``is_undone`` where an officer took the receipt back, as filed under the wrong unit or period.
    """

    receipt: Receipt
    report_id: str
    version: int
    obligation: Obligation | None
    identity: Identity | None
    report: Report | None
    findings: list[Finding]
    remarks: list[Finding] = field(default_factory=list)
    completeness: Completeness = Completeness()
    n_checks: int = 0
    copied_from: str | None = None
    is_undone: bool = False

    @property
    def state(self) -> str:
        return "received" if self.report is not None else "quarantined"


@dataclass(frozen=True)
class Owed:
    """What a report must answer; a unit's own plan only has to be there, with its number and day."""

    is_unit_plan: bool
    tasks: frozenset[str]
    targets: frozenset[str]
    communes: frozenset[str]

    @classmethod
    def of(cls, duties: Duties, obligation: Obligation) -> Owed:
        if obligation.rule.deliverable == "unit_plan":
            return cls(True, frozenset(), frozenset(), frozenset())
        plan, unit = obligation.plan, obligation.unit
        return cls(
            False,
            frozenset(item.task_id for item in plan.items_of(unit)),
            frozenset(target.target_id for target in plan.targets_of(unit, obligation.kind)),
            frozenset(commune.unit_key for commune in duties.communes_of(obligation)),
        )


def name_of(item: Landed) -> str:
    """The file as an engineer finds it, or as its sender calls it where it was not filed."""
    return f"raw/reports/{item.receipt.path}" if item.receipt.sha256 else item.receipt.original_name


def together(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with what is the same of several cells of a sheet as one: E9, E10, E11."""
    found: dict[Finding, list[str]] = {}
    for one in findings:
        found.setdefault(replace(one, cell=None), []).append(one.cell or "")
    return [replace(one, cell=", ".join(filter(None, cells)) or None) for one, cells in found.items()]


def beside(cell: str) -> str:
    """The cell to the right, where a district gives the day on which a commune reported."""
    column = cell.rstrip("0123456789")
    return f"{chr(ord(column) + 1)}{cell[len(column) :]}"
