"""Báo cáo tổng hợp: the report of the standing agency to the chairman on one period, as of a day.

Belongs here: what the fields of its template say. Does not belong here: wording, which lies in the template; states and
lateness, see situation.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipelines.papers.figures import NONE, Figures, Value, printed, quoted
from pipelines.papers.reminders import Paper, head_of
from pipelines.papers.situation import COUNTED, LEVELS_VI, TARGETS_VI, Owed, Situation, clean
from pipelines.plan.units import official_name
from pipelines.published import rows

if TYPE_CHECKING:
    import duckdb

TEMPLATE = "bao_cao_tong_hop"
QUOTES = 2  # results quoted for a task
TEXTS = 20  # difficulties, and proposals, that are told; how many more there are is said
LONGEST = 200  # signs of a quotation
GENERAL = "Nhiệm vụ chung và phân công cho từng cơ quan"

TASKS = """
select dim.task_id, dim.title_vi, dim.dimension, progress.n_owing
from marts.plan_task_progress as progress
inner join core.dim_task as dim using (plan_id, task_id)
where progress.period = ? and progress.plan_id = ?
order by dim.dimension nulls last, dim.task_id
"""
AXES = """
select year, code, indicator_name_vi from core.dim_indicator_method as named
inner join core.dim_release using (index_id, method)
where level = 'dimension' and index_id = 'papi' and is_current
order by year
"""
ANSWERS = """
select task_id, answer, count(*) as n, count(evidence) as n_evidenced from {}
where answer is not null
group by task_id, answer
"""
RESULTS = """
select said.task_id, said.result, said.source_cell, units.unit_level, units.full_name_vi
from core.fct_task_progress as said
inner join {} as owed using (report_id)
inner join core.dim_unit_period as units
    on owed.unit_key = units.unit_key and owed.unit_valid_from = units.valid_from
where owed.period = ? and said.result is not null
qualify row_number() over (
    partition by said.task_id
    order by owed.is_accepted desc, list_position(['agency', 'district', 'commune'], units.unit_level), units.unit_code
) <= {}
order by said.task_id, units.unit_code
"""
TARGETS = """
select
    dim.target_id, dim.title_vi, dim.measured_by, found.unit_key, found.numerator, found.denominator, found.value_pct,
    coalesce(found.target_value, case when dim.unit = 'pct' then dim.value end) as target_value,
    found.n_reporting, found.n_owing, found.target_state,
    goal.base_year, goal.base_rank, goal.base_n_ranked, goal.target_year, goal.target_state as index_state
from core.dim_target as dim
left join marts.compliance_target as found
    on dim.plan_id = found.plan_id and dim.target_id = found.target_id and found.period = ?
    and found.scope = 'province'
