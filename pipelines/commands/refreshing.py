"""`papi refresh`, `papi status`: build and publish, and what there is.

Belongs here: what is printed of a refresh, and its exit code. Does not belong here: any of its work.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.office import say_reports
from pipelines.commands.papers import say_papers
from pipelines.commands.releases import say_releases
from pipelines.commands.shared import DAY, RAW, Mistake, Refused, log_progress, settings_of, with_warehouse
from pipelines.reports.wording import twin

if TYPE_CHECKING:
    from pipelines.building.last_run import Refreshed
    from pipelines.building.publication import Publication
    from pipelines.settings import Settings

STAYS = twin("Bản công bố trước vẫn còn.", "What was published before stays.")


@click.command()
@click.option(
    "--as-of", type=DAY, help="Chỉ dùng những gì biết đến ngày này. / Build only from what was known on this day."
)
@click.option("--full", is_flag=True, help="Dựng lại từ đầu. / Build from nothing, whatever was built before.")
@click.option(
    "--no-site", is_flag=True, envvar="PAPI_NO_SITE", help="Không vẽ trang. / Leave out the pages, see `papi site`."
)
@RAW
@with_warehouse
def refresh(as_of: datetime | None, full: bool, no_site: bool, raw: Path | None, warehouse: Path | None) -> None:
    """Đọc dữ liệu, dựng bảng, kiểm tra, công bố. / Read raw/, build, check and publish, with the pages of the site."""
    settings = settings_of(raw, warehouse, as_of.date() if as_of else None)
    if not settings.raw.is_dir():
        raise Mistake(f"{settings.raw} is not a folder")
    started = time.monotonic()
    log_progress(started)
    from pipelines.building import lock, publication
    from pipelines.building.dbt import DbtFailed
    from pipelines.building.publication import NotFit
    from pipelines.clock import day_of
    from pipelines.refresh import NothingToRead
    from pipelines.refresh import refresh as run
    from pipelines.releases.overdue import overdue
    from pipelines.rules.suites import UnreadableRules

    try:
        done = run(settings, full, site=not no_site)
    except lock.AlreadyRunning as error:
        raise Refused(str(error)) from None
    except NothingToRead as error:
        raise Mistake(str(error)) from None
    except NotFit as error:
        raise Refused(f"{error}\n{STAYS}") from None
    except (DbtFailed, UnreadableRules) as error:
        raise Refused(f"{error}\n{STAYS}") from None
    except KeyboardInterrupt:
        raise Refused("stopped; what was published before stays") from None
    except OSError as error:
        raise Refused(f"{error}; what was published before stays") from None
    _say_refreshed(done)
    for sentence in overdue(settings, day_of(settings)):
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
@click.option(
    "--verify",
    is_flag=True,
    help="Xem từng tệp đã công bố. / Hash every published file, also those of unchanged size and time.",
)
@RAW
@with_warehouse
def status(verify: bool, raw: Path | None, warehouse: Path | None) -> None:
    """Tình hình dữ liệu, báo cáo, lần công bố. / Releases and their findings, the last publication, what is stale."""
    settings = settings_of(raw, warehouse)
    from pipelines.building import lock, publication
    from pipelines.building.last_run import last
    from pipelines.clock import day_of
    from pipelines.refresh import close_killed
    from pipelines.releases.overdue import overdue

    say_releases(settings)
    say_reports(settings)
    click.echo()
    if lock.was_left(settings):
        with lock.hold(settings):
            close_killed(settings)
        click.echo("A refresh was killed before it ended: its run is marked as failed, what was published stays.")
    in_force = publication.current(settings)
    if settings.as_of is None and in_force and in_force.package["as_of"] != "all":
        settings = replace(settings, as_of=date.fromisoformat(in_force.package["as_of"]))
    _say_damage(settings, verify)
    in_force = publication.current(settings)
    if in_force is None:
        click.echo("Nothing is published yet.")
    else:
        limit = "" if in_force.package["as_of"] == "all" else f", as of {in_force.package['as_of']}"
        click.echo(f"Last publication: {in_force.created:%d/%m/%Y %H:%M}{limit}, {settings.published}")
        _say_stale(settings, in_force)
        say_papers(settings)
    done = last(settings)
    if done is not None:
        click.echo(
            f"Last refresh: {datetime.fromisoformat(done.ended):%d/%m/%Y %H:%M}, {done.outcome.replace('_', ' ')}"
        )
        _say_refreshed(done)
    for sentence in overdue(settings, day_of(settings)):
        click.echo(sentence)


def _say_damage(settings: Settings, verify: bool) -> None:
    """What of the publication in force was changed; it is put right from the build where that is as it must be."""
    from pipelines.building import lock, publication

    damage = publication.damage(settings, verify)
    for said in damage:
        click.echo(f"Damaged: {said}.")
    if damage:
        from pipelines.building import making
        from pipelines.pages import whats_new

        try:
            with lock.hold(settings):
                making.publish(settings, whats_new.of(settings))
        except (lock.AlreadyRunning, publication.NotFit, OSError) as error:
            click.echo(f"It is not put right: {error}")
        else:
            click.echo("Published again from the build, which is as it must be.")


def _say_stale(settings: Settings, in_force: Publication) -> None:
    """What a refresh would make again, and why; nothing where the publication is of the inputs of now."""
    from pipelines.building import fingerprint

    if in_force.fingerprint == fingerprint.of(settings):
        click.echo("Nothing is stale.")
        if not settings.site.is_dir():
            click.echo("The pages are not drawn: `papi site` or the next `papi refresh` draws them.")
        return
    from pipelines.building import making
    from pipelines.building.ledger import title

    _, standing = making.look(settings)
    click.echo(f"Stale: {len(standing.stale)} tables, {len(standing.unjudged)} checks to make.")
    for node_id, why in standing.stale.items():
        click.echo(f"  {title(node_id)}: {why}")
    if standing.is_settled:
        click.echo("  no table; what a refresh publishes beside them was changed")


def _say_refreshed(done: Refreshed) -> None:
    for check in done.failed_checks:
        click.echo(f"{'BLOCKED' if check.is_blocking else 'warning'}  {check.name}: {check.said}")
    for problem in done.problems:
        click.echo(f"FAILED   {problem}")
