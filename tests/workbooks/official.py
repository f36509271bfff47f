"""Writes small releases in the layouts of the official workbooks, and as plain tables as people send them."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from openpyxl import Workbook

from pipelines.seeds import Indicator, Province, Seeds
from pipelines.settings import Settings
from pipelines.spelling import TONES
from pipelines.workbooks.layout import ProvinceARow, read_layout

REFERENCE = Seeds(Settings().seeds)
Cell = float | str | None
Scores = dict[tuple[str, str], float]


@dataclass
class Release:
    """Scores by province and sub-dimension code, of a year's method and of some provinces of a day.

    What is missing in ``scores`` was left out by the publisher: written as ``left_out``.
    """

    year: int
    scores: Scores
    provinces: Sequence[str] | None = None
    day: date | None = None
    left_out: Cell = None
    errors: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)

    @property
    def indicators(self) -> dict[str, Indicator]:
        method = REFERENCE.method_in("papi", self.year)
        assert method is not None
        return REFERENCE.indicators_of("papi", method.method)

    @property
    def last_day(self) -> date:
        return self.day or date(self.year, 12, 31)

    @property
    def places(self) -> list[Province]:
        known = REFERENCE.provinces_on(self.last_day)
        return [known[code] for code in self.provinces or sorted(known)]

    def score(self, province: str, code: str) -> Cell:
        """A score as the workbook holds it; dimensions and the total as sums, left out where a part is."""
        indicator = self.indicators[code]
        if indicator.level == "sub_dimension":
            return self.scores.get((province, code), self.left_out)
        parts = [
            self.scores.get((province, c))
            for c, i in self.indicators.items()
            if i.level == "sub_dimension" and (indicator.level == "total" or i.parent_key == indicator.indicator_key)
        ]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else self.left_out

    def in_order(self) -> list[Indicator]:
        """Dimensions followed by their parts, as every official file has them."""
        dimensions = [i for i in self.indicators.values() if i.level == "dimension"]
        return [
            i
            for dimension in sorted(dimensions, key=lambda i: i.code)
            for i in (dimension, *(s for s in self.indicators.values() if s.parent_key == dimension.indicator_key))
        ]


def plausible(year: int, provinces: Sequence[str], day: date | None = None, shift: float = 0.0) -> Scores:
    """A score inside its scale for each province and sub-dimension, all different. Not real figures."""
    release = Release(year, {}, provinces, day)
    return {
        (p.code, i.code): round(i.scale_min * 1.5 + 0.01 * row + 0.001 * column + shift, 6)
        for row, p in enumerate(release.places)
        for column, i in enumerate(i for i in release.indicators.values() if i.level == "sub_dimension")
    }


def workbook_of(releases: dict[int, Release]) -> bytes:
    """Years in one workbook as in 2011-2016, a sheet each."""
    return workbook({f"{year}_PAPI": _province_rows(release) for year, release in releases.items()})


def province_rows(
    release: Release, sheet: str | None = None, change: Callable[[list[list[Cell]]], None] | None = None
) -> bytes:
    """A workbook as in 2011-2017: a province a row under English and Vietnamese headings, the highest at the end."""
    return workbook({sheet or f"{release.year}_PAPI": _province_rows(release)}, change)


def _province_rows(release: Release) -> list[list[Cell]]:
    indicators = [*release.in_order(), release.indicators["TOTAL"]]
    english = {"TOTAL": "Un-weighted2015PAPI", "3": "Vertical Accountability", "4": "Control of Corruption"}
    return [
        ["tinhid", "tentinh_eng", "tentinh_vie", *(english.get(i.code, i.name_en) for i in indicators)],
        ["tinhid", "tentinh_eng", "tentinh_vie", *(i.name_vi for i in indicators)],
        *(
            [float(p.code), p.name_en, p.name_vi, *(release.score(p.code, i.code) for i in indicators)]
            for p in release.places
        ),
        [999.0, "Highest", "Điểm cao nhất", *(9.9 for _ in indicators)],
        [],
        [None, None, None],
    ]


def single_year(release: Release, sheet: str | None = None, more: dict[str, list[list[Cell]]] | None = None) -> bytes:
    """A workbook of one year as the publisher reprinted 2011-2017: the year's own codes under the names of 2018."""
    layout = read_layout(Settings().layouts, "papi-single-year")
    assert isinstance(layout, ProvinceARow)
    printed = {i.code: f"  {i.code}: {layout.printed[i.code][1]} " for i in release.in_order()}
    rows: list[list[Cell]] = [["Tên tỉnh ", *printed.values()]]
    rows += [[f"{p.name_vi} ", *(release.score(p.code, code) for code in printed)] for p in release.places]
    parts: list[list[Cell]] = [row[:4] for row in rows]
    name = sheet or f"{release.year}PAPI- Bảng tổng hợp kết quả"
    return workbook({name: rows, "Điểm thành phần 1": parts, **(more or {})})


