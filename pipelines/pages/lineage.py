"""What the columns of a table are computed from, read out of the SQL of its model.

Belongs here: reading SQL with sqlglot. Does not belong here: dbt, which fills in the SQL, and the page that shows it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

log = logging.getLogger("papi")

Columns = Mapping[str, object]  # a mapping of mappings: types by schema, table and column
Lineage = dict[tuple[str, str], list[str]]


def of_models(models: Mapping[str, str], columns: Columns) -> Lineage:
    """For each model, such as ``marts.index_score``, and each of its columns: the columns that its SQL takes it from.

    ``models`` has the SQL of each in DuckDB's dialect; what they are taken from is named ``schema.table.column``, one
    step back. A model whose SQL cannot be read is left out, and the log says so.
    """
    from sqlglot.errors import SqlglotError

    found: Lineage = {}
    for name, sql in models.items():
        try:
            found |= {(name, column): taken_from for column, taken_from in _of(sql, columns).items()}
        except SqlglotError as error:
            log.info("lineage: %s cannot be read: %s", name, str(error).splitlines()[0])
    return found


def _of(sql: str, columns: Columns) -> dict[str, list[str]]:
    from sqlglot import exp
    from sqlglot.lineage import lineage

    found = {}
    for column, node in lineage(None, sql, dict(columns), dialect="duckdb").items():
        leaves = [(one.expression, one.name.rsplit(".", 1)[-1]) for one in node.walk() if not one.downstream]
        found[column] = sorted({f"{t.db}.{t.name}.{name}" for t, name in leaves if isinstance(t, exp.Table) and t.db})
    return found
