"""A run that `papi` did not start tells `papi status` what it came to."""

import dagster as dg

from pipelines.building import last_run
from pipelines.orchestration.step import BY_PAPI, step
from pipelines.settings import Settings


def test_a_step_that_fails_is_kept_for_status_unless_papi_runs_it(own_warehouse: Settings) -> None:
    @dg.asset
    def broken(context: dg.AssetExecutionContext) -> None:
        with step(own_warehouse, context):
            raise ValueError("index_core: no such column")

    before = last_run.last(own_warehouse)
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([broken], instance=instance, tags={BY_PAPI: "refresh"}, raise_on_error=False)
        assert last_run.last(own_warehouse) == before
        dg.materialize([broken], instance=instance, raise_on_error=False)
    after = last_run.last(own_warehouse)
    assert after is not None
    assert (after.outcome, after.problems) == ("not_published", ["broken: index_core: no such column"])
    assert any(check.name == "core/dim_release published_day_known" for check in after.failed_checks)
