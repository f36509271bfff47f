"""Whether a file may be opened at all: what kind it is, how far it would swell, and what it holds besides values.

Belongs here: looking at bytes and at the parts of a zipped workbook before any reader unpacks them. Does not belong
here: cells. Every limit is on one part or one file, so that neither padding nor many small parts get around it.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from typing import Literal

from pipelines.finding import Finding

Kind = Literal["xlsx", "ods", "xls", "text"]

MIB = 1024 * 1024
MAX_PARTS = 2_000
MAX_RATIO = 200  # of one part, where it is more than MAX_SMALL bytes: a table packs to a tenth, seldom to a fortieth
MAX_SMALL = 1 * MIB
# Sheets are read row by row; all else is held in memory as a whole, many times its size.
MAX_SHEET, MAX_TEXTS, MAX_STYLES, MAX_OTHER = 40 * MIB, 20 * MIB, 4 * MIB, 1 * MIB
MAX_UNPACKED = 100 * MIB
MAX_ROW_ELEMENTS = 50_000  # rows that hold nothing cost as much to read as others
MAX_OLD_WORKBOOK = 10 * MIB  # an .xls is not packed
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"

# What content types, relations and names of parts say where a workbook holds more than values.
HOSTILE = {
    "vbaproject": "macros",
    "macroenabled": "macros",
    "macrosheet": "macros",
    "externallink": "links to other files",
    "ddelink": "links to other programs",
    "relationships/connections": "connections to data elsewhere",
    "connections+xml": "connections to data elsewhere",
    "connections.xml": "connections to data elsewhere",
    "oleobject": "embedded files",
    "embeddings/": "embedded files",
    "relationships/package": "embedded files",
    "activex": "controls",
    "basic/": "macros",
    "scripts/": "macros",
}
STRICT = b"http://purl.oclc.org/ooxml/"
OTHER_KINDS = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a packed file (gzip)",
    b"7z\xbc\xaf": "a packed file (7z)",
    b"Rar!": "a packed file (rar)",
    b"{\\rtf": "a text document (RTF)",
}
# A formula that reaches beyond the workbook: other programs (a bar outside of quotation marks), addresses, commands.
REACHING = re.compile(
    r"\||\b(WEBSERVICE|DDE|RTD|CALL|EXEC|REGISTER(\.ID)?|SHELL|IMPORT(XML|DATA|HTML|FEED|RANGE)|FILTERXML)\s*\(", re.I
)
ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
FORMULA = re.compile(rb"<(?:\w+:)?(?:f|definedName)(?:\s[^>]*)?>([^<]+)<|\bformula=\"([^\"]+)\"")


class Unreadable(ValueError):
    """The file cannot be trusted or read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def kind_of(content: bytes, name: str) -> Kind:
    """The kind of a file by its content, once it was looked through; raises ``Unreadable``."""
    if content.startswith(b"PK"):
        return _zipped(content, name)
    if content.startswith(OLD_WORKBOOK):
        _look_through_old(content, name)
        return "xls"
    for mark, what in OTHER_KINDS.items():
        if content.startswith(mark):
            raise unreadable(name, what, "a workbook or a plain table", "Ask the sender for the table itself.")
    if re.match(rb"\s*(<!doctype html|<html|<\?xml)", content[:200], re.I):
        raise unreadable(
            name, "a web page or XML", "a workbook or a plain table", "Open it in Excel and save it as .xlsx."
        )
    return "text"


def unreadable(name: str, found: str, expected: str, remedy: str, sheet: str | None = None) -> Unreadable:
    """A refusal of a whole file, or of one of its sheets."""
    return Unreadable(Finding("file_readable", name, found, expected, remedy, sheet=sheet))


def broken(name: str, error: BaseException) -> Unreadable:
    """A refusal of a file that a reader could not make sense of."""
    while isinstance(error.__cause__, Exception):
        error = error.__cause__
    said = (str(error) or type(error).__name__).splitlines()[0][:200]
    found = f"a workbook that cannot be read: {said}"
    return unreadable(name, found, "a whole .xlsx, .xls or .ods workbook", "Open it in Excel and save it again.")


