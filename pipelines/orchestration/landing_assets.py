"""Landing as Dagster assets: each release under raw/, the landed tables that dbt reads, and the rules on deliveries.

Belongs here: Dagster's view of landing. Does not belong here: reading or judging.

A release is an asset of its own and no partition, so that one, some or all of them are landed by the same button, each
has its own metadata, and no run needs to be told of partitions.
"""

import logging
from collections.abc import Iterator, Mapping

import dagster as dg

from pipelines.building import making, office_tables, sources
from pipelines.orchestration.checks import SHOWN, table_of
from pipelines.orchestration.step import step
from pipelines.orchestration.versions import data_version
from pipelines.releases import deliveries, landing
from pipelines.releases.deliveries import Delivery
from pipelines.releases.landing import Landed
from pipelines.rules.suites import Suite
from pipelines.settings import Settings

RELEASE, REPORT = dg.AssetKey(["landing", "release"]), dg.AssetKey(["landing", "report"])
OWNERS = ["team:so-noi-vu"]
READABLE = "readable"
FITTING = "plans_and_reports_readable"
# The groups of landed tables, each with what it holds.
LANDED = {
    "release": "What the releases say, as tables: those that are not landed yet are, then all that were accepted load.",
    "day": "The day of which reports show their state.",
    "plan": "Plans under raw/plans, with what each unit owes by when.",
    "report": "Reports under raw/reports, read and judged, or in quarantine with their findings.",
}
log = logging.getLogger("papi")


def release_key(release_id: str) -> dg.AssetKey:
    """The asset of a release."""
    return dg.AssetKey(["release", release_id])


