"""One word for one thing: the columns of the published tables, held against dbt_project/glossary.yml."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import duckdb
import pytest

from pipelines.building import keys
from pipelines.files import load_yaml
from pipelines.published import connect
from pipelines.settings import ROOT, Settings

GLOSSARY = load_yaml((ROOT / "dbt_project" / keys.GLOSSARY).read_text("utf-8"))
COLUMNS = """
    select column_name, data_type, schema_name || '.' || table_name, comment
    from duckdb_columns() where table_oid in (select table_oid from duckdb_tables()) order by all
"""
# What a report had to be, and what a cell should hold; a target of a plan, and a corrected score.
OF_TWO_TYPES = {"expected", "value"}


@pytest.fixture
def shown(with_and_without_reports: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(with_and_without_reports) as connection:
        yield connection


def test_what_two_tables_call_alike_stands_in_the_glossary_and_nothing_else(
    published: duckdb.DuckDBPyConnection,
) -> None:
    tables = defaultdict(set)
    for name, _, table, _ in published.execute(COLUMNS).fetchall():
        tables[name].add(table)
    shared = {name for name, own in tables.items() if len(own) > 1}
    assert {*GLOSSARY["columns"]} == shared
    assert {*GLOSSARY["references"]} <= {*tables}


def test_a_name_has_one_type(published: duckdb.DuckDBPyConnection) -> None:
    types = defaultdict(set)
    for name, data_type, _, _ in published.execute(COLUMNS).fetchall():
        types[name].add(data_type)
    assert {name for name, own in types.items() if len(own) > 1} == OF_TWO_TYPES


def test_a_name_says_what_kind_of_value_it_holds(published: duckdb.DuckDBPyConnection) -> None:
    for name, data_type, table, _ in published.execute(COLUMNS).fetchall():
        told = (name, table)
        assert name.startswith(("is_", "has_")) == (data_type == "BOOLEAN"), told
        if name.startswith("n_"):
            assert data_type == "INTEGER", told
        if name.endswith(("_pct", "_share")):
            assert data_type == "INTEGER" or data_type.startswith("DECIMAL"), told
        if name.endswith("_on"):
            assert data_type == "DATE", told
        if name.endswith("_at"):
            assert data_type == "TIMESTAMP", told


def test_percentages_run_to_100_and_shares_to_1(shown: duckdb.DuckDBPyConnection) -> None:
    for name, _, table, _ in shown.execute(COLUMNS).fetchall():
        most = (
            100 if name.endswith("_pct") else 1 if name.endswith("_share") or name.startswith("probability") else None
        )
        if most and name != "probability_state":
            sql = f"select count(*) from {table} where not {name} between 0 and {most}"
            assert shown.execute(sql).fetchall() == [(0,)], (table, name)


def test_every_table_says_what_one_row_is_and_every_column_what_it_means(
    published: duckdb.DuckDBPyConnection,
) -> None:
    for name, _, table, comment in published.execute(COLUMNS).fetchall():
        vietnamese, slash, english = (comment or "").partition(" / ")
        assert all((vietnamese, slash, english)), (table, name)
    tables = "select schema_name || '.' || table_name, comment from duckdb_tables()"
    for table, comment in published.execute(tables).fetchall():
        assert "mỗi dòng là" in comment.lower(), table
        assert "one row is" in comment.lower(), table


def test_a_column_with_few_values_lists_them(shown: duckdb.DuckDBPyConnection) -> None:
    """Every column that a check holds to a list of words has these words in its comment."""
    checks = (
        "select table_name, constraint_column_names, expression from duckdb_constraints() "
        "where constraint_type = 'CHECK'"
    )
    comments = {(table, name): comment for name, _, table, comment in shown.execute(COLUMNS).fetchall()}
    by_table = {(table.split(".")[1], name): comment for (table, name), comment in comments.items()}
    seen = 0
    for table, columns, expression in shown.execute(checks).fetchall():
        words = expression.split(" IN (")[1].split(")")[0].replace("'", "").split(", ") if " IN (" in expression else []
        if len(columns) == 1 and words and not words[0].isdigit():
            seen += 1
            assert [word for word in words if word not in by_table[table, columns[0]]] == [], (table, columns[0])
    assert seen > 10
