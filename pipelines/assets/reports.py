"""The landing asset for plans and reports.

Belongs here: Dagster's view of reading them. Does not belong here: reading or judging, see plans.py and reports.py.
"""

import logging

import dagster as dg

from pipelines import lock, reports
from pipelines.assets.releases import OWNERS
from pipelines.obligations import Duties
from pipelines.settings import Settings

REPORT = dg.AssetKey(["landing", "report"])
READABLE = "plans_and_reports_readable"
log = logging.getLogger("papi")


def build_reports(settings: Settings) -> dg.AssetsDefinition:
    """Plans with the obligations that follow, and every report received, each file parsed once."""

    @dg.asset(
        key=REPORT,
        group_name="landing",
        owners=OWNERS,
        kinds={"python", "excel"},
        description=(
            "Plans under raw/plans with what each unit owes, and report forms under raw/reports: read and judged, or "
            "in quarantine with their findings."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                READABLE, asset=REPORT, description="Every plan, report and line of the registers can be read and fits."
            )
        ],
    )
    def report() -> dg.MaterializeResult:  # type: ignore[type-arg]
        lock.hold_until_exit(settings)
        duties = Duties(settings)
        landed = reports.land(settings, duties, settings.as_of)
        quarantined = [item for item in landed if item.report is None]
        broken = [finding for read in duties.read for finding in read.findings]
        lines = [
            *reports.receipts(settings, settings.as_of)[1],
            *reports.events(settings, duties, settings.as_of)[1],
        ]
        log.info(
            "landing: %d plans, %d obligations; %d of %d reports readable",
            len(duties.plans),
            len(duties.obligations),
            len(landed) - len(quarantined),
            len(landed),
        )
        findings = [*broken, *lines, *(finding for item in quarantined for finding in item.findings)]
        return dg.MaterializeResult(
            metadata={"dagster/row_count": len(landed), "obligations": len(duties.obligations)},
            check_results=[
                dg.AssetCheckResult(
                    check_name=READABLE,
                    passed=not findings,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=f"{len(quarantined)} reports in quarantine, {len(findings)} findings"
                    if findings
                    else None,
                    metadata={"first_findings": [str(finding) for finding in findings[:10]]},
                )
            ],
        )

    return report
