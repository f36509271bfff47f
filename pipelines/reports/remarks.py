"""Remarks: what about a report asks for a look, and how much of what is owed it answers.

Belongs here: checks that refuse nothing. Does not belong here: what keeps a report from being taken, see faults.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.finding import Finding
from pipelines.plan.obligations import Duties, Obligation
from pipelines.reports import form
from pipelines.reports.form import Report
from pipelines.reports.landed import Completeness, Landed, Owed, beside, name_of
from pipelines.reports.wording import twin

MANY_RESULTS = 5  # from so many tasks on, one result for all is none
# Identity cards, telephones, insurance cards; those that begin with 0 also in groups of three, unlike sums of money.
PRIVATE = re.compile(r"(?<!\d)(?:\d{9,15}|0\d{2,3}([ .-])\d{3}\1\d{3,4}(?:\1\d{3})?)(?!\d)")
NEEDS_REASON = ("nothing_arose", "not_applicable", "not_measurable")
ADD = twin("Bổ sung trước khi gửi, hoặc ở lần gửi sau.", "Add it before sending, or when you send again.")


@dataclass
class Asked:
    """Remarks so far, and the number of checks of which they are those that failed."""

    name: str
    remarks: list[Finding]
    n_checks: int

    def ask(
        self, is_well: bool, rule: str, sheet: str, cell: str | None, found: str, vi: str, en: str, remedy: str = ADD
    ) -> None:
        """One check; where it is not well, a remark says what was found and, in both languages, what is expected."""
        self.n_checks += 1
        if not is_well:
            self.remarks.append(Finding(rule, self.name, found, twin(vi, en), remedy, sheet=sheet, cell=cell))


def completeness_of(report: Report, owed: Owed) -> Completeness:
    """How much of what is owed is answered; of a unit's own plan, its number and its day."""
    if owed.is_unit_plan:
        there = bool(report.document_number) + (report.signed_on is not None)
        return Completeness(tasks_owed=2, tasks_answered=there, tasks_evidenced=there)
    answered = [a for a in report.tasks if a.answer and (a.reason or a.answer not in NEEDS_REASON)]
    evidenced = [a for a in answered if a.evidence or a.answer in (*NEEDS_REASON, "not_started")]
    figures = [a for a in report.targets if a.answer and (a.reason or a.answer not in NEEDS_REASON)]
    return Completeness(
        len(owed.tasks),
        len(answered),
        len(evidenced),
        len(owed.targets),
        len(figures),
        len(owed.communes),
        sum(a.has_reported is not None for a in report.communes),
    )