left join marts.index_target as goal on dim.plan_id = goal.plan_id and dim.target_id = goal.target_id
where dim.plan_id = ?
order by dim.target_id
"""
FALLEN = """
select code, indicator_name_vi, base_year, change_printed, min(responsibility_id) as responsibility_id
from marts.plan_responsibility
where plan_id = ? and orphan_kind in ('no_task', 'indirect_only') and change_direction_as_published = 'down'
group by all
order by code
"""


def paper(connection: duckdb.DuckDBPyConnection, situation: Situation) -> Paper:
    """The report, with every figure in it.

    Reports, answers and texts are those of the day; targets are as published, since they are counted over all reports.
    """
    drawing = _Drawing(connection, situation)
    values = {
        **head_of(situation, drawing.figures, situation.owed[0]),
        **drawing.counts(),
        "ke_hoach_rieng": drawing.own_plans(),
        "truc": drawing.axes(),
        "chi_tieu": drawing.targets(),
        "theo_cap": drawing.levels(),
        "theo_huyen": drawing.districts(),
        "tre": drawing.late(),
        "mien": [
            {"don_vi": clean(one.name), "quyet_dinh": clean(one.decision_no or NONE)}
            for one in situation.owed
            if one.state == "waived"
        ],
        "giam_khong_nhiem_vu": drawing.fallen(),
        "kho_khan": drawing.texts("difficulties"),
        "kien_nghi": drawing.texts("proposals"),
    }
    return Paper(TEMPLATE, f"{situation.as_of}_bao-cao-tong-hop", values, drawing.figures)


class _Drawing:
    def __init__(self, connection: duckdb.DuckDBPyConnection, situation: Situation) -> None:
        self._connection, self._situation = connection, situation
        self._plan = situation.owed[0].plan_id
        self._period = f"period = {quoted(situation.period)}"
        self.figures = Figures()

    def counts(self) -> dict[str, str]:
        """Of all who owe a report of the period: how many, and how many sent none."""
        expected = [one for one in self._situation.owed if one.is_expected]
        missing = sum(not one.is_actual for one in expected)
        return {
            "so_phai": self._count("Đơn vị phải báo cáo", len(expected), f"{self._period} and is_expected"),
            "so_thieu": self._count("Đơn vị còn thiếu", missing, f"{self._period} and is_expected and not is_actual"),
        }

    def own_plans(self) -> list[dict[str, str]]:
        """Who issued a plan of its own in the year, by level; nothing where the plan asks for none that year."""
        table, year = self._situation.table, int(self._situation.period[:4])
        owed = f"deliverable = 'unit_plan' and year = {year} and is_expected"
        sql = f"""
            select unit_level, count(*) as n, count(*) filter (where is_actual) as n_actual,
                count(*) filter (where is_on_time) as n_on_time
            from {table} inner join core.dim_unit using (unit_key) where {owed} group by unit_level
        """
        found = {row["unit_level"]: row for row in rows(self._connection, sql)}
        lines = []
        for level, name in LEVELS_VI.items():
            if level not in found:
                continue
            row, key = found[level], f"{owed} and {_of_level(level)}"
            where = f"Kế hoạch riêng, {name}"
            lines.append(
                {
                    "cap": name,
                    "phai": self._count(f"{where}: phải gửi", row["n"], key),
                    "da_nhan": self._count(f"{where}: đã gửi", row["n_actual"], f"{key} and is_actual"),
                    "dung_han": self._count(f"{where}: đúng hạn", row["n_on_time"], f"{key} and is_on_time"),
                }
            )
        return lines

    def axes(self) -> list[dict[str, Any]]:
        """The tasks by dimension of PAPI, each with its answers of the day and results in the words of the units."""
        answers = (
            f"(select said.* from core.fct_task_progress as said inner join {self._situation.table} as owed "
            f"using (report_id) where owed.{self._period})"
        )
        counted: dict[str, dict[str, tuple[int, int]]] = {}
        for row in rows(self._connection, ANSWERS.format(answers)):
            counted.setdefault(row["task_id"], {})[row["answer"]] = (row["n"], row["n_evidenced"])
        quotes: dict[str, list[dict[str, str]]] = {}
        for row in rows(self._connection, RESULTS.format(self._situation.table, QUOTES), [self._situation.period]):
            unit = official_name(row["unit_level"], row["full_name_vi"])
            said = {"don_vi": clean(unit), "noi_dung": clean(row["result"], LONGEST), "o": clean(row["source_cell"])}
            quotes.setdefault(row["task_id"], []).append(said)
        named = {row["code"]: row["indicator_name_vi"] for row in rows(self._connection, AXES)}
        axes: dict[str, list[dict[str, Any]]] = {}
        for task in rows(self._connection, TASKS, [self._situation.period, self._plan]):
            code = task["dimension"]
            title = f"Trục {code}: {named.get(str(code), '')}" if code else GENERAL
            line = self._task(task, counted.get(task["task_id"], {}), answers)
            axes.setdefault(title, []).append({**line, "trich": quotes.get(task["task_id"], [])})
        return [{"ten": title, "nhiem_vu": tasks} for title, tasks in axes.items()]

    def _task(self, task: dict[str, Any], counted: dict[str, tuple[int, int]], answers: str) -> dict[str, str]:
        task_id = task["task_id"]
        one = f"task_id = {quoted(task_id)}"

        def said(what: str, n: int, which: str) -> str:
            return self.figures.say(f"{task_id}: {what}", n, answers, "count(*)", f"{one} and {which}")

        owing = f"plan_id = {quoted(self._plan)} and {self._period} and {one}"
        return {
            "ma": task_id,
            "ten": clean(task["title_vi"]),
            "phai": self.figures.say(f"{task_id}: N", task["n_owing"], "marts.plan_task_progress", "n_owing", owing),
            "tra_loi": said("trả lời", sum(n for n, _ in counted.values()), "answer is not null"),
            "xong": said("đã hoàn thành", counted.get("done", (0, 0))[0], "answer = 'done'"),
            "kiem_chung": said(
                "hoàn thành, có kiểm chứng", counted.get("done", (0, 0))[1], "answer = 'done' and evidence is not null"
            ),
            "dang": said("đang thực hiện", counted.get("in_progress", (0, 0))[0], "answer = 'in_progress'"),
            "chua": said("chưa thực hiện", counted.get("not_started", (0, 0))[0], "answer = 'not_started'"),
        }

    def targets(self) -> list[dict[str, str]]:
        """Each target of the plan with what it is counted from; a target that nothing can be said of says why."""
        return [self._target(row) for row in rows(self._connection, TARGETS, [self._situation.period, self._plan])]

    def _target(self, row: dict[str, Any]) -> dict[str, str]:
        key = " and ".join(
            f"{name} = {quoted(value)}"
            for name, value in (
                ("plan_id", self._plan), ("target_id", row["target_id"]), ("period", self._situation.period),
                ("unit_key", row["unit_key"]), ("scope", "province"),
            )
            if value is not None
        )  # fmt: skip

        def figure(column: str) -> str:
            if row["unit_key"] is None or row[column] is None:
                return NONE
            place = f"{row['target_id']}: {column}"
            return self.figures.say(place, row[column], "marts.compliance_target", column, key)

        return {
            "ma": row["target_id"],
            "ten": clean(row["title_vi"]),
            "tu": figure("numerator"),
            "mau": figure("denominator"),
            "ty_le": figure("value_pct"),
            "muc": printed(row["target_value"]),
            "n_tren_n": NONE if row["unit_key"] is None else f"{figure('n_reporting')}/{figure('n_owing')}",
            "danh_gia": self._state(row),
        }

    def _state(self, row: dict[str, Any]) -> str:
        if row["target_state"] is not None:
            return TARGETS_VI[row["target_state"]]
        if row["base_year"] is None:
            return "không đo trong kỳ này"
        place = f"{row['target_id']}: hạng gốc"
        key = f"plan_id = {quoted(self._plan)} and target_id = {quoted(row['target_id'])}"
        rank = self.figures.say(place, row["base_rank"], "marts.index_target", "base_rank", key)
        n = self.figures.say(f"{place}, n", row["base_n_ranked"], "marts.index_target", "base_n_ranked", key)
        is_over = self._situation.as_of.year > row["target_year"]
        state = TARGETS_VI[row["index_state"]] if is_over else TARGETS_VI["pending"]
        return f"{state}; gốc: hạng {rank}/{n} năm {row['base_year']}"

    def levels(self) -> list[dict[str, str]]:
        """How the reports of each level came in."""
        lines = []
        for level, name in LEVELS_VI.items():
            owed = [one for one in self._situation.owed if one.level == level]
            if owed:
                lines.append({"ten": name, **self._counted(name, owed, f"{self._period} and {_of_level(level)}")})
        return lines

    def districts(self) -> list[dict[str, str]]:
        """How the reports of the communes of each district came in."""
        lines = []
        for head in self._situation.heads:
            communes = self._situation.below(head)[1:]
            if communes:
                key = f"{self._period} and recipient_key = {quoted(head.unit_key)}"
                lines.append({"ten": clean(head.name), **self._counted(head.name, communes, key)})
        return lines

    def _counted(self, where: str, owed: list[Owed], key: str) -> dict[str, str]:
        """One line of a table: counts by COUNTED, then the reporting rate and the rate on time in per cent."""
        fields = ("phai", "da_nhan", "dung_han", "chua_gui", "chua_doc", "tra_lai", "huyen_bao", "mien")
        line = {
            field: self._count(f"{where}: {heading}", sum(bool(counts_in(one)) for one in owed), f"{key} and {which}")
            for field, (heading, which, counts_in) in zip(fields, COUNTED, strict=True)
        }
        expected = sum(bool(one.is_expected) for one in owed)
        for field, column in (("ty_le", "is_actual"), ("ty_le_dung_han", "is_on_time")):
            n = sum(bool(one.is_expected and getattr(one, column)) for one in owed)
            rate = f"100.0 * count(*) filter (where {column}) / nullif(count(*), 0)"
            value = 100.0 * n / expected if expected else None
            line[field] = self._say(f"{where}: {field}, %", value, rate, f"{key} and is_expected")
        return line

    def late(self) -> list[dict[str, str]]:
        """Late units by whom they answer to, each with its working days; agencies stand in one line."""
        named: dict[str, list[str]] = {}
        for head in self._situation.heads:
            to = "Các sở, ngành" if head.level == "agency" else clean(head.name)
            late = [f"{clean(one.name)} ({self._days(one)} ngày)" for one in self._situation.late_below(head)]
            if late:
                named.setdefault(to, []).extend(late)
        return [{"dau_moi": to, "don_vi": "; ".join(late)} for to, late in named.items()]

    def _days(self, one: Owed) -> str:
        return self._say(f"{one.name}: ngày trễ", one.days_late, "days_late", one.key)

    def fallen(self) -> list[dict[str, str]]:
        """Sub-dimensions that fell and that no task of the plan raises directly."""
        found = rows(self._connection, FALLEN, [self._plan])
        return [
            {
                "ma": row["code"],
                "ten": clean(row["indicator_name_vi"]),
                "nam": str(row["base_year"]),
                "thay_doi": self.figures.say(
                    f"{row['code']}: thay đổi",
                    row["change_printed"],
                    "marts.plan_responsibility",
                    "change_printed",
                    f"responsibility_id = {quoted(row['responsibility_id'])} and plan_id = {quoted(self._plan)}",
                ),
            }
            for row in found
        ]

    def texts(self, column: str) -> dict[str, Any]:
        """Difficulties or proposals of the reports of the day: what most units say first, each with how many do."""
        reports = (
            f"(select told.*, owed.unit_key as teller from core.fct_report as told inner join {self._situation.table} "
            f"as owed using (report_id) where owed.{self._period})"
        )
        sql = f"select {column} as said, list(teller order by teller) as tellers from {reports} where said is not null"
        found = rows(self._connection, f"{sql} group by all order by len(tellers) desc, said")
        named = {one.unit_key: one.name for one in self._situation.owed}
        lines = []
        for row in found[:TEXTS]:
            key = f"{column} = {quoted(row['said'])}"
            text = clean(row["said"], LONGEST)
            n = self.figures.say(f"{text[:60]}", len(row["tellers"]), reports, "count(*)", key)
            first = _some(named[teller] for teller in row["tellers"][:3])
            lines.append({"noi_dung": text, "so": n, "don_vi": f"{first}, …" if len(row["tellers"]) > 3 else first})
        more = len(found) - len(lines)
        return {"dong": lines, "con_lai": str(more) if more else ""}

    def _count(self, place: str, n: int, key: str) -> str:
        return self._say(place, n, "count(*)", key)

    def _say(self, place: str, value: Value, column: str, key: str) -> str:
        return self.figures.say(place, value, self._situation.table, column, key)


def _some(names: Iterable[str]) -> str:
    return ", ".join(map(clean, names))


def _of_level(level: str) -> str:
    return f"unit_key in (select unit_key from core.dim_unit where unit_level = {quoted(level)})"
