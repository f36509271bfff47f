"""Makes files as nobody honest would: archives that swell, parts that act, cells that lie, tables without end."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable

from tests.workbooks.official import Release, plausible, province_columns, table

PLACES = ["01", "24", "46", "79"]
RELEASE = Release(2024, plausible(2024, PLACES), PLACES)
SHEET, BOOK, TYPES, TEXTS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/sharedStrings.xml"
MIB = 1024 * 1024


def good() -> bytes:
    """A workbook that is read, which the others spoil in one way each."""
    return province_columns(RELEASE)


def spoilt(changes: dict[str, Callable[[bytes], bytes]], more: dict[str, bytes] | None = None) -> bytes:
    """The good workbook with parts changed and added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, changes.get(part, bytes)(old.read(part)))
        for part, content in (more or {}).items():
            new.writestr(part, content)
    return packed.getvalue()


def with_cell(cell: str) -> bytes:
    """The good workbook with the XML of its first score exchanged."""
    return spoilt({SHEET: lambda xml: re.sub(rb'<c r="D4"[^>]*>.*?</c>', cell.encode(), xml, count=1)})


def with_formula(formula: str, value: str = "1.5") -> bytes:
    return with_cell(f'<c r="D4"><f>{formula}</f><v>{value}</v></c>')


def with_type(content_type: str, part: str = "xl/thing.bin") -> bytes:
    """A part whose name says nothing, and whose content type says what it is."""
    override = f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'.encode()
    return spoilt({TYPES: lambda xml: xml.replace(b"</Types>", override)}, {part: b"x"})


