"""Faults: what about a report that can be read keeps it from being taken.

Belongs here: each reason, in words for the sender. Does not belong here: cells, see reading.py; what asks for a look
and refuses nothing, see remarks.py.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from pipelines.finding import Finding
from pipelines.plan.obligations import Duties, Obligation
from pipelines.plan.plans import PERIODS
from pipelines.plan.units import unit_name
from pipelines.reports import form
from pipelines.reports.form import Identity, Report, Shown
from pipelines.reports.landed import Landed, Owed, beside, name_of
from pipelines.reports.typed import example, printed
from pipelines.reports.wording import period_name, spelt, twin
from pipelines.spelling import plain

WEEK = timedelta(days=7)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PERIOD = re.compile(r"\d{4}-(PLAN|Q1|H1|Q3|FY)")
# By unit, year and target: the last answer so far for each period, by the place of the period in the year.
Figures = dict[tuple[str, int, str], dict[int, form.TargetAnswer]]


def _fault(
    item: Landed, rule: str, found: str, expected: str, remedy: str, sheet: str | None = None, cell: str | None = None
) -> Finding:
    return Finding(rule, name_of(item), found, expected, remedy, sheet=sheet, cell=cell)


def of_another_kind(item: Landed, simulated: bool) -> list[Finding]:
    """A simulated report among real ones, or the other way round."""
    marked = {item.receipt.simulated, item.identity.simulated if item.identity else item.receipt.simulated}
    if marked == {simulated}:
        return []
    return [
        _fault(
            item, "simulated_apart",
            "báo cáo thật, gửi vào nơi tập dượt" if simulated else "biểu mẫu tập dượt (mô phỏng)",
            twin("biểu mẫu mô phỏng của nơi tập dượt này", "a simulated form of this demonstration") if simulated else
            twin("biểu mẫu thật Sở Nội vụ gửi cho kỳ này", "the real form of this period"),
            twin("Mở đúng biểu mẫu, chép nội dung sang rồi gửi lại.", "Open that form and copy into it."),
        )
    ]  # fmt: skip


def of_another_place(item: Landed, identity: Identity, obligation: Obligation | None, duties: Duties) -> list[Finding]:
    """A form that is not of the unit and period it was filed for, of the plan as it is, or of anybody who owes one."""
    found = []
    said, filed = (identity.unit_key, identity.period), (item.receipt.unit_key, item.receipt.period)
    own = twin("Dùng biểu mẫu của chính đơn vị cho đúng kỳ.", "Use the unit's own form of the period.")
    if item.receipt.unit_key and said != filed:
        expected, meant = (_unit_and_period(duties, *one) for one in (filed, said))
        found.append(_fault(item, "unit_matches", f"biểu mẫu của {meant}", twin(expected, expected), own))
    plan = duties.plans.get(identity.plan_id)
    if plan is None or plan.version != identity.plan_version:
        found.append(
            _fault(
                item, "plan_version", "biểu mẫu cũ: kế hoạch đã thay đổi sau khi biểu mẫu được gửi đi",
                twin("biểu mẫu theo kế hoạch hiện hành", "a form of the plan as it is now"),
                twin("Xin biểu mẫu mới của Sở Nội vụ và chép nội dung sang.", "Ask for a new form and copy into it."),
            )
        )  # fmt: skip
    if obligation is None or obligation.not_applicable_reason is not None:
        found.append(
            _fault(
                item, "owes_a_report", f"{_unit_and_period(duties, *said)}: không phải báo cáo trong kỳ này",
                twin("đơn vị phải báo cáo trong kỳ này", "a unit that owes a report for this period"),
                twin("Không cần gửi; hỏi Sở Nội vụ nếu thấy chưa đúng.", "Nothing is owed; ask if that seems wrong."),
            )
        )  # fmt: skip
    return found


def _unit_and_period(duties: Duties, unit_key: str, period: str) -> str:
    """Both by name, as far as they are known."""
    obligation = duties.find(unit_key, period)
    unit = obligation.unit if obligation else next((u for u in duties.units.all if u.unit_key == unit_key), None)
    name = unit.official_name_vi if unit else unit_key
    return f"{name}, {period_name(period).vi}" if PERIOD.fullmatch(period) else f"{name}, {period}"


def names_match(item: Landed, report: Report, obligation: Obligation) -> list[Finding]:
    """Unit and period as the officer sees them must be those of the hidden sheet, however they are spelt."""
    unit, period = obligation.unit, period_name(obligation.period)
    names = (unit.official_name_vi, unit.full_name_vi, unit.name_vi)
    found = []
    for rule, shown, key, wanted, is_right in (
        (
            "unit_matches", report.unit_shown, unit.unit_key, unit.official_name_vi,
            report.unit_shown is None or _is_named(report.unit_shown.text, names),
        ),
        (
            "period_matches", report.period_shown, obligation.period, period.vi,
            report.period_shown is None or spelt(report.period_shown.text) in period.spellings,
        ),
    ):  # fmt: skip
        if shown is None or is_right or f"({key})" in shown.text or shown.text.endswith(f": {key}"):
            continue
        found.append(
            _fault(
                item, rule, f"“{shown.text}”" if shown.text else "không thấy tên đơn vị hoặc kỳ báo cáo",
                twin(f"{wanted}, như khi biểu mẫu được gửi đi", f"{wanted}, as the form was sent out"),
                twin(f"Gõ lại: {wanted}; hoặc dùng đúng biểu mẫu của đơn vị và của kỳ.",
                     f"Type {wanted}, or use the form of the unit and period."),
                shown.sheet, shown.cell,
            )
        )  # fmt: skip
    return found


def _is_named(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text is one of these names of a unit, in any spelling, with or without its district after a comma."""
    known = {plain(unit_name(name)) for name in names}
    return not known.isdisjoint({plain(unit_name(text)), plain(unit_name(text.rpartition(",")[0]))})


