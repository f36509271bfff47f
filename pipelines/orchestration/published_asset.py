"""The published warehouse as a Dagster asset.

Belongs here: Dagster's view of publication. Does not belong here: how it is done, see publication.py.
"""

import logging
from collections.abc import Sequence

import dagster as dg

from pipelines.building import gate, lock, publication, sources
from pipelines.orchestration.landing_assets import OWNERS
from pipelines.pages import whats_new
from pipelines.settings import Settings

PUBLISHED = dg.AssetKey(["published"])
log = logging.getLogger("papi")


def build_published(settings: Settings, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that follows every table readers see, and so every blocking check on them."""

    @dg.asset(
        key=PUBLISHED,
        deps=upstream,
        group_name="published",
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        pool="duckdb_writer",
        description=(
            "warehouse/papi.duckdb with Parquet beside it, switched to in one step; refused unless the build is of the "
            "files of now, whole, and passed every check."
        ),
    )
    def published() -> dg.MaterializeResult:  # type: ignore[type-arg]
        import duckdb

        lock.hold_until_exit(settings)
        gate.check(settings)
        with duckdb.connect(str(settings.build), read_only=True) as connection:
            note = whats_new.render(connection)
        done = publication.publish(settings, *sources.built_from(settings), note)
        rows = done.n_rows
        log.info("published: %d tables, %d rows of marts.index_score", len(rows), rows["marts.index_score"])
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows["marts.index_score"],
                "tables": dg.MetadataValue.json(rows),
                "folder": dg.MetadataValue.path(str(done.folder)),
            }
        )

    return published
