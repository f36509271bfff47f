"""The ledger's keys as Dagster's versions, so that its pages show as stale what `papi status` names.

Belongs here: which key stands for which asset. Does not belong here: working out a key, see building/ledger.py.

Dagster calls an asset stale where its code version is another than that of its last materialization, or where the data
version of a direct parent is. A wanted key takes in everything above a table, so it is the code version; the data
version is the made hash of the rows, without descriptions, as the ledger hands it from table to table.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from pipelines.building import fingerprint, ledger
from pipelines.building.graph import Graph
from pipelines.building.ledger import Made
from pipelines.kept import key_of
from pipelines.settings import Settings

PUBLISHED = dg.AssetKey(["published"])
PAGES = dg.AssetKey(["pages"])
RESULTS = dg.AssetKey(["audit", "check_result"])


def assets_of(graph: Graph, node_id: str) -> list[dg.AssetKey]:
    """The assets of a node: a group of landed tables is one asset, every other table is its own."""
    if node_id.startswith("landing."):
        return [dg.AssetKey(node_id.split("."))]
    return [dg.AssetKey(table.split(".")) for table in graph.nodes[node_id].tables]


def code_versions(settings: Settings, graph: Graph, wanted: Mapping[str, Made]) -> dict[dg.AssetKey, str]:
    """The code version of every asset but the releases."""
    tables = {asset: wanted[node_id].key for node_id in graph.nodes for asset in assets_of(graph, node_id)}
    asked = key_of(None, (), str(sorted(ledger.asked(graph, wanted).items())))
    return {**tables, RESULTS: asked, PUBLISHED: fingerprint.of(settings)[:16], PAGES: key_of("site")}


def data_version(made: Mapping[str, Made], node_id: str) -> dg.DataVersion | None:
    """The data version of a node as it was built; None where it was built of something that is not whole."""
    return dg.DataVersion(made[node_id].data) if node_id in made else None
