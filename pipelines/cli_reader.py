"""`papi explain`, `papi province`, `papi claims`: the commands of who reads what is published. Thin, as cli.py is."""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.console import DAY, FILE, Mistake, Refused, settings_of, with_warehouse
from pipelines.names import inert
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.query import Explained, Found, Row

STATES = {
    "A": "A, normal",
    "Q": "Q, not published",
    "M": "M, not measured",
    "L": "L, published but not collected here",
    "E": "E, estimated or corrected by us",
}
INDEX = click.option("--index", "index_id", default="papi", show_default=True, help="The index.")


@click.command()
@click.argument("words", nargs=-1, required=True)
@INDEX
@with_warehouse
def explain(words: tuple[str, ...], index_id: str, warehouse: Path | None) -> None:
    """Show where one number comes from.

    \b
    papi explain "Bắc Giang" 2020 total           a score, down to its cells
    papi explain index_change 24-bac-giang 2020 total
    papi explain index_target 24-bac-giang 2020 2021 up_5
    papi explain plan_claim CL006

    A key is made of years, provinces, indicators and whatever else tells one row of the mart, in any order, or of
    COLUMN=VALUE.
    """
    settings = settings_of(None, warehouse)
    from pipelines import query

    mart = words[0].removeprefix("marts.")
    try:
        with query.connect(settings) as connection:
            is_mart = mart in query.marts(connection)
        if is_mart:
            lines = _found_lines(settings, query.find(settings, mart, list(words[1:]), index_id))
        else:
            lines = _explained_lines(settings, query.explain(settings, index_id, *_score_key(words)))
    except (query.NotFound, query.NotPublishedYet) as error:
        raise Mistake(str(error.args[0])) from None
    for label, text in lines:
        click.echo(f"{label:<10}{text}")


@click.command()
@click.argument("province")
@click.option("--year", type=int, help="Year of the survey; else the last with results.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the page.")
@with_warehouse
def province(province: str, year: int | None, lang: str, warehouse: Path | None) -> None:
    """Một tỉnh trên một trang / A province on one screen: standing, change, targets, headroom, cautions."""
    settings = settings_of(None, warehouse)
    from pipelines import query
    from pipelines.outputs.province import profile

    try:
        with query.connect(settings) as connection:
            click.echo(profile(connection, province, year, lang))
    except (query.NotFound, query.NotPublishedYet) as error:
        raise Mistake(str(error.args[0])) from None


@click.group()
def claims() -> None:
    """Figures that documents state, held against the warehouse."""


@claims.command("check")
@click.argument("file", type=FILE)
@click.option("--province", help="Province of rows that name none (default: that of the plan, where there is one).")
@click.option("--as-of", type=DAY, help="Day of the document: what was known then counts (default: today).")
@click.option(
    "--decimal", type=click.Choice([".", ","]), help="The document's decimal mark; else that of most figures."
)
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table", show_default=True)
@INDEX
@with_warehouse
def claims_check(
    file: Path,
    province: str | None,
    as_of: datetime | None,
    decimal: str | None,
    form: str,
    index_id: str,
    warehouse: Path | None,
) -> None:
    """Say of each figure in FILE whether it is right, and if not what went wrong.

    FILE is a CSV or .xlsx whose first row names the columns, in any order:

    \b
    stated        the figure as printed: 44,32 or 44.32, -1,72, 13 or 13/63   (số nêu)
    year          year of the survey                                           (năm)
    province      name, key or code                                            (tỉnh)
    measure       score (if blank), change, rank, rank_change, n_ranked, group, direction,
                  n_sub_dimensions_down and the like; or điểm, thay đổi, hạng  (đo gì)
    indicator     code printed that year, or key; blank is the total           (chỉ tiêu)
    compare_year  for changes; blank is the year before                        (năm so sánh)
    claim_id      your name of the row                                         (mã)

    Exit code 1 where a figure is wrong or a row cannot be read, 0 else.
    """
    settings = settings_of(None, warehouse)
    from pipelines import claims as rooms
    from pipelines import query
    from pipelines.analysis.claims import check, decimal_mark
    from pipelines.clock import today
    from pipelines.reference import Reference
    from pipelines.workbooks.cells import Unreadable

    reference = Reference(settings.seeds)
    try:
        with query.connect(settings) as connection:
            figures = rooms.figures_of(connection, reference, index_id, as_of.date() if as_of else today())
            province = province or rooms.province_of_plans(connection)
        read = rooms.read_table(file.read_bytes(), file.name, figures, reference, province)
    except query.NotPublishedYet as error:
        raise Mistake(str(error)) from None
    except Unreadable as error:
        raise Refused(f"{error.finding}\n  {error.finding.remedy}") from None
    mark = decimal or decimal_mark(claim.stated for claim in read.claims)
    rows = [rooms.as_row(check(figures, claim, mark)) for claim in read.claims]
    if form == "csv":
        _say_csv(rows)
    else:
        _say_table(rows, mark or ".")
    for finding in read.findings:
        click.echo(f"\n{finding}\n  {finding.remedy}", err=True)
    wrong = [row for row in rows if row["is_confirmed"] is False]
    counts = f"{len(rows)} figures: {sum(row['is_confirmed'] is True for row in rows)} right, {len(wrong)} not"
    unread = f", {len(read.findings)} rows not read" if read.findings else ""
    without = sum(row["is_confirmed"] is None for row in rows)
    click.echo(f"{counts}, {without} without data{unread}.", err=True)
    if wrong or read.findings:
        sys.exit(1)