def build_releases(settings: Settings) -> list[dg.AssetsDefinition]:
    """Each release that raw/ holds now as an asset of its own; none where it holds none."""
    known = deliveries.read_all(settings.raw, settings.as_of)
    keys = landing.landed_keys(settings, known)

    @dg.multi_asset(
        name="releases",
        specs=[
            dg.AssetSpec(
                release_key(delivery.release_id),
                group_name="releases",
                owners=OWNERS,
                kinds={"python", "parquet", "greatexpectations"},
                code_version=keys[delivery.release_id],
                description=(
                    f"{delivery.source_folder}, read and judged: it becomes one Parquet file, or is refused with its "
                    "findings while the others go on."
                ),
            )
            for delivery in known
        ],
        can_subset=True,
    )
    def releases(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        with step(settings, context):
            now = {d.release_id: d for d in deliveries.read_all(settings.raw, settings.as_of)}
            chosen = sorted(key.path[-1] for key in context.selected_asset_keys)
            gone = [release_id for release_id in chosen if release_id not in now]
            if gone:
                raise dg.Failure(f"{', '.join(gone)} is no longer under raw/: reload the definitions")
            yield from _land(settings, [now[release_id] for release_id in chosen])

    return [releases] if known else []


def _land(settings: Settings, wanted: list[Delivery]) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Land these deliveries, and what is told of each."""
    landed, keys = landing.land(settings, wanted), landing.landed_keys(settings, wanted)
    for item in landed:
        yield dg.MaterializeResult(
            asset_key=release_key(item.delivery.release_id),
            metadata={
                "dagster/row_count": item.n_rows,
                "state": item.state,
                "first_findings": [str(finding) for finding in item.findings[:SHOWN]],
            },
            data_version=dg.DataVersion(keys[item.delivery.release_id]),
        )


def build_landed(
    settings: Settings, versions: Mapping[dg.AssetKey, str], releases: list[dg.AssetKey]
) -> dg.AssetsDefinition:
    """The landed tables in the build file, one asset a group."""

    @dg.multi_asset(
        name="landed",
        specs=[
            dg.AssetSpec(
                key := dg.AssetKey(node_id.split(".")),
                deps=releases if node_id == sources.RELEASE else [],
                group_name="landing",
                owners=OWNERS,
                kinds={"python", "duckdb"},
                code_version=versions[key],
                description=LANDED.get(key.path[-1], f"As read: {', '.join(sources.TABLES[node_id])}."),
            )
            for node_id in (sources.RELEASE, *sources.OFFICE)
        ],
        can_subset=True,
        pool="duckdb_writer",
    )
    def landed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        with step(settings, context):
            chosen = [".".join(key.path) for key in sorted(context.selected_asset_keys)]
            if sources.RELEASE in chosen:
                _land_what_is_left(settings, context)
            sources.load(settings, chosen)
            _say_landed(settings, chosen)
            made, n_rows = making.made(settings)
            for node_id in chosen:
                version = data_version(made, node_id)
                if version is None:
                    raise dg.Failure(f"{node_id}: what it is read from changed meanwhile; materialize it again")
                own = {table: n_rows[table] for table in sources.TABLES[node_id]}
                yield dg.MaterializeResult(
                    asset_key=dg.AssetKey(node_id.split(".")),
                    metadata={"dagster/row_count": sum(own.values()), "tables": dg.MetadataValue.json(own)},
                    data_version=version,
                )

    return landed


def _land_what_is_left(settings: Settings, context: dg.AssetExecutionContext) -> None:
    """Land releases that nobody did, and report each: one that came after the definitions were loaded has no button."""
    known = deliveries.read_all(settings.raw, settings.as_of)
    there = landing.recalled(settings, known)
    left = [delivery for delivery in known if delivery.release_id not in there]
    for result in _land(settings, left):
        assert result.asset_key is not None
        assert result.data_version is not None
        version = result.data_version.value
        tags = {"dagster/data_version": version, "dagster/code_version": version}
        context.log_event(dg.AssetMaterialization(result.asset_key, metadata=result.metadata, tags=tags))


def _say_landed(settings: Settings, chosen: list[str]) -> None:
    """A line on the releases and one on plans and reports, where they were loaded."""
    import duckdb

    if sources.RELEASE in chosen:
        known = deliveries.read_all(settings.raw, settings.as_of)
        accepted = [item for item in landing.recalled(settings, known).values() if item.is_accepted]
        n_rows = sum(item.n_rows for item in accepted)
        log.info("landing: %d of %d releases accepted, %d scores", len(accepted), len(known), n_rows)
    if set(chosen) & set(sources.OFFICE):
        with duckdb.connect(str(office_tables.land(settings)), read_only=True) as connection:
            counts = office_tables.counts(connection)
        log.info(
            "landing: %d plans, %d obligations; %d of %d reports readable",
            counts["plan"], counts["obligation"], counts["readable"], counts["report"],
        )  # fmt: skip


def build_landing_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """What was said of deliveries, plans and reports when they were read. Asking reads what was kept, and no more."""
    rules = landing.suite(settings)

    @dg.multi_asset_check(
        name="check_deliveries",
        specs=[
            dg.AssetCheckSpec(READABLE, asset=RELEASE, description="Manifest, file and every cell can be read."),
            *(
                dg.AssetCheckSpec(rule.id, asset=RELEASE, description=rule.because, metadata={"remedy": rule.remedy})
                for rule in rules.rules
            ),
        ],
        can_subset=True,
    )
    def judged(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        known = deliveries.read_all(settings.raw, settings.as_of)
        landed = [*landing.recalled(settings, known).values()]
        chosen = {key.name for key in context.op_execution_context.selected_asset_check_keys}
        for result in check_results(rules, landed, n_left=len(known) - len(landed)):
            if result.check_name in chosen:
                yield result

    @dg.asset_check(
        asset=REPORT, name=FITTING, description="Every plan, report and line of the registers can be read and fits."
    )
    def fitting() -> dg.AssetCheckResult:
        import duckdb

        with duckdb.connect(str(office_tables.land(settings)), read_only=True) as connection:
            findings = office_tables.findings(connection)
        return dg.AssetCheckResult(
            passed=not findings,
            severity=dg.AssetCheckSeverity.WARN,
            description=office_tables.summary(settings) or None,
            metadata={"first_findings": [str(finding) for finding in findings[:SHOWN]]},
        )

    return [judged, fitting]


def check_results(rules: Suite, landed: list[Landed], n_left: int = 0) -> list[dg.AssetCheckResult]:
    """One result for each rule over all deliveries landed. A refused delivery is a warning: the rest goes on.

    ``n_left`` deliveries are not landed yet, so that nothing passes of them.
    """
    unread = [item for item in landed if item.findings and not item.outcomes]
    results = [_result(READABLE, unread, {f.rule_id for item in unread for f in item.findings}, n_left)]
    for position, rule in enumerate(rules.rules):
        failed = [item for item in landed if item.outcomes and item.outcomes[position].outcome != "pass"]
        results.append(_result(rule.id, failed, {rule.id}, n_left))
    return results


def _result(name: str, failed: list[Landed], rule_ids: set[str], n_left: int) -> dg.AssetCheckResult:
    found = [(item, finding) for item in failed for finding in item.findings if finding.rule_id in rule_ids]
    rows = [{"release_id": item.delivery.release_id, **finding.as_row()} for item, finding in found[:SHOWN]]
    said = [f"{len(failed)} deliveries refused, {len(found)} findings"] if failed else []
    said += [f"{n_left} deliveries are not landed yet: materialize landing/release"] if n_left else []
    return dg.AssetCheckResult(
        asset_key=RELEASE,
        check_name=name,
        passed=not said,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(said) or None,
        metadata={"n_findings": len(found), "first_findings": table_of(rows)},
    )
