"""Plans, obligations and reports as tables of schema ``landing``: dbt's source ``office``.

Belongs here: the shape of those tables. Does not belong here: reading plans and reports, making obligations, or any
state, which is SQL over these tables and a day.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.building.release_tables import create, insert_rows
from pipelines.finding import Finding
from pipelines.kept import Store, key_of
from pipelines.plan.obligations import SEEDS, Duties, Obligation
from pipelines.plan.plans import Plan, to_come
from pipelines.plan.units import LEVELS_VI
from pipelines.reports import answers, form, registry
from pipelines.reports.decisions import about_nothing, with_files
from pipelines.reports.landed import Landed
from pipelines.reports.registry import reporting_day
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
TABLES = {
    "reporting_day": "day date, is_simulated boolean",
    "calendar_day": "day date, is_working boolean, working_day_number integer, holiday_vi varchar",
    "plan": """
        plan_id varchar, plan_version varchar, title_vi varchar, title_en varchar, issuer_vi varchar,
        issuer_en varchar, province_key varchar, standing_agency varchar, issued_from date, issued_until date,
        issued_basis varchar, supersedes varchar, obligations_until date, due_counts varchar, due_soon_days integer,
        grace_working_days integer, tracking_from date, late_days_to_zero integer, weight_timeliness decimal(9, 6),
        weight_completeness decimal(9, 6), weight_quality decimal(9, 6), weight_verification decimal(9, 6),
        cap_missing decimal(9, 6), cap_unverified decimal(9, 6), source varchar""",
    "plan_task": """
        plan_id varchar, task_id varchar, kind varchar, anchor varchar, dimension varchar, title_vi varchar,
        title_en varchar, units varchar, frequency varchar, is_reported boolean""",
    "plan_task_indicator": "plan_id varchar, task_id varchar, indicator_key varchar, link varchar, basis varchar",
    "plan_task_holder": "plan_id varchar, task_id varchar, holder varchar, holder_name_vi varchar, unit_key varchar",
    "plan_task_unit": "plan_id varchar, task_id varchar, unit_key varchar, valid_from date",
    "plan_target": """
        plan_id varchar, target_id varchar, anchor varchar, kind varchar, title_vi varchar, title_en varchar,
        operator varchar, value decimal(15, 6), unit varchar, measured_by varchar, units varchar, periods varchar,
        is_cumulative boolean, numerator_vi varchar, numerator_en varchar, denominator_vi varchar,
        denominator_en varchar, note varchar, counted_in_vi varchar, counted_in_en varchar, is_whole boolean""",
    "plan_claim": """
        plan_id varchar, claim_id varchar, measure varchar, dimension varchar, stated varchar, unit varchar,
        anchor varchar, year varchar, compare_year varchar""",
    "obligation": """
        obligation_id varchar, plan_id varchar, rule_id varchar, deliverable varchar, period varchar, year integer,
        unit_key varchar, unit_valid_from date, recipient_key varchar, due_nominal date, due_strict date,
        due_rolled date, due_counted date, not_applicable_reason varchar, communes_existing integer,
        is_simulated boolean""",
    "target_owed": "obligation_id varchar, target_id varchar",
    "report": """
        report_id varchar, obligation_id varchar, period varchar, unit_key varchar, version integer,
        received_at timestamp, received_source varchar, state varchar, plan_version varchar, document_number varchar,
        signed_on date, cut_off_on date, difficulties varchar, proposals varchar, prepared_by varchar,
        head_of_unit varchar, tasks_owed integer, tasks_answered integer, tasks_evidenced integer, targets_owed integer,
        targets_answered integer, communes_owed integer, communes_covered integer, is_complete boolean,
        n_checks integer, n_remarks integer, n_findings integer, copied_from varchar, is_simulated boolean,
        source_file varchar, original_name varchar, sha256 varchar""",
    "task_progress": """
        report_id varchar, task_id varchar, answer varchar, result varchar, evidence varchar, reason varchar,
        source_cell varchar""",
    "target_value": """
        report_id varchar, target_id varchar, answer varchar, numerator decimal(18, 6), denominator decimal(18, 6),
        reason varchar, source_cell varchar""",
    "commune_answer": """
        report_id varchar, obligation_id varchar, unit_key varchar, has_reported boolean, received_on date,
        source_cell varchar""",
    "report_event": """
        event_id varchar, obligation_id varchar, report_id varchar, happened_at timestamp, event varchar,
        decision_no varchar, reason varchar, done_by varchar, source_row integer""",
    "report_finding": """
        finding_id varchar, report_id varchar, rule_id varchar, severity varchar, source_file varchar, sheet varchar,
        source_row integer, source_column varchar, source_cell varchar, found varchar, expected varchar,
        remedy varchar""",
}
# What a report says of itself as a document.
DOCUMENT = (
    "document_number", "signed_on", "cut_off_on", "difficulties", "proposals", "prepared_by", "head_of_unit",
)  # fmt: skip
# Tables by what decides them: a report that comes changes no plan, another day no report.
GROUPS = {
    "day": ("reporting_day",),
    "report": ("report", "task_progress", "target_value", "commune_answer", "report_event", "report_finding"),
    "plan": (
        "calendar_day", "plan", "plan_task", "plan_task_indicator", "plan_task_holder", "plan_task_unit", "plan_target",
        "plan_claim", "obligation", "target_owed",
    ),
}  # fmt: skip


def land(settings: Settings) -> Path:
    """The DuckDB file of schema ``landing`` with TABLES as of now: plans and reports are read once for all who ask.

    Raises ``registry.Faulty``: what a register leaves out would be published as what never came.
    """
    import duckdb

    def write(draft: Path) -> None:
        with duckdb.connect(str(draft)) as connection:
            create(connection, TABLES)
            _fill(settings, connection)

    return Store(settings.landing / "office").ensure("tables", _key(settings), write)


def parts(settings: Settings, group: str) -> dict[str, str]:
    """A hash of each thing that decides the tables of a group, by its name."""
    simulated = {"the mark of a demonstration": str(registry.is_simulated(settings))}
    if group == "day":
        return {"the day": str(reporting_day(settings)), **simulated, "the code": key_of("building")}
    folders = (settings.plans, settings.reports) if group == "report" else (settings.plans,)
    files = sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {
        **{f"raw/{path.relative_to(settings.raw).as_posix()}": key_of(None, [path]) for path in files},
        **{f"seed {name}": key_of(None, [settings.seeds / f"{name}.csv"]) for name in SEEDS},
        **({"the as-of date": str(settings.as_of)} if group == "report" else simulated | _to_come(settings)),
        "the code": key_of("building"),
    }


def _to_come(settings: Settings) -> dict[str, str]:
    """The plans that are not issued on the as-of day, where there are any: so another day alone changes no plan."""
    names = [] if settings.as_of is None else to_come(settings.raw, settings.as_of)
    return {"plans to come": ", ".join(names)} if names else {}


def _key(settings: Settings) -> str:
    return key_of("building", [], *(str(parts(settings, group)) for group in GROUPS))


def _fill(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    def insert(table: str, rows: list[Row]) -> None:
        insert_rows(connection, table, rows)

    of_all_days = Duties(settings)  # what the registers speak of
    registry.check(settings, of_all_days)
    landed = answers.land(settings, of_all_days, settings.as_of)
    events = registry.events(settings, of_all_days, settings.as_of)
    duties = Duties(settings, settings.as_of)
    _, not_listed = registry.receipts(settings, settings.as_of)
    plans = list(duties.plans.values())
    simulated = registry.is_simulated(settings)
    insert("reporting_day", [{"day": reporting_day(settings), "is_simulated": simulated}])
    insert(
        "calendar_day",
        [
            {"day": d.day, "is_working": d.is_working, "working_day_number": d.number, "holiday_vi": d.holiday_vi}
            for d in duties.workdays.days()
        ],
    )
    insert("plan", [_plan(plan) for plan in plans])
    insert("plan_task", [row for plan in plans for row in _tasks(plan)])
    insert("plan_task_indicator", [{"plan_id": p.plan_id, **i.model_dump()} for p in plans for i in p.task_indicators])
    insert("plan_claim", [{"plan_id": p.plan_id, **claim.model_dump()} for p in plans for claim in p.claims])
    insert(
        "plan_task_unit",
        [
            {"plan_id": p.plan_id, "task_id": i.task_id, "unit_key": u.unit_key, "valid_from": u.valid_from}
            for p in plans
            for u in duties.units.all
            if u.in_reporting and u.territory_key == p.head.province_key
            for i in p.items_of(u)
        ],
    )
    insert("plan_task_holder", [row for plan in plans for row in _holders(duties, plan)])
    insert("plan_target", [row for plan in plans for row in _targets(plan)])
    insert("obligation", [{**_obligation(duties, o), "is_simulated": simulated} for o in duties.obligations])
    insert(
        "target_owed",
        [
            {"obligation_id": o.obligation_id, "target_id": t.target_id}
            for o in duties.obligations
            if o.rule.deliverable == "report" and o.not_applicable_reason is None
            for t in o.plan.targets_of(o.unit, o.kind)
        ],
    )
    insert("report", [_report(item) for item in landed])
    insert("task_progress", [row for item in landed for row in _progress(item)])
    insert("target_value", [row for item in landed for row in _values(item)])
    insert("commune_answer", [row for item in landed for row in _communes(duties, item)])
    decided = with_files(events, landed)
    insert(
        "report_event",
        [
            {
                "event_id": f"events.csv:{event.row}",
                "obligation_id": owed.obligation_id,
                "report_id": item.report_id if item else None,
                "happened_at": event.at,
                "event": event.event,
                "decision_no": event.decision_no or None,
                "reason": event.reason or None,
                "done_by": event.by or None,
                "source_row": event.row,
            }
            for event, item in decided
            if (owed := duties.find(event.unit_key, event.period)) is not None
        ],
    )
    told = [(item.report_id, "refused", finding) for item in landed for finding in item.findings]
    told += [(item.report_id, "remark", finding) for item in landed for finding in item.remarks]
    told += [(read.plan_id, "refused", finding) for read in duties.read for finding in read.findings]
    told += [("registry", "refused", finding) for finding in (*not_listed, *about_nothing(decided))]
    insert(
        "report_finding",
        [
            {"finding_id": f"{report_id}-{n:05d}", "report_id": report_id, "severity": severity, **finding.as_row()}
            for n, (report_id, severity, finding) in enumerate(told, start=1)
        ],
    )


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many plans, obligations and reports there are in a landed file, and how many of these are readable."""
    sql = """
        select
            (select count(*) from landing.plan), (select count(*) from landing.obligation),
            (select count(*) from landing.report), (select count(*) from landing.report where state = 'received')
    """
    [row] = connection.execute(sql).fetchall()
    return dict(zip(("plan", "obligation", "report", "readable"), row, strict=True))


