"""Documents as paragraphs: Word, PDF and plain text. A document is hostile until proven otherwise.

Belongs here: what may be opened and how far it may swell, and its text, with the place. Does not belong here: what the
text says. Nothing in a document is run, and nothing outside of it is fetched: Word files are looked through before
their XML is read, PDF files are read by a process of their own with limits of time and memory.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from pipelines.claims.sentences import Passage
from pipelines.workbooks.container import MIB, Unreadable, refuse_swelling, unreadable

MAX_BYTES = 20 * MIB
MAX_TEXT = 5_000_000  # letters
MAX_BODY, MAX_PICTURE = 20 * MIB, 20 * MIB
SECONDS = 60
ASK = "Save it as .docx, as a PDF with text, or as plain text (UTF-8), and ask the sender why it was so."
# Of a Word file: what would run, or be fetched when it is opened.
HOSTILE = {
    "vbaproject": "macros",
    "macroenabled": "macros",
    "activex": "controls",
    "relationships/attachedtemplate": "a template elsewhere",
    "relationships/subdocument": "a document elsewhere",
    "relationships/frame": "a page elsewhere",
}
ITEM = re.compile(r"(?:[IVX]{1,4}\.|\d{1,2}\.\s|\d{1,2}\.\d|[a-zđ]\)|[-+•*])")


def read(content: bytes, name: str) -> list[Passage]:
    """The paragraphs of a document; raises ``Unreadable`` for one that cannot be trusted or has no text."""
    if len(content) > MAX_BYTES:
        raise unreadable(name, f"{len(content)} bytes", f"at most {MAX_BYTES}", ASK)
    if content.startswith(b"PK"):
        passages = _of_word(content, name)
    elif content.lstrip()[:5] == b"%PDF-":
        passages = _of_pdf(content, name)
    else:
        passages = _of_text(content, name)
    if not any(passage.text.strip() for passage in passages):
        raise unreadable(name, "no text (a scan?)", "a document with text", ASK)
    if sum(len(passage.text) for passage in passages) > MAX_TEXT:
        raise unreadable(name, f"more than {MAX_TEXT} letters", "a report or an article", ASK)
    return passages


def _of_word(content: bytes, name: str) -> list[Passage]:
    """Paragraphs of the body and of its tables, a row of cells as one, with what was inserted and not yet accepted."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            refuse_swelling(archive.infolist(), name, _limit_of)
            _refuse_hostile(archive, name)
        return _paragraphs(content)
    except Unreadable:
        raise
    except Exception as error:  # a broken archive or broken XML raises whatever its parts raise
        said = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise unreadable(name, f"a document that cannot be read: {said}", "a whole .docx document", ASK) from None


def _limit_of(path: str) -> int:
    return MAX_BODY if path.endswith((".xml", ".rels")) else MAX_PICTURE


def _refuse_hostile(archive: zipfile.ZipFile, name: str) -> None:
    paths = archive.namelist()
    if "word/document.xml" not in paths:
        raise unreadable(name, "a packed file that is no Word document", "a .docx document", ASK)
    for path in paths:
        is_relation = path.lower().endswith((".rels", "[content_types].xml"))
        xml = archive.read(path).replace(b"\0", b"") if path.lower().endswith((".xml", ".rels")) else b""
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            raise unreadable(name, f"declarations of entities ({path})", "a document as Word saves it", ASK)
        said = path.lower() + (xml.decode("utf-8", "replace").lower() if is_relation else "")
        for mark, what in HOSTILE.items():
            if mark in said:
                raise unreadable(name, f"{what} ({path})", "text alone", ASK)


def _paragraphs(content: bytes) -> list[Passage]:
    import docx
    from docx.oxml.ns import qn

    body = docx.Document(io.BytesIO(content)).element.body
    text, deleted, tab, line = qn("w:t"), qn("w:del"), qn("w:tab"), qn("w:br")
    found = []
    for number, paragraph in enumerate(body.iter(qn("w:p")), start=1):
        parts = []
        for node in paragraph.iter(text, tab, line):
            if not any(one.tag == deleted for one in node.iterancestors()):
                parts.append(node.text or "" if node.tag == text else " ")
        found.append(Passage("".join(parts), f"đoạn {number} / paragraph {number}"))
    return found


def _of_pdf(content: bytes, name: str) -> list[Passage]:
    """Paragraphs page by page; a sentence that goes over a page is read as two."""
    reader = Path(__file__).with_name("pdf.py")
    try:
        # Our own interpreter and file; the document comes by a pipe.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-P", str(reader)], input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise unreadable(
            name, f"a PDF that takes more than {SECONDS} seconds to read", "an ordinary PDF", ASK
        ) from None
    if done.returncode:
        said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it ended without a word"])[-1][:200]
        raise unreadable(name, f"a PDF that cannot be read: {said}", "a whole PDF without a password", ASK)
    pages = done.stdout.decode("utf-8", "replace").split("\f")
    return [
        Passage(text, f"trang {number} / page {number}")
        for number, page in enumerate(pages, start=1)
        for text, _ in _joined(page.splitlines())
    ]


def _of_text(content: bytes, name: str) -> list[Passage]:
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable(name, "text in an unknown encoding", "plain text (UTF-8), .docx or PDF", ASK) from None
    if "\0" in text or text.lstrip().lower().startswith(("<!doctype", "<html", "<?xml", "{\\rtf")):
        raise unreadable(name, "no plain text", "plain text (UTF-8), .docx or PDF", ASK)
    return [Passage(text, f"dòng {line} / line {line}") for text, line in _joined(re.split(r"\r\n|[\r\n\f]", text))]


def _joined(lines: list[str]) -> list[tuple[str, int]]:
    """Paragraphs of lines that were wrapped, each with the number of its first line.

    A paragraph ends where the next line begins an item, or where a line that ends a sentence is shorter than others.
    """
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    found: list[tuple[str, int]] = []
    is_open = False
    for number, line in enumerate(lines, start=1):
        said = line.strip()
        if not said or re.fullmatch(r"\d{1,4}", said):  # blank lines stand between all lines of some; page numbers
            continue
        if is_open and not ITEM.match(said):
            found[-1] = (f"{found[-1][0]} {said}", found[-1][1])
        else:
            found.append((said, number))
        is_open = not (said.endswith((".", "!", "?")) and len(said) < 0.8 * width)
    return found
