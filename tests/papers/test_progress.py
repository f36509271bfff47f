"""Tasks and targets as of a day: once every report is in, they say what the published tables say."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.papers import progress, situation
from pipelines.published import connect, rows
from tests.conftest import Demo
from tests.papers.conftest import PERIOD

AFTERWARDS = date(2021, 12, 1)  # every report of the period is in, and the next period is not due


@pytest.mark.long
def test_afterwards_tasks_and_targets_are_those_of_the_published_tables(demo: Demo) -> None:
    with connect(demo.settings) as connection:
        found = situation.of(connection, PERIOD, AFTERWARDS)
        tasks, targets = progress.tasks(connection, found), progress.targets(connection, found)
        published = rows(connection, "select * from marts.plan_task_progress where period = ?", [PERIOD])
        results = rows(
            connection,
            "select * from marts.compliance_target where scope in ('province', 'with_communes') and period in (?, ?)",
            [PERIOD, progress.plan_period(found)],
        )
    assert {one.task_id: {name: known.value for name, known in one.counts.items()} for one in tasks} == {
        one["task_id"]: {name: one[name] for name in tasks[0].counts} for one in published
    }
    counted = {
        (one.target_id, one.unit_key): (one.numerator.value, one.denominator.value, one.n_owing.value, one.said)
        for one in targets
        if one.numerator and one.denominator and one.n_owing
    }
    assert counted == {
        (one["target_id"], None if one["scope"] == "province" else one["unit_key"]): (
            *(one[name] for name in ("numerator", "denominator", "n_owing")),
            one["target_state_vi"],
        )
        for one in results
    }