def findings(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """What was refused of plans, reports and registers."""
    sql = """
        select rule_id, source_file, found, expected, remedy, sheet, source_row, source_column, source_cell
        from landing.report_finding where severity = 'refused' order by rowid
    """
    return [Finding(*row) for row in connection.execute(sql).fetchall()]


def summary(settings: Settings) -> str:
    """How much was refused of plans, reports and registers, in a sentence; nothing where all is well."""
    import duckdb

    with duckdb.connect(str(land(settings)), read_only=True) as connection:
        found, counted = findings(connection), counts(connection)
    if not found:
        return ""
    plans = {one.file.rsplit("/", 1)[0] for one in found if one.rule_id == "plan_readable"}
    refused = [f"{name} refused: nothing of this plan is asked or counted" for name in sorted(plans)]
    n_quarantined = counted["report"] - counted["readable"]
    return "; ".join([*refused, f"{n_quarantined} reports in quarantine, {len(found)} findings"])


def _plan(plan: Plan) -> Row:
    head, chosen = plan.head, plan.head.settings
    names = (
        "plan_id", "title_vi", "title_en", "issuer_vi", "issuer_en", "province_key", "standing_agency", "issued_from",
        "issued_until", "issued_basis", "supersedes", "obligations_until", "source",
    )  # fmt: skip
    settings = ("due_counts", "due_soon_days", "grace_working_days", "tracking_from", "late_days_to_zero")
    return {
        **{name: getattr(head, name) for name in names},
        **{name: getattr(chosen, name) for name in settings},
        **{f"weight_{name}": weight for name, weight in chosen.weights.model_dump().items()},
        **{f"cap_{name}": cap for name, cap in chosen.caps.model_dump().items()},
        "plan_version": plan.version,
    }


def _tasks(plan: Plan) -> list[Row]:
    tasks = [
        {**t.model_dump(exclude={"units_basis"}), "kind": "task", "frequency": "continuous", "is_reported": True}
        for t in plan.tasks
    ]
    assignments = [
        {
            **a.model_dump(exclude={"assignment_id", "targets"}),
            "task_id": a.assignment_id,
            "kind": "assignment",
            "dimension": None,
        }
        for a in plan.assignments
    ]
    return [{"plan_id": plan.plan_id, **row, "units": "; ".join(row["units"])} for row in (*tasks, *assignments)]


def _holders(duties: Duties, plan: Plan) -> list[Row]:
    """Whom each task and assignment is given to: a level, or a body by its code; some bodies are no unit here."""
    bodies = {u.code: u for u in duties.units.on(plan.head.issued_until).values() if u.level == "agency"}
    given = [(t.task_id, t.units) for t in plan.tasks] + [(a.assignment_id, a.units) for a in plan.assignments]
    return [
        {
            "plan_id": plan.plan_id,
            "task_id": task_id,
            "holder": holder,
            "holder_name_vi": bodies[holder].name_vi if holder in bodies else LEVELS_VI.get(holder, holder),
            "unit_key": bodies[holder].unit_key if holder in bodies else None,
        }
        for task_id, holders in given
        for holder in holders
    ]


def _targets(plan: Plan) -> list[Row]:
    return [
        {
            "plan_id": plan.plan_id,
            **t.model_dump(),
            "units": "; ".join(t.units) or None,
            "periods": "; ".join(t.periods) or None,
        }
        for t in plan.targets
    ]


def _obligation(duties: Duties, owed: Obligation) -> Row:
    names = (
        "obligation_id", "period", "year", "recipient_key", "due_nominal", "due_strict", "due_rolled", "due_counted",
        "not_applicable_reason",
    )  # fmt: skip
    return {
        **{name: getattr(owed, name) for name in names},
        "plan_id": owed.plan.plan_id,
        "rule_id": owed.rule.rule_id,
        "deliverable": owed.rule.deliverable,
        "unit_key": owed.unit.unit_key,
        "unit_valid_from": owed.unit.valid_from,
        "communes_existing": len(duties.communes_of(owed)) if owed.unit.level == "district" else 0,
    }


def _report(item: Landed) -> Row:
    receipt, report = item.receipt, item.report
    owed = item.obligation
    is_placed = owed is not None and owed.not_applicable_reason is None and bool(receipt.unit_key)
    return {
        **{name: getattr(item, name) for name in ("report_id", "version", "state", "n_checks", "copied_from")},
        **{name: getattr(receipt, name) for name in ("received_at", "received_source", "original_name", "sha256")},
        **(asdict(item.completeness) if report else {}),
        "obligation_id": owed.obligation_id if owed and is_placed else None,
        "period": receipt.period or None,
        "unit_key": receipt.unit_key or None,
        "plan_version": item.identity.plan_version if item.identity else None,
        **{name: getattr(report, name) if report else None for name in DOCUMENT},
        "is_complete": item.completeness.is_complete if report else None,
        "n_remarks": len(item.remarks),
        "n_findings": len(item.findings),
        "is_simulated": receipt.simulated,
        "source_file": f"raw/reports/{receipt.path}",
    }


def _progress(item: Landed) -> list[Row]:
    if item.report is None:
        return []
    return [
        {
            "report_id": item.report_id,
            **a.model_dump(exclude={"cell", "places"}),
            "source_cell": f"{item.report.tab(form.TASKS)}!{a.cell}",
        }
        for a in item.report.tasks
    ]


def _values(item: Landed) -> list[Row]:
    if item.report is None:
        return []
    return [
        {
            "report_id": item.report_id,
            **a.model_dump(exclude={"cell", "places"}),
            "source_cell": f"{item.report.tab(form.TARGETS)}!{a.cell}",
        }
        for a in item.report.targets
    ]


def _communes(duties: Duties, item: Landed) -> list[Row]:
    """What a district says of its communes, each with the commune's own obligation for the period."""
    if item.report is None or item.obligation is None:
        return []
    period = item.obligation.period
    return [
        {
            "report_id": item.report_id,
            "obligation_id": owed.obligation_id if (owed := duties.find(a.unit_key, period)) else None,
            **a.model_dump(exclude={"cell"}),
            "source_cell": f"{item.report.tab(form.COMMUNES)}!{a.cell}",
        }
        for a in item.report.communes
    ]
