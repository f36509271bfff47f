"""datapackage.json: what Frictionless asks of one, and what it says is true of the files beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.published import connect
from tests.conftest import Built

NAME = r"[-a-z0-9._/]+"
TYPES = {  # of Frictionless's Table Schema, with the type that DuckDB reads from Parquet
    "string": "VARCHAR",
    "number": "DOUBLE",
    "integer": "(INTEGER|BIGINT)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


@pytest.fixture(scope="module")
def package(built: Built) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((built.settings.current / "datapackage.json").read_text("utf-8"))
    return described


def test_it_says_which_version_it_is_and_how_to_cite_it_and_invents_no_licence(package: dict[str, Any]) -> None:
    assert re.fullmatch(NAME, package["name"])
    day, _, made_of = package["version"].partition("+")
    assert day == package["created"][:10].replace("-", ".")
    assert made_of == package["fingerprint"][:8]
    assert package["sources"]
    assert all(source["title"] in package["citation"] for source in package["sources"])
    assert "licenses" not in package
    assert "no licence" in package["terms"]


def test_every_resource_is_as_frictionless_wants_it(package: dict[str, Any]) -> None:
    names = [resource["name"] for resource in package["resources"]]
    assert len({*names}) == len(names) > 0
    for resource in package["resources"]:
        name, schema = resource["name"], resource["schema"]
        assert re.fullmatch(NAME, name)
        assert not Path(resource["path"]).is_absolute()
        assert "bytes" not in resource  # Frictionless counts none of a Parquet file, and then calls it wrong
        fields = [field["name"] for field in schema["fields"]]
        assert len({*fields}) == len(fields) > 0, name
        assert {field["type"] for field in schema["fields"]} <= {*TYPES}, name
        assert {*schema["primaryKey"]} <= {*fields}, name
        for one in schema["foreignKeys"]:
            assert {*one["fields"]} <= {*fields}, name
            assert one["reference"]["resource"] in names, name
        for field in schema["fields"]:
            words = field["constraints"].get("enum", ["any"])
            assert field["type"] == "string" or words == ["any"], (name, field)
            assert words, (name, field)
            assert len({*words}) == len(words), (name, field)


def test_types_and_values_are_those_of_the_files(built: Built, package: dict[str, Any]) -> None:
    n_lists = 0
    with duckdb.connect() as connection:
        for resource in package["resources"]:
            rows = connection.read_parquet(str(built.settings.current / resource["path"]))
            fields = resource["schema"]["fields"]
            assert rows.columns == [field["name"] for field in fields]
            for field, kind in zip(fields, rows.types, strict=True):
                assert re.fullmatch(TYPES[field["type"]], str(kind)), (resource["name"], field["name"])
                if words := field["constraints"].get("enum"):
                    n_lists += 1
                    found = rows.project(f'"{field["name"]}"').distinct().fetchall()
                    assert {word for (word,) in found} - {None} <= {*words}, (resource["name"], field["name"])
            for one in resource["schema"]["foreignKeys"]:
                found = rows.project(", ".join(f'"{field}" is null' for field in one["fields"])).distinct().fetchall()
                assert all(len({*are_empty}) == 1 for are_empty in found), (resource["name"], one)
    with connect(built.settings) as connection:
        checks = """
            select count(*) from duckdb_constraints()
            where constraint_type = 'CHECK' and len(constraint_column_names) = 1 and expression like '% IN (%'
        """
        assert connection.execute(checks).fetchall() == [(n_lists,)]