def whole_form(item: Landed, report: Report, owed: Owed) -> list[Finding]:
    """A sheet that is gone, or a form in which nothing is answered."""
    wanted = {form.UNIT_PLAN} if owed.is_unit_plan else set()
    for sheet, codes in ((form.TASKS, owed.tasks), (form.TARGETS, owed.targets), (form.COMMUNES, owed.communes)):
        wanted |= {sheet} if codes else set()
    found = [
        _fault(
            item, "sheet_there", f"thiếu trang tính “{sheet}”",
            twin(f"trang tính “{sheet}” với bảng như trong biểu mẫu gốc", f"the sheet “{sheet}” as in the form"),
            twin("Lấy biểu mẫu gốc, chép nội dung sang.", "Take the original form and copy into it."), sheet,
        )
        for sheet in form.SHEETS if sheet in wanted - set(report.tabs)
    ]  # fmt: skip
    if found:
        return found
    said = [
        *((a.answer, a.result, a.evidence, a.reason) for a in report.tasks),
        *((a.answer, a.reason) for a in report.targets),
        *((a.has_reported,) for a in report.communes),
        *([(report.document_number, report.signed_on)] if owed.is_unit_plan else []),
    ]
    if any(part is not None for parts in said for part in parts):
        return []
    sheet, first = (form.UNIT_PLAN, "số, ký hiệu và ngày ký") if owed.is_unit_plan else (form.TASKS, "các ô nền vàng")
    return [
        _fault(
            item, "something_answered", "biểu mẫu còn trống, chưa trả lời mục nào",
            twin(f"{first} đã điền", "the yellow cells filled in"),
            twin("Điền biểu mẫu, lưu lại rồi gửi. Có thể đã gửi nhầm tệp gốc.",
                 "Fill the form in, save and send it; this may be the wrong file."),
            report.tab(sheet),
        )
    ]  # fmt: skip


def not_owed(item: Landed, report: Report, owed: Owed) -> list[Finding]:
    """Codes that the unit does not answer for, or answers for twice."""
    found = []
    for sheet, rule, known, said in (
        (form.TASKS, "task_owed", owed.tasks, [(a.task_id, a.cell) for a in report.tasks]),
        (form.TARGETS, "target_owed", owed.targets, [(a.target_id, a.cell) for a in report.targets]),
        (form.COMMUNES, "commune_known", owed.communes, [(a.unit_key, a.cell) for a in report.communes]),
    ):
        seen, before = {code for code, _ in said}, dict[str, str]()
        codes = ", ".join(sorted(known))
        for code, cell in said:
            again = code in before
            before[code] = before.get(code, f"A{cell.lstrip(LETTERS)}")
            if code in known and not again:
                continue
            lacking = next((one for one in sorted(known) if one not in seen), None)
            remedy = twin("Xóa dòng thừa, nội dung ghi vào dòng đã có mã.", "Delete the row, write into one of these.")
            if lacking is not None:
                remedy = twin(f"Gõ lại mã như trong biểu mẫu gốc, ví dụ: {lacking}",
                              f"Type the code of the original form, such as: {lacking}")  # fmt: skip
            found.append(
                _fault(
                    item, rule,
                    f"mã {code} {f'lặp lại, đã có ở {before[code]}' if again else 'không thuộc biểu mẫu của đơn vị'}",
                    twin(f"mỗi mã một lần, trong: {codes}", f"each once, of: {codes}"),
                    remedy, report.tab(sheet), f"A{cell.lstrip(LETTERS)}",
                )
            )  # fmt: skip
    return found


