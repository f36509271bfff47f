"""Receipts: to whom, what they say of the report that was accepted, with figures that the warehouse confirms."""

from __future__ import annotations

from pathlib import Path

from pipelines.papers import figures, making, receipts, situation
from pipelines.papers.templates import FIELDS, TEMPLATES
from tests.papers.conftest import DAY, PERIOD, Office
from tests.papers.test_reminders import table_of, words_of


def accept(office: Office, unit_key: str, days_late: int = 0) -> None:
    office.connection.execute(
        "update core.fct_obligation set state = 'accepted', is_accepted = true, accepted_on = '2021-06-23', "
        "days_late = ? where unit_key = ?",
        [days_late, unit_key],
    )


def made(office: Office, folder: Path) -> list[Path]:
    return making.make_receipts(office.connection, PERIOD, DAY, folder, TEMPLATES)


def test_a_report_that_came_and_was_not_accepted_has_no_receipt(office: Office, tmp_path: Path) -> None:
    assert made(office, tmp_path) == []


def test_the_sender_of_an_accepted_report_learns_when_it_came_and_what_it_answers(
    office: Office, tmp_path: Path
) -> None:
    accept(office, "c1")
    [receipt] = made(office, tmp_path)
    assert receipt.name == "2021-06-24_tiep-nhan_c1.docx"
    assert "Kính gửi: UBND xã Đồng Kỳ." in words_of(receipt)
    said = dict(table_of(receipt))
    assert said["Ngày nhận báo cáo được tiếp nhận"] == "18/06/2021 (lần gửi thứ 2)"
    assert said["Ngày tiếp nhận"] == "23/06/2021"
    assert said["Thời hạn gửi"] == "Đúng hạn"
    assert said["Số mục đã trả lời"] == "10 trên 12 nhiệm vụ, chỉ tiêu"


def test_a_late_report_is_accepted_as_late(office: Office, tmp_path: Path) -> None:
    accept(office, "c1", days_late=3)
    [receipt] = made(office, tmp_path)
    assert dict(table_of(receipt))["Thời hạn gửi"] == "Trễ 3 ngày làm việc"


def test_each_figure_of_a_receipt_is_given_again_by_the_warehouse(office: Office, tmp_path: Path) -> None:
    accept(office, "c1", days_late=3)
    accept(office, "syt")
    for receipt in made(office, tmp_path):
        listed = figures.read(receipt.with_suffix(".csv"))
        assert len(listed) >= 8
        assert [office.value_of(one) for one in listed] == [one.printed for one in listed]
        assert all(one.printed in words_of(receipt) for one in listed)


def test_the_values_of_a_receipt_are_the_fields_of_its_template(office: Office) -> None:
    accept(office, "c1")
    [one] = receipts.receipts(office.connection, situation.of(office.connection, PERIOD, DAY))
    assert one.values.keys() == FIELDS[one.template].keys()
