"""What pages ask of the tables of plans and reports.

Belongs here: choosing rows of plans, units and obligations. Does not belong here: how a page shows them.
"""

from __future__ import annotations

from pipelines.pages.figures import over
from pipelines.published import Row
from pipelines.site.queries import with_title
from pipelines.site.reader import Reader


def plan(ask: Reader) -> Row | None:
    """The plan in force, the last issued; None where there is none."""
    found = ask.rows("select * from core.dim_plan order by issued_until desc limit 1")
    return found[0] if found else None


def responsibilities(ask: Reader, plan_id: str) -> list[Row]:
    """Sub-dimensions, tasks and who answers; and what lacks one of them."""
    return ask.of(
        "marts.plan_responsibility",
        "select * from marts.plan_responsibility where plan_id = ? order by code nulls last, task_id, holder_name_vi",
        plan_id,
    )


def claims(ask: Reader, plan_id: str) -> list[Row]:
    """Figures that the plan states, each with its verdict."""
    return ask.of("marts.plan_claim", "select * from marts.plan_claim where plan_id = ? order by claim_id", plan_id)


def plan_targets(ask: Reader, plan_id: str) -> list[Row]:
    """What the plan wants to reach."""
    return ask.rows("select * from core.dim_target where plan_id = ? order by target_id", plan_id)


def target_states(ask: Reader, plan_id: str) -> list[Row]:
    """Targets that reports measure, of the whole province by period."""
    return ask.of(
        "marts.compliance_target",
        with_title("marts.compliance_target")
        + "where result.plan_id = ? and result.scope = 'province' order by result.period, result.target_id",
        plan_id,
    )


def tracked_periods(ask: Reader, plan_id: str) -> list[str]:
    """Periods of which reports are tracked, in order of their deadlines."""
    found = ask.rows(
        "select period from core.fct_obligation where plan_id = ? and is_expected group by period "
        "order by min(due_counted)",
        plan_id,
    )  # fmt: skip
    return [row["period"] for row in found]


def districts(ask: Reader, plan_id: str, periods: list[str], key: str | None = None) -> list[Row]:
    """Districts in these periods, or one of them."""
    return ask.of(
        "marts.compliance_district",
        "select * from marts.compliance_district where plan_id = ? and list_contains(?, period) "
        "and district_key = coalesce(?, district_key) order by district_key, period",
        plan_id, periods, key,
    )  # fmt: skip


def chase(ask: Reader, plan_id: str) -> list[Row]:
    """What is missing or came back, the latest first."""
    return ask.of("marts.chase_list", "select * from marts.chase_list where plan_id = ? order by chase_order", plan_id)


def chased(ask: Reader, plan_id: str) -> Row:
    """How many these are."""
    return over(ask.connection, "marts.chase_list", {"plan_id": plan_id}, "count(*)")


def communes(ask: Reader, plan_id: str, periods: list[str], district: str) -> list[Row]:
    """What each commune of a district owes in these periods, with the file that came."""
    return ask.rows(
        "select owed.*, unit.unit_name_vi, unit.parent_unit_key, report.source_file, report.sha256, "
        "report.original_name, report.document_number from core.fct_obligation as owed "
        "inner join core.dim_unit_period as unit "
        "on unit.unit_key = owed.unit_key and unit.valid_from = owed.unit_valid_from "
        "left join core.fct_report as report using (report_id) "
        "where owed.plan_id = ? and list_contains(?, owed.period) and unit.unit_level = 'commune' "
        "and unit.parent_unit_key = ? and owed.state <> 'not_applicable' order by owed.unit_key, owed.period",
        plan_id, periods, district,
    )  # fmt: skip


def units(ask: Reader) -> list[Row]:
    """Units that report today or reported, with their district; the last form of each."""
    return ask.rows(
        "select distinct on (unit_key) unit_key, unit_level, full_name_vi, unit_name_vi, unit_name_en, parent_unit_key "
        "from core.dim_unit_period where is_reporting order by unit_key, valid_from desc"
    )


def is_simulated(ask: Reader) -> bool:
    """Whether reports of this warehouse are made up."""
    return bool(ask.one("select coalesce(bool_or(is_simulated), false) from core.fct_obligation"))


def district_keys(ask: Reader, plan_id: str) -> list[Row]:
    """Districts that a plan asks for reports."""
    return ask.rows(
        "select distinct district_key from marts.compliance_district where plan_id = ? order by all", plan_id
    )
