"""One refresh from raw/ to the published warehouse, in this process.

Belongs here: the order of things around one Dagster run - lock, is anything new, run, what happened. Does not belong
here: any of the work. Imports Dagster, dbt and Great Expectations only once something is new.
"""

from __future__ import annotations

import gc
import importlib
import logging
import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipelines.building import fingerprint, last_run, lock, publication
from pipelines.building.last_run import Refreshed
from pipelines.releases import deliveries, drafts
from pipelines.releases.rewritten import gone
from pipelines.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from pipelines.building.ledger import Standing

LEAST_SPACE = 4 * 1024 * 1024  # bytes; with less left, a database's error is about that

log = logging.getLogger("papi")
# We print our own words for what failed; Dagster keeps its trace in the run history.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class NothingToRead(ValueError):
    """raw/ holds no delivery, or none known at the as-of date."""


def refresh(settings: Settings, full: bool = False, site: bool = False) -> Refreshed:
    """Build what is stale, check it and publish, unless nothing changed since the publication in force.

    ``full`` begins from nothing: what was landed, built or analysed before is made anew. ``site`` draws the pages too,
    also of a publication in force that has none.

    Raises ``lock.AlreadyRunning``, ``NothingToRead``, ``dbt.DbtFailed`` and ``expectations.UnreadableRules``; whatever
    happens, the last good publication stays until a better one takes its place in one step.
    """
    was_killed = lock.was_left(settings)
    with lock.hold(settings):
        if was_killed:
            close_killed(settings)
        publication.sweep(settings)
        drafts.sweep(settings.raw)
        damage = publication.damage(settings)
        for said in damage:
            log.info("damaged: %s; it is published again from the build", said)
        in_force = publication.current(settings)
        inputs = fingerprint.of(settings)
        is_current = in_force is not None and in_force.fingerprint == inputs
        if is_current and not damage and not full:
            if site and not settings.site.is_dir():
                _draw(settings)
            return Refreshed("nothing_new", last_run.now())
        try:
            done = _run(settings, inputs, full, site)
        except Exception as error:
            raise _of_the_disk(settings, error) or error from None
        last_run.remember(settings, done)
        return done


def _draw(settings: Settings) -> None:
    """The pages of a publication that was made without them."""
    from pipelines.site.making import Site

    publication.add_site(settings, Site(settings))


def _of_the_disk(settings: Settings, error: Exception) -> OSError | None:
    """What a database's own error says of the disk, in a sentence; None for any other error."""
    if type(error).__module__.split(".")[0] not in ("sqlalchemy", "sqlite3", "duckdb", "_duckdb"):
        return None
    free = shutil.disk_usage(settings.warehouse).free
    said = str(getattr(error, "orig", error)).splitlines()[0]
    return OSError(f"no space left on the disk of {settings.warehouse}" if free < LEAST_SPACE else f"{said}")


def close_killed(settings: Settings) -> None:
    """Mark runs whose process was killed as failed in Dagster's history."""
    from pipelines.orchestration import history

    history.opened(settings).dispose()


def _run(settings: Settings, inputs: str, full: bool, site: bool) -> Refreshed:
    if not deliveries.read_all(settings.raw, settings.as_of):
        known = f" known on {settings.as_of:%d/%m/%Y}" if settings.as_of else ""
        raise NothingToRead(f"{settings.raw} holds no delivery{known}")
    from pipelines.rules import judge, suites

    suites.read_suites(settings.expectations)  # a slip in a rule is found before anything is done
    from pipelines.building import making, sources

    making.refuse_rewritten(settings)
    making.refuse_faulty_registers(settings)
    for release_id in gone(settings, publication.releases(settings)):
        log.info("%s was part of the last publication and is no longer under raw/", release_id)
    if full or not settings.build.exists():
        judge.start()  # imports while dbt parses
    if full:
        making.discard_kept(settings)
    standing = making.begin(settings, full)
    if any(check_id.startswith("rule.") for check_id in standing.unjudged) or sources.RELEASE in standing.stale:
        judge.start()  # imports while Dagster and dbt do
    log.info("%s; loading Dagster and dbt", _due(standing))
    # Creating the run history waits for the disk, and the judging process for nobody: meanwhile dbt loads.
    with ThreadPoolExecutor(max_workers=1) as aside:
        with _frozen():
            from pipelines.orchestration import history

            opened = aside.submit(history.opened, settings)
            from pipelines.definitions import build_definitions
            from pipelines.orchestration.step import BY_PAPI, INPUTS, SITE
            from pipelines.orchestration.versions import PUBLISHED

            job = build_definitions(settings, standing).resolve_job_def("refresh")
            if any(not node_id.startswith(("landing.", "analysis.")) for node_id in standing.stale):
                aside.submit(importlib.import_module, "dbt.cli.main")
            instance = opened.result()
        tags = {BY_PAPI: "refresh", INPUTS: inputs, **({SITE: "with"} if site else {})}
        with instance:
            result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False, run_config=QUIET)
    # A run is green where a step was skipped: only the publication itself says that it happened.
    is_published = any(event.asset_key == PUBLISHED for event in result.all_events if event.is_step_materialization)
    problems = [] if is_published else _problems(result.all_events)
    return last_run.ended(settings, is_published, problems)


def _due(standing: Standing) -> str:
    """What a refresh has to do, counted."""
    from pipelines.building.ledger import title

    if standing.is_settled:
        return "every table is as it must be, every check was made"
    n_tables = sum(not node_id.startswith("landing.") for node_id in standing.stale)
    landed = [title(node_id).removeprefix("landing ") for node_id in standing.stale if node_id.startswith("landing.")]
    read = f"reading {', '.join(landed)}; " if landed else ""
    return f"{read}{n_tables} tables to build, {len(standing.unjudged)} checks to make"


@contextmanager
def _frozen() -> Iterator[None]:
    """Let the collector of cycles never look at what is made in here: imports make hundreds of thousands that stay.

    This is what `gc.freeze` is for; benchmarks/README.md has the figures.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _problems(events: Sequence[dg.DagsterEvent]) -> list[str]:
    """What made steps fail, apart from failed checks, each once."""
    said = []
    for event in events:
        if not event.is_step_failure:
            continue
        error: Any = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None and error.cls_name != "DagsterAssetCheckFailedError":
            message = re.sub(rf"^\S*{error.cls_name}: ", "", error.message.strip())
            said.append(f"{event.step_key}: {message}")
    return list(dict.fromkeys(said))