def days_can_be(item: Landed, report: Report, obligation: Obligation, today: date) -> list[Finding]:
    """Days of signing, of figures and of receipt lie within the plan's life, and not after the report came."""
    came = today if item.receipt.received_at == datetime.max else item.receipt.received_at.date()
    issued, year = obligation.plan.head.issued_from, date(obligation.year, 1, 1)
    usual = min(came, obligation.due_nominal or came) - WEEK
    days = [
        (report.signed_on, issued, report.days.get("signed_on")),
        (report.cut_off_on, year, report.days.get("cut_off_on")),
        *(
            (a.received_on, year, Shown(text="", sheet=report.tab(form.COMMUNES), cell=beside(a.cell)))
            for a in report.communes
        ),
    ]
    return [
        _fault(
            item, "day_can_be", f"{day:%d/%m/%Y}",
            twin(f"một ngày từ {first:%d/%m/%Y} đến ngày gửi ({came:%d/%m/%Y})",
                 f"a day from {first:%d/%m/%Y} to the day of sending ({came:%d/%m/%Y})"),
            twin(f"Kiểm tra ngày, tháng, năm (ngày trước, tháng sau). Ví dụ: {max(first, usual):%d/%m/%Y}",
                 f"Look at day, month and year. Example: {max(first, usual):%d/%m/%Y}"),
            where.sheet, where.cell,
        )
        for day, first, where in days if day is not None and where is not None and not first <= day <= came
    ]  # fmt: skip


def counted(item: Landed, report: Report, obligation: Obligation) -> list[Finding]:
    """Figures of a target that is counted are whole; a share in their place is told as what it is."""
    targets = {target.target_id: target for target in obligation.plan.targets}
    found = []
    for answer in report.targets:
        target = targets[answer.target_id]
        figures = [f for f in (answer.numerator, answer.denominator) if f is not None]
        broken = next((f for f in figures if f % 1), None)
        if not target.is_whole or broken is None:
            continue
        cell = answer.cell if broken == answer.numerator else beside(answer.cell)
        sheet, counted = report.tab(form.TARGETS), target.counted_in_vi or "số đếm"
        is_share = max(figures) <= 1
        found.append(
            _fault(
                item, "not_a_percentage" if is_share else "whole_number", printed(broken),
                twin(f"một số nguyên ({counted})" + (", không phải tỷ lệ" if is_share else ""),
                     f"a whole number ({target.counted_in_en})" + (", not a share" if is_share else "")),
                twin("Gõ số đã đạt và tổng số phải thực hiện, không chấm, không phẩy. Ví dụ: 190 và 200",
                     "Type both counts, without point or comma. Example: 190 and 200"),
                sheet, cell,
            )
        )  # fmt: skip
    return found


def falling(item: Landed, report: Report, obligation: Obligation, figures: Figures) -> list[Finding]:
    """Cumulative figures below those of an earlier period of the year."""
    found = []
    is_cumulative = {target.target_id: target.is_cumulative for target in obligation.plan.targets}
    for answer in report.targets:
        key = (obligation.unit.unit_key, obligation.year, answer.target_id)
        before = [a for period, a in figures[key].items() if period < PERIODS.index(obligation.kind)]
        for name in ("numerator", "denominator") if is_cumulative[answer.target_id] else ():
            now = getattr(answer, name)
            highest = max((figure for a in before if (figure := getattr(a, name)) is not None), default=None)
            if now is not None and highest is not None and now < highest:
                least = printed(highest)
                expected = twin(f"ít nhất {least}, như kỳ trước (số lũy kế)", f"at least {least}, as before")
                found.append(
                    _fault(
                        item, "cumulative_does_not_fall", printed(now), expected, example(least),
                        report.tab(form.TARGETS), answer.cell if name == "numerator" else beside(answer.cell),
                    )
                )  # fmt: skip
    return found
