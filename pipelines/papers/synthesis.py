"""Báo cáo tổng hợp: what a period came to, for the chairman of the province, with its cut-off day and who is missing.

Belongs here: what the fields of the template say. Does not belong here: wording, which lies in the template; how tasks
and targets are counted, see progress.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.papers import progress
from pipelines.papers.figures import NONE, Figures, quoted
from pipelines.papers.reminders import BANDS, Paper, head_of, late_as_sql, line_of
from pipelines.papers.situation import COUNTED, LEVELS_VI, OPEN, Owed, Situation, clean
from pipelines.published import rows

if TYPE_CHECKING:
    import duckdb

TEMPLATE = "bao_cao_tong_hop"
COUNTS = ("phai", "da_nhan", "dung_han", "chua_gui", "chua_doc_duoc", "tra_lai", "huyen_bao", "mien")
FEW_UNITS = 2  # results are quoted of tasks that at most so many units hold; of the others they are counted
LONGEST_QUOTE = 200  # signs; the whole stands in the report
MOST_OPINIONS = 15
MOST_NAMES = 3
ASSIGNED = "Nhiệm vụ phân công cho các cơ quan, đơn vị"
ORPHANS_VI = {"no_task": "chưa có nhiệm vụ nào", "indirect_only": "chỉ có nhiệm vụ liên quan gián tiếp"}
FALLEN = """
select code, indicator_name_vi, base_year, orphan_kind, max(change_printed) as change_printed
from marts.plan_responsibility
where plan_id = ? and change_direction_as_published = 'down' and list_contains(?, orphan_kind)
group by code, indicator_name_vi, base_year, orphan_kind
order by code
"""
RESULTS = """
select task_id, report_id, result, source_cell from core.fct_task_progress
where list_contains(?, report_id) and result is not null
order by task_id, report_id
"""
OPINIONS = """
select report_id, {column} as said, md5({column}) as md5 from core.fct_report
where list_contains(?, report_id) and {column} is not null
"""


def paper(connection: duckdb.DuckDBPyConnection, situation: Situation) -> Paper:
    """The report of a period as of a day."""
    figures = Figures()
    expected = [one for one in situation.owed if one.is_expected]
    of_agencies = [one for one in situation.heads if one.level == "agency"] or situation.owed
    values = {
        **head_of(situation, figures, of_agencies[0]),
        **_overall(situation, figures),
        "ke_hoach_rieng": _own_plans(connection, situation, figures),
        "truc": _tasks(connection, situation, figures, expected),
        "chi_tieu": _targets(connection, situation, figures),
        "cap": [
            _counted(situation, figures, name, [one for one in situation.owed if one.level == level], _of_level(level))
            for level, name in LEVELS_VI.items()
        ],
        "huyen": [
            _counted(situation, figures, clean(head.full_name_vi), situation.below(head)[1:], _of_district(head))
            for head in situation.heads
            if head.level == "district"
        ],
        "nhom": _named(situation, figures),
        "mien": [
            {"stt": str(n), "don_vi": clean(one.name), "quyet_dinh": clean(one.decision_no or NONE, LONGEST_QUOTE)}
            for n, one in enumerate((one for one in situation.owed if one.state == "waived"), start=1)
        ],
        "thanh_phan": _fallen(connection, situation, figures),
        **_opinions(connection, situation, figures, expected, "difficulties", "kho_khan"),
        **_opinions(connection, situation, figures, expected, "proposals", "kien_nghi"),
    }
    return Paper(TEMPLATE, f"{situation.as_of}_bao-cao-tong-hop", values, figures)


def _of_level(level: str) -> str:
    return f"unit_key in (select unit_key from core.dim_unit where unit_level = {quoted(level)})"


def _of_district(head: Owed) -> str:
    return f"recipient_key = {quoted(head.unit_key)}"


def _overall(situation: Situation, figures: Figures) -> dict[str, str]:
    period = f"period = {quoted(situation.period)}"
    states = ", ".join(map(quoted, (*OPEN, "reported_by_district")))
    lacking = [one for one in situation.owed if one.is_expected and one.state in (*OPEN, "reported_by_district")]
    key = f"{period} and is_expected and state in ({states})"
    late = figures.say("Quá hạn", len(situation.late), situation.table, "count(*)", late_as_sql(situation, 1, None))
    whole = _counted(situation, figures, "Toàn tỉnh", situation.owed, "true")
    return {
        "tong_so": late,
        "so_thieu": figures.say("Còn thiếu", len(lacking), situation.table, "count(*)", key),
        "so_phai": whole["phai"],
        "so_da_nhan": whole["da_nhan"],
        "so_dung_han": whole["dung_han"],
        "ty_le_nop": whole["ty_le_nop"],
        "ty_le_dung_han": whole["ty_le_dung_han"],
    }


def _counted(situation: Situation, figures: Figures, name: str, owed: Sequence[Owed], which: str) -> dict[str, str]:
    """The reports of a level or district by their states, with the rates of what is expected."""
    period = f"period = {quoted(situation.period)} and {which}"
    counts = {}
    for field, (heading, state, is_counted) in zip(COUNTS, COUNTED, strict=True):
        n = sum(bool(is_counted(one)) for one in owed)
        counts[field] = figures.say(f"{name}: {heading}", n, situation.table, "count(*)", f"{period} and {state}")
    expected = [one for one in owed if one.is_expected]
    rates = {}
    for field, column in (("ty_le_nop", "is_actual"), ("ty_le_dung_han", "is_on_time")):
        n = sum(bool(getattr(one, column)) for one in expected)
        rate = 100 * n / len(expected) if expected else None
        asked = f"100 * count(*) filter (where {column}) / nullif(count(*), 0)"
        key = f"{period} and is_expected"
        rates[field] = figures.say(f"{name}: {field}", rate, situation.table, asked, key)
    return {"ten": name, **counts, **rates}


def _own_plans(connection: duckdb.DuckDBPyConnection, situation: Situation, figures: Figures) -> list[dict[str, str]]:
    plans = progress.of_plans(connection, situation)
    if plans is None:
        return []
    return [
        _counted(
            plans,
            figures,
            f"Kế hoạch riêng, {name}",
            [one for one in plans.owed if one.level == level],
            _of_level(level),
        )
        | {"ten": name}
        for level, name in LEVELS_VI.items()
    ]


def _tasks(
    connection: duckdb.DuckDBPyConnection, situation: Situation, figures: Figures, expected: Sequence[Owed]
) -> list[dict[str, Any]]:
    """Tasks by dimension, then what is assigned to units; the few that one or two units hold with their results."""
    columns = {
        "phai": "n_owing",
        "da_gui": "n_reporting",
        "xong": "n_done",
        "kiem_chung": "n_done_with_evidence",
        "dang": "n_in_progress",
        "chua": "n_not_started",
        "khong_phat_sinh": "n_nothing_arose",
        "khong_ap_dung": "n_not_applicable",
    }
    by_report = {one.report_id: one for one in expected if one.report_id is not None}
    results = rows(connection, RESULTS, [list(by_report)])
    axes: dict[str, dict[str, Any]] = {}
    for task in progress.tasks(connection, situation):
        title = f"Trục nội dung {task.dimension}" if task.dimension else ASSIGNED
        axis = axes.setdefault(title, {"ten": title, "dong": [], "ket_qua": []})
        counts = {field: figures.say(f"{task.task_id}: {field}", *task.counts[name]) for field, name in columns.items()}
        axis["dong"].append({"ma": task.task_id, "noi_dung": task.title, **counts})
        if int(task.counts["n_owing"].value) <= FEW_UNITS:  # type: ignore[arg-type]
            axis["ket_qua"] += [
                {
                    "ma": task.task_id,
                    "don_vi": clean(by_report[one["report_id"]].name),
                    "loi": clean(one["result"], LONGEST_QUOTE),
                    "o": clean(one["source_cell"]),
                }
                for one in results
                if one["task_id"] == task.task_id
            ]
    return list(axes.values())


def _targets(connection: duckdb.DuckDBPyConnection, situation: Situation, figures: Figures) -> list[dict[str, str]]:
    def said(one: progress.TargetResult, field: str, part: progress.Known | None) -> str:
        return NONE if part is None else figures.say(f"{one.target_id}: {field}", *part)

    return [
        {
            "ma": one.target_id,
            "noi_dung": one.title,
            "tu": said(one, "tu", one.numerator),
            "mau": said(one, "mau", one.denominator),
            "ty_le": said(one, "ty_le", one.rate),
            "muc": said(one, "muc", one.target_value),
            "co_so": said(one, "co_so", one.n_reporting),
            "phai": said(one, "phai", one.n_owing),
            "danh_gia": one.said,
        }
        for one in progress.targets(connection, situation)
        if one.unit_key is None
    ]


def _named(situation: Situation, figures: Figures) -> list[dict[str, Any]]:
    """Who is late or lacking, in groups: chased by how late, to be sent again, said by the district, sent late."""
    period = f"period = {quoted(situation.period)} and is_expected"
    chased = ", ".join(map(quoted, OPEN))
    came_late = [
        one
        for one in situation.owed
        if one.is_expected and not one.is_on_time and one.report_id is not None and one.state not in OPEN
    ]
    groups: list[tuple[str, Iterable[Owed], str]] = [
        *(
            (
                title,
                [one for one in situation.late if low <= one.days_late <= (high or one.days_late)],
                late_as_sql(situation, low, high),
            )
            for low, high, title in BANDS
        ),
        (
            "Đã gửi, phải sửa và gửi lại, còn trong thời gian cho phép",
            [one for one in situation.owed if one.is_open and not one.is_late],
            f"{period} and state in ({chased}) and days_late = 0",
        ),
        (
            "Huyện báo đã nhận, tỉnh chưa có tệp",
            [one for one in situation.owed if one.is_expected and one.state == "reported_by_district"],
            f"{period} and state = 'reported_by_district'",
        ),
        (
            "Đã nhận, nhưng quá hạn",
            sorted(came_late, key=lambda one: -one.days_late),
            f"{period} and not is_on_time and report_id is not null and state not in ({chased})",
        ),
    ]
    above = {one.unit_key: clean(one.full_name_vi) for one in situation.owed if one.level == "district"}
    named: list[dict[str, Any]] = []
    for title, units, key in groups:
        lines = [
            line_of(situation, figures, n, one) | {"thuoc": above.get(one.recipient_key or "", "")}
            for n, one in enumerate(units, start=1)
        ]
        if lines:
            so = figures.say(title, len(lines), situation.table, "count(*)", key)
            named.append({"ten": title, "so": so, "dong": lines})
    return named


def _fallen(connection: duckdb.DuckDBPyConnection, situation: Situation, figures: Figures) -> list[dict[str, str]]:
    """Sub-dimensions that fell and that no task of the plan is about."""
    lines = []
    for one in rows(connection, FALLEN, [situation.plan_id, list(ORPHANS_VI)]):
        key = f"plan_id = {quoted(situation.plan_id)} and code = {quoted(one['code'])}"
        table = "marts.plan_responsibility"
        fall = figures.say(f"Thành phần {one['code']}", -one["change_printed"], table, "max(abs(change_printed))", key)
        lines.append(
            {
                "ma": one["code"],
                "ten": clean(one["indicator_name_vi"]),
                "nam": str(one["base_year"]),
                "giam": fall,
                "vi_sao": ORPHANS_VI[one["orphan_kind"]],
            }
        )
    return lines


def _opinions(
    connection: duckdb.DuckDBPyConnection,
    situation: Situation,
    figures: Figures,
    expected: Sequence[Owed],
    column: str,
    field: str,
) -> dict[str, Any]:
    """What the forms say in one of their two open questions: the same words once, said most often first."""
    by_report = {one.report_id: one for one in expected if one.report_id is not None}
    said: dict[str, tuple[str, list[Owed]]] = {}
    for one in rows(connection, OPINIONS.format(column=column), [list(by_report)]):
        said.setdefault(one["md5"], (clean(one["said"], LONGEST_QUOTE), []))[1].append(by_report[one["report_id"]])
    table = f"{situation.table} inner join (select report_id, {column} from core.fct_report) as said using (report_id)"
    period = f"period = {quoted(situation.period)} and is_expected"
    often = sorted(said.items(), key=lambda item: (-len(item[1][1]), item[1][0]))
    lines = []
    for n, (digest, (text, units)) in enumerate(often[:MOST_OPINIONS], start=1):
        key = f"{period} and md5({column}) = '{digest}'"
        so = figures.say(f"{field} {n}", len(units), table, f"count({column})", key)
        names = sorted(clean(one.name) for one in units)
        more = f" và {len(units) - MOST_NAMES} đơn vị khác" if len(units) > MOST_NAMES else ""
        lines.append({"stt": str(n), "y_kien": text, "so": so, "don_vi": "; ".join(names[:MOST_NAMES]) + more})
    total = figures.say(f"{field}: số ý kiến", len(said), table, f"count(distinct {column})", period)
    return {field: lines, f"{field}_so": total, f"{field}_neu": str(len(lines))}
