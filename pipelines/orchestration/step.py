"""What surrounds the work of every step that writes: the lock, and what `papi status` learns of it.

Belongs here: the one way in and out of such a step, and the tags by which runs are known. Does not belong here: the
work itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.building import last_run, lock
from pipelines.building.graph import Check
from pipelines.rules.suites import Outcome
from pipelines.settings import Settings

BY_PAPI = "papi/command"  # `papi refresh` started the run, and keeps itself what it came to
INPUTS = "papi/inputs"  # the hash of the inputs that the run was asked for
SITE = "papi/site"  # the publication is made with its pages
LOST = "papi/lost"  # the process of the run ended before the run did

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext


@contextmanager
def step(settings: Settings, context: Context) -> Iterator[None]:
    """Hold the warehouse's lock until the process ends; what goes wrong is kept for `papi status`."""
    lock.hold_until_exit(settings)
    try:
        yield
    except Exception as error:
        keep(settings, context, is_published=False, problems=[f"{context.op_execution_context.op.name}: {error}"])
        raise


def keep(settings: Settings, context: Context, is_published: bool, problems: Iterable[str] = ()) -> None:
    """Keep what a run came to, where `papi` does not do so itself."""
    if BY_PAPI not in context.run.tags:
        last_run.remember(settings, last_run.ended(settings, is_published, [*problems]))


def keep_if_blocked(settings: Settings, context: Context, judged: Iterable[tuple[Check, Outcome]]) -> None:
    """Keep that a run will not publish, where one of these outcomes blocks."""
    if any(check.blocks(outcome.outcome) for check, outcome in judged):
        keep(settings, context, is_published=False)
