"""`papi`, the command line: the commands of pipelines/commands as one.

Belongs here: the list of commands. Does not belong here: any command; heavy imports, which stay inside the commands.
Exit codes: 0 done, 1 not published, 2 a mistake in the call.
"""

from __future__ import annotations

import click

from pipelines.commands import checking, exporting, looking, office, papers, reading, refreshing, registers, releases


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def papi() -> None:
    """Kho chỉ số PAPI: từ dữ liệu gửi đến đến bảng đã kiểm tra, công bố. / PAPI indicator warehouse, from raw
    deliveries to checked, published tables."""


office.report.add_command(registers.report_register)
for command in (
    refreshing.refresh, refreshing.status, checking.check, releases.release, office.plan, office.report, office.demo,
    papers.paper, papers.sent, papers.period, reading.sql, exporting.export, looking.site, looking.picture,
    reading.explain, reading.province, reading.claims, reading.docs,
):  # fmt: skip
    papi.add_command(command)


def main() -> None:
    """Entry point of the command."""
    papi()


if __name__ == "__main__":
    main()
