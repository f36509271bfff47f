"""The published files in other tools than ours; .ci/readers/install sets these up, and what is not there is skipped."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from pipelines.published import connect
from pipelines.settings import ROOT, Settings
from tests.conftest import Built

MEANS = "select year, round(avg(score)::double, 6) as mean from marts.papi_total group by year order by year"
TABLES = "select count(*) from duckdb_tables() where not internal"
COMMENTS = """
    select count(*) from duckdb_columns()
    where table_oid in (select table_oid from duckdb_tables()) and comment is not null
"""
SCORES = "select count(*) from core.score_as_of('2021-04-13')"
PANDAS = """
import json, sys
import pandas
frame = pandas.read_parquet(sys.argv[1] + "/parquet/marts.papi_total.parquet")
means = frame.groupby("year").mean(numeric_only=True)["score"].round(6)
print(json.dumps([[int(year), mean] for year, mean in means.items()]))
"""
POLARS = """
import json, sys
import polars
frame = polars.read_parquet(sys.argv[1] + "/parquet/marts.papi_total.parquet")
means = frame.group_by("year").agg(polars.col("score").mean().round(6)).sort("year")
print(json.dumps(means.rows()))
"""
DUCKDB = """
import json, sys
import duckdb
connection = duckdb.connect(sys.argv[1] + "/papi.duckdb", read_only=True)
print(json.dumps([connection.execute(sql).fetchall() for sql in sys.argv[2:]]))
"""
ATTACHED = """
import json, sys
import duckdb
connection = duckdb.connect()
connection.execute(f"attach '{sys.argv[1]}/papi.duckdb' as \\"a name\\" (read_only); set variable as_of = '2021-04-13'")
print(json.dumps(connection.execute('select count(*) from "a name".core.score_as_of').fetchall()))
"""

pytestmark = pytest.mark.long


def said_by(reader: str, script: str, settings: Settings, *arguments: str) -> Any:
    """What a script prints as JSON in the environment of a reader."""
    python = ROOT / ".readers" / reader / "bin/python"
    if not python.exists():
        pytest.skip(f"{reader} is not installed: run .ci/readers/install")
    command = [str(python), "-c", script, str(settings.current.resolve()), *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def ours(settings: Settings, sql: str) -> list[list[Any]]:
    with connect(settings) as connection:
        return [list(row) for row in connection.execute(sql).fetchall()]


@pytest.mark.parametrize("script", [PANDAS, POLARS], ids=["pandas", "polars"])
def test_a_mean_of_a_frame_is_the_warehouses(built: Built, script: str) -> None:
    assert said_by("frames", script, built.settings) == ours(built.settings, MEANS)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_older_duckdb_reads_tables_comments_and_macros(built: Built, version: str) -> None:
    asked = (MEANS, TABLES, COMMENTS, SCORES)
    said = said_by(f"duckdb-{version}", DUCKDB, built.settings, *asked)
    assert said == [ours(built.settings, sql) for sql in asked]


def test_an_older_duckdb_asks_the_view_of_a_macro_of_an_attached_file(built: Built) -> None:
    assert said_by("duckdb-1.2", ATTACHED, built.settings) == ours(built.settings, SCORES)
