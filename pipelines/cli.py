"""`papi`, the command line. Thin: each command asks one module and prints.

Exit codes: 0 done, 1 not published, 2 a mistake in the call. Heavy imports stay inside the commands.
"""

from __future__ import annotations

import csv
import gc
import json
import os
import sys
import time
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines import cli_office, cli_reader
from pipelines.console import (
    DAY,
    FILE,
    RAW,
    SHOWN,
    Mistake,
    Refused,
    log_progress,
    say_finding,
    settings_of,
    with_warehouse,
)
from pipelines.leaving import leave
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.deliveries import Manifest
    from pipelines.intake import NotTaken, Proposed
    from pipelines.refresh import Refreshed


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def papi() -> None:
    """PAPI indicator warehouse: from raw deliveries to checked, published tables."""


@papi.command()
@click.option("--as-of", type=DAY, help="Build only from what was known on this day (YYYY-MM-DD).")
@RAW
@with_warehouse
def refresh(as_of: datetime | None, raw: Path | None, warehouse: Path | None) -> None:
    """Read raw/, build, check and publish."""
    settings = settings_of(raw, warehouse, as_of.date() if as_of else None)
    if not settings.raw.is_dir():
        raise Mistake(f"{settings.raw} is not a folder")
    started = time.monotonic()
    log_progress(started)
    from pipelines import lock, publication
    from pipelines.calendar import overdue
    from pipelines.clock import today
    from pipelines.dbt import DbtFailed
    from pipelines.expectations import UnreadableRules
    from pipelines.refresh import NothingToRead
    from pipelines.refresh import refresh as run

    gc.disable()  # one short process that allocates much and frees at its end: see benchmarks/README.md
    try:
        done = run(settings)
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
        leave(1)
    assert in_force is not None
    word = "Nothing new: published" if done.outcome == "nothing_new" else "Published"
    click.echo(f"{word} {in_force.created:%d/%m/%Y %H:%M}: {settings.published} ({time.monotonic() - started:.1f} s)")
    leave(0)


@papi.command()
@RAW
@with_warehouse
def status(raw: Path | None, warehouse: Path | None) -> None:
    """Releases, their state and findings, the last publication, what is overdue."""
    settings = settings_of(raw, warehouse)
    from pipelines import publication
    from pipelines.calendar import overdue
    from pipelines.clock import today
    from pipelines.refresh import last

    _say_releases(settings)
    cli_office.say_reports(settings)
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


@papi.command()
@click.argument("query")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@with_warehouse
def sql(query: str, form: str, warehouse: Path | None) -> None:
    """Ask the published warehouse in SQL; read-only."""
    import duckdb

    with _connected(settings_of(None, warehouse)) as connection:
        try:
            relation = connection.sql(query)
            if relation is None:
                raise Mistake("a query that returns rows, please")
            if form == "table":
                relation.show(max_width=max(120, os.get_terminal_size().columns if sys.stdout.isatty() else 10_000))
                return
            columns, rows = relation.columns, relation.fetchall()
        except duckdb.Error as error:
            raise Mistake(str(error)) from None
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(records, ensure_ascii=False, indent=1, default=_json_value))


@papi.group()
def release() -> None:
    """Releases under raw/: file one, list them, compare two, take one back."""


@release.command("add")
@click.argument("file", type=FILE)
@click.option("--index", "index_id", default="papi", show_default=True, help="The index.")
@click.option("--year", "years", type=int, multiple=True, help="Year of the survey; else each year the sheets name.")
@click.option("--published", type=DAY, help="Day of publication; without it the release is known from today.")
@click.option("--note", help="What is to be known of it.")
@click.option("--layout", help="A layout of raw/layouts; else the one that reads the file.")
@click.option("--provinces-as-of", type=DAY, help="List of provinces that applies (default: last day of the year).")
@click.option("--covers", multiple=True, help="Province code, where the file does not speak of all.")
@click.option("--replaces-year", is_flag=True, help="What the file leaves out lapses.")
@click.option("--accept", is_flag=True, help="File it in spite of surprises.")
@RAW
@with_warehouse
def release_add(
    file: Path,
    index_id: str,
    years: tuple[int, ...],
    published: datetime | None,
    note: str | None,
    layout: str | None,
    provinces_as_of: datetime | None,
    covers: tuple[str, ...],
    replaces_year: bool,
    accept: bool,
    raw: Path | None,
    warehouse: Path | None,
) -> None:
    """Put FILE into raw/ as received, unless it cannot be read with certainty or surprises."""
    settings = settings_of(raw, warehouse)
    from pipelines import intake, lock
    from pipelines.clock import today

    wanted = intake.Wanted(
        file,
        index_id,
        years,
        published.date() if published else None,
        note,
        layout,
        provinces_as_of.date() if provinces_as_of else None,
        covers or None,
        replaces_year,
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
    except intake.NotTaken as error:
        raise _not_taken(error) from None
    click.echo(f"Filed: {', '.join(one.release_id for one in proposed)}. `papi refresh` builds and publishes.")


@release.command("list")
@RAW
@with_warehouse
def release_list(raw: Path | None, warehouse: Path | None) -> None:
    """Every release under raw/ with its state."""
    _say_releases(settings_of(raw, warehouse))


@release.command("diff")
@click.argument("before")
@click.argument("after")
@RAW
@with_warehouse
def release_diff(before: str, after: str, raw: Path | None, warehouse: Path | None) -> None:
    """What release AFTER states otherwise than BEFORE, cell by cell, as CSV; the summary goes to the error stream."""
    settings = settings_of(raw, warehouse)
    from pipelines import deliveries, landing, revisions
    from pipelines.outputs import whats_new
    from pipelines.reference import Reference

    known = {d.release_id: d for d in deliveries.read_all(settings.raw)}
    for release_id in (before, after):
        if release_id not in known:
            raise Mistake(f"no release {release_id}; `papi release list` shows them")
    old, new = landing.land(settings, [known[before], known[after]])
    for landed in (old, new):
        if landed.scores is None:
            why = "was refused" if not landed.is_accepted else "takes another one back and has no cells of its own"
            raise Mistake(f"{landed.delivery.release_id} {why}")
    if (old.delivery.index_id, old.delivery.year) != (new.delivery.index_id, new.delivery.year):
        raise Mistake("two releases of one index and year, please; years are compared in marts.index_score")
    changes = revisions.between(Reference(settings.seeds), old, new)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["province_key", "indicator_key", "kind", "before", "after"])
    for change in changes:
        writer.writerow([change.province_key, change.indicator_key, change.kind, change.before, change.after])
    manifest = new.delivery.manifest
    assert manifest is not None
    issue = whats_new.Issue(
        new.delivery.index_id,
        new.delivery.year,
        after,
        before,
        manifest.known_from,
        None,
        manifest.replaces_year,
        manifest.note,
    )
    click.echo(f"\n{whats_new.note(issue, changes)}", err=True)


