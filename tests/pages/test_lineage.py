"""The columns of a table are traced to those that its SQL takes them from."""

from __future__ import annotations

from pipelines.pages import lineage

COLUMNS = {
    "core": {
        "score": {"province_key": "varchar", "score": "decimal"},
        "scale": {"province_key": "varchar", "most": "decimal"},
    }
}
SQL = """
with known as (select * from core.score where score is not null)
select province_key, score / scale.most as share, count(*) over () as n, 'papi' as index_id
from known inner join core.scale using (province_key)
"""


def test_a_column_is_taken_from_those_that_it_is_computed_of() -> None:
    found = lineage.of_models({"marts.shares": SQL}, COLUMNS)
    assert found["marts.shares", "share"] == ["core.scale.most", "core.score.score"]
    assert "core.score.province_key" in found["marts.shares", "province_key"]
    assert found["marts.shares", "index_id"] == []


def test_a_model_that_cannot_be_read_holds_up_no_other() -> None:
    found = lineage.of_models({"marts.broken": "select from from", "marts.shares": SQL}, COLUMNS)
    assert {name for name, _ in found} == {"marts.shares"}
