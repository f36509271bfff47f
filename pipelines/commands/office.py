"""`papi plan`, `papi report`, `papi demo`: the commands of the standing agency.

Belongs here: options, and what is printed of plans and reports. Does not belong here: reading or judging them.
"""

from __future__ import annotations

import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.commands.shared import (
    FILE,
    FOLDER,
    RAW,
    SHOWN,
    Mistake,
    Refused,
    log_progress,
    settings_of,
    with_warehouse,
)
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.finding import Finding
    from pipelines.plan.obligations import Duties, Obligation
    from pipelines.reports.landed import Landed

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
UNIT = click.option("--unit", help="Key, code or full name of the unit.")


@click.group()
def plan() -> None:
    """Plans under raw/plans: what they ask of whom, and what they leave open."""


@plan.command("show")
@click.argument("plan_id")
@RAW
@with_warehouse
def plan_show(plan_id: str, raw: Path | None, warehouse: Path | None) -> None:
    """Show a plan: targets, obligations, and the questions that it leaves to be decided."""
    duties = _duties(settings_of(raw, warehouse))
    found = duties.plans.get(plan_id)
    if found is None:
        _say_findings([finding for read in duties.read if read.plan_id == plan_id for finding in read.findings])
        raise Mistake(f"no readable plan {plan_id}; there are {', '.join(duties.plans) or 'none'}")
    head, chosen = found.head, found.head.settings
    click.echo(f"{head.title_vi}\n{head.title_en}\n{head.issuer_vi}")
    click.echo(f"issued between {head.issued_from:%d/%m/%Y} and {head.issued_until:%d/%m/%Y}: {head.issued_basis}")
    click.echo(
        f"{len(found.tasks)} tasks, {len(found.targets)} targets, {len(found.assignments)} assignments, "
        f"{len(found.claims)} claims, version {found.version}"
    )
    click.echo(f"the {chosen.due_counts} due day counts; tracked from {chosen.tracking_from or 'the first report'}")
    click.echo(f"\n{'period':<11}{'units':>6}  {'named':<12}{'strict':<12}{'rolled':<12}not applicable")
    for period in dict.fromkeys(o.period for o in duties.obligations if o.plan is found):
        owed = [o for o in duties.obligations if o.plan is found and o.period == period]
        first, reasons = owed[0], {o.not_applicable_reason for o in owed} - {None}
        n_owing = sum(o.not_applicable_reason is None for o in owed)
        days = "".join(f"{_day(day):<12}" for day in (first.due_nominal, first.due_strict, first.due_rolled))
        click.echo(f"{period:<11}{n_owing:>6}  {days}{', '.join(sorted(str(reason) for reason in reasons))}")
    click.echo("\nCòn để ngỏ / Left open:")
    for question in head.open_questions:
        click.echo(f"- {question.question_vi}\n  {question.question_en}")
        click.echo(f"  Tạm thời: {question.meanwhile_vi}. / Meanwhile: {question.meanwhile_en}.")


@click.group()
def report() -> None:
    """Report forms: make, check, take in, return, accept, waive."""


@report.command("form")
@click.option("--period", required=True, help="Such as 2021-H1, or 2021-PLAN for the units' own plans.")
@UNIT
@click.option("--all", "everyone", is_flag=True, help="A form for every unit that owes one.")
@click.option("-o", "--output", type=FOLDER, required=True, help="Folder for the forms.")
@RAW
@with_warehouse
def report_form(
    period: str, unit: str | None, everyone: bool, output: Path, raw: Path | None, warehouse: Path | None
) -> None:
    """Write prefilled forms of a period, one workbook a unit."""
    if (unit is None) == (not everyone):
        raise Mistake("either --unit or --all, please")
    settings = settings_of(raw, warehouse)
    from pipelines.reports import answers, drawing, registry

    duties = _duties(settings)
    owed = [o for o in duties.obligations if o.period == period and o.not_applicable_reason is None]
    if unit is not None:
        owed = [_obligation(duties, unit, period)]
    if not owed:
        raise Mistake(f"nobody owes anything for {period}; `papi plan show` lists the periods")
    landed = answers.land(settings, duties)
    simulated = registry.is_simulated(settings)
    output.mkdir(parents=True, exist_ok=True)
    for one in owed:
        content = drawing.content_of(duties, one, simulated, answers.previous_report(landed, one))
        (output / drawing.file_name(one)).write_bytes(drawing.draw(content))
    click.echo(f"{len(owed)} {'form' if len(owed) == 1 else 'forms'} for {period} in {output}")


