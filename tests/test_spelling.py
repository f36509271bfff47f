"""Spellings of a place are one; places that only look alike are not."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.spelling import place, slug
from tests.workbooks.official import REFERENCE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("Tỉnh Bắc Giang", "BẮC  GIANG"),
        ("TP. Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("Bà Rịa–Vũng Tàu", "Bà Rịa - Vũng Tàu"),
        ("Thừa Thiên-Huế", "Thừa Thiên Huế"),
        ("Ðồng Tháp", "Đồng Tháp"),
        ("Bắc Giang", "Ba\u0306\u0301c Giang"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert place(one) == place(other)


def test_a_tone_or_an_accent_is_a_difference() -> None:
    assert len({place(name) for name in ("Hà Nam", "Hà Năm", "Ha Nam")}) == 3


@pytest.mark.parametrize(
    ("name", "day", "key"),
    [
        ("TP. Ho Chi Minh", date(2016, 12, 31), "79-ho-chi-minh"),
        ("Thua Thien-Hue", date(2016, 12, 31), "46-thua-thien-hue"),
        ("Huế", date(2024, 12, 31), "46-thua-thien-hue"),
        ("Thừa Thiên Huế", date(2025, 12, 31), "46-hue"),
        ("Bắc Ninh", date(2024, 12, 31), "27-bac-ninh"),
        ("Bắc Ninh", date(2025, 12, 31), "24-bac-ninh"),
        ("Đắc Lắc", date(2012, 12, 31), "66-dak-lak"),
    ],
)
def test_a_name_is_a_province_of_its_day(name: str, day: date, key: str) -> None:
    found = REFERENCE.places_on(day).find(None, [name]).province
    assert found is not None
    assert found.province_key == key


def test_every_province_is_found_by_each_of_its_names_and_its_code() -> None:
    for day in (date(2024, 12, 31), date(2025, 12, 31)):
        places = REFERENCE.places_on(day)
        for province in places.by_code.values():
            clues = [province.name_vi, f"Tỉnh {province.name_vi}", province.name_en]
            assert places.find(province.code, clues).province == province


def test_a_merged_province_is_not_found_after_its_end() -> None:
    assert REFERENCE.places_on(date(2025, 12, 31)).find(None, ["Bắc Giang"]).province is None


def test_a_slug_is_plain() -> None:
    assert slug("Hiểu biết về vị trí lãnh đạo (%)") == "hieu_biet_ve_vi_tri_lanh_dao"
