"""Claims as documents make them: a plan's table, or one that a user brings, brought to keys of the warehouse.

Belongs here: reading tables of claims, and the figures they are held against, from a built warehouse. Does not belong
here: verdicts, see verdicts.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.claims import wording
from pipelines.claims.figures import Figures
from pipelines.claims.verdicts import CANONICAL, Checked, Claim, is_readable
from pipelines.finding import Finding
from pipelines.seeds import Seeds
from pipelines.spelling import nearest, slug
from pipelines.workbooks.cells import Book, Sheet, Value, shown

if TYPE_CHECKING:
    pass

MAX_BYTES = 5_000_000
DELIMITERS = (",", ";", "\t")
# Headings by their slug, English and Vietnamese; the last are those of raw/plans/<plan>/claims.csv.
HEADINGS = {
    "claim_id": ("claim_id", "ma", "stt"),
    "province": ("province", "province_key", "tinh", "tinh_thanh_pho", "tinh_thanh"),
    "year": ("year", "nam"),
    "compare_year": ("compare_year", "nam_so_sanh"),
    "measure": ("measure", "do_gi", "noi_dung"),
    "indicator": ("indicator", "indicator_key", "chi_tieu", "chi_so", "truc", "dimension"),
    "stated": ("stated", "so_neu", "con_so", "so_lieu"),
    "unit": ("unit", "don_vi"),
}
NEEDED = ("year", "stated")
REMEDY = "Correct the row; `papi claims check --help` says what each column holds. The other rows are checked."


@dataclass
class ReadClaims:
    """Claims that can be held against figures, each with the place it stands in its document, and rows that cannot."""

    claims: list[Claim] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def of_plan(rows: Iterable[Mapping[str, Any]], province_key: str, figures: Figures) -> ReadClaims:
    """Claims of a plan on its own province, from rows as in raw/plans/<plan>/claims.csv."""
    read = ReadClaims()
    for number, row in enumerate(rows, start=2):
        texts = {name: str(row[name] or "") for name in ("claim_id", "measure", "stated", "year", "compare_year")}
        # A direction names its sub-dimension where the others name their unit.
        part = row["unit"] if CANONICAL.get(texts["measure"]) == "direction" else row["dimension"]
        found = _claim(texts | {"indicator": part or "", "province": province_key}, figures, None)
        _keep(read, found, "claims.csv", None, number)
    return read


def read_table(content: bytes, name: str, figures: Figures, seeds: Seeds, province: str | None = None) -> ReadClaims:
    """Claims of a text table or a workbook's first sheet; ``province`` is that of rows that name none.

    Raises ``workbooks.cells.Unreadable`` for a file that cannot be trusted or has no such table.
    """
    sheet, columns = _table(content, name)
    read = ReadClaims()
    for number, row in enumerate(sheet.rows[1:], start=2):
        values = {key: row[at] for key, at in columns.items() if at < len(row)}
        if not any(value is not None for value in values.values()):
            continue
        texts = {key: _text(value) for key, value in values.items()}
        texts = {"claim_id": str(number), "province": province or "", "compare_year": "", "measure": "score"} | {
            key: text for key, text in texts.items() if text
        }
        if CANONICAL.get(slug(texts["measure"])) == "direction" and not texts.get("indicator", "").count("."):
            texts["indicator"] = texts.get("unit", texts.get("indicator", ""))
        _keep(read, _claim(texts, figures, seeds), name, sheet.name, number)
    return read


def _table(content: bytes, name: str) -> tuple[Sheet, dict[str, int]]:
    """The sheet, and the position of each column that its first row names."""
    from pipelines.workbooks.container import Unreadable

    remedy = "Give a CSV or an .xlsx whose first row names the columns: province, year, measure, indicator, stated."
    if len(content) > MAX_BYTES:
        found = f"{len(content)} bytes"
        raise Unreadable(Finding("claims_readable", name, found, f"at most {MAX_BYTES}", remedy))
    heads: list[str] = []
    book = Book(content, name)
    for delimiter in DELIMITERS:
        sheet = book.read(book.sheet_names[0] if book.sheet_names else None, delimiter=delimiter)
        first = [slug(value) if isinstance(value, str) else "" for value in (sheet.rows or [[]])[0]]
        columns = {
            key: min(first.index(heading) for heading in headings if heading in first)
            for key, headings in HEADINGS.items()
            if set(headings) & set(first)
        }
        if all(key in columns for key in NEEDED):
            return sheet, columns
        heads = heads or [head for head in first if head]
        if book.is_workbook:
            break
    found = f"the headings {', '.join(heads)}" if heads else "no headings"
    raise Unreadable(Finding("claims_readable", name, found, "columns year and stated", remedy, row=1))


def _text(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return value or ""


Wrong = tuple[str, str, str]  # column, found, expected


def _keep(read: ReadClaims, found: Claim | Wrong, name: str, sheet: str | None, row: int) -> None:
    if isinstance(found, Claim):
        read.claims.append(found)
    else:
        column, said, expected = found
        read.findings.append(Finding("claim_readable", name, said, expected, REMEDY, sheet, row, column))


def _claim(texts: dict[str, str], figures: Figures, seeds: Seeds | None) -> Claim | Wrong:
    """The claim that a row makes, or the first thing wrong with it. Without ``seeds`` the province is a key."""
    measure = CANONICAL.get(slug(texts["measure"]))
    if measure is None:
        near = nearest(texts["measure"], CANONICAL)
        return "measure", repr(texts["measure"]), f"a measure such as {', '.join(near or ['score', 'rank', 'change'])}"
    for column in ("year", "compare_year"):
        if not re.fullmatch(r"\d{4}", texts.get(column, "")) and (column == "year" or texts[column]):
            return column, shown(texts.get(column)), "a year of four digits"
    year = int(texts["year"])
    province = _province(texts["province"], year, seeds) if seeds else texts["province"]
    if isinstance(province, tuple):
        return province
    indicator = _indicator(texts.get("indicator", ""), year, figures)
    if isinstance(indicator, tuple):
        if seeds is not None:
            return indicator
        indicator = texts["indicator"]  # a plan stands as it is: what was not measured has no data
    known = figures.indicators.get((year, indicator))
    scale = f"{known.scale_max:g}" if known and known.scale_max else None
    stated = wording.stated(measure, texts.get("stated", ""), scale)
    if not is_readable(measure, stated):
        return "stated", shown(texts.get("stated")), f"a figure such as {EXAMPLES.get(measure, '3')}"
    compare_year = int(texts["compare_year"]) if texts["compare_year"] else None
    return Claim(texts["claim_id"], province, year, measure, indicator, stated, compare_year)


EXAMPLES = {
    "score": "44,32",
    "change": "-1,72",
    "rank": "13 or 13/63",
    "rank_change": "-9",
    "group": "nhóm cao nhất",
    "direction": "giảm",
    "published_on": "2021-04-14",
}


def province_key(text: str, year: int, seeds: Seeds) -> str | None:
    """The key of a province of a year, given by key, code or name; None where it is none."""
    found = _province(text, year, seeds)
    return found if isinstance(found, str) else None


def _province(text: str, year: int, seeds: Seeds) -> str | Wrong:
    """The key of a province given by key, code or name, as of the end of the year."""
    places = seeds.places_on(date(year, 12, 31))
    by_key = {province.province_key for province in places.by_code.values()}
    if text in by_key:
        return text
    found = places.find(text, []) if text in places.by_code else places.find(None, [text]) if text else None
    if found is None or found.province is None:
        return "province", found.problem if found else "a blank cell", f"a province of {year}, by name, code or key"
    return found.province.province_key


def _indicator(text: str, year: int, figures: Figures) -> str | Wrong:
    """The key of an indicator given by key, by the code printed that year or by name; blank is the total."""
    wanted = text.lower()
    if wanted in ("", "total", "tong", "tổng"):
        return "total"
    of_year = {key: one for (in_year, key), one in figures.indicators.items() if in_year == year}
    found = list(wording.indicators_named(figures, year, text))
    if len(found) == 1:
        return found[0]
    if not of_year:
        return wanted  # no release of the year: no data, whatever it is
    known = [
        *of_year,
        *(one.code for one in of_year.values()),
        *(name for one in of_year.values() for name in one.names),
    ]
    near = found or nearest(wanted, known)
    expected = f"a key, a code printed in {year} or a name"
    return "indicator", repr(text), expected + (f", near {', '.join(near)}" if near else "")


def as_row(checked: Checked) -> dict[str, Any]:
    """A verdict as a row: the columns that marts.plan_claim and `papi claims check` have in common."""
    of_claim = ("claim_id", "province_key", "year", "compare_year", "measure", "indicator_key", "stated")
    judged = ("found", "found_exact", "distance", "rule", "verdict", "is_confirmed", "explanation_vi", "explanation_en")
    row = {name: getattr(checked.claim, name) for name in of_claim}
    return row | {name: getattr(checked, name) for name in judged}