def remarks_on(item: Landed, report: Report, obligation: Obligation, owed: Owed, duties: Duties) -> Asked:
    """What refuses no report and asks for a look."""
    asked = Asked(name_of(item), list(item.remarks), len(item.remarks))
    tasks, targets, communes = (report.tab(sheet) for sheet in (form.TASKS, form.TARGETS, form.COMMUNES))
    for task in report.tasks:
        if task.answer == "done":
            asked.ask(bool(task.evidence), "evidence_given", tasks, place(task, "evidence"),
                      "không có tài liệu kiểm chứng", "số, ngày văn bản hoặc đường dẫn",
                      "number and day of a document, or a link")  # fmt: skip
        if task.answer in ("done", "in_progress"):
            asked.ask(bool(task.result), "result_given", tasks, place(task, "result"), "không có kết quả cụ thể",
                      "một câu về việc đã làm", "a sentence on what was done")  # fmt: skip
    reasons: list[tuple[str, str | None, str | None, str]] = [
        *((tasks, a.answer, a.reason, place(a, "reason")) for a in report.tasks),
        *((targets, a.answer, a.reason, place(a, "reason")) for a in report.targets),
    ]
    for sheet, word, reason, cell in reasons:
        if word in NEEDS_REASON:
            asked.ask(bool(reason), "reason_given", sheet, cell, "không có lý do", "lý do", "a reason")
    items = {one.task_id: one.title_vi for one in obligation.plan.items}
    titles = {one.target_id: one.title_vi for one in obligation.plan.targets}
    names = {unit.unit_key: unit.full_name_vi for unit in duties.communes_of(obligation)}
    for sheet, owing, known, answered in (
        (tasks, owed.tasks, items, {a.task_id for a in report.tasks if a.answer}),
        (targets, owed.targets, titles, {a.target_id for a in report.targets if a.answer}),
        (communes, owed.communes, names, {a.unit_key for a in report.communes if a.has_reported is not None}),
    ):
        left = "; ".join(f"{code} {known.get(code, '')}".strip() for code in sorted(owing - answered))
        if owing:
            asked.ask(not left, "all_answered", sheet, None, f"chưa trả lời: {left}",
                      "mọi mục của biểu mẫu", "every line of the form")  # fmt: skip
    if owed.is_unit_plan:
        asked.ask(bool(report.document_number), "document_given", report.tab(form.UNIT_PLAN), None,
                  "chưa ghi số, ký hiệu văn bản", "số, ký hiệu văn bản", "the document's number")  # fmt: skip
        asked.ask(report.signed_on is not None, "document_given", report.tab(form.UNIT_PLAN), None,
                  "chưa ghi ngày ký ở ô riêng", "ngày ký ở ô “Ngày ký văn bản”",
                  "its day in a cell of its own")  # fmt: skip
    elif report.has_head:
        lacking = [
            label.vi
            for label, value in (
                (form.DOCUMENT_NUMBER, report.document_number), (form.SIGNED_ON, report.signed_on),
                (form.CUT_OFF_ON, report.cut_off_on), (form.PREPARED_BY, report.prepared_by),
                (form.HEAD_OF_UNIT, report.head_of_unit),
            )
            if not value
        ]  # fmt: skip
        asked.ask(not lacking, "document_given", tasks, None, f"chưa ghi: {'; '.join(lacking)}",
                  "các ô nền vàng ở đầu trang tính", "the yellow cells at the top of the sheet")  # fmt: skip
    _private_and_repeated(asked, report)
    is_whole = {target.target_id: target.is_whole for target in obligation.plan.targets}
    of_a_hundred = [beside(a.cell) for a in report.targets if a.denominator == 100 and is_whole[a.target_id]]
    if report.targets:
        asked.ask(not of_a_hundred, "count_of_a_hundred", targets, next(iter(of_a_hundred), None),
                  f"tổng số đúng bằng 100 ở {', '.join(of_a_hundred)}",
                  "số đếm thật; nếu đây là tỷ lệ phần trăm thì ghi lại hai số đếm",
                  "the true count; if this is a percentage, give both counts",
                  twin("Nếu đúng là 100 thì để nguyên; nếu là tỷ lệ thì gõ lại hai số, ví dụ: 190 và 200",
                       "Leave a true 100; type both counts in place of a share, such as 190 and 200"))  # fmt: skip
    return asked


def place(answer: form.TaskAnswer | form.TargetAnswer, part: str) -> str:
    """The cell of a text beside an answer."""
    return answer.places.get(part, answer.cell)


def _private_and_repeated(asked: Asked, report: Report) -> None:
    """Figures that may identify a citizen, and one sentence in place of all results."""
    tasks, targets = report.tab(form.TASKS), report.tab(form.TARGETS)
    texts: list[tuple[str | None, str, str | None]] = [
        (getattr(a, part), tasks, place(a, part)) for a in report.tasks for part in ("result", "evidence", "reason")
    ]
    texts += [(a.reason, targets, place(a, "reason")) for a in report.targets]
    texts += [(text, tasks, None) for text in (report.difficulties, report.proposals)]
    private = [(found[0], sheet, cell) for text, sheet, cell in texts if (found := PRIVATE.search(text or ""))]
    digits, sheet, cell = private[0] if private else ("", tasks, None)
    more = f", và {len(private) - 1} ô khác" if len(private) > 1 else ""
    n_digits = sum(sign.isdigit() for sign in digits)
    asked.ask(not private, "no_personal_data", sheet, cell,
              f"dãy {n_digits} chữ số{more}, có thể là số căn cước, điện thoại hoặc thẻ bảo hiểm của người dân",
              "không có thông tin cá nhân của người dân", "no personal data",
              twin("Xóa số ấy, cả họ tên đi kèm; chỉ ghi số người, số hồ sơ.",
                   "Take the number away, and the name beside it; counts alone are needed."))  # fmt: skip
    results = [a.result for a in report.tasks if a.result]
    same = len(results) >= MANY_RESULTS and len(set(results)) == 1
    if results:
        asked.ask(not same, "own_result_each", tasks, place(report.tasks[0], "result"),
                  f"mọi nhiệm vụ cùng một kết quả: “{results[0][:60]}”", "kết quả riêng của từng nhiệm vụ",
                  "a result of its own for each task",
                  twin("Ghi việc đã làm và kết quả của từng nhiệm vụ.", "Say what each came to."))  # fmt: skip
