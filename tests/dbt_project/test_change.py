"""marts.index_change_window: a change is split into parts that sum to it, and is called clear only where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist, fmean
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.published import connect
from tests.conftest import Built

OURS = "from marts.index_change_window where index_id = 'papi' and province_key = '24-bac-giang'"
PARTS = ("contribution", "own_part", "national_part", "measurement_part", "rescale_part")
YEARS = range(2011, 2025)
PAIRS = st.tuples(st.sampled_from(YEARS), st.sampled_from(YEARS)).filter(lambda pair: pair[0] < pair[1])
LEVELS = st.sampled_from(["total", "dimension", "sub_dimension"])
Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """The published warehouse, with what a change is counted from by hand."""

    connection: duckdb.DuckDBPyConnection
    provinces: list[str]
    scores: dict[tuple[int, str], dict[str, float]]  # of a sub-dimension, by province
    siblings: Counter[tuple[int, str]]  # sub-dimensions measured in a year, of the dimension of this one

    def rows(self, sql: str, *values: object) -> list[Row]:
        cursor = self.connection.execute(sql, list(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def changes(self, province: str, pair: tuple[int, int], level: str = "%") -> list[Row]:
        sql = "from marts.index_change_window where index_id = 'papi' and province_key = ?"
        return self.rows(f"{sql} and from_year = ? and to_year = ? and level like ?", province, *pair, level)

    def common(self, first: int, last: int) -> set[str]:
        """Provinces with a total in both years."""
        return set(self.scores[first, "total"]) & set(self.scores[last, "total"])


@pytest.fixture(scope="module")
def asked(built: Built) -> Iterator[Asked]:
    with connect(built.settings) as connection:
        found = connection.execute(
            "select year, indicator_key, parent_key, province_key, score::double from marts.index_score "
            "where index_id = 'papi' and level in ('sub_dimension', 'total') and obs_status <> 'M'"
        ).fetchall()
        scores: dict[tuple[int, str], dict[str, float]] = {}
        parents = {(year, key): parent for year, key, parent, _, _ in found}
        sizes = Counter((year, parent) for (year, _), parent in parents.items())
        siblings = Counter({(year, key): sizes[year, parent] for (year, key), parent in parents.items()})
        for year, key, _, province, score in found:
            if score is not None:
                scores.setdefault((year, key), {})[province] = score
        yield Asked(connection, sorted(scores[2020, "total"]), scores, siblings)


def test_bac_giang_2020_fell_by_own_national_and_measurement_parts(asked: Asked) -> None:
    [total] = asked.changes("24-bac-giang", (2019, 2020), "total")
    assert [str(round(total[part], 6)) for part in PARTS] == [
        "-1.725596", "-0.493978", "0.258773", "-1.490391", "0.000000",
    ]  # fmt: skip
    measured = {row["code"]: row for row in asked.changes("24-bac-giang", (2019, 2020)) if row["measurement_part"]}
    assert set(measured) == {"TOTAL", "6", "6.2", "8", "8.3"}
    assert measured["8.3"]["measurement_part"] + measured["6.2"]["measurement_part"] == total["measurement_part"]
    assert (total["n_parts"], total["n_measurement_parts"], total["n_common"]) == (29, 2, 63)
    assert round(total["field_change"], 3) == Decimal("-0.840")


@pytest.mark.parametrize(
    ("code", "own", "national"),
    [
        ("1", "-0.03", "-0.07"),
        ("2", "-0.12", "-0.01"),
        ("3", "0.17", "0.00"),
        ("4", "-0.17", "0.13"),
        ("5", "0.04", "0.03"),
        ("7", "-0.53", "-0.06"),
    ],
)
def test_where_nothing_broke_a_dimension_moved_by_itself_and_with_the_nation(
    asked: Asked, code: str, own: str, national: str
) -> None:
    [row] = asked.rows(f"{OURS} and from_year = 2019 and to_year = 2020 and code = ?", code)
    assert (round(row["own_part"], 2), round(row["national_part"], 2)) == (Decimal(own), Decimal(national))
    assert (row["measurement_part"], row["rescale_part"]) == (0, 0)


def test_environment_fell_farthest_of_bac_giangs_own_doing(asked: Asked) -> None:
    """By the whole change it is 8, where a question was asked otherwise."""
    rows = asked.changes("24-bac-giang", (2019, 2020), "dimension")
    assert min(rows, key=lambda row: row["own_part"])["code"] == "7"
    assert min(rows, key=lambda row: row["change_as_published"])["code"] == "8"


def test_dropping_construction_permits_stretches_its_siblings(asked: Asked) -> None:
    rows = {row["code"]: row for row in asked.changes("01-ha-noi", (2020, 2021)) if (row["code"] or "")[0] == "5"}
    gone = rows["5.2"]
    assert gone["contribution"] == gone["measurement_part"] == -gone["score_from"]
    for code in ("5.1", "5.3", "5.4"):  # of three instead of four, each counts for 4/3
        third = rows[code]["score_from"] / 3
        assert abs(rows[code]["rescale_part"] - third) < Decimal("1e-8")
        moved = rows[code]["change_as_published"] - third
        assert abs(rows[code]["own_part"] + rows[code]["national_part"] - moved) < Decimal("1e-8")
    assert rows["5"]["rescale_part"] == sum(rows[code]["rescale_part"] for code in ("5.1", "5.3", "5.4"))
    assert sum(rows["5"][part] for part in PARTS[1:]) == rows["5"]["contribution"] == rows["5"]["change_as_published"]


@given(data=st.data(), pair=PAIRS)
def test_parts_sum_to_the_change_and_levels_to_one_another(
    asked: Asked, data: st.DataObject, pair: tuple[int, int]
) -> None:
    rows = asked.changes(data.draw(st.sampled_from(asked.provinces)), pair)
    for row in rows:
        within = [r for r in rows if r["parent_key"] == row["indicator_key"]]
        if row["contribution"] is None:
            assert [row[part] for part in PARTS] == [None] * 5
            assert not within or None in [r["contribution"] for r in within]
            continue
        assert sum(row[part] for part in PARTS[1:]) == row["contribution"]
        assert row["change_as_published"] in (None, row["contribution"])
        for part in PARTS:
            assert not within or sum(r[part] for r in within) == row[part], (row["indicator_key"], part)


@given(data=st.data(), pair=PAIRS)
def test_parts_are_those_counted_by_hand(asked: Asked, data: st.DataObject, pair: tuple[int, int]) -> None:
    first, last = pair
    province = data.draw(st.sampled_from(asked.provinces))
    row = data.draw(st.sampled_from(asked.changes(province, pair, "sub_dimension")))
    before, after = (asked.scores.get((year, row["indicator_key"]), {}) for year in pair)
    assume(province in before and province in after)
    scale = asked.siblings[first, row["indicator_key"]] / asked.siblings[last, row["indicator_key"]]

    def moved(key: str) -> float:
        return after[key] - scale * before[key]

    is_broken = row["n_measurement_parts"] == 1
    national = 0.0 if is_broken else fmean(moved(key) for key in asked.common(first, last))
    assert {part: float(row[part]) for part in PARTS} == pytest.approx(
        {
            "contribution": after[province] - before[province],
            "own_part": 0.0 if is_broken else moved(province) - national,
            "national_part": national,
            "measurement_part": moved(province) if is_broken else 0.0,
            "rescale_part": (scale - 1) * before[province],
        },
        abs=1e-8,
    )


def test_from_one_year_to_the_next_it_is_the_change_of_index_score(asked: Asked) -> None:
    [counted] = asked.rows(
        """
        select count(*) as n, count(*) filter (where wide.change is distinct from next.change) as n_other
        from marts.index_change_window as wide
        join marts.index_score as next
            on next.index_id = wide.index_id and next.year = wide.to_year
            and next.province_key = wide.province_key and next.indicator_key = wide.indicator_key
        where wide.to_year = wide.from_year + 1
        """
    )
    assert counted["n"] > 13 * 63 * 30
    assert counted["n_other"] == 0


@given(data=st.data(), pair=PAIRS)
def test_shares_are_told_of_a_total_that_moved_by_a_tenth(
    asked: Asked, data: st.DataObject, pair: tuple[int, int]
) -> None:
    rows = asked.changes(data.draw(st.sampled_from(asked.provinces)), pair)
    [total] = [row["contribution"] for row in rows if row["level"] == "total"]
    for row in rows:
        if total is None or abs(total) < Decimal("0.10") or row["contribution"] is None:
            assert row["contribution_ratio"] is None
        else:
            assert row["contribution_ratio"] == pytest.approx(row["contribution"] / total, abs=Decimal("1e-6"))


def test_bac_giang_2020_to_2023_stood_still_and_has_no_shares(asked: Asked) -> None:
    rows = asked.changes("24-bac-giang", (2020, 2023))
    assert {row["contribution_ratio"] for row in rows} == {None}
    assert [row["contribution"] for row in rows if row["level"] == "total"] == [Decimal("0.003183000")]


@pytest.mark.parametrize("year", [2014, 2021])
def test_years_in_which_bac_giang_was_not_published_have_no_parts(asked: Asked, year: int) -> None:
    rows = asked.rows(f"{OURS} and (from_year = ? or to_year = ?)", year, year)
    # A dimension that was not there in the other year is whole in itself.
    measured = [row for row in rows if row["n_measurement_parts"] < row["n_parts"] or row["level"] == "total"]
    assert len(measured) > 13 * 9
    assert {row[part] for row in measured for part in PARTS} == {None}
    assert {row["significance"] for row in rows} == {"not_comparable"}


def test_of_2022_four_dimensions_have_parts_and_the_total_none(asked: Asked) -> None:
    rows = asked.changes("24-bac-giang", (2020, 2022))
    known = [row["code"] for row in rows if row["contribution"] is not None and row["level"] != "sub_dimension"]
    assert sorted(known) == ["3", "6", "7", "8"]


def test_a_word_for_each_change_and_one_only_where_there_is_a_reason(asked: Asked) -> None:
    rows = asked.rows(
        """
        select significance, not_comparable_reason is null as compares, error_source, count(*) = count(z) as has_z,
            count(z) = 0 as no_z
        from marts.index_change_window where index_id = 'papi' group by all order by all
        """
    )
    assert [tuple(row.values()) for row in rows] == [
        ("clear", True, "mixed", True, False),
        ("clear", True, "pooled_2019", True, False),
        ("not_comparable", False, None, False, True),
        ("unclear", True, "mixed", True, False),
        ("unclear", True, "pooled_2019", True, False),
    ]


def test_the_error_of_a_change_is_of_both_years_and_that_of_2019_half_way_to_the_pooled_one(asked: Asked) -> None:
    """Counted again from the variances that the publisher printed, which are those of the score itself."""
    stated = asked.rows("from core.fct_score_interval where year = 2019 and variance is not null")
    for key in sorted({row["indicator_key"] for row in stated}):
        variances = {row["province_key"]: float(row["variance"]) for row in stated if row["indicator_key"] == key}
        pooled = fmean(variances.values())
        errors = asked.rows(
            """
            select province_key, from_year, standard_error::double as error from marts.index_change_window
            where index_id = 'papi' and indicator_key = ? and (from_year, to_year) in ((2019, 2020), (2023, 2024))
                and standard_error is not null
            """,
            key,
        )
        assert 2023 in {row["from_year"] for row in errors}
        for row in errors:
            year_2019 = (variances[row["province_key"]] + pooled) / 2
            square = pooled + (year_2019 if row["from_year"] == 2019 else pooled)
            assert row["error"] == pytest.approx(square**0.5, abs=1e-8)


def test_what_is_clear_is_far_from_nothing(asked: Asked) -> None:
    rows = asked.rows(
        """
        select level, min(abs(z)) filter (where significance = 'clear') as least,
            max(abs(z)) filter (where significance = 'unclear') as most
        from marts.index_change_window where z is not null group by level order by level
        """
    )
    one_in_ten = Decimal(NormalDist().inv_cdf(0.95))
    assert all(row["least"] >= one_in_ten for row in rows)
    assert {row["level"]: row["most"] >= one_in_ten for row in rows} == {
        "total": False,  # alone in its level: nothing to correct for
        "dimension": True,
        "sub_dimension": True,
    }


@given(data=st.data(), pair=PAIRS, level=LEVELS)
def test_the_rate_of_false_discoveries_is_that_of_benjamini_and_hochberg(
    asked: Asked, data: st.DataObject, pair: tuple[int, int], level: str
) -> None:
    rows = asked.changes(data.draw(st.sampled_from(asked.provinces)), pair, level)
    tested = [row for row in rows if row["z"] is not None]
    assume(tested)
    chances = {row["indicator_key"]: 2 * NormalDist().cdf(-abs(float(row["z"]))) for row in tested}
    ordered = sorted(chances.values())
    kept = [p for place, p in enumerate(ordered, start=1) if p <= 0.10 * place / len(ordered)]
    clear = {key for key, p in chances.items() if kept and p <= max(kept)}
    assert {row["indicator_key"] for row in rows if row["significance"] == "clear"} == clear


def test_the_loss_of_clean_air_was_clear_and_that_of_the_total_cannot_be_said(asked: Asked) -> None:
    words = {row["code"]: row["significance"] for row in asked.changes("24-bac-giang", (2019, 2020))}
    assert (words["7.2"], words["7"], words["1"]) == ("clear", "unclear", "unclear")
    assert (words["TOTAL"], words["8"], words["8.3"]) == ("not_comparable",) * 3
