"""Plausible slips stop `papi release add` with their cells; a re-issue that changes nothing raises no surprise."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.releases import deliveries, intake, layouts, surprises
from pipelines.releases.intake import NotTaken, Wanted
from pipelines.releases.surprises import decimals_of
from pipelines.settings import Settings
from tests.conftest import copy_of_raw, run_papi
from tests.due import scores_of
from tests.releases.test_intake import TODAY, add
from tests.workbooks.official import Cell, Release, Scores, province_columns, table

YEAR = 2024
Rows = list[list[Cell]]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """raw/ of the three years before, where 2024 has not come yet. Nothing is filed in it."""
    folder = tmp_path_factory.mktemp("before")
    return Settings(raw=copy_of_raw(folder / "raw", range(YEAR - 3, YEAR)), warehouse=folder / "warehouse")


def offered(settings: Settings, scores: Scores, change: Callable[[Rows], None] | None = None) -> list[str]:
    """What surprises in a workbook of 2024 with these scores."""
    path = settings.raw.parent / "2024.xlsx"
    path.write_bytes(province_columns(Release(YEAR, scores, left_out=0.0), change=change))
    with intake.propose(settings, Wanted(path, "papi"), TODAY) as [proposed]:
        return proposed.surprises


def at(rows: Rows, label: str, province: str) -> tuple[int, int]:
    """Row and column of a cell, from 0, by the beginning of its Vietnamese label and its province's name."""
    names = next(row for row in rows if row[0] == "Tên tỉnh")
    row = next(n for n, one in enumerate(rows) if str(one[1]).startswith(label))
    return row, names.index(province)


def test_the_real_year_surprises_nobody(before: Settings) -> None:
    assert offered(before, scores_of(YEAR)) == []


@pytest.mark.parametrize(("value", "word"), [(None, "blank"), (0.0, "zero")])
def test_a_cell_without_a_score_beside_its_sum_is_told_with_both(before: Settings, value: Cell, word: str) -> None:
    def spoil(rows: Rows) -> None:
        row, column = at(rows, "1.2:", "Điện Biên")
        rows[row][column] = value

    [said] = offered(before, scores_of(YEAR), spoil)
    assert said == (
        f"cells without a score beside a sum that has one: 2024_VIE_ENG!J6 (1.2 of 11) is {word}, "
        "1 is printed in 2024_VIE_ENG!J4, TOTAL is printed in 2024_VIE_ENG!J3"
    )


def test_an_indicator_without_any_score_is_told(before: Settings) -> None:
    scores = {key: score for key, score in scores_of(YEAR).items() if key[1] != "1.1"}
    assert offered(before, scores) == ["1.1 Tri thức công dân has no score for any of 63 provinces"]


def test_provinces_shifted_by_a_row_are_told_with_their_cells(before: Settings) -> None:
    scores = scores_of(YEAR)
    codes = sorted({province for province, _ in scores})
    following = dict(zip(codes, codes[1:] + codes[:1], strict=True))
    [said] = offered(before, {(following[province], code): score for (province, code), score in scores.items()})
    assert said.startswith("01 Hà Nội (2024_VIE_ENG!D3:D39) to 96 Cà Mau (")
    assert said.endswith("fit the rows one on or back better than their own: shifted by a row?")


def test_two_provinces_exchanged_are_told(before: Settings) -> None:
    other = {"01": "24", "24": "01"}
    scores = {(other.get(province, province), code): score for (province, code), score in scores_of(YEAR).items()}
    [said] = offered(before, scores)
    assert "01 Hà Nội (2024_VIE_ENG!D3:D39)" in said
    assert "24 Bắc Giang (2024_VIE_ENG!R3:R39)" in said
    assert said.endswith("fit the years before better with their names exchanged")


def test_two_headings_exchanged_are_told(before: Settings) -> None:
    other = {"1.1": "1.2", "1.2": "1.1"}

    def spoil(rows: Rows) -> None:
        one, two = (next(row for row in rows if str(row[1]).startswith(f"{code}:")) for code in other)
        one[3:], two[3:] = two[3:], one[3:]

    [said] = offered(before, scores_of(YEAR), spoil)
    assert "1.1 Tri thức công dân" in said
    assert said.endswith("fit the years before better with their headings exchanged")


def test_a_copy_of_another_year_is_told(before: Settings) -> None:
    said = offered(before, scores_of(YEAR - 1))
    assert "100.0% of the scores are exactly those of 2023: a copy of another year" in said


@pytest.mark.long
def test_rounded_values_are_called_a_copy(before: Settings) -> None:
    rounded = {key: round(score, 2) for key, score in scores_of(YEAR).items()}
    assert offered(before, rounded) == [
        "values rounded to 2 decimals, where other years have 5 or more: a rounded copy"
    ]

    def spoil(rows: Rows) -> None:
        for row in rows[2:]:
            row[3:] = [round(value, 2) if isinstance(value, float) else value for value in row[3:]]

    with pytest.raises(NotTaken, match="its values have at most 2 decimals, so it is a rounded copy"):
        offered(before, scores_of(YEAR), spoil)