def _say_table(rows: list[Row], mark: str) -> None:
    """Each figure beside what the warehouse holds, written as the document writes."""
    if not rows:
        return
    click.echo(f"{'claim':<10}{'what':<52}{'stated':>10} {'found':>11}  verdict")
    for row in rows:
        what = f"{row['province_key']} {row['year']} {row['measure']} {row['indicator_key']}"
        verdict = row["verdict"] + (f" ({row['rule']})" if row["rule"] else "")
        found = (row["found"] or "–").replace(".", mark)
        click.echo(f"{row['claim_id']:<10}{what:<52}{row['stated']:>10} {found:>11}  {verdict}")
        if row["is_confirmed"] is not True:
            click.echo(f"{'':<10}{row['explanation_vi']} / {row['explanation_en']}")


def _say_csv(rows: list[Row]) -> None:
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"claim_id": inert(row["claim_id"])} for row in rows)


def _score_key(words: tuple[str, ...]) -> tuple[str, int, str]:
    """Province, year and indicator of a key of marts.index_score in its short form."""
    if len(words) != 3:
        raise Mistake(
            'a province, a year and an indicator, please, or a mart and a key: papi explain "Bắc Giang" 2020 1.1'
        )
    where, year, indicator = words
    if not year.isdecimal():
        raise Mistake(f"{year!r} is not a valid integer for a year")
    return where, int(year), indicator


def _found_lines(settings: Settings, found: Found) -> list[tuple[str, str]]:
    """A row with what its columns mean, its query, its releases and their files."""
    width = max(map(len, found.row))
    lines = [("mart", f"marts.{found.mart}")]
    for column, value in found.row.items():
        if value is not None:
            comment = (found.comments[column] or "").split(" / ")[0]
            lines.append(("", f"{column:<{width}}  {_shown(value):<18}  {comment}"))
    lines.append(("query", found.sql))
    lines += [("plan", f"{plan['plan_id']}, version {plan['plan_version']}, {plan['source']}") for plan in found.plans]
    lines += [("release", _release(release)) for release in found.releases]
    return lines + _sha256_lines(settings, {(file["source_file"], file["sha256"]) for file in found.files})


def _explained_lines(settings: Settings, explained: Explained) -> list[tuple[str, str]]:
    score, release, cells = explained.score, explained.release, explained.cells
    name = score["indicator_name_vi"] or score["indicator_key"]
    lines = [
        ("what", f"{score['index_id'].upper()} {score['year']}, {score['province_name_vi']} ({score['province_key']})"),
        ("", f"{name} ({score['indicator_key']}, printed {score['code'] or 'nowhere: not measured'})"),
        ("state", STATES[score["obs_status"]]),
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
    lines += [("query", explained.sql), ("release", _release(release))]
    delivered = [cell for cell in cells if cell["source_cell"]]
    if score["level"] != "sub_dimension" and cells:
        lines.append(("made of", f"the sum of {len(cells)} sub-dimensions, {len(delivered)} of them published"))
    lines += [
        ("cell", f"{cell['source_file']} {cell['source_cell']}  {cell['code']} = {cell['score'].normalize():f}")
        for cell in delivered
    ]
    return lines + _sha256_lines(settings, {(cell["source_file"], cell["sha256"]) for cell in delivered})


def _release(release: Row) -> str:
    day = release["published_on"]
    published = f"{day:%d/%m/%Y}" if day else f"in {release['known_from'].year}, day unknown"
    return f"{release['release_id']}, published {published}, method {release['method']}"


def _sha256_lines(settings: Settings, files: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each file with its hash, and whether it is still the one that was read."""
    from pipelines.deliveries import sha256_of

    lines = []
    for file, sha256 in sorted(files):
        path = settings.raw / Path(file).relative_to("raw")
        now = "as received" if path.is_file() and sha256_of(path) == sha256 else "NOT the file that is there now"
        lines.append(("sha256", f"{sha256}  {file}, {now}"))
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def _comma(value: Decimal, sign: str = "") -> str:
    return f"{value:{sign}.2f}".replace(".", ",")
