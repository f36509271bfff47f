"""Plans and reports are read once for all who ask, and anew where anything of them changed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.building import office_tables
from pipelines.reports import answers
from pipelines.settings import ROOT, Settings
from tests.reports.filled import add, drawn


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """A workspace with the plan and one report."""
    shutil.copytree(ROOT / "raw/plans", tmp_path / "raw/plans")
    settings = Settings(raw=tmp_path / "raw", warehouse=tmp_path / "warehouse", as_of=date(2021, 7, 1))
    add(settings, drawn())
    return settings


def test_the_tables_count_what_was_received(office: Settings) -> None:
    with duckdb.connect(str(office_tables.land(office)), read_only=True) as connection:
        counts = office_tables.counts(connection)
        assert (counts["plan"], counts["report"], counts["readable"]) == (1, 1, 1)
        assert office_tables.findings(connection) == []
        said = connection.execute("select document_number, cut_off_on, prepared_by, head_of_unit from landing.report")
        assert said.fetchall() == [("15/BC-UBND", date(2021, 5, 11), "Nguyễn Văn A", "Trần Thị B")]


def test_nothing_is_read_twice_while_nothing_changed(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = office_tables.land(office)
    monkeypatch.setattr(answers, "land", lambda *_: pytest.fail("the reports were read again"))
    assert office_tables.land(office) == first


@pytest.mark.parametrize(
    "file", ["plans/bg-2021/targets.csv", "reports/receipts.csv", "reports/2021-H1/07201-tho-xuong/*.xlsx"]
)
def test_a_change_of_any_file_is_seen(office: Settings, file: str) -> None:
    first = office_tables.land(office)
    [path] = office.raw.glob(file)
    path.write_bytes(path.read_bytes() + b"\n")
    assert office_tables.land(office) != first


def test_a_report_edited_after_receipt_is_refused_though_it_was_read_before(office: Settings) -> None:
    office_tables.land(office)
    [path] = office.reports.glob("*/*/*.xlsx")
    path.write_bytes(path.read_bytes() + b"\n")
    with duckdb.connect(str(office_tables.land(office)), read_only=True) as connection:
        assert [finding.rule_id for finding in office_tables.findings(connection)] == ["file_as_received"]


def test_a_plan_that_is_refused_is_told_by_name(office: Settings) -> None:
    assert office_tables.summary(office) == ""
    claims = office.raw / "plans/bg-2021/claims.csv"
    claims.write_text(claims.read_text("utf-8").replace(",cao_nhat,", ",hạng nhì,"), "utf-8")
    assert office_tables.summary(office).split("; ") == [
        "raw/plans/bg-2021 refused: nothing of this plan is asked or counted",
        "1 reports in quarantine, 3 findings",  # the report answers to no plan now
    ]