def padded(part: str, megabytes: int) -> bytes:
    """A part that packs well, in an archive that random bytes make large."""
    noise = random.Random(1).randbytes(megabytes * MIB // 150)
    swollen = b" " * (megabytes * MIB)
    more = {} if part in (BOOK, "xl/styles.xml") else {part: swollen}
    return spoilt({part: lambda xml: xml + swollen}, {"xl/media/noise.bin": noise, **more})


def lying_sizes() -> bytes:
    """An archive whose directory says that a part is small."""
    content = spoilt({}, {"xl/media/zeros.xml": bytes(20 * MIB)})
    return content.replace((20 * MIB).to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def with_flag() -> bytes:
    """An archive whose parts are marked as locked."""
    content = bytearray(good())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = 0
        while (start := content.find(mark, start)) >= 0:
            content[start + at] |= 1
            start += 4
    return bytes(content)


def with_broken_check() -> bytes:
    content = good()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check = zlib.crc32(archive.read(SHEET)).to_bytes(4, "little")
    return content.replace(check, b"\0\0\0\0")


def twice(part: str) -> bytes:
    content = io.BytesIO(good())
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr(part, archive.read(part).replace(b"1", b"2"))
    return content.getvalue()


def rows(text: str) -> bytes:
    return spoilt({SHEET: lambda xml: xml.replace(b"</sheetData>", text.encode() + b"</sheetData>")})


def declares(entity: str, use: str) -> Callable[[bytes], bytes]:
    """XML with an entity declared, and used in place of its first text."""
    return lambda xml: f"<!DOCTYPE z [{entity}]>".encode() + xml.replace(b"<sheets>", f"<sheets>{use}".encode(), 1)


def open_document(cells: str) -> bytes:
    """An .ods of one sheet with these rows."""
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    tables = f'<table:table table:name="2024_VIE_ENG">{cells}</table:table>'
    inner = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f"<office:document-content{names}>{inner}</office:document-content>")
    return packed.getvalue()


def open_document_row(texts: list[str], repeated: int = 1) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


VBA = "application/vnd.ms-office.vbaProject"
SHEET_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

# What is refused for what it is, with a word of what is said. Each is made when it is asked for.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "macros under their own name": (lambda: spoilt({}, {"xl/vbaProject.bin": b"x"}), "macros"),
    "macros under another name": (lambda: with_type(VBA), "macros"),
    "macros with a letter as a reference": (lambda: with_type("application/vnd.ms-office.vba&#80;roject"), "macros"),
    "a workbook with macros enabled": (
        lambda: spoilt({TYPES: lambda xml: xml.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")}),
        "macros",
    ),
    "links to other files": (lambda: spoilt({}, {"xl/externalLinks/externalLink1.xml": b"x"}), "links to other files"),
    "links under another name": (lambda: with_type(f"{SHEET_TYPES}.externalLink+xml", "xl/a.xml"), "links to other"),
    "connections": (lambda: spoilt({}, {"xl/connections.xml": b"x"}), "connections"),
    "embedded files": (lambda: spoilt({}, {"xl/embeddings/oleObject1.bin": b"x"}), "embedded files"),
    "controls": (lambda: spoilt({}, {"xl/activeX/activeX1.xml": b"x"}), "controls"),
    "a formula that starts a program": (lambda: with_formula("cmd|' /c calc'!A0"), "the formula cmd|"),
    "a formula with its bar as a reference": (lambda: with_formula("cmd&#124;' /c calc'!A0"), "the formula cmd|"),
    "a formula with a comment inside": (lambda: with_formula('WEBSER<!-- x -->VICE("http://x")'), "WEBSERVICE"),
    "a formula that asks the web": (lambda: with_formula('WEBSERVICE("http://x")'), "the formula WEBSERVICE"),
    "a name that starts a program": (
        lambda: spoilt(
            {BOOK: lambda xml: xml.replace(b"</sheets>", b"</sheets><definedNames><definedName name='a'>cmd|'x'!A0"
             b"</definedName></definedNames>")}
        ),
        "the formula cmd|",
    ),
    "a sheet of blanks that swells": (lambda: spoilt({SHEET: lambda xml: xml + b" " * (30 * MIB)}), "packed"),
    "texts that swell, padded": (lambda: padded(TEXTS, 30), "bytes in its part xl/sharedStrings.xml"),
    "a list of sheets that swells, padded": (lambda: padded(BOOK, 5), "bytes in its part xl/workbook.xml"),
    "styles that swell, padded": (lambda: padded("xl/styles.xml", 5), "bytes in its part xl/styles.xml"),
    "rows without end": (lambda: rows("".join(f'<row r="{n}"/>' for n in range(90, 60_000))), "50000 rows"),
    "many empty parts": (lambda: spoilt({}, {f"xl/media/{n}": b"" for n in range(3000)}), "parts"),
    "sizes that lie": (lying_sizes, "cannot be read"),
    "a part twice": (lambda: twice(SHEET), "twice"),
    "a wrong check sum": (with_broken_check, "cannot be read"),
    "a locked archive": (with_flag, "password"),
    "a locked workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "an old workbook with macros": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "_VBA_PROJECT".encode("utf-16-le"),
        "macros",
    ),
    "an old workbook of noise": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(2).randbytes(5000), "cannot be read",
    ),
    "half an archive": (lambda: good()[:2000], "cannot be read"),
    "an empty archive": (lambda: b"PK\x05\x06" + bytes(18), "no workbook"),
    "an archive of other files": (
        lambda: zipped({"a.txt": b"hello"}), "no workbook",
    ),
    "a binary workbook": (lambda: zipped({"xl/workbook.bin": b"x", TYPES: b"<Types/>"}), "binary workbook"),
    "a workbook saved as strict": (
        lambda: spoilt({BOOK: lambda xml: xml.replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                                                      b"http://purl.oclc.org/ooxml/spreadsheetml/main")}),
        "Strict Open XML",
    ),
    "entities": (lambda: spoilt({BOOK: declares('<!ENTITY a "aaaa">', "&a;")}), "cannot be read"),
    "an entity that names a file": (
        lambda: spoilt({BOOK: declares('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;")}), "cannot be read",
    ),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
    "a document": (lambda: b"%PDF-1.7\n", "a PDF"),
    "a packed table": (lambda: b"\x1f\x8b\x08" + bytes(20), "gzip"),
    "a web page": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
    "a table of very many lines": (lambda: b"01,1.1,1.5\n" * 200_000, "lines"),
    "a table of one very long line": (lambda: b"x" * MIB, "bytes in line 1"),
    "a table of very many columns": (lambda: b"," * 60_000, "columns"),
    "a text of many megabytes": (lambda: b"x\n" * (6 * MIB), "bytes of text"),
}  # fmt: skip

# What is refused when its sheet is read.
REFUSED_IN_SHEET: dict[str, tuple[Callable[[], bytes], str]] = {
    "an infinite number": (lambda: with_cell('<c r="D4"><v>inf</v></c>'), "cannot be read"),
    "no number in a number cell": (lambda: with_cell('<c r="D4"><v>NaN</v></c>'), "cannot be read"),
    "a cell in the last column": (lambda: rows('<row r="90"><c r="XFD90"><v>1</v></c></row>'), "500 columns"),
    "a cell far below": (lambda: rows('<row r="60000"><c r="A60000"><v>1</v></c></row>'), "20000 rows"),
    "a row that repeats": (
        lambda: open_document(open_document_row(["x"], 1_048_576)), "20000 rows",
    ),
}  # fmt: skip

# What has one wrong cell, refused by its address.
WRONG_CELL: dict[str, Callable[[], bytes]] = {
    "too large for a number": lambda: with_cell('<c r="D4"><v>1e309</v></c>'),
    "an error": lambda: with_cell('<c r="D4" t="e"><v>#N/A</v></c>'),
    "true": lambda: with_cell('<c r="D4" t="b"><v>1</v></c>'),
    "a formula without a value": lambda: with_cell('<c r="D4"><f>1+1</f></c>'),
    "a text": lambda: with_cell('<c r="D4" t="inlineStr"><is><t>5,48</t></is></c>'),
    "a long text": lambda: with_cell(f'<c r="D4" t="inlineStr"><is><t>{"x" * 32_000}</t></is></c>'),
}

# What looks odd and is read.
READ: dict[str, Callable[[], bytes]] = {
    "as it should be": good,
    "a dimension that lies": lambda: spoilt(
        {SHEET: lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml)}
    ),
    "formatted emptiness to the last column": lambda: rows('<row r="90"><c r="XFD90" s="0"/></row>'),
    "formatted emptiness far below": lambda: rows('<row r="60000"><c r="A60000" s="0"/></row>'),
    "names that climb out of the archive": lambda: spoilt({}, {"../../etc/passwd": b"x"}),
    "an archive inside": lambda: spoilt({}, {"xl/media/a.zip": good()}),
    "a formula that stays inside": lambda: with_formula("SUM(1,0.5)"),
    "a bar in a text of a formula": lambda: with_formula("IF(TRUE,1.5,&quot;a|b&quot;)"),
}


def zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


# Tables as programs and people spoil them; each is refused or read, never worse.
TABLES: dict[str, Callable[[], bytes]] = {
    "UTF-16 without a mark": lambda: table(RELEASE).encode("utf-16-le"),
    "a line break in a quoted cell": lambda: table(RELEASE).replace("1.1", '"1.\n1"', 1).encode(),
    "a quotation mark that never ends": lambda: table(RELEASE).replace("1.1", '"1.1', 1).encode(),
    "a NUL": lambda: table(RELEASE).replace("1.1", "1\0.1", 1).encode(),
    "only a header": table(RELEASE).splitlines()[0].encode,
    "no bytes": lambda: b"",
    "noise": lambda: random.Random(3).randbytes(100_000),
    "a column twice": lambda: table(RELEASE).replace("Điểm", "Mã tỉnh", 1).encode(),
    "codes with a decimal comma": lambda: table(RELEASE, ";", ",").replace(";1.1;", ";1,1;").encode(),
    "digits of another script": lambda: table(RELEASE).replace("24", "２４").encode(),
}
