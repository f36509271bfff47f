"""`papi refresh`, `papi status`: build and publish, and what there is.

Belongs here: what is printed of a refresh, and its exit code. Does not belong here: any of its work.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.office import say_reports
from pipelines.commands.releases import say_releases
from pipelines.commands.shared import DAY, RAW, Mistake, Refused, log_progress, settings_of, with_warehouse

if TYPE_CHECKING:
    from pipelines.refresh import Refreshed


@click.command()
@click.option("--as-of", type=DAY, help="Build only from what was known on this day (YYYY-MM-DD).")
@click.option("--full", is_flag=True, help="Build from nothing, whatever was built before.")
@RAW
@with_warehouse
def refresh(as_of: datetime | None, full: bool, raw: Path | None, warehouse: Path | None) -> None:
    """Read raw/, build, check and publish."""
    settings = settings_of(raw, warehouse, as_of.date() if as_of else None)
    if not settings.raw.is_dir():
        raise Mistake(f"{settings.raw} is not a folder")
    started = time.monotonic()
    log_progress(started)
    from pipelines.building import lock, publication
    from pipelines.building.dbt import DbtFailed
    from pipelines.clock import today
    from pipelines.refresh import NothingToRead
    from pipelines.refresh import refresh as run
    from pipelines.releases.overdue import overdue
    from pipelines.rules.suites import UnreadableRules

    try:
        done = run(settings, full)
    except lock.AlreadyRunning as error:
        raise Refused(str(error)) from None
    except NothingToRead as error:
        raise Mistake(str(error)) from None
    except (DbtFailed, UnreadableRules) as error:
        raise Refused(f"{error}\nWhat was published before stays.") from None
    except KeyboardInterrupt:
        raise Refused("stopped; what was published before stays") from None
    except OSError as error:
        raise Refused(f"{error}; what was published before stays") from None
    _say_refreshed(done)
    for sentence in overdue(settings, today()):
        click.echo(f"warning  {sentence}")
    in_force = publication.current(settings)
    if done.outcome == "not_published":
        stays = (
            f"the publication of {in_force.created:%d/%m/%Y %H:%M} stays" if in_force else "nothing is published yet"
        )
        click.echo(f"Not published: {stays}. ({time.monotonic() - started:.1f} s)")
        sys.exit(1)
    assert in_force is not None
    word = "Nothing new: published" if done.outcome == "nothing_new" else "Published"
    click.echo(f"{word} {in_force.created:%d/%m/%Y %H:%M}: {settings.published} ({time.monotonic() - started:.1f} s)")


@click.command()
@RAW
@with_warehouse
def status(raw: Path | None, warehouse: Path | None) -> None:
    """Releases, their state and findings, the last publication, what is overdue."""
    settings = settings_of(raw, warehouse)
    from pipelines.building import publication
    from pipelines.clock import today
    from pipelines.refresh import last
    from pipelines.releases.overdue import overdue

    say_releases(settings)
    say_reports(settings)
    click.echo()
    in_force = publication.current(settings)
    if in_force is None:
        click.echo("Nothing is published yet.")
    else:
        limit = "" if in_force.package["as_of"] == "all" else f", as of {in_force.package['as_of']}"
        click.echo(f"Last publication: {in_force.created:%d/%m/%Y %H:%M}{limit}, {settings.published}")
    done = last(settings)
    if done is not None:
        click.echo(
            f"Last refresh: {datetime.fromisoformat(done.ended):%d/%m/%Y %H:%M}, {done.outcome.replace('_', ' ')}"
        )
        _say_refreshed(done)
    for sentence in overdue(settings, today()):
        click.echo(sentence)


def _say_refreshed(done: Refreshed) -> None:
    for check in done.failed_checks:
        click.echo(f"{'BLOCKED' if check.is_blocking else 'warning'}  {check.name}: {check.said}")
    for problem in done.problems:
        click.echo(f"FAILED   {problem}")
