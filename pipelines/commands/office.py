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

from pipelines.commands.owing import NOT_OWED, nobody, obligation_of
from pipelines.commands.shared import (
    FILE,
    FOLDER,
    RAW,
    SHOWN,
    Mistake,
    OfficeGroup,
    Refused,
    log_progress,
    settings_of,
    with_warehouse,
)
from pipelines.reports.wording import Language, twin, with_remedy
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.finding import Finding
    from pipelines.plan.obligations import Duties
    from pipelines.reports.landed import Landed
    from pipelines.reports.registry import Event

DONE = {
    "returned": "đã trả lại",
    "accepted": "đã tiếp nhận",
    "waived": "được miễn báo cáo theo ",
    "receipt_undone": "đã hủy việc nhận",
    "acceptance_undone": "đã hủy việc tiếp nhận",
    "waiver_undone": "đã hủy việc miễn",
}
DUE_DAYS = {
    "nominal": twin("ngày kế hoạch nêu", "the day named"),
    "strict": twin("ngày trước đó", "the day before"),
    "rolled": twin("ngày làm việc kế tiếp", "the next working day"),
}


class _Moment(click.ParamType[datetime]):
    """A time as the registers spell it; a day alone is its end."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from pipelines.reports.typed import moment_of

        found = value if isinstance(value, datetime) else moment_of(value)
        if found is None:
            vi = f"{value}; cần ngày giờ, ngày và tháng đủ hai chữ số, như 08/06/2021 14:00 hoặc 2021-06-08T14:00"
            self.fail(twin(vi, "a time such as these, day and month in two figures"), param, ctx)
        return found


MOMENT = _Moment()
UNIT = click.option("--unit", help="Tên, mã của đơn vị. / Key, code or full name of the unit.")


@click.group(cls=OfficeGroup)
def plan() -> None:
    """Kế hoạch: giao gì cho ai, còn để ngỏ điều gì. / Plans: what they ask of whom, and what they leave open."""


@plan.command("show")
@click.argument("plan_id")
@RAW
@with_warehouse
def plan_show(plan_id: str, raw: Path | None, warehouse: Path | None) -> None:
    """Xem một kế hoạch. / Show a plan: its obligations, and the questions that it leaves to be decided."""
    duties = duties_of(settings_of(raw, warehouse))
    found = duties.plans.get(plan_id)
    if found is None:
        say_findings([finding for read in duties.read if read.plan_id == plan_id for finding in read.findings])
        known = ", ".join(duties.plans) or "-"
        raise Mistake(
            twin(f"không có kế hoạch {plan_id}; có: {known}", f"no readable plan {plan_id}; there are {known}")
        )
    head, chosen = found.head, found.head.settings
    click.echo(f"{head.title_vi}\n{head.title_en}\n{head.issuer_vi}")
    first_day, last_day = _day(head.issued_from), _day(head.issued_until)
    click.echo(f"Ban hành từ {first_day} đến {last_day} / issued between them: {head.issued_basis}")
    click.echo(
        f"{len(found.tasks)} nhiệm vụ / tasks, {len(found.targets)} chỉ tiêu / targets, {len(found.assignments)} việc "
        f"được giao / assignments, {len(found.claims)} số liệu nêu ra / claims, phiên bản / version {found.version}"
    )
    tracked = _day(chosen.tracking_from) if chosen.tracking_from else twin("báo cáo đầu tiên", "the first report")
    click.echo(f"Tính hạn theo / due day that counts: {DUE_DAYS[chosen.due_counts]}")
    click.echo(f"Theo dõi từ / tracked from: {tracked}")
    click.echo("\nKỳ; số đơn vị; ngày kế hoạch nêu; ngày trước đó; ngày làm việc kế tiếp; vì sao không áp dụng")
    click.echo("period; units; day named; day before; next working day; why not applicable")
    for period in dict.fromkeys(o.period for o in duties.obligations if o.plan is found):
        owed = [o for o in duties.obligations if o.plan is found and o.period == period]
        first, reasons = owed[0], {o.not_applicable_reason for o in owed} - {None}
        n_owing = sum(o.not_applicable_reason is None for o in owed)
        days = "".join(f"{_day(day):<12}" for day in (first.due_nominal, first.due_strict, first.due_rolled))
        why = ", ".join(sorted(NOT_OWED[reason] for reason in reasons if reason))
        click.echo(f"{period:<11}{n_owing:>6}  {days}{why}".rstrip())
    click.echo("\nCòn để ngỏ / Left open:")
    for question in head.open_questions:
        click.echo(f"- {question.question_vi}\n  {question.question_en}")
        click.echo(f"  Tạm thời: {question.meanwhile_vi}. / Meanwhile: {question.meanwhile_en}.")


@click.group(cls=OfficeGroup)
def report() -> None:
    """Báo cáo: tạo biểu mẫu, kiểm tra, nhận, trả lại, tiếp nhận, miễn. / Report forms, from making to accepting."""


@report.command("form")
@click.option("--period", required=True, help="Kỳ, như 2021-H1, 2021-PLAN. / Such as 2021-H1 or 2021-PLAN.")
@UNIT
@click.option("--all", "everyone", is_flag=True, help="Cho mọi đơn vị phải báo cáo. / For every unit that owes one.")
@click.option("-o", "--output", type=FOLDER, required=True, help="Thư mục chứa biểu mẫu. / Folder for the forms.")
@click.option(
    "--lang", "language", type=click.Choice(["vi", "en", "both"]), default="vi", show_default=True,
    help="Tiếng của biểu mẫu. / Language of the forms.",
)  # fmt: skip
@RAW
@with_warehouse
def report_form(
    period: str,
    unit: str | None,
    everyone: bool,
    output: Path,
    language: Language,
    raw: Path | None,
    warehouse: Path | None,
) -> None:
    """Tạo biểu mẫu của một kỳ, mỗi đơn vị một tệp. / Write prefilled forms of a period, one workbook a unit."""
    if (unit is None) == (not everyone):
        raise Mistake(twin("chọn một trong hai: --unit hoặc --all", "either --unit or --all, please"))
    settings = settings_of(raw, warehouse)
    from pipelines.reports import answers, drawing, registry

    duties = duties_of(settings)
    refuse_faulty_registers(settings, duties)
    owed = [o for o in duties.obligations if o.period == period and o.not_applicable_reason is None]
    if unit is not None:
        owed = [obligation_of(duties, unit, period)]
    if not owed:
        raise Mistake(nobody(duties, period))
    landed = answers.land(settings, duties)
    simulated = registry.is_simulated(settings)
    output.mkdir(parents=True, exist_ok=True)
    for one in owed:
        content = drawing.content_of(duties, one, simulated, answers.previous_report(landed, one), language)
        (output / drawing.file_name(one)).write_bytes(drawing.draw(content))
    whose = f" ({owed[0].unit.official_name_vi})" if unit is not None else ""
    click.echo(twin(f"{len(owed)} biểu mẫu kỳ {period}{whose} ở {output}", f"forms for {period} made: {len(owed)}"))


@report.command("check")
@click.argument("file", type=FILE)
@RAW
@with_warehouse
def report_check(file: Path, raw: Path | None, warehouse: Path | None) -> None:
    """Kiểm tra một biểu mẫu đã điền, không lưu gì. / Say what is wrong with a filled form; files nothing."""
    settings = settings_of(raw, warehouse)
    from pipelines.reports import answers

    duties = duties_of(settings)
    refuse_faulty_registers(settings, duties)
    judged = answers.check(settings, duties, file)
    say_findings([*judged.findings, *judged.remarks])
    if judged.report is None:
        raise Refused(twin(f"{file.name}: {len(judged.findings)} lỗi, đề nghị sửa và gửi lại", "it cannot be taken"))
    counts = judged.completeness
    is_unit_plan = judged.obligation is not None and judged.obligation.rule.deliverable == "unit_plan"
    parts = (
        (counts.tasks_answered, counts.tasks_owed, "số, ngày ký / entries" if is_unit_plan else "nhiệm vụ / tasks"),
        (counts.targets_answered, counts.targets_owed, "chỉ tiêu / targets"),
        (counts.communes_covered, counts.communes_owed, "xã / communes"),
    )
    said = ", ".join(f"{answered}/{owed} {what}" for answered, owed, what in parts if owed)
    click.echo(f"{file.name}: hợp lệ, có thể gửi / can be taken. {said}")


@report.command("add")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--received", type=MOMENT, help="Lúc nhận (mặc định: bây giờ). / When it came (default: now).")
@click.option("--source", help="Căn cứ của lúc nhận, như số công văn đến. / How that time is known.")
@UNIT
@click.option("--period", help="Kỳ, khi bên gửi nói rõ. / The period, where the sender says it.")
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
    """Nhận báo cáo như khi gửi đến; tệp chưa đọc được thì có phiếu trả lại. / File reports as they came."""
    settings = settings_of(raw, warehouse)
    from pipelines import clock
    from pipelines.building import lock
    from pipelines.reports import answers, filing, registry, slips

    duties = duties_of(settings)
    if (unit is None) != (period is None):
        raise Mistake(twin("--unit và --period phải đi cùng nhau", "--unit and --period belong together"))
    sender = obligation_of(duties, unit, period) if unit and period else None
    at = received or clock.now()
    said = source or ("theo lời người nhận" if received else "lúc ghi vào sổ")
    simulated = registry.is_simulated(settings)
    who = (sender.unit.unit_key, sender.period) if sender else ("", "")
    filed, n_refused = [], 0
    try:
        with lock.hold(settings):
            for file in files:
                arrival = filing.Arrival(file, at, said, *who, simulated)
                try:
                    filed += filing.file_reports(settings, duties, [arrival])
                except registry.Faulty:
                    raise
                except registry.AlreadyFiled as known:
                    click.echo(str(known))
                except registry.NotFiled as refused:
                    click.echo(str(refused))
                    n_refused += 1
            landed = {item.receipt.path: item for item in answers.land(settings, duties)}
    except (lock.AlreadyRunning, registry.NotFiled) as error:
        raise Refused(why(error)) from None
    quarantined = 0
    for receipt in filed:
        item = landed[receipt.path]
        click.echo(f"{receipt.original_name} ({_whose(item)}): {_state(item)}")
        if item.report is None:
            quarantined += 1
            slip = slips.write(item, duties, settings.slips / slips.file_name(item), at.date())
            say_findings(item.findings)
            click.echo(f"  phiếu trả lại / return slip: {slip}")
    if quarantined:
        vi = f"{quarantined} trong {len(filed)} tệp chưa tiếp nhận; tệp được giữ lại, gửi lại thì thay bằng bản mới"
        raise Refused(twin(vi, f"{quarantined} of {len(filed)} not taken; each is kept, and replaced when sent again"))
    if n_refused:
        raise Refused(twin(f"{n_refused} tệp không được nhận", f"files refused: {n_refused}"))


def _event(name: str, word: str, doc: str, *options: Any) -> None:
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
        file: str | None = None,
    ) -> None:
        settings = settings_of(raw, warehouse)
        from pipelines import clock
        from pipelines.building import lock
        from pipelines.reports import filing, registry

        duties = duties_of(settings)
        owed = obligation_of(duties, unit, period)
        event = registry.Event(
            on or clock.now(), period, owed.unit.unit_key, word, decision or "", reason or "", by or "", 0, file or ""
        )
        try:
            with lock.hold(settings):
                event = filing.add_event(settings, duties, event)
        except (lock.AlreadyRunning, registry.NotFiled) as error:
            raise Refused(why(error)) from None
        say_decided(settings, duties, event, about=f" ({event.file})" if event.file else "")

    command.__doc__ = doc
    shared = (
        click.option("--period", required=True, help="Kỳ báo cáo. / The period."),
        click.option("--unit", required=True, help="Tên, mã của đơn vị. / Key, code or full name of the unit."),
        click.option("--on", type=MOMENT, help="Lúc nào (mặc định: bây giờ). / When (default: now)."),
        click.option("--by", help="Ai thực hiện. / Who did it."),
        RAW,
        with_warehouse,
    )
    for option in reversed((*shared[:2], *options, *shared[2:])):
        command = option(command)
    report.command(name)(command)


REASON = click.option("--reason", required=True, help="Lý do, bên gửi sẽ đọc. / Why; the sender will read it.")
WHY = click.option("--reason", required=True, help="Lý do hủy, ghi vào sổ. / Why, for the register.")
WHICH = click.option(
    "--file", help="Tệp nào, như v1-0a1b2c3d (mặc định: tệp đến sau cùng). / Which file (default: the last that came)."
)
DECISION = click.option("--decision", required=True, help="Số quyết định miễn. / Number of the decision.")
_event(
    "return",
    "returned",
    "Trả lại báo cáo, có lý do và phiếu. / Return a report to its sender, with a reason and a slip.",
    REASON,
    WHICH,
)
_event("accept", "accepted", "Tiếp nhận một bản báo cáo của đơn vị. / Accept one version of a unit's report.", WHICH)
_event("waive", "waived", "Miễn báo cáo theo quyết định. / Waive what a unit owes, by a decision.", DECISION)
_event(
    "undo-receipt",
    "receipt_undone",
    "Hủy việc nhận nhầm đơn vị hoặc kỳ; sau đó nhận lại cho đúng. / Undo the receipt of a file, to file it again.",
    WHY,
    WHICH,
)
_event("undo-accept", "acceptance_undone", "Hủy việc tiếp nhận. / Undo an acceptance.", WHY)
_event("undo-waive", "waiver_undone", "Hủy việc miễn báo cáo. / Undo a waiver.", WHY)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--period", "periods", multiple=True, help="Chỉ các kỳ này. / Only these periods.")
@RAW
def demo(folder: Path, periods: tuple[str, ...], raw: Path | None) -> None:
    """Tạo nơi làm việc riêng với báo cáo mô phỏng. / Make a workspace with simulated reports, and refresh it."""
    log_progress(time.monotonic())
    from pipelines.refresh import refresh
    from pipelines.reports import demo

    click.echo("Đang tạo báo cáo mô phỏng. / Inventing reports; every one is marked simulated.")
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
        f"Biểu mẫu và sổ / forms and registers: {settings.reports}\n"
        f"Những gì đã tạo / what was invented: {folder / 'ledger.csv'}\n\nXem / look:\n"
        f"  papi site --open {where}\n"
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

    try:
        landed = answers.land(settings, duties_of(settings))
    except registry.Faulty as error:
        click.echo(f"\n{error}")
        return
    quarantined = [item.report_id for item in landed if item.report is None]
    kind = twin("báo cáo mô phỏng", "simulated reports") if registry.is_simulated(settings) else "báo cáo / reports"
    click.echo(f"\n{kind}: {len(landed)}; chưa tiếp nhận / not taken: {len(quarantined)}; see audit.report_finding")


def duties_of(settings: Settings) -> Duties:
    """Plans, units and what they owe."""
    from pipelines.plan.obligations import Duties

    return Duties(settings)


def refuse_faulty_registers(settings: Settings, duties: Duties) -> None:
    """``Refused`` where a register cannot be read: nothing is told or written from part of it."""
    from pipelines.reports import registry

    try:
        registry.check(settings, duties)
    except registry.Faulty as error:
        raise Refused(str(error)) from None


def say_findings(findings: list[Finding]) -> None:
    """The first findings on a workbook, with the cell, for its sender; the same of several cells once."""
    from pipelines.reports.landed import together

    merged = together(findings)
    for one in merged[:SHOWN]:
        place = " ".join(filter(None, [one.sheet, one.cell, f"dòng {one.row}" if one.row else None]))
        click.echo(f"- {place or 'tệp'}: {with_remedy(one.found, one.expected, one.remedy)}")
    if len(merged) > SHOWN:
        click.echo(f"  ... {twin(f'và {len(merged) - SHOWN} mục nữa', 'and more')}")


def say_decided(settings: Settings, duties: Duties, event: Event, about: str = "") -> None:
    """What was done, and the slip of a report that was returned."""
    from pipelines.reports import answers, slips

    owed = duties.find(event.unit_key, event.period)
    assert owed is not None
    word = event.event
    said = twin(f"{DONE[word]}{event.decision_no if word == 'waived' else ''}", word)
    click.echo(f"{owed.unit.official_name_vi}, {event.period}: {said}{about}")
    if word != "returned":
        return
    own = [i for i in answers.land(settings, duties) if i.obligation is owed and i.receipt.file == event.file]
    last, path = own[-1], settings.slips / slips.file_name(own[-1])
    click.echo(f"  {slips.write(last, duties, path, event.at.date(), event.reason)}")


def _state(item: Landed) -> str:
    taken = twin("đã nhận", "taken in")
    return (
        taken if item.report is not None else twin("chưa tiếp nhận, đề nghị sửa và gửi lại", "not taken, to be mended")
    )


def _whose(item: Landed) -> str:
    """The unit and period that a file was filed under."""
    if item.obligation is None:
        return twin("chưa rõ đơn vị", "sender not known")
    version = f", bản {item.version}" if item.version > 1 else ""
    return f"{item.obligation.unit.official_name_vi}, {item.obligation.period}{version}"


def why(error: Exception) -> str:
    """A refusal of ours is in both languages; that of a lock, which all commands share, in English."""
    from pipelines.building import lock

    if isinstance(error, lock.AlreadyRunning):
        return twin("một lệnh khác đang chạy; đợi lệnh ấy xong rồi làm lại", str(error))
    return str(error)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "-"
