"""The detector proposes, the register decides, and the comparable core shows what is left."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.rules import judge
from pipelines.rules.suites import read_suites
from pipelines.settings import ROOT


def ask(published: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return published.execute(sql).fetchall()


def test_bac_giang_fell_from_5_to_11_on_the_core_and_from_4_to_13_as_published(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = ask(
        published,
        """
        select rank_from, n_ranked_from, rank_to, n_ranked_to, core_rank_from, core_n_ranked_from, core_rank_to,
            core_n_ranked_to, n_core_parts, n_parts, left_out
        from marts.index_core_window where province_key = '24-bac-giang' and from_year = 2019 and to_year = 2020
        """,
    )
    assert rows == [(4, 63, 13, 63, 5, 63, 11, 63, 27, 29, "6.2, 8.3")]


def test_the_core_of_a_window_holds_what_every_pair_inside_it_holds(published: duckdb.DuckDBPyConnection) -> None:
    cores = ask(
        published,
        "select distinct from_year, to_year, n_core_parts from marts.index_core_window "
        "where from_year = 2019 order by all",
    )
    sizes = [int(str(size)) for _, _, size in cores]
    assert [year for _, year, _ in cores] == [2020, 2021, 2022, 2023, 2024]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes == [27, 21, 20, 20, 20]


def test_where_nothing_broke_the_core_is_the_total(published: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        published,
        "select count(*), count(*) filter (where core_score_to = score_to and core_rank_to = rank_to) "
        "from marts.index_core_window where from_year = 2023 and to_year = 2024 and score_to is not null",
    )
    assert rows == [(61, 61)]


def test_a_province_without_the_whole_core_is_in_no_denominator(published: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        published,
        "select core_rank_to, core_n_ranked_to, core_score_to from marts.index_core_window "
        "where province_key = '24-bac-giang' and from_year = 2020 and to_year = 2021",
    )
    assert rows == [(None, None, None)]
    others = "select max(core_n_ranked_to) from marts.index_core_window where from_year = 2020 and to_year = 2021"
    assert ask(published, others) == [(60,)]


@pytest.mark.parametrize("year", [2013, 2014, 2023, 2024])
def test_quiet_years_are_quiet(published: duckdb.DuckDBPyConnection, year: int) -> None:
    assert ask(published, f"select * from audit.break_proposal where is_candidate and to_year = {year}") == []


def test_the_detector_catches_8_3_in_2020_and_cannot_see_6_2(published: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        published,
        """
        select indicator_key, is_candidate, round(shift_in_sd, 1)::double, round(sd_ratio, 2)::double, decision
        from audit.break_proposal
        where to_year = 2020 and indicator_key in ('e_governance.responsiveness', 'services.primary_education')
        order by 1
        """,
    )
    assert rows == [
        ("e_governance.responsiveness", True, -1.3, 0.08, "break"),
        ("services.primary_education", False, -1.5, 1.52, "break"),
    ]


def test_the_rank_correlation_is_spearmans(published: duckdb.DuckDBPyConnection) -> None:
    """Recomputed by pandas."""
    pairs = published.execute(
        "select previous_score::double, score::double from marts.index_score "
        "where year = 2019 and indicator_key = 'environment.air_quality' and change is not null"
    ).df()
    [(found,)] = published.execute(
        "select rank_correlation::double from audit.break_proposal "
        "where to_year = 2019 and indicator_key = 'environment.air_quality'"
    ).fetchall()
    assert found == pytest.approx(pairs.corr(method="spearman").iloc[0, 1], abs=1e-6)


def test_every_candidate_is_decided(published: duckdb.DuckDBPyConnection) -> None:
    [(n, n_open)] = ask(
        published,
        "select count(*), count(*) filter (where decision is null) from audit.break_proposal where is_candidate",
    )
    assert (n, n_open) == (28, 0)


def test_without_its_decision_a_proposal_is_a_warning_and_the_pair_counts_as_comparable(
    other_seeds: duckdb.DuckDBPyConnection,
) -> None:
    """The register decides, not the detector. Here it holds nothing on 2020."""
    suite = read_suites(ROOT / "expectations")["audit.break_proposal"]
    [decided] = [rule for rule in suite.rules if rule.id == "decided"]
    [outcome] = judge.judge(suite.model_copy(update={"rules": [decided]}), other_seeds)
    assert decided.severity == "warning"
    assert [row["indicator_key"] for row in outcome.failing] == [
        "e_governance.responsiveness",
        "procedures.construction_permits",
    ]
    [(comparable,)] = other_seeds.execute(
        "select distinct is_comparable from marts.index_score where year = 2020 and level = 'total' and rank > 0"
    ).fetchall()
    assert comparable
