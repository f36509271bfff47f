"""What pages ask of the published file about itself: tables, columns, rules.

Belongs here: questions to the catalogue and to the results of rules. Does not belong here: how a page shows them.
"""

from __future__ import annotations

from pipelines.published import Row
from pipelines.site.reader import Reader


def tables(ask: Reader) -> list[Row]:
    """Every published table with its comment, marts first."""
    return ask.rows(
        "select schema_name || '.' || table_name as name, comment from duckdb_tables() "
        "order by list_position(['marts', 'core', 'audit'], schema_name), table_name"
    )


def columns(ask: Reader) -> list[Row]:
    """The columns of every table with their comments."""
    return ask.rows(
        "select schema_name || '.' || table_name as name, column_name, data_type, is_nullable, comment "
        "from duckdb_columns() order by schema_name, table_name, column_index"
    )


def rules(ask: Reader) -> list[Row]:
    """Each rule of a table with its reason, its remedy, and the worst that it said last; what failed first."""
    return ask.rows(
        "select table_name, rule_id, any_value(because) as because, any_value(remedy) as remedy, "
        "max(severity) as severity, count(*) as n_asked, count(*) filter (where outcome <> 'pass') as n_not_passed, "
        "case when bool_or(outcome <> 'pass') then max(outcome) filter (where outcome <> 'pass') else 'pass' end "
        "as outcome from audit.check_result group by table_name, rule_id "
        "order by n_not_passed = 0, table_name, rule_id"
    )