def as_in_2019(release: Release) -> list[list[Cell]]:
    """Rows as in the workbook of 2019: Vietnamese labels, the weighted total first, errors below, a note at the end."""
    places = release.places
    total = release.indicators["TOTAL"]
    weighted = "Chỉ số PAPI tổng hợp (có trọng số)"

    def errors(label: str, at: float) -> list[list[Cell]]:
        return [
            [f"{label} - điểm tối thiểu trong khoảng tin cậy 95%", None, *(at - 0.5 for _ in places)],
            [f"{label} - điểm tối đa trong khoảng tin cậy 95%", None, *(at + 0.5 for _ in places)],
            [f"{label} - sai số ", None, *(0.304 for _ in places)],
        ]

    rows: list[list[Cell]] = [
        ["Mã tỉnh", "Thang điểm", *(float(p.code) for p in places)],
        ["Tỉnh/Thành phố trực thuộc trung ương", None, *(p.name_vi for p in places)],
        [weighted, "10-80 điểm", *(45.5 for _ in places)],
        *errors(weighted, 45.5),
        [total.name_vi, "10-80 điểm", *(release.score(p.code, "TOTAL") for p in places)],
        *errors(total.name_vi, 43.5),
    ]
    for i in release.in_order():
        is_dimension = i.level == "dimension"
        label = f"Chỉ số nội dung {i.code}: {i.name_vi}" if is_dimension else f"{i.code}: {i.name_vi}*"
        rows.append([label, f"{i.scale_min:g}-{i.scale_max:g} điểm", *(release.score(p.code, i.code) for p in places)])
        if is_dimension:
            rows.append([f"Phương sai (Chỉ số nội dung {i.code})", None, *(0.006 for _ in places)])
            rows.append([f"Số quan sát (Chỉ số nội dung {i.code})", None, *(197.0 for _ in places)])
    rows += [
        ["Hiểu biết về vị trí lãnh đạo (%)*", "0%-100%", *(0.25 for _ in places)],
        ["Mức độ hài lòng (5 điểm)", "1-5 điểm", *(3.5 for _ in places)],
        ["Là nạn nhân của tội phạm (%)", "0%-100%", *(7.5 for _ in places)],
        [],
        [],
        ["Ghi chú: ô trống là do mẫu trả lời nhỏ."],
    ]
    return rows


def province_columns(
    release: Release,
    sheet: str | None = None,
    change: Callable[[list[list[Cell]]], None] | None = None,
    new_provinces: bool = False,
    separators: bool = False,
) -> bytes:
    """A workbook as from 2018: an indicator a row, a province a column, errors and finer indicators below their score.

    With ``new_provinces`` rows above name the provinces of 2025 over the old ones, as in the file of 2024, with
    ``separators`` blank columns stand between groups of provinces.
    """
    return workbook({sheet or f"{release.year}_VIE_ENG": rows_of(release, new_provinces, separators)}, change)