@report.command("check")
@click.argument("file", type=FILE)
@RAW
@with_warehouse
def report_check(file: Path, raw: Path | None, warehouse: Path | None) -> None:
    """Say what is wrong with a filled form, as its return slip would. Files nothing."""
    settings = settings_of(raw, warehouse)
    from pipelines.reports import answers

    judged = answers.check(settings, _duties(settings), file)
    _say_findings([*judged.findings, *judged.remarks])
    if judged.report is None:
        raise Refused(f"{file.name}: {len(judged.findings)} lỗi, báo cáo chưa nhận được / the report cannot be taken")
    counts = judged.completeness
    click.echo(
        f"{file.name}: nhận được / can be taken. "
        f"{counts.tasks_answered}/{counts.tasks_owed} nhiệm vụ / tasks, "
        f"{counts.targets_answered}/{counts.targets_owed} chỉ tiêu / targets"
        + (f", {counts.communes_covered}/{counts.communes_owed} xã / communes" if counts.communes_owed else "")
    )


@report.command("add")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--received", type=MOMENT, help="When it came, in Việt Nam (default: now).")
@click.option("--source", help="How that time is known, such as the number in the register of documents.")
@UNIT
@click.option("--period", help="The period, where the sender says it.")
@RAW
@with_warehouse
def report_add(
    files: tuple[Path, ...],
    received: datetime | None,
    source: str | None,
    unit: str | None,
    period: str | None,
    raw: Path | None,
    warehouse: Path | None,
) -> None:
    """File reports as they came. What cannot be read waits in quarantine, with a slip for its sender."""
    settings = settings_of(raw, warehouse)
    from pipelines import clock
    from pipelines.building import lock
    from pipelines.reports import answers, filing, registry, slips

    duties = _duties(settings)
    if (unit is None) != (period is None):
        raise Mistake("--unit and --period belong together")
    sender = _obligation(duties, unit, period) if unit and period else None
    at = received or clock.now()
    said = source or ("said by who filed it" if received else "time of filing")
    simulated = registry.is_simulated(settings)
    who = (sender.unit.unit_key, sender.period) if sender else ("", "")
    try:
        with lock.hold(settings):
            filed = filing.file_reports(
                settings, duties, [filing.Arrival(file, at, said, *who, simulated) for file in files]
            )
            landed = {item.receipt.path: item for item in answers.land(settings, duties)}
    except (lock.AlreadyRunning, registry.NotFiled) as error:
        raise Refused(str(error)) from None
    quarantined = 0
    for receipt in filed:
        item = landed[receipt.path]
        click.echo(f"{receipt.original_name}: raw/reports/{receipt.path}, {_state(item)}")
        if item.report is None:
            quarantined += 1
            slip = slips.write(item, settings.slips / slips.file_name(item))
            _say_findings(item.findings)
            click.echo(f"  phiếu trả lại / return slip: {slip}")
    if quarantined:
        raise Refused(f"{quarantined} of {len(filed)} in quarantine; each is kept, and replaced when it is sent again")


def _event(word: str, doc: str, *options: Any) -> None:
    """A command that adds one event for a unit's report."""

    def command(
        period: str,
        unit: str,
        on: datetime | None,
        by: str | None,
        raw: Path | None,
        warehouse: Path | None,
        reason: str | None = None,
        decision: str | None = None,
    ) -> None:
        settings = settings_of(raw, warehouse)
        from pipelines import clock
        from pipelines.building import lock
        from pipelines.reports import answers, filing, registry, slips

        duties = _duties(settings)
        owed = _obligation(duties, unit, period)
        event = registry.Event(
            on or clock.now(), period, owed.unit.unit_key, word, decision or "", reason or "", by or "", 0
        )
        try:
            with lock.hold(settings):
                filing.add_event(settings, duties, event)
        except (lock.AlreadyRunning, registry.NotFiled) as error:
            raise Refused(str(error)) from None
        click.echo(f"{owed.unit.full_name_vi}, {period}: {registry.EVENT_WORDS[word]} / {word}")
        if word == "returned":
            own = [i for i in answers.land(settings, duties) if i.obligation is owed and i.report is not None]
            click.echo(f"  {slips.write(own[-1], settings.slips / slips.file_name(own[-1]), reason or '')}")

    command.__doc__ = doc
    shared = (
        click.option("--period", required=True, help="The period."),
        click.option("--unit", required=True, help="Key, code or full name of the unit."),
        click.option("--on", type=MOMENT, help="When (default: now)."),
        click.option("--by", help="Who did it."),
        RAW,
        with_warehouse,
    )
    for option in reversed((*shared[:2], *options, *shared[2:])):
        command = option(command)
    report.command({"returned": "return", "accepted": "accept", "waived": "waive"}[word])(command)


