"""What the workbook of 2019 carries beside scores: errors, counts, finer indicators and the weighted total."""

from __future__ import annotations

import csv
from collections import Counter

import duckdb
import pytest

from pipelines.settings import ROOT
from tests.conftest import Built, run_papi
from tests.due import SEEDS

FILE = ROOT / "raw/papi/2019/r2/indicators.csv"
DIMENSIONS = [code for code, i in SEEDS.indicators_of("papi", "V4").items() if i.level == "dimension"]


def rows_of_the_file() -> dict[str, list[str]]:
    """The cells of each row by its label; of the last one where a label stands for several."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row[0]: row[3:] for row in csv.reader(file)}


def test_each_total_and_dimension_has_one_row_with_what_the_file_says(published: duckdb.DuckDBPyConnection) -> None:
    file = rows_of_the_file()
    found = published.execute(
        """
        select indicator.code, province.province_code, standard_error::double, ci_low::double, ci_high::double,
            variance::double, n_observations
        from core.fct_score_interval as interval
        inner join core.dim_indicator_method as indicator on indicator.indicator_key = interval.indicator_key
            and indicator.index_id = interval.index_id and indicator.method = 'V4'
        inner join core.dim_province_period as province on province.province_key = interval.province_key
            and province.valid_to = '2025-06-30'
        where release_id = 'papi-2019-r2'
        """
    ).fetchall()
    assert Counter(code for code, *_ in found) == dict.fromkeys([*DIMENSIONS, "TOTAL", "TOTAL.weighted"], 63)
    at = {f"{int(code):02}": position for position, code in enumerate(file["Mã tỉnh"])}
    total = {"TOTAL": "(không có trọng số)", "TOTAL.weighted": "(có trọng số)"}
    for code, province, *values in found:
        if code in total:
            label = f"Chỉ số PAPI tổng hợp {total[code]} - "
            bounds = [f"{label}điểm {end} trong khoảng tin cậy 95%" for end in ("tối thiểu", "tối đa")]
            stated = [*(float(file[name][at[province]]) for name in (f"{label}sai số", *bounds)), None, None]
        else:
            names = [f"{name} (Chỉ số nội dung {code})" for name in ("Phương sai", "Số quan sát")]
            stated = [None, None, None, *(float(file[name][at[province]]) for name in names)]
        assert values == pytest.approx(stated, abs=1e-9)


def test_as_many_people_answered_for_each_dimension(published: duckdb.DuckDBPyConnection) -> None:
    sql = "select distinct sum(n_observations) from core.fct_score_interval where year = 2019 group by indicator_key"
    assert published.execute(f"{sql} having count(n_observations) > 0").fetchall() == [(14_333,)]


def test_a_finer_indicator_has_its_unit_its_names_and_its_sub_dimension(published: duckdb.DuckDBPyConnection) -> None:
    sql = (
        "select unit, indicator_name_en, parent_key, scale_source from core.dim_indicator_method "
        "where method = 'V4' and indicator_name_vi like ?"
    )
    assert [
        published.execute(sql, [f"{name}%"]).fetchall()
        for name in ("Hiểu biết về vị trí lãnh đạo", "Tổng chất lượng bệnh viện", "Chỉ số PAPI tổng hợp (có trọng số)")
    ] == [
        [("share", "Knowledge of Leaders", "participation.civic_knowledge", "0%-100%")],
        [("mean", "Total hospital quality", "services.public_health", "1-10 điểm")],
        [("score", None, "total", "10-80 điểm")],
    ]
    units = published.execute(
        "select level, unit from core.dim_indicator_method group by all having unit is null"
    ).fetchall()
    assert units == []


def test_finer_indicators_and_the_weighted_total_stand_in_core_alone(published: duckdb.DuckDBPyConnection) -> None:
    """Nothing is ranked, compared or summed with them; what is told of 2019 is the total without weights."""
    [(n, years)] = published.execute(
        "select count(distinct indicator_key), list(distinct year order by year) from core.fct_score "
        "where index_id = 'papi' and level = 'indicator'"
    ).fetchall()
    assert (n > 100, years) == (True, [2018, 2019])
    marts = published.execute(
        "select table_name from duckdb_columns() where schema_name = 'marts' and column_name = 'indicator_key'"
    ).fetchall()
    for (mart,) in marts:
        sql = f"""
            select count(*) from marts.{mart}
            where indicator_key in (
                select indicator_key from core.dim_indicator_method where index_id = 'papi' and level = 'indicator'
            )
        """
        assert (mart, *published.execute(sql).fetchone()) == (mart, 0)  # type: ignore[misc]
    told = published.execute(
        "select score_printed::varchar, rank from marts.index_score "
        "where year = 2019 and province_key = '24-bac-giang' and level = 'total'"
    ).fetchall()
    assert told == [("46.04", 4)]


def test_what_the_first_release_did_not_carry_is_no_revision(
    published: duckdb.DuckDBPyConnection, built: Built
) -> None:
    assert (
        published.execute(
            "select release_id, revision_kind from marts.index_revision where index_id = 'papi'"
        ).fetchall()
        == []
    )
    note = (built.settings.warehouse / "whats_new.md").read_text("utf-8")
    for year in (2018, 2019):
        assert f"PAPI {year}: papi-{year}-r2, known from 26/11/2026, against papi-{year}-r1: no cell changed.\n" in note
        diff = run_papi(
            "release", "diff", f"papi-{year}-r1", f"papi-{year}-r2", "--warehouse", built.settings.warehouse
        )
        assert f"against papi-{year}-r1: no cell changed" in diff.out


def test_scores_stated_again_with_more_decimals_stay_as_first_published(published: duckdb.DuckDBPyConnection) -> None:
    held = published.execute(
        """
        select distinct year, release_id from core.fct_score
        where year in (2018, 2019) and index_id = 'papi' and known_to is null and score is not null
            and level <> 'indicator' order by all
        """
    ).fetchall()
    assert held == [(2018, "papi-2018-r1"), (2019, "papi-2019-r1")]
