"""`papi export`: published tables as files for other programs.

Belongs here: options, and what is printed. Does not belong here: how a file is written.
"""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.commands.shared import FOLDER, Mistake, Refused, connected, settings_of, with_warehouse
from pipelines.files import write_whole

MOST_IN_A_WORKBOOK = 50_000  # rows; more take Excel long to open, and are written only where they are asked for


@click.group()
def export() -> None:
    """Bảng số liệu cho Excel và chương trình khác / Published tables for Excel and other programs."""


@export.command("tables")
@click.argument("folder", type=FOLDER)
@click.argument("tables", nargs=-1)
@with_warehouse
def export_tables(folder: Path, tables: tuple[str, ...], warehouse: Path | None) -> None:
    """Ghi bảng đã công bố ra FOLDER: .xlsx có tờ ghi chú, .csv cho Excel tiếng Việt.

    Write published TABLES (all, where none is named) into FOLDER, each as .xlsx with a sheet of notes and as .csv with
    semicolons and decimal commas. In the .xlsx codes are texts; what opens the .csv may take 3.1 for a number. Where
    no table is named, one of more than 50 000 rows is written as .csv alone.

    \b
    papi export tables xuat                              every table
    papi export tables xuat index_score chase_list       two of them
    """
    from pipelines.building import publication
    from pipelines.pages import spreadsheets

    settings = settings_of(None, warehouse)
    with connected(settings) as connection:
        in_force = publication.current(settings)
        if in_force is None:
            raise Refused(f"{settings.warehouse}: `papi status` says what is wrong with the publication")
        known = {name.split(".")[1]: name for name in in_force.n_rows}
        wanted = [known.get(name.split(".")[-1], "") for name in tables] or [*known.values()]
        if "" in wanted:
            unknown = tables[wanted.index("")]
            raise Mistake(f"không có bảng {unknown} / no table {unknown}: {', '.join(sorted(known))}")
        for table in wanted:
            given = spreadsheets.Rows.of(connection, table)
            spreadsheets.write_csv(folder / f"{table}.csv", given)
            is_small = len(given.rows) <= MOST_IN_A_WORKBOOK
            if is_small or (tables and len(given.rows) <= spreadsheets.MAX_ROWS):
                notes = spreadsheets.notes_of(connection, table, in_force.created, in_force.as_of)
                write_whole(folder / f"{table}.xlsx", spreadsheets.workbook(given, notes))
                click.echo(f"{table}: {len(given.rows)} dòng / rows, .xlsx, .csv")
            else:
                click.echo(f"{table}: {len(given.rows)} dòng / rows, .csv")
    click.echo(f"{len(wanted)} bảng trong / tables in {folder}")
