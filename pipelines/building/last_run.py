"""What the last run that asked for a publication came to, kept beside it for `papi status`.

Belongs here: the one record of it, whoever asked: `papi`, or a button, schedule or sensor of Dagster. Does not belong
here: running anything; the history of every run, which Dagster keeps.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

from pipelines.files import write_whole
from pipelines.releases import deliveries, landing
from pipelines.releases.strays import strays
from pipelines.settings import TIMEZONE, Settings

SHOWN = 5
FILE = "last_refresh.json"


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass: ``is_blocking`` where it kept the build from being published."""

    name: str
    said: str
    is_blocking: bool


@dataclass(frozen=True)
class Refreshed:
    """What one refresh did. ``problems`` are errors beside the checks, such as a model that could not be built."""

    outcome: Literal["published", "nothing_new", "not_published"]
    ended: str
    failed_checks: list[FailedCheck] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def last(settings: Settings) -> Refreshed | None:
    """The last refresh that had something to do, or None."""
    try:
        kept = json.loads((settings.warehouse / FILE).read_text(encoding="utf-8"))
        checks = [FailedCheck(**check) for check in kept.pop("failed_checks")]
        return Refreshed(**kept, failed_checks=checks)
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError, AttributeError):
        return Refreshed("not_published", now(), problems=[f"{FILE} cannot be read; the next refresh writes it anew"])


def remember(settings: Settings, done: Refreshed) -> None:
    """Keep what a run came to in place of the one before."""
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    write_whole(settings.warehouse / FILE, json.dumps(asdict(done), ensure_ascii=False, indent=1))


def ended(settings: Settings, is_published: bool, problems: Collection[str] = ()) -> Refreshed:
    """A run that ends now, with every check that did not pass on the build as it lies."""
    outcome: Literal["published", "not_published"] = "published" if is_published else "not_published"
    return Refreshed(outcome, now(), failed_checks(settings), list(problems))


def failed_checks(settings: Settings) -> list[FailedCheck]:
    """Every check that did not pass on the build as it lies, whether this run made it or one before."""
    from pipelines.building import making, office_tables

    known = deliveries.read_all(settings.raw, settings.as_of)
    refused = [one for one in landing.recalled(settings, known).values() if one.findings]
    failed = []
    if refused:
        n_findings = sum(len(one.findings) for one in refused)
        n_refused = sum(not one.is_accepted for one in refused)
        failed.append(FailedCheck("landing/release", f"{n_refused} deliveries refused, {n_findings} findings", False))
    beside = strays(settings)
    if beside:
        said = "; ".join(f"{one.file}: {one.found}" for one in beside[:SHOWN])
        more = f"; and {len(beside) - SHOWN} more" if len(beside) > SHOWN else ""
        failed.append(FailedCheck("landing/raw", f"passed over, `papi release list` says why: {said}{more}", False))
    said = office_tables.summary(settings)
    if said:
        failed.append(FailedCheck("landing/report", said, False))
    graph, standing = making.look(settings)
    for check in graph.checks.values():
        outcome = standing.outcomes.get(check.check_id)
        if outcome is not None and outcome.outcome != "pass":
            failed.append(FailedCheck(check.place, check.told(outcome), check.blocks(outcome.outcome)))
    return failed


def now() -> str:
    """This moment in ISO form, as the record keeps it."""
    return datetime.now(TIMEZONE).replace(microsecond=0).isoformat()
