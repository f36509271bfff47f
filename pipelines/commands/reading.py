"""`papi sql`, `explain`, `province`, `claims`, `docs`: what readers ask of the published warehouse.

Belongs here: options, and what is printed of answers. Does not belong here: finding the answers.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.commands.shared import (
    DAY,
    FILE,
    INDEX,
    NEW_FILE,
    Mistake,
    Refused,
    connected,
    settings_of,
    with_warehouse,
)  # fmt: skip
from pipelines.files import inert, write_whole
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.pages.explain import Explained, Found
    from pipelines.published import Row

STATES = {
    "A": "A, normal",
    "Q": "Q, not published",
    "M": "M, not measured",
    "L": "L, published but not collected here",
    "E": "E, estimated or corrected by us",
}

OF_DOCUMENT = ("claim_id", "words", "sentence", "place")  # texts that a document brings


@click.command()
@click.argument("words", nargs=-1, required=True)
@INDEX
@with_warehouse
def explain(words: tuple[str, ...], index_id: str | None, warehouse: Path | None) -> None:
    """Show where one number comes from.

    \b
    papi explain "Bắc Giang" 2020 total           a score, down to its cells
    papi explain index_change 24-bac-giang 2020 total
    papi explain index_target 24-bac-giang 2020 2021 up_5
    papi explain plan_claim CL006

    A key is made of years, provinces, indicators and whatever else identifies one row of the mart, in any order, or of
    COLUMN=VALUE.
    """
    settings = settings_of(None, warehouse)
    from pipelines.pages.explain import NotFound, find_row, find_score, marts

    mart = words[0].removeprefix("marts.")
    with connected(settings) as connection:
        try:
            if mart in marts(connection):
                lines = _found_lines(settings, find_row(connection, mart, list(words[1:]), index_id))
            else:
                lines = _explained_lines(settings, find_score(connection, *_score_key(words), index_id))
        except NotFound as error:
            raise Mistake(str(error)) from None
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
    from pipelines.pages.explain import NotFound
    from pipelines.pages.province import profile

    with connected(settings) as connection:
        try:
            click.echo(profile(connection, province, year, lang))
        except NotFound as error:
            raise Mistake(str(error)) from None


@click.command()
@click.argument("query")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "xlsx"]), default="table", show_default=True
)
@click.option("--out", type=NEW_FILE, help="File to write; an .xlsx needs one.")
@with_warehouse
def sql(query: str, form: str, out: Path | None, warehouse: Path | None) -> None:
    """Ask the published warehouse in SQL; read-only."""
    import duckdb

    if (form == "xlsx") != (out is not None):
        raise Mistake("--format xlsx and --out FILE go together")
    with connected(settings_of(None, warehouse)) as connection:
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
    if out is not None:
        from pipelines.pages import spreadsheets

        try:
            write_whole(out, spreadsheets.workbook(spreadsheets.Rows(columns, rows), [("Câu hỏi / Query", query)]))
        except spreadsheets.TooManyRows as error:
            raise Refused(str(error)) from None
        click.echo(f"{len(rows)} dòng / rows: {out}")
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(map(inert, columns))
        writer.writerows([inert(value) if isinstance(value, str) else value for value in row] for row in rows)
    else:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(records, ensure_ascii=False, indent=1, default=_json_value))


OF_WHOM = click.option("--province", help="Tỉnh, khi văn bản không nêu. / Province where none is named.")
OF_WHEN = click.option("--as-of", type=DAY, help="Ngày của văn bản. / Day of the document (default: today).")


@click.group()
def claims() -> None:
    """Con số trong văn bản, đối chiếu với kho dữ liệu / Figures of documents, held against the warehouse."""


@claims.command("check")
@click.argument("file", type=FILE)
@OF_WHOM
@OF_WHEN
@click.option("--decimal", type=click.Choice([".", ","]), help="Dấu thập phân của văn bản. / Its decimal mark.")
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table", show_default=True)
@INDEX
@with_warehouse
def claims_check(
    file: Path,
    province: str | None,
    as_of: datetime | None,
    decimal: str | None,
    form: str,
    index_id: str | None,
    warehouse: Path | None,
) -> None:
    """Đối chiếu từng con số trong bảng. / Say of each figure in FILE whether it is right, and if not what went wrong.

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
    from pipelines.claims import tables
    from pipelines.claims.figures import figures_of, province_of_plans
    from pipelines.claims.verdicts import check, decimal_mark
    from pipelines.clock import today
    from pipelines.published import main_index
    from pipelines.seeds import Seeds
    from pipelines.workbooks.container import Unreadable

    seeds = Seeds(settings.seeds)
    with connected(settings) as connection:
        index_id = index_id or main_index(connection)
        figures = figures_of(connection, seeds, index_id, as_of.date() if as_of else today())
        province = province or province_of_plans(connection)
    try:
        read = tables.read_table(file.read_bytes(), file.name, figures, seeds, province)
    except Unreadable as error:
        raise Refused(f"{error.finding}\n  {error.finding.remedy}") from None
    mark = decimal or decimal_mark(claim.stated for claim in read.claims)
    rows = [tables.as_row(check(figures, claim, mark)) for claim in read.claims]
    if form == "csv":
        _say_csv(rows)
    else:
        _say_table(rows, mark or ".")
    for finding in read.findings:
        click.echo(f"\n{finding}\n  {finding.remedy}", err=True)
    _say_counts(rows, len(read.findings), "dòng không đọc được / rows not read")
    if read.findings or any(row["is_confirmed"] is False for row in rows):
        sys.exit(1)


