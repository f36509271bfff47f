"""The folder of a district to hand down: what is in it, and that it is of that district alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from pipelines.papers import districts, figures, making
from pipelines.papers.templates import TEMPLATES
from pipelines.settings import ROOT, Settings
from tests.papers.conftest import DAY, PERIOD, Office

DISTRICT, COMMUNE = "213-bac-giang", "07201-tho-xuong"


@pytest.fixture
def workspace(tmp_path: Path) -> Settings:
    """The plan, and no report yet."""
    shutil.copytree(ROOT / "raw/plans", tmp_path / "raw/plans")
    return Settings(raw=tmp_path / "raw", warehouse=tmp_path / "warehouse")


def made(office: Office, workspace: Settings) -> list[Path]:
    folder = workspace.warehouse / "papers"
    return making.make_districts(office.connection, workspace, PERIOD, DAY, folder, TEMPLATES)


def test_a_district_gets_its_state_its_reminder_and_the_forms_of_its_communes(
    office: Office, workspace: Settings
) -> None:
    office.owes(DISTRICT, "district", "Thành phố Bắc Giang", "snv")
    office.owes(COMMUNE, "commune", "Phường Thọ Xương", DISTRICT, "missing", 3)
    made(office, workspace)
    folder = workspace.warehouse / "papers" / f"{DAY}_giao-huyen" / DISTRICT
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == [
        f"{DAY}_don-doc_{DISTRICT}.csv",
        f"{DAY}_don-doc_{DISTRICT}.docx",
        f"{DAY}_tinh-hinh.csv",
        f"{DAY}_tinh-hinh.xlsx",
        f"{districts.FORMS}/{PERIOD}_{COMMUNE}.xlsx",
    ]


def test_a_district_without_late_reports_gets_no_reminder(office: Office, workspace: Settings) -> None:
    assert {path.name for path in made(office, workspace)} == {f"{DAY}_tinh-hinh.xlsx"}


def test_the_state_of_a_district_names_no_unit_of_another(office: Office, workspace: Settings) -> None:
    office.owes("c3", "commune", "Xã Ba", "d1", "missing", 3)
    path = next(path for path in made(office, workspace) if path.parent.name == "d1" and path.suffix == ".xlsx")
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["01 Đơn vị", "02 Huyện", "03 Chỉ tiêu", "05 Đôn đốc"]
    lines = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)] for sheet in book}
    assert [line[1] for line in lines["01 Đơn vị"]] == ["UBND huyện Yên Thế", "UBND xã Đồng Kỳ", "UBND xã Ba"]
    assert lines["02 Huyện"][0][1:7] == ["UBND huyện Yên Thế", "đúng hạn", 0, 2, 1, 1]
    assert [line[:5] for line in lines["03 Chỉ tiêu"]] == [
        ["TG04", "Tiếp nhận tại Bộ phận Một cửa", "Huyện Yên Thế và các xã", 10.5, 14]
    ]
    assert [line[1] for line in lines["05 Đôn đốc"]] == ["UBND xã Ba"]
    assert all(str(sheet["A3"].value).startswith("Huyện Yên Thế. ") for sheet in book)


def test_every_figure_of_a_folder_is_given_again_by_the_warehouse(office: Office, workspace: Settings) -> None:
    office.owes("c3", "commune", "Xã Ba", "d1", "returned", 3, "Thiếu phụ lục")
    made(office, workspace)
    listed = [one for path in workspace.warehouse.rglob("*.csv") for one in figures.read(path)]
    assert len(listed) > 50
    assert [one for one in listed if office.value_of(one) != one.printed] == []


def test_a_form_that_an_officer_wrote_into_is_never_written_over(office: Office, workspace: Settings) -> None:
    office.owes(DISTRICT, "district", "Thành phố Bắc Giang", "snv")
    office.owes(COMMUNE, "commune", "Phường Thọ Xương", DISTRICT)
    [form] = [path for path in made(office, workspace) if path.parent.name == districts.FORMS]
    assert form in made(office, workspace)
    form.write_bytes(b"written by an officer")
    assert form.with_stem(f"{form.stem}_2") in made(office, workspace)
    assert form.read_bytes() == b"written by an officer"
