"""The analyses as Dagster assets: marts that are computed, not queried.

Belongs here: Dagster's view of the analyses. Does not belong here: what they do, see marts.py.
"""

import logging
from collections.abc import Iterator

import dagster as dg

from pipelines.analysis import marts
from pipelines.building import lock
from pipelines.orchestration.landing_assets import OWNERS
from pipelines.settings import Settings

UPSTREAM = [
    dg.AssetKey(name)
    for name in (
        ["core", "fct_score"],
        ["core", "dim_target"],
        ["marts", "index_score"],
        ["marts", "index_change"],
        ["seeds", "target_rule"],
    )
]
log = logging.getLogger("papi")


def build_analyses(settings: Settings) -> dg.AssetsDefinition:
    """Every mart of the analyses, in one step: each opens the build file after the models are done."""
    described = marts.described(settings)

    @dg.multi_asset(
        name="analyses",
        specs=[
            dg.AssetSpec(
                ["marts", table],
                deps=UPSTREAM,
                group_name="marts_analysis",
                owners=OWNERS,
                kinds={"python", "numpy", "duckdb"},
                description=described[table]["description"],
            )
            for analysis in marts.ANALYSES
            for table in analysis.tables
        ],
        pool="duckdb_writer",
    )
    def analysed() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        lock.hold_until_exit(settings)
        done = list(marts.run(settings))
        for one in done:
            for table, n_rows in one.n_rows.items():
                yield dg.MaterializeResult(
                    asset_key=["marts", table], metadata={"dagster/row_count": n_rows, "kept": one.is_kept}
                )
        rows = {table: n for one in done for table, n in one.n_rows.items()}
        anew = [one.name for one in done if not one.is_kept]
        log.info(
            "analyses: %d rows in %d tables; %s",
            sum(rows.values()),
            len(rows),
            f"computed {', '.join(anew)}" if anew else "all kept",
        )

    return analysed