@pytest.mark.parametrize(("texts", "decimals"), [(["1.25", "1.2", "3"], 2), (["1.000000"], 0), ([], 9)])
def test_decimals_are_those_that_numbers_need(texts: list[str], decimals: int) -> None:
    assert decimals_of(texts) == decimals


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(raw=copy_of_raw(tmp_path / "raw", [YEAR]), warehouse=tmp_path / "warehouse")


def reordered(settings: Settings) -> bytes:
    """The first release of the year with its rows in another order: other bytes, the same figures."""
    header, *rows = (settings.raw / f"papi/{YEAR}/r1/scores.csv").read_text("utf-8").splitlines()
    return "\n".join([header, *reversed(rows)]).encode()


def test_the_same_rows_in_another_order_surprise_nobody(settings: Settings) -> None:
    [one] = add(settings, "reordered.csv", reordered(settings), years=(YEAR,))
    assert (one.against, one.changes, one.surprises) == ("papi-2024-r1", [], [])


@pytest.mark.long
def test_a_rounded_re_issue_is_called_a_copy(settings: Settings) -> None:
    rounded = {key: round(score, 3) for key, score in scores_of(YEAR).items()}
    [one] = add(settings, "rounded.csv", table(Release(YEAR, rounded)).encode(), years=(YEAR,))
    assert [said.split(" ", 1)[1] for said in one.surprises] == ["corrected: a copy rounded to 3 decimals"]


# --- mistakes in the call ------------------------------------------------------------------------------------------


def call(settings: Settings, file: Path, *options: object) -> tuple[int, str]:
    done = run_papi("release", "add", file, *options, "--raw", settings.raw, "--warehouse", settings.warehouse)
    return done.code, done.out


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("a.csv", ["--year", 2020, "--layout", "../../x"], "layout '../../x' cannot be used"),
        ("a.csv", ["--year", 2020, "--layout", "none"], "layout 'none' cannot be used"),
        ("a.csv", ["--year", 99999], "no figures can be of 99999"),
        ("a.csv", ["--year", 2027], "no figures can be of 2027"),
        ("release.yaml", ["--year", 2020], "expected the name of a file beside the manifest, not release.yaml itself"),
        ("a\x1b[2J.csv", ["--year", 2020], "cannot be filed; expected the name of a file"),
        ("a.csv", ["--year", YEAR, "--published", "2026-12-24"], "would be refused"),
        ("a.csv", ["--year", YEAR, "--provinces-as-of", "1900-01-01"], "provinces as of 01/01/1900"),
        ("a.csv", ["--year", YEAR, "--covers", "99"], "would be refused"),
    ],
)
def test_a_mistake_in_the_call_ends_in_a_sentence_and_leaves_nothing(
    settings: Settings, tmp_path: Path, name: str, options: list[object], says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(reordered(settings))
    before = sorted(settings.raw.rglob("*"))
    code, out = call(settings, file, *options)
    assert (code, "Traceback" in out) == (1, False)
    assert says in out
    assert sorted(settings.raw.rglob("*")) == before


def test_a_pipe_is_never_opened(settings: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert call(settings, tmp_path / "pipe.csv", "--year", YEAR) == (
        1,
        "Lỗi / error: 'pipe.csv': found a pipe; expected a file\n",
    )


def test_what_nobody_foresaw_ends_in_a_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surprises, "surprises", lambda *_: 1 / 0)
    file = tmp_path / "a.csv"
    file.write_bytes(reordered(settings))
    code, out = call(settings, file, "--year", YEAR)
    assert code == 1
    assert "the file cannot be taken" in out
    assert "a.csv: found ZeroDivisionError at test_surprises.py:" in out


def test_a_raw_that_cannot_be_written_to_ends_in_a_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(settings.raw))

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    file = tmp_path / "a.csv"
    file.write_text("x", "utf-8")
    assert call(settings, file) == (1, f"Lỗi / error: nothing is filed: {settings.raw}: Permission denied\n")


def test_a_broken_layout_does_not_keep_a_file_from_being_read_by_another(settings: Settings) -> None:
    (settings.layouts / "papi-2018.yaml").write_text("kind: [", "utf-8")
    [broken] = layouts.read_all(settings.layouts)[1]
    assert (broken.rule_id, broken.row) == ("layout_readable", 2)
    add(settings, "reordered.csv", reordered(settings), years=(YEAR,))
    assert deliveries.release_ids(settings.raw) == ["papi-2024-r1", "papi-2024-r2"]