@release.command("withdraw")
@click.argument("release_id")
@click.option("--reason", required=True, help="Why it is taken back; readers will see it.")
@click.option("--on", "day", type=DAY, help="Day from which it no longer holds (default: today).")
@RAW
@with_warehouse
def release_withdraw(
    release_id: str, reason: str, day: datetime | None, raw: Path | None, warehouse: Path | None
) -> None:
    """Take a release back: an event of its own, with a reason. Its files stay."""
    settings = settings_of(raw, warehouse)
    from pipelines import intake, lock
    from pipelines.clock import today

    try:
        with lock.hold(settings):
            filed = intake.withdraw(settings, release_id, reason, day.date() if day else today())
    except lock.AlreadyRunning as error:
        raise Refused(str(error)) from None
    except intake.NotTaken as error:
        raise _not_taken(error) from None
    click.echo(f"Filed: {filed}, which takes {release_id} back. `papi refresh` builds and publishes.")


@papi.command()
@with_warehouse
def docs(warehouse: Path | None) -> None:
    """Write dbt's documentation and the data dictionary into one folder that opens without a network."""
    settings = settings_of(None, warehouse)
    from pipelines import dbt, lock, publication
    from pipelines.outputs import dictionary

    in_force = publication.current(settings)
    if in_force is None or not settings.build.exists():
        raise Mistake(f"nothing is published in {settings.warehouse} yet: run `papi refresh` first")
    settings.docs.mkdir(parents=True, exist_ok=True)
    (settings.docs / "index.html").write_text(dictionary.render(settings, in_force.created), encoding="utf-8")
    click.echo(f"Data dictionary: {settings.docs / 'index.html'}\nGoing on with dbt's pages, which takes some seconds.")
    try:
        with lock.hold(settings):
            dbt.ensure_manifest(settings)
            (settings.docs / "dbt.html").write_bytes(dbt.generate_docs(settings).read_bytes())
    except (lock.AlreadyRunning, dbt.DbtFailed) as error:
        raise Refused(str(error)) from None
    click.echo(f"dbt: {settings.docs / 'dbt.html'}")


def _say_releases(settings: Settings) -> None:
    from pipelines import deliveries, landing

    click.echo(f"{'release':<18}{'published':<19}{'method':<8}{'state':<12}{'scores':>8}{'findings':>10}")
    findings = []
    for delivery in deliveries.read_all(settings.raw):
        landed = landing.recall(settings, delivery)
        state = landed.state if landed else "not landed"
        if landed and landed.is_accepted and delivery.manifest and delivery.manifest.withdraws:
            state = f"takes back {delivery.manifest.withdraws}"
        click.echo(
            f"{delivery.release_id:<18}{_published(delivery.manifest):<19}"
            f"{delivery.manifest.method if delivery.manifest else '':<8}{state:<12}"
            f"{landed.n_rows if landed else 0:>8}{len(landed.findings) if landed else 0:>10}"
        )
        findings += landed.findings if landed else delivery.findings
    for finding in findings:
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


def _not_taken(error: NotTaken) -> Refused:
    """The refusal with its findings, the first of many."""
    lines = [f"{finding}\n    {finding.remedy}" for finding in error.findings[:SHOWN]]
    more = [f"... and {len(error.findings) - SHOWN} more"] if len(error.findings) > SHOWN else []
    return Refused("\n  ".join([str(error), *lines, *more]))


def _connected(settings: Settings) -> Any:
    from pipelines import query

    try:
        return query.connect(settings)
    except query.NotPublishedYet as error:
        raise Mistake(str(error)) from None


def _say_refreshed(done: Refreshed) -> None:
    for check in done.failed_checks:
        click.echo(f"{'BLOCKED' if check.is_blocking else 'warning'}  {check.name}: {check.said}")
    for problem in done.problems:
        click.echo(f"FAILED   {problem}")


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _json_value(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


for command in (
    cli_office.plan, cli_office.report, cli_office.demo, cli_reader.explain, cli_reader.province, cli_reader.claims,
):  # fmt: skip
    papi.add_command(command)


def main() -> None:
    """Entry point of the command."""
    papi()


if __name__ == "__main__":
    main()
