"""Other indices come by manifest, layout and seeds alone, and stand beside PAPI."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.files import sha256_of
from pipelines.settings import ROOT
from tests.conftest import Built, copy_of_raw
from tests.dbt_project import script
from tests.workbooks.official import REFERENCE

PROVINCES = sorted(REFERENCE.provinces_on(date(2020, 12, 31)).values(), key=lambda p: p.code)
PILLARS = {"Đường bộ": 20, "Đường thủy": 30, "Roads index": 50}

# An index of another shape: three figures of 0 to 100 that sum to nothing, a province a column by name, no codes, a
# title above, semicolons and decimal commas.
LAYOUT = """
layout: toy-wide
kind: province_a_column
delimiter: ";"
decimal: ","
"""
MANIFEST = """
index_id: toy
year: 2020
revision: 1
method: T1
published_on: 2021-05-05
published_day_known: true
published_on_source: made up for a test
received_on: 2021-05-06
provinces_as_of: 2020-12-31
publisher: [nobody]
source: "Simulated figures of an index that does not exist"
layout: toy-wide
files: [{{path: toy.csv, sha256: {sha256}}}]
not_published:
  - {{provinces: ["96"], parts: ["R"], form: blank, reason: r, reason_certainty: solid, source: s}}
"""
INDEX = "toy,Chỉ số giả lập,Toy index,companion,nobody,2020,,\n"
METHOD = "toy,T1,2020,,A toy.,solid,made up for a test,as_stated\n"
INDICATORS = """\
toy,total,total,,T,2020,,Chỉ số đường sá,Roads index,official,made up,0,100,official,made up,
toy,road,dimension,total,R,2020,,Đường bộ,Roads,official,made up,0,100,official,made up,
toy,water,dimension,total,W,2020,,Đường thủy,Waterways,official,made up,0,100,official,made up,
"""


def figures(pillar: str) -> list[str]:
    """A different figure for each province, the last of roads left blank."""
    values = [f"{PILLARS[pillar] + n / 4:.2f}".replace(".", ",") for n, _ in enumerate(PROVINCES)]
    return [*values[:-1], ""] if pillar == "Đường bộ" else values


@pytest.fixture(scope="module")
def toy(built: Built, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("toy")
    raw, project = folder / "raw", folder / "dbt_project"
    copy_of_raw(raw, (2019, 2020))
    shutil.copytree(ROOT / "dbt_project/seeds", project / "seeds")
    shutil.copytree(built.settings.landing, folder / "warehouse/landing")
    rows = [["Chỉ số giả lập 2020"], ["Tỉnh", *(p.name_vi for p in PROVINCES)], *([p, *figures(p)] for p in PILLARS)]
    table = "\n".join(";".join(row) for row in rows) + "\n"
    home = raw / "toy/2020/r1"
    home.mkdir(parents=True)
    (home / "toy.csv").write_text(table, "utf-8")
    manifest = MANIFEST.format(sha256=sha256_of(home / "toy.csv"))
    (home / "release.yaml").write_text(manifest, "utf-8")
    (raw / "layouts/toy-wide.yaml").write_text(LAYOUT, "utf-8")
    for seed, lines in (("index", INDEX), ("method", METHOD), ("indicator", INDICATORS)):
        with (project / f"seeds/{seed}.csv").open("a", encoding="utf-8") as file:
            file.write(lines)
    written = [table, manifest, LAYOUT, INDEX, METHOD, INDICATORS]
    assert sum(len(text.strip().splitlines()) for text in written) < 100
    build = script.build(built, raw, folder / "warehouse", dbt_project=project)
    return duckdb.connect(str(build), read_only=True)


def test_a_toy_index_of_another_shape_needs_no_code(toy: duckdb.DuckDBPyConnection) -> None:
    assert toy.execute("select state, n_rows, n_findings from audit.delivery where index_id = 'toy'").fetchall() == [
        ("accepted", 3 * 63 - 1, 0)
    ]
    rows = toy.execute(
        """
        select code, score, rank, n_ranked, score_scale_free, derivation from marts.index_score
        inner join core.fct_score using (release_id, index_id, year, province_key, indicator_key, code, score)
        where index_id = 'toy' and province_key = '02-ha-giang' order by code
        """
    ).fetchall()
    assert rows == [
        ("R", Decimal("20.25"), 61, 62, Decimal("0.2025"), "delivered"),
        ("T", Decimal("50.25"), 62, 63, Decimal("0.5025"), "delivered"),
        ("W", Decimal("30.25"), 62, 63, Decimal("0.3025"), "delivered"),
    ]


def test_the_toy_stands_beside_papi_with_a_computed_rank(toy: duckdb.DuckDBPyConnection) -> None:
    rows = toy.execute(
        """
        select score_printed, rank, n_ranked, rank_basis, main_rank, main_n_ranked from marts.index_companion
        where index_id = 'toy' and province_key = '24-bac-giang'
        """
    ).fetchall()
    [(own_rank, papi_rank)] = toy.execute(
        """
        select max(rank) filter (where index_id = 'toy'), max(rank) filter (where index_id = 'papi')
        from marts.index_score where year = 2020 and province_key = '24-bac-giang' and level = 'total'
        """
    ).fetchall()
    assert (own_rank, papi_rank) == (49, 13)
    assert rows == [(Decimal("53.50"), 49, 63, "computed", 13, 63)]


def test_nothing_of_papi_changes_beside_another_index(toy: duckdb.DuckDBPyConnection, built: Built) -> None:
    rows = "select * from marts.index_score where index_id = 'papi' and year = 2020 order by all"
    with duckdb.connect(str(built.settings.build), read_only=True) as alone:
        assert alone.execute(rows).fetchall() == toy.execute(rows).fetchall()


# --- what is carried -----------------------------------------------------------------------------------------------


def test_the_known_values_of_bac_giang_stand_beside_papi(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select index_id, year, score_printed, obs_status, rank, n_ranked, main_rank, main_n_ranked "
        "from marts.index_companion where year in (2020, 2023) order by 1, 2"
    ).fetchall()
    assert rows == [
        ("par-index", 2020, None, "L", 13, 63, 13, 63),
        ("par-index", 2023, Decimal("91.16"), "A", 4, 63, 10, 61),
        ("pci", 2020, Decimal("63.98"), "A", 27, 63, 13, 63),
        ("pci", 2023, Decimal("69.75"), "A", None, None, 10, 61),
        ("sipas", 2020, Decimal("92.54"), "A", 3, 63, 13, 63),
    ]


def test_a_rank_of_one_province_alone_is_never_computed(published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute("select count(*) from marts.index_score where index_id <> 'papi'").fetchone() == (0,)
    assert published.execute("select distinct rank_basis from marts.index_companion order by 1").fetchall() == [
        ("stated",),
        (None,),
    ]


def test_each_value_names_its_source_and_what_is_unknown_is_absent(published: duckdb.DuckDBPyConnection) -> None:
    sources = published.execute("select source from marts.index_companion").fetchall()
    assert all("https://" in source for (source,) in sources)
    years = published.execute("select distinct year from marts.index_companion where index_id = 'sipas'").fetchall()
    assert sorted(year for (year,) in years) == [2020, 2021]


def test_companion_manifests_speak_of_bac_giang_alone() -> None:
    for path in sorted(Path(ROOT / "raw").glob("*/[0-9]*/r*/release.yaml")):
        covers = yaml.safe_load(path.read_text("utf-8")).get("covers")
        assert covers == (None if path.parents[2].name == "papi" else ["24"])
