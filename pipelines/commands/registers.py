"""`papi report register`: the registers as a workbook for people, and new lines back from it.

Belongs here: options, and what is printed. Does not belong here: the workbook, see reports/tracking.py.
"""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.commands.office import duties_of, refuse_faulty_registers, say_decided, say_findings, why
from pipelines.commands.shared import FILE, FOLDER, RAW, Mistake, Refused, settings_of, with_warehouse
from pipelines.reports.wording import Language, twin


@click.command("register")
@click.option(
    "--out", type=FOLDER, help="Xuất so-theo-doi.xlsx vào thư mục này. / Write the workbook into this folder."
)
@click.option("--in", "file", type=FILE, help="Đưa các dòng mới của sổ vào. / Take in the new lines of a workbook.")
@click.option(
    "--lang", "language", type=click.Choice(["vi", "en", "both"]), default="vi", show_default=True,
    help="Tiếng của sổ. / Language of the workbook.",
)  # fmt: skip
@RAW
@with_warehouse
def report_register(
    out: Path | None, file: Path | None, language: Language, raw: Path | None, warehouse: Path | None
) -> None:
    """Sổ theo dõi Excel thay cho sửa tệp bằng tay: xuất ra, ghi dòng mới, đưa vào. / The registers as a workbook."""
    if (out is None) == (file is None):
        raise Mistake(twin("chọn một trong hai: --out hoặc --in", "either --out or --in, please"))
    settings = settings_of(raw, warehouse)
    from pipelines.building import lock
    from pipelines.files import write_whole
    from pipelines.reports import answers, registry, tracking

    duties = duties_of(settings)
    refuse_faulty_registers(settings, duties)
    if out is not None:
        known = tracking.Registers(duties, registry.receipts(settings)[0], registry.events(settings, duties))
        write_whole(out / tracking.FILE_NAME, tracking.draw(known, language))
        n_lines = len(known.events)
        click.echo(twin(f"{out / tracking.FILE_NAME}: {n_lines} dòng đã ghi", f"lines of the register: {n_lines}"))
        return
    assert file is not None
    try:
        with lock.hold(settings):
            refuse_faulty_registers(settings, duties)
            known = tracking.Registers(duties, registry.receipts(settings)[0], registry.events(settings, duties))
            typed = tracking.read(file.read_bytes(), file.name, known, answers.land(settings, duties))
            if not typed.findings and typed.events:
                registry.append_events(settings, typed.events)
    except lock.AlreadyRunning as error:
        raise Refused(why(error)) from None
    if typed.findings:
        say_findings(typed.findings)
        vi = f"{file.name}: {len(typed.findings)} lỗi; chưa ghi dòng nào"
        raise Refused(twin(vi, f"{len(typed.findings)} mistakes; no line was written"))
    for event in typed.events:
        say_decided(settings, duties, event)
    there = f"; {typed.n_there} dòng đã có từ trước" if typed.n_there else ""
    click.echo(twin(f"{file.name}: ghi {len(typed.events)} dòng mới{there}", f"new lines: {len(typed.events)}"))
