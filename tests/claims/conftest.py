"""The figures of the published warehouse, as claims are held against them."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from pipelines.claims.figures import Figures, figures_of
from pipelines.claims.verdicts import (
    Claim,
)
from pipelines.seeds import Seeds
from pipelines.settings import ROOT
from tests.claims import misprints

REFERENCE = Seeds(ROOT / "dbt_project/seeds")
TODAY = date(2026, 11, 24)
RIGHT = ("exact", "other_rule")  # as Checked.is_confirmed has it


@pytest.fixture(scope="module")
def figures(warehouse: duckdb.DuckDBPyConnection) -> Figures:
    return figures_of(warehouse, REFERENCE, "papi", TODAY)


@pytest.fixture(scope="module")
def levels(figures: Figures) -> dict[str, list[Claim]]:
    return misprints.by_level(figures)
