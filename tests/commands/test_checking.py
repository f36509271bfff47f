"""`papi check` asks what it is told to ask, and says what there is where it is told nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.conftest import Built, run_papi


def test_a_check_that_is_not_there_is_told_with_those_that_are(built: Built) -> None:
    said = run_papi("check", "marts.index_core_window", "rank_recount", "--warehouse", built.settings.warehouse)
    assert said.code == 2
    assert "marts.index_core_window has no such check; there is " in said.out
    assert "rank_recounted" in said.out


def test_before_the_first_refresh_there_is_nothing_to_check(tmp_path: Path) -> None:
    said = run_papi("check", "marts.index_core_window", "--warehouse", tmp_path)
    assert (said.code, "there is no build in" in said.out) == (2, True)


@pytest.mark.long
def test_rules_and_tests_of_a_table_pass_and_the_rules_bite(own_warehouse: Settings) -> None:
    said = run_papi("check", "marts/index_core_window", "--warehouse", own_warehouse.warehouse)
    assert said.code == 0, said.out
    lines = said.out.strip().splitlines()
    assert len(lines) > 5
    assert all(line.endswith(": pass") for line in lines)
    assert [line for line in lines if "dbt test" in line]
    bitten = run_papi("check", "marts.index_core_window", "--bites", "--warehouse", own_warehouse.warehouse)
    assert bitten.code == 0, bitten.out
    assert all(line.startswith("bites  marts/index_core_window ") for line in bitten.out.strip().splitlines())