def rows_of(release: Release, new_provinces: bool = False, separators: bool = False) -> list[list[Cell]]:
    """The rows of ``province_columns``."""
    rows: list[list[Cell]] = []
    if new_provinces:
        after = successors()
        new = [REFERENCE.provinces_on(date(2025, 7, 1))[after[p.code]] for p in release.places]
        rows += [
            ["Tỉnh, thành phố mới", None, None, *(p.name_vi for p in new)],
            ["Mã tỉnh mới", None, None, *(float(p.code) for p in new)],
            ["Sắp xếp từ 01/07/2025", None, None, *(None for _ in new)],
            ["Số thứ tự", None, None, *(float(n) + 1000 for n, _ in enumerate(new))],
        ]
    rows += [
        ["Mã tỉnh", "Mã tỉnh", "Thang điểm/Scale", *(float(p.code) for p in release.places)],
        ["Tên tỉnh", "Tên tỉnh", None, *(p.name_vi for p in release.places)],
        _row(release, "TOTAL", "Unweighted PAPI Score", release.indicators["TOTAL"].name_vi, "10-80 điểm/points"),
    ]
    rows += _error_rows(release, "TOTAL")
    for i in release.in_order():
        is_dimension = i.level == "dimension"
        english = f"Dimension {i.code}: {i.name_en}" if is_dimension else i.name_en
        vietnamese = f"Chỉ số nội dung {i.code}: {i.name_vi}" if is_dimension else f"{i.code}: {i.name_vi}"
        rows.append(_row(release, i.code, english, vietnamese, f"{i.scale_min:g}-{i.scale_max:g} điểm/points"))
        if i.code == "1.1":
            for name, share in release.shares.items():
                shares = [share if release.score(p.code, "1.1") else release.left_out for p in release.places]
                rows.append([name, f"{name} (tiếng Việt, %)", "0%-100%", *shares])
    if separators:
        rows = [
            [*row[:3], *(c for n, cell in enumerate(row[3:]) for c in ((None, cell) if n == 2 else (cell,)))]
            for row in rows
        ]
    return rows


def _row(release: Release, code: str, english: str, vietnamese: str, scale: str) -> list[Cell]:
    return [english, vietnamese, scale, *(release.score(p.code, code) for p in release.places)]


def _error_rows(release: Release, code: str) -> list[list[Cell]]:
    """Bounds at 1.645 standard errors under a label that says 95 %, as the published cases have them."""
    if not release.errors:
        return []
    scores = [(release.score(p.code, code), release.errors.get(p.code)) for p in release.places]
    known = [(s, e) if isinstance(s, float) and s and e else (None, None) for s, e in scores]
    return [
        ["Unweighted 95% CI Low", None, None, *(s - 1.645 * e if s and e else release.left_out for s, e in known)],
        ["Unweighted 95% CI High", None, None, *(s + 1.645 * e if s and e else release.left_out for s, e in known)],
        ["Unweighted Standard Error", None, None, *(e or release.left_out for _, e in known)],
    ]


def successors() -> dict[str, str]:
    """Code of a province of 2025 by the code of each of the 63 that went into it."""
    known = {row["province_key"]: row["successor_key"] for row in REFERENCE.rows("province_successor")}
    return {code: known[p.province_key].split("-")[0] for code, p in REFERENCE.provinces_on(date(2024, 12, 31)).items()}


def workbook(sheets: dict[str, list[list[Cell]]], change: Callable[[list[list[Cell]]], None] | None = None) -> bytes:
    """Rows by sheet as an .xlsx; ``change`` may spoil the rows of the first sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for position, (name, rows) in enumerate(sheets.items()):
        if change is not None and position == 0:
            change(rows)
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table(release: Release, delimiter: str = ",", decimal: str = ".", names: bool = False) -> str:
    """A plain table of one score a row, with the province by code or by name."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["Tên tỉnh" if names else "Mã tỉnh", "Mã chỉ tiêu", "Điểm"])
    known = {p.code: p.name_vi for p in release.places}
    for (province, code), score in release.scores.items():
        writer.writerow([known[province] if names else province, code, f"{score:f}".replace(".", decimal)])
    return file.getvalue()


def windows_1258(text: str) -> bytes:
    """As old Vietnamese software writes it: some vowels composed, tone marks apart."""
    written = b""
    for letter in unicodedata.normalize("NFC", text):
        try:
            written += letter.encode("cp1258")
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", letter)
            vowel = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
            written += vowel.encode("cp1258") + b"".join(m.encode("cp1258") for m in marks if m in TONES)
    return written
