"""Other indices come by manifest, layout and seeds alone, and stand beside PAPI."""

from __future__ import annotations

import csv
import shutil
import statistics
from collections.abc import Iterable
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


MANIFESTS = sorted((ROOT / "raw").glob("*/[0-9]*/r*/release.yaml"))


def whole_years() -> dict[tuple[str, int], Path]:
    """The folder of the release that holds every province, by companion index and year."""
    manifests = {path.parent: yaml.safe_load(path.read_text("utf-8")) for path in MANIFESTS}
    return {
        (stated["index_id"], stated["year"]): folder
        for folder, stated in manifests.items()
        if stated["index_id"] != "papi" and stated.get("covers") is None
    }


def lines(folder: Path) -> list[dict[str, str]]:
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def place_of(score: Decimal, among: Iterable[Decimal]) -> int:
    return 1 + sum(1 for other in among if other > score)


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
    assert toy.execute(
        "select delivery_state, n_rows, n_findings from audit.delivery where index_id = 'toy'"
    ).fetchall() == [("accepted", 3 * 63 - 1, 0)]
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
    rows = published.execute(
        """
        select index_id, year, count(*), bool_or(rank_basis = 'computed'),
            count(median_score) + count(best_score) + count(region_rank) + count(region_n_ranked) + count(region_median)
        from marts.index_companion group by all order by all
        """
    ).fetchall()
    alone = [row for row in rows if row[:2] not in whole_years()]
    assert alone
    assert all((count, told) == (1, 0) and not computed for _, _, count, computed, told in alone)
    scored = "select distinct index_id, year from marts.index_score where index_id <> 'papi'"
    assert {*published.execute(scored).fetchall()} == {*whole_years()}


def test_each_value_names_its_source_and_what_is_unknown_is_absent(published: duckdb.DuckDBPyConnection) -> None:
    sources = published.execute("select source from marts.index_companion").fetchall()
    assert all("https://" in source for (source,) in sources)
    years = published.execute("select distinct year from marts.index_companion where index_id = 'sipas'").fetchall()
    assert sorted(year for (year,) in years) == [2020, 2021]


def test_companion_manifests_speak_of_bac_giang_alone_or_of_every_province() -> None:
    for path in MANIFESTS:
        assert yaml.safe_load(path.read_text("utf-8")).get("covers") in (None, ["24"]), path


# --- PCI, where all provinces are held -----------------------------------------------------------------------------


def test_each_province_stands_among_the_others_as_counted_in_the_files(published: duckdb.DuckDBPyConnection) -> None:
    regions = {row["code"]: row["region_code"] for row in REFERENCE.rows("province") if row["valid_to"]}
    for (index_id, year), path in whole_years().items():
        totals = {row["province_code"]: Decimal(row["score"]) for row in lines(path) if row["code"] == "PCI"}
        rows = published.execute(
            """
            select place.province_code, rank, n_ranked, median_score, best_score, region_rank, region_n_ranked,
                region_median
            from marts.index_companion
            inner join core.dim_province_period as place using (province_key)
            where index_id = ? and year = ? and place.valid_to is not null
            """,
            [index_id, year],
        ).fetchall()
        assert len(rows) == len(totals) == 63
        for code, rank, n_ranked, median, best, region_rank, region_n_ranked, region_median in rows:
            near = [score for other, score in totals.items() if regions[other] == regions[code]]
            assert (rank, n_ranked) == (place_of(totals[code], totals.values()), len(totals))
            assert (median, best) == (statistics.median(totals.values()), max(totals.values()))
            assert (region_rank, region_n_ranked) == (place_of(totals[code], near), len(near))
            assert region_median == statistics.median(near)


def test_every_rank_that_a_workbook_prints_is_the_one_computed(published: duckdb.DuckDBPyConnection) -> None:
    printed = sum(1 for path in whole_years().values() for row in lines(path) if row["rank"])
    rows = published.execute(
        """
        select count(*), count(*) filter (where rank_stated = rank and n_ranked_stated = n_ranked)
        from core.fct_rank_stated inner join marts.index_score using (release_id, province_key, indicator_key)
        """
    ).fetchall()
    assert rows == [(printed, printed)]


