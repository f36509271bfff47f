"""The gate of publication: what is wrong with the build file as it lies, whichever way it was built.

Belongs here: asking the ledger whether the build may be published. Does not belong here: building, judging, publishing.
It asks the file and the inputs of now alone, so it holds for `papi refresh`, for the buttons of Dagster's pages and for
its command line, and for dbt run by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.building import ledger
from pipelines.building.graph import Graph
from pipelines.building.ledger import Standing, title
from pipelines.building.publication import NotFit

if TYPE_CHECKING:
    import duckdb

SHOWN = 10
REMEDY = "Run `papi refresh`; what was published before stays until then."


def check(graph: Graph, connection: duckdb.DuckDBPyConnection) -> Standing:
    """The standing of a build file that may be published.

    Raises ``NotFit`` unless every table was made from the inputs of now and passed every check on exactly those.
    """
    found = ledger.standing(graph, connection)
    said = refusals(graph, found)
    if said:
        more = [f"and {len(said) - SHOWN} more"] if len(said) > SHOWN else []
        raise NotFit("not published: " + "; ".join([*said[:SHOWN], *more]) + f". {REMEDY}")
    return found


def refusals(graph: Graph, found: Standing) -> list[str]:
    """One sentence for each reason why the build may not be published, none where it may."""
    said = [f"{title(node_id)} is stale: {why}" for node_id, why in found.stale.items()]
    said += [f"{graph.checks[check_id].name}: {why}" for check_id, why in found.unjudged.items()]
    for check_id, outcome in found.outcomes.items():
        check = graph.checks[check_id]
        if check_id not in found.unjudged and check.blocks(outcome.outcome):
            said.append(f"{check.name}: {outcome.outcome}: {outcome.observed}")
    return said
