"""Every paper of a period of the demonstration, with each of its figures asked of the published warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.papers import figures, making
from pipelines.papers.templates import TEMPLATES
from pipelines.published import connect
from tests.conftest import Demo
from tests.papers.conftest import DAY, PERIOD, Office


@pytest.mark.long
@pytest.mark.parametrize(
    ("period", "n_below"),
    [
        (PERIOD, 219),  # districts and their communes
        ("2021-PLAN", 10),  # communes send their own plans to the standing agency, not to the district
    ],
)
def test_no_figure_of_the_demonstrations_papers_is_without_its_row(
    demo: Demo, tmp_path: Path, period: str, n_below: int
) -> None:
    with connect(demo.settings) as connection:
        office = Office(connection)
        for kind, make in making.MAKERS.items():
            made = make(connection, period, DAY, tmp_path, TEMPLATES)
            assert bool(made) == (kind != "due")  # both due days are past
        assert making.make_districts(connection, demo.settings, period, DAY, tmp_path, TEMPLATES)
        listed = [one for path in tmp_path.rglob("*.csv") for one in figures.read(path)]
        assert len(listed) > 1000
        assert [one for one in listed if office.value_of(one) != one.printed] == []
        of_units = [one for one in listed if one.place.startswith("01 Đơn vị!D")]
        assert len(of_units) == 239 + n_below  # the annex, and what is in the folders