@claims.command("scan")
@click.argument("file", type=FILE)
@OF_WHOM
@OF_WHEN
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table", show_default=True)
@INDEX
@with_warehouse
def claims_scan(
    file: Path,
    province: str | None,
    as_of: datetime | None,
    form: str,
    index_id: str | None,
    warehouse: Path | None,
) -> None:
    """Tìm các con số của văn bản và đối chiếu từng số. / Find the figures of a document and check each.

    FILE is a Word document (.docx), a PDF with text or plain text, in Vietnamese. Each figure is shown in its sentence
    with its verdict; then what was not understood, with the reason. Nothing in a document is run or fetched.

    Exit code 1 where a figure is wrong, 0 else; what was not understood is for a reader to look at.
    """
    settings = settings_of(None, warehouse)
    from pipelines.claims import documents, sentences, tables
    from pipelines.claims.figures import figures_of, province_of_plans
    from pipelines.claims.verdicts import check, decimal_mark
    from pipelines.clock import today
    from pipelines.published import main_index
    from pipelines.seeds import Seeds
    from pipelines.workbooks.container import Unreadable

    seeds = Seeds(settings.seeds)
    day = as_of.date() if as_of else today()
    try:
        passages = documents.read(file.read_bytes(), file.name)
    except Unreadable as error:
        raise Refused(f"{error.finding}\n  {error.finding.remedy}") from None
    with connected(settings) as connection:
        figures = figures_of(connection, seeds, index_id or main_index(connection), day)
        province_key = province_of_plans(connection)
    if province:
        found = tables.province_key(province, day.year, seeds)
        if found is None:
            raise Mistake(f"không có tỉnh {province!r} / no province {province!r}")
        province_key = found
    read = sentences.scan(passages, figures, seeds, province_key)
    mark = decimal_mark(stated.claim.stated for stated in read.stated)
    checked = [check(figures, stated.claim, mark) for stated in read.stated]
    rows = [
        tables.as_row(one) | {"place": stated.place, "words": stated.words, "sentence": stated.sentence}
        for stated, one in zip(read.stated, checked, strict=True)
    ]
    if form == "csv":
        _say_csv(rows)
    else:
        for row in rows:
            _say_in_sentence(row, mark or ".")
    if read.unread:
        click.echo("\nKhông hiểu hoặc không phải kết quả / not understood, or no result:", err=form == "csv")
    for unread in read.unread:
        vi, en = sentences.REASONS[unread.reason]
        said = unread.sentence.replace(unread.words, f"[{unread.words}]", 1)
        click.echo(f"{unread.place}: {vi} / {en}\n  {inert(said)}", err=form == "csv")
    _say_counts(rows, len(read.unread), "không hiểu / not understood")
    if any(row["is_confirmed"] is False for row in rows):
        sys.exit(1)


def _say_in_sentence(row: Row, mark: str) -> None:
    """A figure in its sentence, then what the warehouse holds and the verdict."""
    what = f"{row['province_key']} {row['year']} {row['measure']} {row['indicator_key']}"
    found = (row["found"] or "–").replace(".", mark)
    verdict = row["verdict"] + (f" ({row['rule']})" if row["rule"] else "")
    click.echo(
        f"{row['claim_id']}. {row['place']}: {row['sentence'].replace(row['words'], '[' + row['words'] + ']', 1)}"
    )
    click.echo(f"   {what}: nêu / stated {row['stated']}, kho / found {found}: {verdict}")
    click.echo(f"   {row['explanation_vi']} / {row['explanation_en']}")