def test_the_workbook_of_2018_says_what_was_known_of_bac_giang(published: duckdb.DuckDBPyConnection) -> None:
    first, second = published.execute(
        """
        select round(score, 2), rank_stated, n_ranked_stated
        from core.fct_score inner join core.fct_rank_stated using (release_id, province_key, indicator_key)
        where fct_score.index_id = 'pci' and fct_score.year = 2018 and province_key = '24-bac-giang'
            and indicator_key = 'total'
        order by release_id
        """
    ).fetchall()
    assert first == second == (Decimal("63.01"), 36, 63)


def test_the_total_is_the_weighted_sum_of_its_parts(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        with weighed as (
            select year, province_key, sum(score * weight) as due
            from marts.index_score inner join core.dim_indicator_method using (index_id, indicator_key, method)
            where index_id = 'pci' and weight is not null group by all
        )
        select count(*), max(abs(score - due)) < 0.00001
        from weighed inner join marts.index_score using (year, province_key)
        where index_id = 'pci' and level = 'total'
        """
    ).fetchall()
    assert rows == [(63 * len(whole_years()), True)]


def test_the_core_weighs_the_parts_that_kept_their_indicators(published: duckdb.DuckDBPyConnection) -> None:
    broken = {
        (row["indicator_key"], int(row["from_year"]))
        for row in REFERENCE.rows("indicator_break")
        if row["index_id"] == "pci" and row["decision"] == "break"
    }
    cores = published.execute(
        """
        select from_year, to_year, core_score_from, core_score_to, n_core_parts from marts.index_core_window
        where index_id = 'pci' and province_key = '24-bac-giang' order by 1
        """
    ).fetchall()
    assert [core[:2] for core in cores] == [(2009, 2012), (2014, 2018)]
    for from_year, to_year, core_score_from, core_score_to, n_core_parts in cores:
        parts = published.execute(
            """
            select indicator_key, earlier.score * weight, later.score * weight
            from marts.index_score as later
            inner join marts.index_score as earlier using (index_id, province_key, indicator_key)
            inner join core.dim_indicator_method as own using (index_id, indicator_key)
            where index_id = 'pci' and province_key = '24-bac-giang' and later.level = 'sub_dimension'
                and own.method = later.method and earlier.year = ? and later.year = ? and later.obs_status = 'A'
            """,
            [from_year, to_year],
        ).fetchall()
        kept = [(one, other) for key, one, other in parts if (key, from_year) not in broken]
        assert len(kept) == n_core_parts < len(parts)
        assert (core_score_from, core_score_to) == (sum(one for one, _ in kept), sum(other for _, other in kept))


def test_a_change_of_what_is_not_summed_speaks_of_itself_alone(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        select count(*), count(contribution_ratio), max(n_parts),
            count(*) filter (where contribution is distinct from change_as_published),
            count(*) filter (where (not_comparable_reason is null) <> (measurement_part = 0))
        from marts.index_change_window where index_id = 'pci' and contribution is not null
        """
    ).fetchall()
    [(count, *rest)] = rows
    assert count
    assert rest == [0, 1, 0, 0]
    told = published.execute(
        """
        select distinct from_year, to_year, not_comparable_reason from marts.index_change_window
        where index_id = 'pci' and indicator_key in ('policy_bias', 'total') and from_year >= 2012 order by all
        """
    ).fetchall()
    assert told == [
        (2012, 2014, "composition_changed"),
        (2012, 2014, "not_measured_before"),
        (2012, 2018, "composition_changed"),
        (2012, 2018, "not_measured_before"),
        (2014, 2018, "part_changed"),
        (2014, 2018, None),
    ]


def test_parts_that_a_release_of_one_province_leaves_out_were_not_collected(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        """
        select release_id, level, obs_status, count(*), count(obs_reason) from core.fct_score
        where release_id in ('pci-2018-r1', 'pci-2018-r2', 'pci-2021-r1') and province_key = '24-bac-giang' group by all
        order by all
        """
    ).fetchall()
    assert rows == [
        ("pci-2018-r1", "sub_dimension", "L", 10, 10),
        ("pci-2018-r1", "total", "A", 1, 0),
        ("pci-2018-r2", "sub_dimension", "A", 10, 0),
        ("pci-2018-r2", "total", "A", 1, 0),
        ("pci-2021-r1", "sub_dimension", "L", 10, 10),
        ("pci-2021-r1", "total", "A", 1, 0),
    ]
