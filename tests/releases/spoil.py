"""Ways in which a delivery comes spoilt, for tests of landing and of the whole refresh."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def seal(folder: Path) -> None:
    """Write the hash of scores.csv as it is now into the manifest: the spoilt file is what was received."""
    digest = hashlib.sha256((folder / "scores.csv").read_bytes()).hexdigest()
    manifest = folder / "release.yaml"
    manifest.write_text(re.sub(r"sha256: \S+", f"sha256: {digest}", manifest.read_text("utf-8")), "utf-8")


def rewrite(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    """Spoil the lines of scores.csv (the first is the header) and seal the delivery."""

    def spoil(folder: Path) -> None:
        path = folder / "scores.csv"
        path.write_text("\n".join(change(path.read_text("utf-8").splitlines())) + "\n", "utf-8")
        seal(folder)

    return spoil


def line(number: int, text: str) -> Callable[[Path], None]:
    """Replace one line, counted from 1 with the header."""
    return rewrite(lambda lines: [*lines[: number - 1], text, *lines[number:]])


def not_utf8(folder: Path) -> None:
    path = folder / "scores.csv"
    path.write_bytes(path.read_bytes() + "01,Điểm,1".encode("cp1258", errors="replace"))
    seal(folder)


def edited_after_landing(folder: Path) -> None:
    path = folder / "scores.csv"
    path.write_text(path.read_text("utf-8").replace("01,1.1,", "01,1.1,1"), "utf-8")


def wrong_year(folder: Path) -> None:
    manifest = folder / "release.yaml"
    manifest.write_text(re.sub(r"year: \d+", "year: 1999", manifest.read_text("utf-8"), count=1), "utf-8")


@dataclass(frozen=True)
class Spoilt:
    """What is done to the delivery of a year, and where and how the refusal must name it."""

    what: str
    year: str
    spoil: Callable[[Path], None]
    rule_id: str
    file: str
    row: int | None
    column: str | None
    found: str
    expected: str


SPOILT = [
    Spoilt("text in a score", "2011", line(5, "01,1.4,n/a"), "number", "scores.csv", 5, "score", "'n/a'", "a number"),
    Spoilt(
        "a comma decimal", "2012", line(5, '01,1.4,"0,87"'), "number", "scores.csv", 5, "score", "'0,87'", "with '.' as"
    ),
    Spoilt(
        "a score outside its scale",
        "2013",
        line(3, "01,1.2,2.51"),
        "scale_ceiling",
        "scores.csv",
        3,
        "score",
        "2.51",
        "0.25 to 2.5",
    ),
    Spoilt(
        "a duplicated province",
        "2014",
        rewrite(lambda lines: [*lines, lines[1]]),
        "no_duplicate",
        "scores.csv",
        1344,
        "province_code",
        "province 01 again for 1.1",
        "one row each",
    ),
    Spoilt(
        "an unknown province",
        "2015",
        line(2, "99,1.1,1.2"),
        "province_known",
        "scores.csv",
        2,
        "province_code",
        "99",
        "of that day",
    ),
    Spoilt(
        "an unknown sub-dimension",
        "2016",
        line(2, "01,7.1,1.2"),
        "sub_dimension_known",
        "scores.csv",
        2,
        "code",
        "7.1",
        "of the method",
    ),
    Spoilt(
        "a missing province that is not declared",
        "2017",
        rewrite(lambda lines: [row for row in lines if not row.startswith("24,")]),
        "province_set",
        "scores.csv",
        None,
        "province_code",
        "no row of province 24",
        "a declaration in release.yaml",
    ),
    Spoilt(
        "a missing column",
        "2018",
        rewrite(lambda lines: [row.rsplit(",", 1)[0] for row in lines]),
        "columns",
        "scores.csv",
        1,
        "score",
        "province_code, code",
        "a column score",
    ),
    Spoilt(
        "an empty file", "2019", rewrite(lambda _: []), "not_empty", "scores.csv", None, None, "an empty", "a header"
    ),
    Spoilt(
        "a blank row",
        "2021",
        rewrite(lambda lines: [*lines[:9], ",,", *lines[9:]]),
        "no_blank_row",
        "scores.csv",
        10,
        None,
        "a blank row",
        "a score",
    ),
    Spoilt("a NaN row", "2022", line(4, "01,1.3,NaN"), "number", "scores.csv", 4, "score", "'NaN'", "a number"),
    Spoilt(
        "a wrong year in the manifest",
        "2023",
        wrong_year,
        "manifest_matches_folder",
        "release.yaml",
        None,
        "year",
        "1999",
        "2023",
    ),
    Spoilt("not UTF-8", "2024", not_utf8, "encoding", "scores.csv", 1710, None, "byte 0x", "UTF-8 text"),
]

# Only one kind fits into each year; this one shares 2020 with the tests of landing alone.
EDITED = Spoilt(
    "a file edited after it was landed",
    "2020",
    edited_after_landing,
    "file_as_received",
    "scores.csv",
    None,
    None,
    "sha256",
    "as received",
)
