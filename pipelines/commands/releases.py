"""`papi release`: file a release, list, compare, withdraw.

Belongs here: options, and what is printed of releases. Does not belong here: reading, comparing or filing them.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.shared import (
    DAY,
    FILE,
    INDEX,
    RAW,
    SHOWN,
    Mistake,
    Refused,
    say_finding,
    settings_of,
    with_warehouse,
)
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.releases.intake import NotTaken, Proposed
    from pipelines.releases.manifest import Manifest


@click.group()
def release() -> None:
    """Releases under raw/: file one, list them, compare two, withdraw one."""


@release.command("add")
@click.argument("file", type=FILE)
@INDEX
@click.option("--year", "years", type=int, multiple=True, help="Year of the survey; else each year the sheets name.")
@click.option("--published", type=DAY, help="Day of publication; without it the release is known from today.")
@click.option("--note", help="What is to be known of it.")
@click.option("--layout", help="A layout of raw/layouts; else the one that reads the file.")
@click.option("--sheet", help="The sheet to read, where the workbook has more than one that fits.")
@click.option("--provinces-as-of", type=DAY, help="List of provinces that applies (default: last day of the year).")
@click.option("--covers", multiple=True, help="Province code, where the file does not speak of all.")
@click.option("--replaces-year", is_flag=True, help="What the file leaves out lapses.")
@click.option("--accept", is_flag=True, help="File it in spite of surprises.")
@RAW
@with_warehouse
def release_add(
    file: Path,
    index_id: str | None,
    years: tuple[int, ...],
    published: datetime | None,
    note: str | None,
    layout: str | None,
    sheet: str | None,
    provinces_as_of: datetime | None,
    covers: tuple[str, ...],
    replaces_year: bool,
    accept: bool,
    raw: Path | None,
    warehouse: Path | None,
) -> None:
    """Put FILE into raw/ as received, unless it cannot be read with certainty or surprises."""
    settings = settings_of(raw, warehouse)
    from pipelines.building import lock
    from pipelines.clock import today
    from pipelines.releases import intake
    from pipelines.seeds import Seeds

    wanted = intake.Wanted(
        file,
        index_id or Seeds(settings.seeds).main_index,
        years,
        published.date() if published else None,
        note,
        layout,
        provinces_as_of.date() if provinces_as_of else None,
        covers or None,
        replaces_year,
        sheet,
    )
    try:
        with lock.hold(settings), intake.propose(settings, wanted, today()) as proposed:
            for one in proposed:
                _say_proposed(one)
            surprises = [f"{one.release_id}: {said}" for one in proposed for said in one.surprises]
            if surprises and not accept:
                said = "\n  ".join(surprises)
                raise Refused(f"nothing is filed, for these are surprises:\n  {said}\nLook, then add --accept.")
            intake.file(settings, proposed)
    except lock.AlreadyRunning as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise _not_written(error) from None
    except intake.NotTaken as error:
        raise _not_taken(error) from None
    click.echo(f"Filed: {', '.join(one.release_id for one in proposed)}. `papi refresh` builds and publishes.")


@release.command("list")
@RAW
@with_warehouse
def release_list(raw: Path | None, warehouse: Path | None) -> None:
    """Every release under raw/ with its state."""
    say_releases(settings_of(raw, warehouse))


@release.command("diff")
@click.argument("before")
@click.argument("after")
@RAW
@with_warehouse
def release_diff(before: str, after: str, raw: Path | None, warehouse: Path | None) -> None:
    """What release AFTER states otherwise than BEFORE, cell by cell, as CSV; the summary goes to the error stream."""
    settings = settings_of(raw, warehouse)
    from pipelines.pages import whats_new
    from pipelines.releases import deliveries, landing, revisions
    from pipelines.seeds import Seeds

    known = {d.release_id: d for d in deliveries.read_all(settings.raw)}
    for release_id in (before, after):
        if release_id not in known:
            raise Mistake(f"no release {release_id}; `papi release list` shows them")
    try:
        old, new = landing.land(settings, [known[before], known[after]])
    except (landing.JudgementFailed, OSError) as error:
        raise Refused(f"the two cannot be read: {error}") from None
    for landed in (old, new):
        if landed.scores is None:
            why = "was refused" if not landed.is_accepted else "withdraws another one and has no cells of its own"
            raise Mistake(f"{landed.delivery.release_id} {why}")
    if (old.delivery.index_id, old.delivery.year) != (new.delivery.index_id, new.delivery.year):
        raise Mistake("two releases of one index and year, please; years are compared in marts.index_score")
    changes = revisions.between(Seeds(settings.seeds), old, new)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["province_key", "indicator_key", "kind", "before", "after"])
    for change in changes:
        writer.writerow([change.province_key, change.indicator_key, change.kind, change.before, change.after])
    manifest = new.delivery.manifest
    assert manifest is not None
    whose, since = (new.delivery.index_id, new.delivery.year, after, before), manifest.known_from
    issue = whats_new.Issue(*whose, since, None, manifest.replaces_year, manifest.note)
    click.echo(f"\n{whats_new.note(issue, changes)}", err=True)


@release.command("withdraw")
@click.argument("release_id")
@click.option("--reason", required=True, help="Why it is withdrawn; readers will see it.")
@click.option("--on", "day", type=DAY, help="Day from which it no longer holds (default: today).")
@RAW
@with_warehouse
def release_withdraw(
    release_id: str, reason: str, day: datetime | None, raw: Path | None, warehouse: Path | None
) -> None:
    """Withdraw a release: an event of its own, with a reason. Its files stay."""
    settings = settings_of(raw, warehouse)
    from pipelines.building import lock
    from pipelines.clock import today
    from pipelines.releases import intake

    try:
        with lock.hold(settings):
            filed = intake.withdraw(settings, release_id, reason, day.date() if day else today())
    except lock.AlreadyRunning as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise _not_written(error) from None
    except intake.NotTaken as error:
        raise _not_taken(error) from None
    click.echo(f"Filed: {filed}, which withdraws {release_id}. `papi refresh` builds and publishes.")


@release.command("accept")
@click.argument("release_id")
@click.option("--reason", required=True, help="Why the change in place is right; readers will see it.")
@RAW
@with_warehouse
def release_accept(release_id: str, reason: str, raw: Path | None, warehouse: Path | None) -> None:
    """Accept a release that was changed after it was published, as it is now."""
    settings = settings_of(raw, warehouse)
    from pipelines.building import lock, publication
    from pipelines.clock import today
    from pipelines.releases import rewritten

    try:
        with lock.hold(settings):
            found = rewritten.accept(settings, release_id, publication.releases(settings), reason, today())
    except lock.AlreadyRunning as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise _not_written(error) from None
    except rewritten.NothingToAccept as error:
        raise Refused(str(error)) from None
    click.echo(f"Accepted: {release_id}, {', '.join(found.changes)}. `papi refresh` builds and publishes.")


def say_releases(settings: Settings) -> None:
    """Every release with its state, then the findings."""
    from pipelines.releases import deliveries, landing
    from pipelines.releases.strays import strays

    click.echo(f"{'release':<18}{'published':<19}{'method':<8}{'state':<12}{'scores':>8}{'findings':>10}")
    findings = []
    known = deliveries.read_all(settings.raw)
    there = landing.recalled(settings, known)
    for delivery in known:
        landed = there.get(delivery.release_id)
        state = landed.state if landed else "not landed"
        if landed and landed.is_accepted and delivery.manifest and delivery.manifest.withdraws:
            state = f"withdraws {delivery.manifest.withdraws}"
        click.echo(
            f"{delivery.release_id:<18}{_published(delivery.manifest):<19}"
            f"{delivery.manifest.method if delivery.manifest else '':<8}{state:<12}"
            f"{landed.n_rows if landed else 0:>8}{len(landed.findings) if landed else 0:>10}"
        )
        findings += landed.findings if landed else delivery.findings
    for finding in (*findings, *strays(settings)):
        say_finding(finding)


def _published(manifest: Manifest | None) -> str:
    if manifest is None:
        return ""
    unknown = f"{manifest.published_on}, day unknown" if manifest.published_on else "day unknown"
    return _day(manifest.published_day) or unknown


def _say_proposed(proposed: Proposed) -> None:
    kinds = Counter(change.kind for change in proposed.changes)
    told = ", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "no difference"
    against = f"against {proposed.against}: {told}" if proposed.against else "the first of its year"
    click.echo(f"{proposed.release_id}: {proposed.landed.n_rows} scores; {against}")
    for note in proposed.notes:
        click.echo(f"  {note}")
    for change in proposed.changes[:SHOWN]:
        click.echo(
            f"  {change.kind}  {change.province_name}, {change.indicator_name}: {change.before} -> {change.after}"
        )
    if len(proposed.changes) > SHOWN:
        click.echo(f"  ... and {len(proposed.changes) - SHOWN} more")


def _not_written(error: OSError) -> Refused:
    """What a disk or its rights did not let happen, in a sentence."""
    return Refused(f"nothing is filed: {error.filename or 'the disk'}: {error.strerror or error}")


def _not_taken(error: NotTaken) -> Refused:
    """The refusal with its findings, the first of many."""
    lines = [f"{finding}\n    {finding.remedy}" for finding in error.findings[:SHOWN]]
    more = [f"... and {len(error.findings) - SHOWN} more"] if len(error.findings) > SHOWN else []
    return Refused("\n  ".join([str(error), *lines, *more]))


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