REASON = click.option("--reason", required=True, help="Why; the sender will read it.")
DECISION = click.option("--decision", required=True, help="Number of the decision that waives it.")
_event("returned", "Return a report to its sender, with a reason and a slip.", REASON)
_event("accepted", "Accept a unit's report.")
_event("waived", "Waive what a unit owes, by a decision.", DECISION)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--period", "periods", multiple=True, help="Only these periods.")
@RAW
def demo(folder: Path, periods: tuple[str, ...], raw: Path | None) -> None:
    """Make a separate workspace with simulated reports of every unit in FOLDER, and refresh it."""
    log_progress(time.monotonic())
    from pipelines.refresh import refresh
    from pipelines.reports import demo

    click.echo("Inventing reports; every one is marked simulated.")
    try:
        settings = demo.make(settings_of(raw, None), folder, periods or demo.PERIODS)
    except demo.NotEmpty as error:
        raise Mistake(str(error)) from None
    done = refresh(settings)
    if done.outcome != "published":
        said = [f"{check.name}: {check.said}" for check in done.failed_checks if check.is_blocking]
        click.echo("\n".join([*said, *done.problems]), err=True)
        sys.exit(1)
    where = f"--warehouse {settings.warehouse}"
    click.echo(
        f"\nDữ liệu mô phỏng / simulated data, as of {settings.as_of:%d/%m/%Y}: {settings.published}\n"
        f"Forms and registers: {settings.reports}\nWhat was invented: {folder / 'ledger.csv'}\n\nLook:\n"
        f'  papi sql {where} "from marts.chase_list limit 20"\n'
        f"  papi sql {where} \"from marts.compliance_district where period = '2021-H1'\"\n"
        f"  papi sql {where} \"from marts.compliance_target where scope = 'province'\"\n"
        f"  papi sql {where} \"select state, count(*) from marts.compliance_as_of('2021-06-21') group by all\""
    )


def say_reports(settings: Settings) -> None:
    """A line on the reports received, where there are any."""
    if not settings.receipts.exists():
        return
    from pipelines.reports import answers, registry

    landed = answers.land(settings, _duties(settings))
    quarantined = [item.report_id for item in landed if item.report is None]
    kind = "simulated reports" if registry.is_simulated(settings) else "reports"
    click.echo(f"\n{len(landed)} {kind} received, {len(quarantined)} in quarantine; see audit.report_finding")


def _duties(settings: Settings) -> Duties:
    from pipelines.plan.obligations import Duties

    return Duties(settings)


def _obligation(duties: Duties, wanted: str, period: str) -> Obligation:
    """What the unit owes for the period; a ``Mistake`` where there is no such unit or it owes nothing."""
    owing = {o.unit.unit_key: o for o in duties.obligations if o.period == period}
    if not owing:
        raise Mistake(f"no plan asks for {period}; `papi plan show` lists the periods")
    if wanted in owing:
        return owing[wanted]
    measured_on: date = next(iter(owing.values())).due_nominal or date.max
    unit = duties.units.find(wanted, measured_on)
    if unit is None or unit.unit_key not in owing:
        from pipelines.spelling import nearest, plain

        known = {plain(f"{o.unit.full_name_vi} {o.unit.unit_key}"): o.unit.unit_key for o in owing.values()}
        near = ", ".join(known[name] for name in nearest(plain(wanted), known, cutoff=0.3))
        raise Mistake(
            f"{wanted!r} is not one unit that owes a report for {period}" + (f"; near: {near}" if near else "")
        )
    return owing[unit.unit_key]


def _say_findings(findings: list[Finding]) -> None:
    for finding in findings[:SHOWN]:
        place = " ".join(filter(None, [finding.sheet, finding.cell, f"dòng {finding.row}" if finding.row else None]))
        click.echo(
            f"- {place or finding.file}: {finding.found}\n    Cần / expected: {finding.expected}\n    {finding.remedy}"
        )
    if len(findings) > SHOWN:
        click.echo(f"  ... và {len(findings) - SHOWN} lỗi nữa / and more")


def _state(item: Landed) -> str:
    return "nhận được / readable" if item.report is not None else "giữ lại / in quarantine"


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "-"
