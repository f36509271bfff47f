"""What tells the rows of a published table apart, and what names rows of other tables: declared for all, and true."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.building import keys
from pipelines.building.keys import Reference
from pipelines.published import connect
from pipelines.settings import ROOT, Settings
from tests.conftest import Built

DBT_PROJECT = ROOT / "dbt_project"


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    sql = """
        select schema_name || '.' || table_name, list(column_name) from duckdb_columns()
        where table_oid in (select table_oid from duckdb_tables()) group by all
    """
    return dict(connection.execute(sql).fetchall())


def test_every_published_table_has_a_key_and_the_file_declares_none(published: duckdb.DuckDBPyConnection) -> None:
    columns, declared = columns_of(published), keys.primary(DBT_PROJECT)
    assert {*columns} <= {*declared}
    assert all({*declared[table]} <= {*own} for table, own in columns.items())
    declared_there = "select count(*) from duckdb_constraints() where constraint_type in ('PRIMARY KEY', 'FOREIGN KEY')"
    assert published.execute(declared_there).fetchall() == [(0,)]


def test_each_is_true(with_and_without_reports: Settings) -> None:
    with connect(with_and_without_reports) as connection:
        columns = columns_of(connection)
        primary = {table: keys.primary(DBT_PROJECT)[table] for table in columns}
        assert keys.broken(connection, primary, keys.references(DBT_PROJECT, columns, primary)) == []


def test_the_data_package_states_them(built: Built) -> None:
    package = json.loads((built.settings.current / "datapackage.json").read_text("utf-8"))
    schemas = {resource["name"]: resource["schema"] for resource in package["resources"]}
    assert all(schema["primaryKey"] for schema in schemas.values())
    total = schemas["marts.papi_total"]
    assert total["primaryKey"] == ["year", "province_key"]
    province = {"fields": ["province_key"], "reference": {"resource": "core.dim_province", "fields": ["province_key"]}}
    assert province in total["foreignKeys"]
    concept = ["index_id", "indicator_key"]
    assert {"fields": concept, "reference": {"resource": "core.dim_indicator", "fields": concept}} in schemas[
        "marts.index_score"
    ]["foreignKeys"]
    for schema in schemas.values():
        for one in schema["foreignKeys"]:
            assert one["reference"]["fields"] == schemas[one["reference"]["resource"]]["primaryKey"]


@pytest.fixture
def toy() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table parent as select * from (values (1, 'a'), (1, 'b')) as row(x, y)")
    connection.execute("create table child as select * from (values (1, 'a'), (1, null)) as row(x, y)")
    return connection


REFERENCE = {"child": [Reference(("x", "y"), "parent", ("x", "y"))]}


def test_a_key_that_fits_is_not_told(toy: duckdb.DuckDBPyConnection) -> None:
    assert keys.broken(toy, {"parent": ("x", "y")}, REFERENCE) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("insert into parent values (1, 'a')", "parent: 1 of its keys (x, y) are empty or not of one row"),
        ("insert into parent values (1, null)", "parent: 1 of its keys (x, y) are empty or not of one row"),
        ("insert into child values (2, 'a')", "child: 1 rows name by x, y no row of parent"),
    ],
)
def test_a_key_that_does_not_is_told(toy: duckdb.DuckDBPyConnection, spoil: str, said: str) -> None:
    toy.execute(spoil)
    assert keys.broken(toy, {"parent": ("x", "y")}, REFERENCE) == [said]


def test_a_key_is_that_of_its_meta_or_of_its_first_grain(tmp_path: Path) -> None:
    (tmp_path / "models/core").mkdir(parents=True)
    grain = "{arguments: {columns: [a, b]}}"
    (tmp_path / "models/core/one.yml").write_text(
        f"models:\n- {{name: one, data_tests: [{{grain: {grain}}}]}}\n"
        f"- {{name: two, config: {{meta: {{key: [c]}}}}, data_tests: [{{grain: {grain}}}]}}\n- {{name: none}}\n"
    )
    assert keys.primary(tmp_path) == {"core.one": ("a", "b"), "core.two": ("c",)}