def _zipped(content: bytes, name: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            refuse_swelling(parts, name, _limit_of)
            return _look_through(archive, parts, name)
    except Unreadable:
        raise
    except Exception as error:  # zipfile meets a broken archive with whatever its parts raise
        raise broken(name, error) from None


def refuse_swelling(parts: list[zipfile.ZipInfo], name: str, limit_of: Callable[[str], int]) -> None:
    """Refuse a zipped file that would swell; ``limit_of`` says how many bytes a part may have, by its path."""
    remedy = "Ask the sender for the file again; this one swells when it is opened."
    if len(parts) > MAX_PARTS:
        raise unreadable(name, f"{len(parts)} parts", f"at most {MAX_PARTS}", remedy)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        raise unreadable(name, f"{unpacked} bytes unpacked", f"at most {MAX_UNPACKED}", remedy)
    seen: set[str] = set()
    for part in parts:
        path = part.filename.lower()
        if path in seen:
            found = f"the part {part.filename} twice"
            raise unreadable(name, found, "each part once", "Open it in Excel and save it again.")
        seen.add(path)
        if part.flag_bits & 1:
            raise _has_password(name)
        limit = limit_of(path)
        if part.file_size > limit:
            raise unreadable(
                name, f"{part.file_size} bytes in its part {part.filename}", f"at most {limit} there", remedy
            )
        if part.file_size > max(MAX_SMALL, MAX_RATIO * part.compress_size):
            found = f"{part.file_size} bytes of {part.filename} packed into {part.compress_size}"
            raise unreadable(name, found, f"packed at most {MAX_RATIO} times", remedy)


def _limit_of(path: str) -> int:
    if "sheets/" in path or path == "content.xml":
        return MAX_SHEET
    if path.endswith("sharedstrings.xml"):
        return MAX_TEXTS
    if path.endswith("styles.xml"):
        return MAX_STYLES
    return MAX_OTHER if path.endswith((".xml", ".rels")) else MAX_TEXTS


def _look_through(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], name: str) -> Kind:
    """The kind of a workbook; refuses what holds more than values."""
    paths = [part.filename for part in parts]
    is_open_document = "content.xml" in paths and "mimetype" in paths
    for path in paths:
        _refuse_hostile(name, path, path)
    for path in paths:
        lower = path.lower()
        if lower == "[content_types].xml" or lower.endswith((".rels", "manifest.xml")):
            _refuse_hostile(name, _text_of(archive.read(path)), path)
        elif lower.endswith(".xml") and not lower.endswith(("sharedstrings.xml", "styles.xml")):
            _refuse_reaching(name, archive.read(path), path)
    if is_open_document:
        return "ods"
    if "xl/workbook.bin" in paths:
        raise unreadable(
            name, "a binary workbook (.xlsb)", "an .xlsx workbook", "Open it in Excel and save it as .xlsx."
        )
    workbook = next((path for path in paths if path.lower().endswith("workbook.xml")), None)
    if workbook is None:
        raise unreadable(
            name,
            "a packed file that is no workbook",
            "an .xlsx or .ods workbook",
            "Ask the sender for the table itself.",
        )
    if STRICT in archive.read(workbook):
        found = "a workbook saved as Strict Open XML"
        raise unreadable(name, found, "an Excel Workbook (.xlsx)", "Open it in Excel and save it as Excel Workbook.")
    return "xlsx"


def _text_of(xml: bytes) -> str:
    """XML as plain lower-case letters, whatever its encoding and however its letters are written."""
    return html.unescape(xml.replace(b"\0", b"").decode("utf-8", "replace")).lower()


def _refuse_hostile(name: str, said: str, part: str) -> None:
    for mark, what in HOSTILE.items():
        if mark in said.lower():
            remedy = "Copy the values into a new workbook, save it as .xlsx, and ask the sender why they were there."
            raise unreadable(name, f"{what} ({part})", "values alone", remedy)


def _refuse_reaching(name: str, xml: bytes, part: str) -> None:
    """Refuse formulas that reach beyond the workbook, whether or not their values are stored, and rows without end."""
    plain = xml.replace(b"\0", b"")
    if b"<!" in plain:  # comments and CDATA could hide a formula's letters; no spreadsheet program writes them here
        plain = re.sub(rb"<!--.*?-->|<!\[CDATA\[|\]\]>", b"", plain, flags=re.S)
    if len(ROW.findall(plain)) > MAX_ROW_ELEMENTS:
        remedy = "Delete the empty rows below the table and save again."
        raise unreadable(name, f"more than {MAX_ROW_ELEMENTS} rows ({part})", "a table of scores", remedy)
    for found in FORMULA.finditer(plain):
        formula = html.unescape((found[1] or found[2]).decode("utf-8", "replace"))
        if REACHING.search(re.sub(r'"[^"]*"', '""', formula)):
            said = f"the formula {formula[:100]} ({part})"
            remedy = "Copy the values into a new workbook, save it as .xlsx, and ask the sender why it was there."
            raise unreadable(name, said, "values, or formulas that stay within the workbook", remedy)


def _look_through_old(content: bytes, name: str) -> None:
    """Refuse an .xls that holds macros, is locked, or is large; nothing of it is packed."""
    if len(content) > MAX_OLD_WORKBOOK:
        remedy = "Open it in Excel and save it as .xlsx."
        raise unreadable(name, f"an .xls of {len(content)} bytes", f"at most {MAX_OLD_WORKBOOK}", remedy)
    if any(mark.encode("utf-16-le") in content for mark in ("EncryptedPackage", "EncryptionInfo")):
        raise _has_password(name)
    if any(mark.encode("utf-16-le") in content for mark in ("_VBA_PROJECT", "VBA")):
        _refuse_hostile(name, "vbaproject", "VBA")


def _has_password(name: str) -> Unreadable:
    remedy = "Open it in Excel and save it as an Excel workbook (.xlsx) without a password."
    return unreadable(name, "a workbook with a password", "a workbook that opens without one", remedy)
