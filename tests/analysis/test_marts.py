"""The analyses land in the marts whole, say how they were made, and are made anew only where something changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.analysis import marts
from pipelines.analysis.marts import ANALYSES, SEED
from pipelines.settings import ROOT, Settings
from tests.conftest import Built

TABLES = [table for analysis in ANALYSES for table in analysis.tables]


def kept(settings: Settings) -> dict[str, bool]:
    return {one.name: one.is_kept for one in marts.run(settings, [one.name for one in ANALYSES])}


def spoil(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.build)) as connection:
        connection.execute(sql)


@pytest.fixture(scope="module")
def template(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The build file with the analyses of some years and few draws: computing again asks for no more."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("N_DRAWS", "N_METHOD_DRAWS"):
            patched.setattr(marts, name, 200)
        settings = Settings(warehouse=tmp_path_factory.mktemp("few_years"))
        shutil.copy(built.settings.build, settings.build)
        spoil(settings, "delete from marts.index_score where year < 2018")
        spoil(settings, "delete from marts.index_change_window where from_year < 2018")
        kept(settings)
        yield settings


@pytest.fixture
def few_years(template: Settings, tmp_path: Path) -> Settings:
    """A copy of it that a test may change."""
    return Settings(warehouse=Path(shutil.copytree(template.warehouse, tmp_path / "warehouse")))


def test_nothing_is_computed_again_while_its_inputs_stay(own_warehouse: Settings) -> None:
    assert kept(own_warehouse) == {"rank_intervals": True, "targets": True, "plan_claims": True}


@pytest.mark.parametrize(
    ("change", "computed"),
    [
        ("update seeds.target_rule set number = 4 where rule_id = 'up_5'", {"targets"}),
        ("update landing.plan_claim set stated = '44.23' where claim_id = 'CL001'", {"plan_claims"}),
        (
            "update marts.index_score set score = score + 1 where level = 'total' and year = 2020 "
            "and province_key = '24-bac-giang'",
            {"rank_intervals", "targets"},
        ),
    ],
    ids=["another target", "another claim", "another score"],
)
def test_what_depends_on_a_change_is_computed_anew(few_years: Settings, change: str, computed: set[str]) -> None:
    spoil(few_years, change)
    assert {name for name, is_kept in kept(few_years).items() if not is_kept} == computed
    assert all(kept(few_years).values())
    folders = [path for path in (few_years.warehouse / "analysis").glob("*/*") if path.is_dir()]
    assert len(folders) == len(ANALYSES)  # what no longer holds is not piled up


@pytest.mark.long
def test_targets_are_computed_anew_for_another_year_since_more_of_them_are_pending(few_years: Settings) -> None:
    """On the same data: in 2025 the year 2025 is not over, in 2026 it is."""
    states = {}
    for year in (2025, 2026):
        of_year = replace(few_years, as_of=date(year, 6, 1))
        assert {name for name, is_kept in kept(of_year).items() if not is_kept} == {"targets"}
        assert all(kept(replace(few_years, as_of=date(year, 12, 31))).values())
        with duckdb.connect(str(few_years.build), read_only=True) as connection:
            sql = "select distinct target_state from marts.index_target where target_year = 2025 and base_year = 2024"
            states[year] = {state for (state,) in connection.execute(sql).fetchall()}
    assert states[2025] - states[2026] == {"pending"}


def test_a_wrong_figure_of_a_plan_is_told_in_its_mart(few_years: Settings) -> None:
    spoil(few_years, "update landing.plan_claim set stated = '44.23' where claim_id = 'CL001'")
    kept(few_years)
    with duckdb.connect(str(few_years.build), read_only=True) as connection:
        found = connection.execute(
            "select verdict, found, is_confirmed, explanation_vi from marts.plan_claim where claim_id = 'CL001'"
        ).fetchall()
    assert found == [("digit_swap", "44.32", False, "Nhầm chữ số: số đúng là 44,32.")]


def test_a_plan_may_name_what_was_never_measured(few_years: Settings) -> None:
    spoil(few_years, "update landing.plan_claim set unit = '9.9' where claim_id = 'CL020'")
    kept(few_years)
    with duckdb.connect(str(few_years.build), read_only=True) as connection:
        sql = "select verdict, rule, is_confirmed from marts.plan_claim where claim_id = 'CL020'"
        assert connection.execute(sql).fetchall() == [("no_data", "not_measured", None)]


def test_the_same_inputs_make_the_same_bytes(few_years: Settings) -> None:
    def files() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (few_years.warehouse / "analysis").rglob("*.parquet")}

    first = files()
    shutil.rmtree(few_years.warehouse / "analysis")
    assert not any(kept(few_years).values())
    assert len(first) == len(TABLES)
    assert files() == first


def test_simulated_rows_state_seed_and_draws(warehouse: duckdb.DuckDBPyConnection) -> None:
    for table in ("index_target", "index_target_backtest", "index_rank_interval"):
        seeds = warehouse.execute(f"select distinct seed, min(n_draws) > 0 from marts.{table} group by all").fetchall()
        assert seeds == [(SEED, True)]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_an_analysis_says_what_it_is_in_both_languages(
    warehouse: duckdb.DuckDBPyConnection, table: str
) -> None:
    comments = warehouse.execute(
        "select comment from duckdb_columns() where schema_name = 'marts' and table_name = $1 "
        "union all select comment from duckdb_tables() where schema_name = 'marts' and table_name = $1",
        [table],
    ).fetchall()
    assert len(comments) > 10
    assert all(" / " in comment for (comment,) in comments)


def test_a_row_that_does_not_fit_its_description_is_refused(few_years: Settings, tmp_path: Path) -> None:
    """Types and constraints are those that the dbt project describes: they hold in the published file too."""
    with duckdb.connect(str(few_years.build)) as connection, pytest.raises(duckdb.ConstraintException):
        connection.execute("update marts.index_target set probability = 2")


def test_a_year_alone_has_no_odds_and_no_back_test(few_years: Settings) -> None:
    for table in ("index_score", "index_change_window"):
        year = "year" if table == "index_score" else "to_year"
        spoil(few_years, f"delete from marts.{table} where {year} <> 2020")
    kept(few_years)
    with duckdb.connect(str(few_years.build), read_only=True) as connection:
        asked = "select count(*), count(probability), count(points_needed_drift) from marts.index_target"
        [(n_rows, n_told, n_drift)] = connection.execute(asked).fetchall()
        assert n_rows > 1000
        assert (n_told, n_drift) == (0, 0)
        assert connection.execute("select count(*) from marts.index_target_backtest").fetchall() == [(0,)]


def test_dates_before_the_plan_know_nothing_of_its_year(few_years: Settings) -> None:
    spoil(few_years, f"update core.dim_plan set issued_until = date '{date(2021, 4, 13)}'")
    kept(few_years)
    with duckdb.connect(str(few_years.build), read_only=True) as connection:
        verdicts = connection.execute("select distinct verdict from marts.plan_claim").fetchall()
    assert verdicts == [("no_data",)]


def test_the_description_is_part_of_what_a_refresh_depends_on() -> None:
    from pipelines.building import dbt

    assert ROOT / "dbt_project" / marts.DESCRIBED in dbt.project_files(replace(Settings()))