def _say_counts(rows: list[Row], unread: int, what: str) -> None:
    """How many figures are right, not right and without data, and how many were not read."""
    right, wrong, without = (sum(row["is_confirmed"] is kind for row in rows) for kind in (True, False, None))
    then = sum(row["verdict"] == "right_of_earlier_release" for row in rows)
    more_vi, more_en = (f" ({then} đúng theo bản cũ)", f" ({then} right of an earlier release)") if then else ("", "")
    vi = f"{len(rows)} số liệu: {right} đúng, {wrong} không đúng{more_vi}, {without} không có dữ liệu"
    en = f"{len(rows)} figures: {right} right, {wrong} not{more_en}, {without} without data"
    vi_unread, en_unread = (f", {unread} {said}" if unread else "" for said in what.split(" / "))
    click.echo(f"{vi}{vi_unread}. / {en}{en_unread}.", err=True)


@click.command()
@with_warehouse
def docs(warehouse: Path | None) -> None:
    """Write dbt's documentation and the data dictionary into one folder that opens without a network."""
    settings = settings_of(None, warehouse)
    from pipelines.building import dbt, lock, publication
    from pipelines.pages import dictionary, lineage

    in_force = publication.current(settings)
    if in_force is None or not settings.build.exists():
        raise Mistake(f"nothing is published in {settings.warehouse} yet: run `papi refresh` first")
    page = settings.docs / "index.html"
    with connected(settings) as connection:
        write_whole(page, dictionary.render(connection, in_force.created))
        click.echo(f"Data dictionary: {page}\nGoing on with dbt's pages, which takes half a minute.")
        try:
            with lock.hold(settings):
                dbt.ensure_manifest(settings)
                made = dbt.generate_docs(settings)
                (settings.docs / "dbt.html").write_bytes(made.page.read_bytes())
        except (lock.AlreadyRunning, dbt.DbtFailed) as error:
            raise Refused(str(error)) from None
        click.echo(f"dbt: {settings.docs / 'dbt.html'}")
        taken_from = lineage.of_models(made.models, made.columns)
        write_whole(page, dictionary.render(connection, in_force.created, taken_from))
    click.echo(f"Data dictionary: what {len(taken_from)} columns are computed from was added")


def _say_table(rows: list[Row], mark: str) -> None:
    """Each figure beside what the warehouse holds, written as the document writes."""
    if not rows:
        return
    width = max(9, *(len(row["claim_id"]) for row in rows)) + 1
    click.echo(f"{'claim':<{width}}{'what':<52}{'stated':>10} {'found':>11}  verdict")
    for row in rows:
        what = f"{row['province_key']} {row['year']} {row['measure']} {row['indicator_key']}"
        verdict = row["verdict"] + (f" ({row['rule']})" if row["rule"] else "")
        found = (row["found"] or "–").replace(".", mark)
        click.echo(f"{row['claim_id']:<{width}}{what:<52}{row['stated']:>10} {found:>11}  {verdict}")
        if row["is_confirmed"] is not True:
            click.echo(f"{'':<{width}}{row['explanation_vi']} / {row['explanation_en']}")


def _say_csv(rows: list[Row]) -> None:
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: inert(value) if key in OF_DOCUMENT else value for key, value in row.items()} for row in rows)


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
        if any(part["score"] is not None for part in explained.parts):
            lines += [("part", _part(part)) for part in explained.parts]
    else:
        lines.append(("score", f"{_comma(score['score_printed'])} (exact {score['score'].normalize():f})"))
        lines.append(("rank", f"{score['rank']}/{score['n_ranked']}"))
    if score["change_printed"] is not None:
        verdict = "comparable" if score["is_comparable"] else f"not comparable: {score['not_comparable_reason']}"
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


def _part(part: Row) -> str:
    """A part of a number that was not published: its score and rank, or that it was not published either."""
    said = "not published"
    if part["score"] is not None:
        said = f"{_comma(part['score_printed'])} (exact {part['score'].normalize():f}), "
        said += f"rank {part['rank']}/{part['n_ranked']}"
    return f"{part['code']}  {part['indicator_name_vi']}: {said}"


def _release(release: Row) -> str:
    day, known_from = release["published_on"], release["known_from"]
    published = f"published {day:%d/%m/%Y}" if day else f"published in {known_from.year}, day unknown"
    if day is None and known_from == release["received_on"]:
        published = f"received {known_from:%d/%m/%Y}, day of publication unknown"
    return f"{release['release_id']}, {published}, method {release['method']}"


def _sha256_lines(settings: Settings, files: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each file with its hash, and whether it is still the one that was read."""
    from pipelines.files import sha256_of

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


def _json_value(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)
