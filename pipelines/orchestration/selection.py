"""What a refresh selects: the assets and checks that the ledger finds stale, and the publication.

Belongs here: the ledger's words in Dagster's. Does not belong here: finding what is stale, see building/ledger.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.building.graph import Graph
from pipelines.building.ledger import Standing
from pipelines.orchestration.checks import assets_of, rule_key
from pipelines.orchestration.warehouse_assets import PUBLISHED, RESULTS, Translator
from pipelines.settings import Settings


def what_is_due(settings: Settings, graph: Graph, manifest: Mapping[str, Any], standing: Standing) -> dg.AssetSelection:
    """Exactly what is stale or unjudged, worked out before the run.

    An output that is selected and not made would let Dagster skip the publication and end green.
    """
    project = DbtProject(project_dir=settings.dbt_project, profiles_dir=settings.dbt_project)
    translator = Translator()
    assets = {asset for node_id in standing.stale for asset in assets_of(graph, node_id)}
    landed = {asset for asset in assets if asset.path[0] == "landing"}
    checks = set()
    for check_id in standing.unjudged:
        check = graph.checks[check_id]
        key = rule_key(check) if check.rule else get_asset_check_key_for_test(manifest, translator, check_id, project)
        if key is None:
            raise ValueError(f"{check.name} belongs to no table: name one with `attached_node`")
        checks.add(key)
    due = dg.AssetSelection.assets(*sorted(assets - landed), RESULTS, PUBLISHED).without_checks()
    if landed:
        due |= dg.AssetSelection.assets(*sorted(landed))
    return due | dg.AssetSelection.checks(*sorted(checks)) if checks else due
