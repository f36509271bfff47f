"""`papi`, the command line. Thin: each command asks one module and prints.

Exit codes: 0 done, 1 not published, 2 a mistake in the call. Heavy imports stay inside the commands.
"""

from __future__ import annotations

import csv
import gc
import json
import logging
import os
import sys
import time
import warnings
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.leaving import leave
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.query import Explained
    from pipelines.refresh import Refreshed

STATES = {
    "A": "A, normal",
    "Q": "Q, not published",
    "M": "M, not measured",
    "L": "L, published but not collected here",
    "E": "E, estimated or corrected by us",
}
FOLDER = click.Path(file_okay=False, path_type=Path)


class Mistake(click.ClickException):
    """The call cannot be carried out as it stands."""

    exit_code = 2


class Refused(click.ClickException):
    """The call was right and could not be carried out."""

    exit_code = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def papi() -> None:
    """PAPI indicator warehouse: from raw deliveries to checked, published tables."""


def with_warehouse(command: Any) -> Any:
    """The option that every command has."""
    option = click.option("--warehouse", type=FOLDER, help="Folder of the warehouse (default: warehouse/).")
    return option(command)


@papi.command()
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Build only from what was known on this day (YYYY-MM-DD)."
)
@click.option("--raw", type=FOLDER, help="Folder of the deliveries (default: raw/).")
@with_warehouse
def refresh(as_of: datetime | None, raw: Path | None, warehouse: Path | None) -> None:
    """Read raw/, build, check and publish."""
    settings = _settings(raw, warehouse, as_of.date() if as_of else None)
    if not settings.raw.is_dir():
        raise Mistake(f"{settings.raw} is not a folder")
    started = time.monotonic()
    _log_progress(started)
    warnings.filterwarnings("ignore", module="dagster")  # notes to developers on features in beta
    from pipelines import lock, publication
    from pipelines.calendar import overdue, today
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
@click.option("--raw", type=FOLDER, help="Folder of the deliveries (default: raw/).")
@with_warehouse
def status(raw: Path | None, warehouse: Path | None) -> None:
    """Releases, their state and findings, the last publication, what is overdue."""
    settings = _settings(raw, warehouse)
    from pipelines import deliveries, landing, publication
    from pipelines.calendar import overdue, today
    from pipelines.refresh import last

    click.echo(f"{'release':<16}{'published':<18}{'method':<8}{'state':<12}{'scores':>8}{'findings':>10}")
    findings = []
    for delivery in deliveries.read_all(settings.raw):
        landed = landing.recall(settings, delivery)
        manifest = delivery.manifest
        published = "" if manifest is None else _day(manifest.published_day) or f"{manifest.published_on}, day unknown"
        click.echo(
            f"{delivery.release_id:<16}{published:<18}{manifest.method if manifest else '':<8}"
            f"{landed.state if landed else 'not landed':<12}"
            f"{landed.n_rows if landed else 0:>8}{len(landed.findings) if landed else 0:>10}"
        )
        findings += [(finding, finding.remedy) for finding in (landed.findings if landed else delivery.findings)]
    for finding, remedy in findings:
        click.echo(f"\n{finding}\n  {remedy}")
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

    with _connected(_settings(None, warehouse)) as connection:
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


@papi.command()
@click.argument("province")
@click.argument("year", type=int)
@click.argument("indicator")
@click.option("--index", "index_id", default="papi", show_default=True, help="The index.")
@with_warehouse
def explain(province: str, year: int, indicator: str, index_id: str, warehouse: Path | None) -> None:
    """Show where one number comes from: papi explain "Bắc Giang" 2020 total"""
    settings = _settings(None, warehouse)
    from pipelines import query

    try:
        explained = query.explain(settings, index_id, province, year, indicator)
    except (query.NotFound, query.NotPublishedYet) as error:
        raise Mistake(str(error.args[0])) from None
    for label, text in _explained_lines(settings, explained):
        click.echo(f"{label:<10}{text}")


@papi.command()
@with_warehouse
def docs(warehouse: Path | None) -> None:
    """Write dbt's documentation and the data dictionary into one folder that opens without a network."""
    settings = _settings(None, warehouse)
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


def _settings(raw: Path | None, warehouse: Path | None, as_of: date | None = None) -> Settings:
    try:
        return Settings.from_environment(raw, warehouse, as_of)
    except ValueError as error:
        raise Mistake(f"PAPI_AS_OF: {error}") from None


def _connected(settings: Settings) -> Any:
    from pipelines import query

    try:
        return query.connect(settings)
    except query.NotPublishedYet as error:
        raise Mistake(str(error)) from None


class _Progress(logging.Formatter):
    """Seconds since the command began, then what has been done."""

    def __init__(self, started: float) -> None:
        super().__init__()
        self._started = started

    def format(self, record: logging.LogRecord) -> str:
        return f"{time.monotonic() - self._started:6.1f} s  {record.getMessage()}"


def _log_progress(started: float) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Progress(started))
    logger = logging.getLogger("papi")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _say_refreshed(done: Refreshed) -> None:
    for check in done.failed_checks:
        click.echo(f"{'BLOCKED' if check.is_blocking else 'warning'}  {check.name}: {check.said}")
    for problem in done.problems:
        click.echo(f"FAILED   {problem}")


def _explained_lines(settings: Settings, explained: Explained) -> list[tuple[str, str]]:
    from pipelines.deliveries import sha256_of

    score, release, cells = explained.score, explained.release, explained.cells
    name = score["indicator_name_vi"] or score["indicator_key"]
    lines = [
        ("what", f"{score['index_id'].upper()} {score['year']}, {score['province_name_vi']} ({score['province_key']})"),
        ("", f"{name} ({score['indicator_key']}, printed {score['code'] or 'nowhere: not measured'})"),
        (
            "state",
            STATES[score["obs_status"]],
        ),
    ]
    if score["score"] is None:
        why = ", ".join(filter(None, [score["not_published_form"], score["obs_reason"]]))
        lines += [("why", why)] if why else []
    else:
        lines.append(("score", f"{_comma(score['score_printed'])} (exact {score['score'].normalize():f})"))
        lines.append(("rank", f"{score['rank']}/{score['n_ranked']}"))
    if score["change"] is not None:
        verdict = "comparable" if score["comparable"] else f"not comparable: {score['comparable_reason']}"
        lines.append(("change", f"{_comma(score['change_printed'], '+')} on {score['year'] - 1}, {verdict}"))
    published = _day(release["published_on"]) or f"in {release['known_from'].year}, day unknown"
    lines.append(("release", f"{release['release_id']}, published {published}, method {release['method']}"))
    delivered = [cell for cell in cells if cell["source_cell"]]
    if score["level"] != "sub_dimension" and cells:
        lines.append(("made of", f"the sum of {len(cells)} sub-dimensions, {len(delivered)} of them published"))
    lines += [
        ("cell", f"{cell['source_file']} {cell['source_cell']}  {cell['code']} = {cell['score'].normalize():f}")
        for cell in delivered
    ]
    for file, sha256 in sorted({(cell["source_file"], cell["sha256"]) for cell in delivered}):
        path = settings.raw / Path(file).relative_to("raw")
        now = "as received" if path.is_file() and sha256_of(path) == sha256 else "NOT the file that is there now"
        lines.append(("sha256", f"{sha256}  {file}, {now}"))
    return lines


def _comma(value: Decimal, sign: str = "") -> str:
    return f"{value:{sign}.2f}".replace(".", ",")


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _json_value(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def main() -> None:
    """Entry point of the command."""
    papi()


if __name__ == "__main__":
    main()
