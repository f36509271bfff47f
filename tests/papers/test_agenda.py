"""What is to be done in a period on a day, and where it lies."""

from __future__ import annotations

from pathlib import Path

from pipelines.papers import agenda, making, situation
from pipelines.papers.templates import TEMPLATES
from pipelines.settings import Settings
from tests.conftest import run_papi
from tests.papers.conftest import DAY, PERIOD, Office

DISTRICTS = "thư mục giao huyện phải lập"
ON_THE_WHOLE = {DISTRICTS: 2, "báo cáo tổng hợp phải lập": 1, "phụ lục phải lập": 1}


def waiting(office: Office, folder: Path) -> dict[str, int]:
    """How many of what, but for the papers on the whole period."""
    settings = Settings(raw=folder / "raw", warehouse=folder)
    found = situation.of(office.connection, PERIOD, DAY)
    tasks = {task.vi.split(";")[0]: task.n for task in agenda.of(office.connection, settings, found)}
    assert {name: n for name, n in tasks.items() if name in ON_THE_WHOLE} == ON_THE_WHOLE
    return {name: n for name, n in tasks.items() if name not in ON_THE_WHOLE}


def test_before_anything_came_forms_are_to_be_sent(office: Office, tmp_path: Path) -> None:
    office.connection.execute("update core.fct_obligation set state = 'not_due'")
    assert waiting(office, tmp_path) == {"biểu mẫu phải gửi": 6}


def test_what_came_is_looked_at_and_what_is_late_is_reminded_once(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 3)
    office.owes("c4", "commune", "Xã Ba", "d1", "unreadable")
    assert waiting(office, tmp_path) == {
        "báo cáo đã nhận, chờ tiếp nhận hoặc trả lại": 6,
        "báo cáo chưa đọc được": 1,
        "công văn đôn đốc phải lập": 2,
    }
    making.make_reminders(office.connection, PERIOD, DAY, tmp_path / "papers" / PERIOD, TEMPLATES)
    assert "công văn đôn đốc phải lập" not in waiting(office, tmp_path)


def test_an_accepted_report_waits_for_its_receipt_until_there_is_one(office: Office, tmp_path: Path) -> None:
    office.connection.execute(
        "update core.fct_obligation set state = 'accepted', is_accepted = true, accepted_on = '2021-06-23'"
    )
    assert waiting(office, tmp_path) == {"phiếu tiếp nhận phải lập": 6}
    making.make_receipts(office.connection, PERIOD, DAY, tmp_path / "papers" / PERIOD, TEMPLATES)
    assert waiting(office, tmp_path) == {}


def test_after_the_due_day_a_report_and_an_annex_wait_until_there_is_one(office: Office, tmp_path: Path) -> None:
    folder, settings = tmp_path / "papers" / PERIOD, Settings(raw=tmp_path / "raw", warehouse=tmp_path)
    for make in (making.make_synthesis, making.make_annex):
        make(office.connection, PERIOD, DAY, folder, TEMPLATES)
    (folder / f"{DAY}_giao-huyen/d1").mkdir(parents=True)
    found = situation.of(office.connection, PERIOD, DAY)
    waits = {task.vi: task.n for task in agenda.of(office.connection, settings, found) if task.vi in ON_THE_WHOLE}
    assert waits == {DISTRICTS: 1}


def test_the_command_names_the_folder_of_each(office: Office, tmp_path: Path) -> None:
    office.connection.close()
    call = ("--as-of", DAY.isoformat(), "--raw", tmp_path / "raw", "--warehouse", tmp_path)
    said = run_papi("period", PERIOD, *call)
    assert said.code == 0, said.out
    assert "- 6 báo cáo đã nhận, chờ tiếp nhận hoặc trả lại" in said.out
    assert f"ở {tmp_path / 'raw/reports' / PERIOD}" in said.out
    assert run_papi("period", "2019-H1", *call).code == 2
