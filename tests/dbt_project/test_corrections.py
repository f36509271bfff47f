"""A correction holds for the raw value it names, and says when the source has been repaired."""

from __future__ import annotations

import duckdb


def test_an_override_is_our_value_and_marked_so_up_to_the_total(other_seeds: duckdb.DuckDBPyConnection) -> None:
    rows = other_seeds.execute(
        """
        select level, score::varchar, obs_status, obs_reason from marts.index_score
        where year = 2020 and province_key = '24-bac-giang' and indicator_key in
            ('participation.civic_knowledge', 'participation', 'total')
        order by level
        """
    ).fetchall()
    assert rows == [
        ("dimension", "5.549457000", "E", None),
        ("sub_dimension", "0.900000000", "E", "a slip"),
        ("total", "44.387168000", "E", None),
    ]


def test_a_dropped_score_is_not_published_and_its_sums_are_not(other_seeds: duckdb.DuckDBPyConnection) -> None:
    rows = other_seeds.execute(
        """
        select level, obs_status, not_published_form from marts.index_score
        where year = 2020 and province_key = '01-ha-noi' and indicator_key in
            ('participation.civic_knowledge', 'participation', 'total')
        order by level
        """
    ).fetchall()
    assert rows == [("dimension", "Q", "partial"), ("sub_dimension", "Q", "dropped"), ("total", "Q", "partial")]


def test_a_line_whose_raw_value_is_another_is_not_applied_and_said_to_be_repaired(
    other_seeds: duckdb.DuckDBPyConnection,
) -> None:
    rows = other_seeds.execute(
        "select province_key, year, standing, found_raw is not null from audit.correction_outcome order by 1, 2"
    ).fetchall()
    assert rows == [
        ("01-ha-noi", 2020, "applied", True),
        ("24-bac-giang", 2020, "applied", True),
        ("96-ca-mau", 1999, "unmatched", False),
        ("96-ca-mau", 2020, "repaired", True),
    ]
    [(status,)] = other_seeds.execute(
        "select obs_status from marts.index_score "
        "where year = 2020 and province_key = '96-ca-mau' and indicator_key = 'participation.civic_knowledge'"
    ).fetchall()
    assert status == "A"
