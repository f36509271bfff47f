"""Landing as Dagster assets: the releases under raw/, one a partition; plans and reports.

Belongs here: Dagster's view of landing. Does not belong here: reading or judging.
"""

import logging

import dagster as dg

from pipelines.building import lock, office_tables, sources
from pipelines.orchestration.checks import SHOWN, table_of
from pipelines.releases import deliveries, landing
from pipelines.releases.landing import Landed
from pipelines.rules.suites import Suite
from pipelines.settings import Settings

RELEASE = dg.AssetKey(["landing", "release"])
OWNERS = ["team:so-noi-vu"]
READABLE = "readable"
REPORT = dg.AssetKey(["landing", "report"])
FITTING = "plans_and_reports_readable"
log = logging.getLogger("papi")


def build_releases(settings: Settings) -> dg.AssetsDefinition:
    """The landing asset; its partitions are the releases that raw/ holds now."""
    known = [d.release_id for d in deliveries.read_all(settings.raw, settings.as_of)]
    rules = landing.suite(settings)

    @dg.asset(
        key=RELEASE,
        group_name="landing",
        owners=OWNERS,
        kinds={"python", "parquet", "greatexpectations"},
        description=(
            "Deliveries under raw/, read and judged: each becomes one Parquet file, or is refused with its findings "
            "while the others go on."
        ),
        partitions_def=dg.StaticPartitionsDefinition(known),
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[
            dg.AssetCheckSpec(READABLE, asset=RELEASE, description="Manifest, file and every cell can be read."),
            *(
                dg.AssetCheckSpec(rule.id, asset=RELEASE, description=rule.because, metadata={"remedy": rule.remedy})
                for rule in rules.rules
            ),
        ],
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        lock.hold_until_exit(settings)
        wanted = set(context.partition_keys)
        chosen = [d for d in deliveries.read_all(settings.raw, settings.as_of) if d.release_id in wanted]
        landed = landing.land(settings, chosen)
        sources.load(settings, [sources.RELEASE])
        accepted = [item for item in landed if item.is_accepted]
        n_rows = sum(item.n_rows for item in accepted)
        log.info("landing: %d of %d releases accepted, %d scores", len(accepted), len(landed), n_rows)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": n_rows,
                "accepted": len(accepted),
                "refused": [item.delivery.release_id for item in landed if not item.is_accepted],
            },
            check_results=check_results(rules, landed),
        )

    return release


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
                FITTING, asset=REPORT, description="Every plan, report and line of the registers can be read and fits."
            )
        ],
    )
    def report() -> dg.MaterializeResult:  # type: ignore[type-arg]
        import duckdb

        lock.hold_until_exit(settings)
        sources.load(settings, sources.OFFICE)
        with duckdb.connect(str(office_tables.land(settings)), read_only=True) as connection:
            counts = office_tables.counts(connection)
            findings = office_tables.findings(connection)
        log.info(
            "landing: %d plans, %d obligations; %d of %d reports readable",
            counts["plan"], counts["obligation"], counts["readable"], counts["report"],
        )  # fmt: skip
        n_quarantined = counts["report"] - counts["readable"]
        said = f"{n_quarantined} reports in quarantine, {len(findings)} findings" if findings else None
        return dg.MaterializeResult(
            metadata={"dagster/row_count": counts["report"], "obligations": counts["obligation"]},
            check_results=[
                dg.AssetCheckResult(
                    check_name=FITTING,
                    passed=not findings,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=said,
                    metadata={"first_findings": [str(finding) for finding in findings[:SHOWN]]},
                )
            ],
        )

    return report


def check_results(rules: Suite, landed: list[Landed]) -> list[dg.AssetCheckResult]:
    """One result for each rule over all deliveries landed. A refused delivery is a warning: the rest goes on."""
    unread = [item for item in landed if item.findings and not item.outcomes]
    results = [_result(READABLE, unread, {f.rule_id for item in unread for f in item.findings})]
    for position, rule in enumerate(rules.rules):
        failed = [item for item in landed if item.outcomes and item.outcomes[position].outcome != "pass"]
        results.append(_result(rule.id, failed, {rule.id}))
    return results


def _result(name: str, failed: list[Landed], rule_ids: set[str]) -> dg.AssetCheckResult:
    found = [(item, finding) for item in failed for finding in item.findings if finding.rule_id in rule_ids]
    rows = [{"release_id": item.delivery.release_id, **finding.as_row()} for item, finding in found[:SHOWN]]
    return dg.AssetCheckResult(
        check_name=name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(failed)} deliveries refused, {len(found)} findings" if failed else None,
        metadata={"n_findings": len(found), "first_findings": table_of(rows)},
    )
