"""What is due: the assets and checks that the ledger finds stale, and the publication.

Belongs here: the ledger's words in Dagster's. Does not belong here: finding what is stale, see building/ledger.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.building import sources
from pipelines.building.graph import Graph
from pipelines.building.ledger import Standing
from pipelines.orchestration.checks import rule_key
from pipelines.orchestration.landing_assets import FITTING, READABLE, RELEASE, REPORT, release_key
from pipelines.orchestration.versions import PUBLISHED, RESULTS, assets_of
from pipelines.orchestration.warehouse_assets import Translator
from pipelines.releases import deliveries, landing
from pipelines.settings import Settings


@dataclass(frozen=True)
class Due:
    """Exactly what is stale or unjudged, worked out before the run.

    An output that is selected and not made would let Dagster skip the publication and end green.
    """

    assets: list[dg.AssetKey]
    checks: list[dg.AssetCheckKey]

    def selection(self) -> dg.AssetSelection:
        """As a job selects it."""
        assets = dg.AssetSelection.assets(*self.assets).without_checks()
        return assets | dg.AssetSelection.checks(*self.checks) if self.checks else assets


def what_is_due(settings: Settings, graph: Graph, manifest: Mapping[str, Any], standing: Standing) -> Due:
    """The stale tables with the results and the publication, and the checks that were not asked of what is wanted."""
    project = DbtProject(project_dir=settings.dbt_project, profiles_dir=settings.dbt_project)
    translator = Translator()
    assets = {asset for node_id in standing.stale for asset in assets_of(graph, node_id)}
    checks = set()
    if sources.RELEASE in standing.stale:
        known = deliveries.read_all(settings.raw, settings.as_of)
        there = landing.recalled(settings, known)
        assets |= {release_key(d.release_id) for d in known if d.release_id not in there}
        names = [READABLE, *(rule.id for rule in landing.suite(settings).rules)]
        checks |= {dg.AssetCheckKey(RELEASE, name) for name in names}
    if "landing.report" in standing.stale:
        checks.add(dg.AssetCheckKey(REPORT, FITTING))
    for check_id in standing.unjudged:
        check = graph.checks[check_id]
        key = rule_key(check) if check.rule else get_asset_check_key_for_test(manifest, translator, check_id, project)
        if key is None:
            raise ValueError(f"{check.name} belongs to no table: name one with `attached_node`")
        checks.add(key)
    return Due(sorted(assets | {RESULTS, PUBLISHED}), sorted(checks))
