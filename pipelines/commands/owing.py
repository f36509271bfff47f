"""What a unit owes for a period, asked by any of its names.

Belongs here: finding it, and saying why there is nothing to find. Does not belong here: what is done with it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pipelines.commands.shared import Mistake
from pipelines.reports.wording import BETWEEN, twin

if TYPE_CHECKING:
    from pipelines.plan.obligations import Duties, Obligation
    from pipelines.plan.units import Unit

NOT_OWED = {
    "due_before_issue": twin("hạn trước ngày ban hành", "due_before_issue"),
    "due_unspecified": twin("kế hoạch không nêu ngày", "due_unspecified"),
    "unit_ended": twin("đơn vị đã giải thể, sáp nhập", "unit_ended"),
    "plan_superseded": twin("kế hoạch đã được thay thế", "plan_superseded"),
}


def obligation_of(duties: Duties, wanted: str, period: str) -> Obligation:
    """What the unit of this key, code or name owes for the period.

    A ``Mistake`` where there is no such unit, or where it owes nothing: with the reason, and who took over from it.
    """
    owing = {o.unit.unit_key: o for o in duties.obligations if o.period == period}
    if not owing:
        raise Mistake(nobody(duties, period))
    measured_on = next(iter(owing.values())).due_nominal or date.max
    unit = duties.units.find(wanted, measured_on) or _that_was(duties, wanted, measured_on)
    found = owing.get(wanted) or (owing.get(unit.unit_key) if unit else None)
    if found is None:
        raise Mistake(
            _ended(duties, unit, period, measured_on)
            if unit and not unit.is_valid_on(measured_on)
            else _not_one(duties, owing, wanted, period)
        )
    reason = found.not_applicable_reason
    if reason is None:
        return found
    if reason == "unit_ended":
        raise Mistake(_ended(duties, found.unit, period, measured_on))
    vi, en = NOT_OWED[reason].split(BETWEEN)
    if reason == "due_before_issue":
        vi = f"{vi} kế hoạch ({found.plan.head.issued_from:%d/%m/%Y})"
    said = f"{found.unit.official_name_vi} không phải báo cáo kỳ {period}: {vi}"
    raise Mistake(twin(said, f"nothing is owed for it: {en}"))


def nobody(duties: Duties, period: str) -> str:
    """Why there is nothing to do for a period."""
    reasons = {o.not_applicable_reason for o in duties.obligations if o.period == period}
    said = [NOT_OWED[reason].split(BETWEEN) for reason in sorted(filter(None, reasons))]
    vi, en = ("; ".join(words) for words in zip(*said, strict=True)) if said else ("", "")
    return twin(
        f"không đơn vị nào phải báo cáo kỳ {period}{vi and f': {vi}'}; các kỳ xem bằng `papi plan show`",
        f"nobody owes anything for {period}{en and f': {en}'}; `papi plan show` lists the periods",
    )


def _that_was(duties: Duties, wanted: str, day: date) -> Unit | None:
    """The unit of this key, code or name that ended last before a day."""
    ends = {unit.valid_to for unit in duties.units.all if unit.valid_to is not None and unit.valid_to < day}
    return next((unit for end in sorted(ends, reverse=True) if (unit := duties.units.find(wanted, end))), None)


def _ended(duties: Duties, unit: Unit, period: str, day: date) -> str:
    heirs = "; ".join(heir.official_name_vi for heir in duties.units.heirs_of(unit, day))
    last = f"{unit.valid_to:%d/%m/%Y}"
    return twin(
        f"{unit.official_name_vi} không phải báo cáo kỳ {period}: đơn vị đã giải thể, sáp nhập sau {last}; "
        + (f"đơn vị kế thừa: {heirs}" if heirs else "danh mục không nêu đơn vị kế thừa"),
        f"it ended on {last}; successor: {heirs or '-'}",
    )


def _not_one(duties: Duties, owing: dict[str, Obligation], wanted: str, period: str) -> str:
    from pipelines.spelling import nearest, plain

    known = {}
    for owed in owing.values():
        unit, over = owed.unit, duties.find(owed.unit.parent_key, period)
        name = f"{unit.full_name_vi}, {over.unit.full_name_vi}" if over else unit.full_name_vi
        known[plain(f"{unit.full_name_vi} {unit.unit_key}")] = f"{name} ({unit.unit_key})"
    near = "; ".join(known[name] for name in nearest(plain(wanted), known, cutoff=0.3)) or "-"
    vi = f"“{wanted}” không phải tên hoặc mã của đúng một đơn vị phải báo cáo kỳ {period}; gần giống: {near}"
    return twin(vi, f"it is not one unit that owes a report for {period}; near: {near}")
