"""The report to the chairman: what was done, what was not, who is missing, each figure with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from pipelines.papers import figures, making, situation, synthesis
from pipelines.papers.templates import FIELDS, TEMPLATES, WORD
from tests.papers.conftest import DAY, PERIOD, Office


@pytest.fixture
def told(office: Office) -> Office:
    """Reports of two communes, one with words typed to do harm; a third commune is late, a fourth waived."""
    office.owes("c3", "commune", "Xã Tam Hiệp", "d1", "missing", 3)
    office.owes("c4", "commune", "Xã Xuân Lương", "d1", "waived")
    office.connection.execute(
        """
        update core.fct_obligation set report_id = unit_key where report_id is not null;
        insert into core.fct_report values
            ('c1', 1, 1, 0, 0, 'Thiếu kinh phí', '{{ mo_phong }} <b>=1+1</b>'),
            ('c2', 1, 1, 0, 0, 'Thiếu kinh phí', null);
        insert into core.fct_task_progress values
            ('c1', 'D1a', 'done', 'bầu xong 3 thôn', '12/BC', 'Báo cáo!D9'),
            ('c2', 'D1a', 'in_progress', null, null, 'Báo cáo!D9'),
            ('c1', 'A05', null, null, null, 'Báo cáo!D10');
        insert into core.fct_report_event values
            ('c4', 'c4', '2021-06-10 08:00', 'waived', '15/QĐ-UBND', null, 2);
        insert into core.fct_obligation
            select 'plan-' || unit_key, 'p', '2021-PLAN', unit_key, unit_valid_from, recipient_key, '2021-05-15',
                '2021-05-17', 'on_time', true, unit_key <> 'c2', unit_key = 'c1', 0, null, null, null, null, null, true,
                'unit_plan', 2021, false
            from core.fct_obligation where unit_key in ('c1', 'c2');
        """
    )
    return office


def values_of(office: Office) -> dict[str, Any]:
    return synthesis.paper(office.connection, situation.of(office.connection, PERIOD, DAY)).values


def test_it_says_of_how_many_it_speaks_and_who_is_missing(told: Office) -> None:
    values = values_of(told)
    assert (values["so_phai"], values["so_thieu"]) == ("7", "1")
    assert values["tre"] == [{"dau_moi": "UBND huyện Yên Thế", "don_vi": "UBND xã Tam Hiệp (3 ngày)"}]
    assert values["mien"] == [{"don_vi": "UBND xã Xuân Lương", "quyet_dinh": "15/QĐ-UBND"}]
    communes = values["theo_cap"][-1]
    assert [communes[name] for name in ("ten", "phai", "da_nhan", "chua_gui", "mien", "ty_le")] == [
        "Xã", "3", "2", "1", "1", "66,67",
    ]  # fmt: skip
    assert [line["ten"] for line in values["theo_huyen"]] == ["UBND huyện Yên Thế", "UBND thành phố Bắc Giang"]
    assert values["ke_hoach_rieng"] == [{"cap": "Xã", "phai": "2", "da_nhan": "1", "dung_han": "1"}]


def test_tasks_stand_under_their_dimension_with_what_units_said_that_day(told: Office) -> None:
    first, general = values_of(told)["truc"]
    assert (first["ten"], general["ten"]) == ("Trục 1: Tham gia của người dân", synthesis.GENERAL)
    [task] = first["nhiem_vu"]
    assert [task[name] for name in ("phai", "tra_loi", "xong", "kiem_chung", "dang", "chua")] == list("221110")
    assert task["trich"] == [{"don_vi": "UBND xã Đồng Kỳ", "noi_dung": "bầu xong 3 thôn", "o": "Báo cáo!D9"}]
    assert general["nhiem_vu"][0]["tra_loi"] == "0"  # an item left blank is no answer


def test_a_target_has_what_it_is_counted_of_or_says_why_not(told: Office) -> None:
    index, counted, without = values_of(told)["chi_tieu"]
    assert index["danh_gia"] == "chưa hết năm đích; gốc: hạng 13/63 năm 2020"  # that it was missed came out later
    names = ("tu", "mau", "ty_le", "muc", "n_tren_n", "danh_gia")
    assert [counted[name] for name in names] == ["255.943", "320.024", "79,98", "100", "175/219", "chậm"]
    assert [without[name] for name in names] == ["–", "–", "–", "100", "–", "không đo trong kỳ này"]


def test_what_fell_without_a_task_is_told_once_and_what_many_say_first(told: Office) -> None:
    values = values_of(told)
    assert [(one["ma"], one["thay_doi"]) for one in values["giam_khong_nhiem_vu"]] == [("7.2", "-0,38")]
    [difficulty] = values["kho_khan"]["dong"]
    assert (difficulty["noi_dung"], difficulty["so"]) == ("Thiếu kinh phí", "2")
    assert difficulty["don_vi"] == "UBND xã Đồng Kỳ, UBND phường Thọ Xương"


def test_every_figure_is_that_of_its_row_and_texts_stay_texts(told: Office, tmp_path: Path) -> None:
    [path] = making.make_synthesis(told.connection, PERIOD, DAY, tmp_path, TEMPLATES)
    listed = figures.read(path.with_suffix(".csv"))
    assert len(listed) > 60
    assert [one for one in listed if told.value_of(one) != one.printed] == []
    words = "".join(t.text or "" for t in docx.Document(str(path)).element.body.iter(f"{WORD}t"))
    assert "{{ mo_phong }} <b>=1+1</b>: 1 đơn vị (UBND xã Đồng Kỳ)" in words


def test_with_nothing_late_and_nothing_said_it_says_so(office: Office, tmp_path: Path) -> None:
    [path] = making.make_synthesis(office.connection, PERIOD, DAY, tmp_path, TEMPLATES)
    words = "".join(t.text or "" for t in docx.Document(str(path)).element.body.iter(f"{WORD}t"))
    for sentence in (
        "Không có đơn vị nào trễ hạn.",
        "Các đơn vị không có kiến nghị.",
        "Kế hoạch không yêu cầu gửi kế hoạch riêng trong năm của kỳ này.",
    ):
        assert sentence in words


def test_its_values_are_the_fields_that_its_template_may_name(told: Office) -> None:
    def fits(value: Any, fields: Any) -> bool:
        if fields is None:
            return isinstance(value, str)
        lines = value if isinstance(value, list) else [value]
        return all(line.keys() == fields.keys() and all(fits(line[n], fields[n]) for n in fields) for line in lines)

    assert fits(values_of(told), FIELDS[synthesis.TEMPLATE])
