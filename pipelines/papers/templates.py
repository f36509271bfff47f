"""Word templates that the office words itself: checked before use, then filled in.

Belongs here: which fields a template may name, telling a mistake by name and place, filling in. Does not belong here:
what the fields say. A template holds fields `{{ tên }}`, and `{% for %}`, `{% if %}` (in a table `{%tr`, for whole
paragraphs `{%p`); nothing else, so that no template can run anything, and it is rendered in a sandbox besides.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipelines.finding import Finding, shortened
from pipelines.spelling import nearest

TEMPLATES = Path(__file__).parent / "templates"
Fields: TypeAlias = Mapping[str, "Fields | None"]  # None is a text; fields of its own are those of each line of a list

# fmt: off
LETTERHEAD: Fields = dict.fromkeys([
    "mo_phong", "tinh", "tinh_hoa", "co_quan", "co_quan_hoa", "ke_hoach", "ky_bao_cao", "thang", "nam",
])
HEAD: Fields = {**LETTERHEAD, **dict.fromkeys(["ngay_ke_hoach", "moc_tinh_tre", "ngay_chot", "tong_so"])}
LINE: Fields = dict.fromkeys(("stt", "don_vi", "han", "ngay_tre", "tinh_trang"))
COUNTED: Fields = dict.fromkeys([
    "ten", "phai", "da_nhan", "dung_han", "chua_gui", "chua_doc_duoc", "tra_lai", "huyen_bao", "mien",
    "ty_le_nop", "ty_le_dung_han",
])
TASK: Fields = dict.fromkeys([
    "ma", "noi_dung", "phai", "da_gui", "xong", "kiem_chung", "dang", "chua", "khong_phat_sinh", "khong_ap_dung",
])
# fmt: on
OPINION: Fields = dict.fromkeys(("stt", "y_kien", "so", "don_vi"))
ABOUT: Fields = dict.fromkeys(("noi_nhan", "ngay_ke_hoach", "moc_tinh_tre"))
FIELDS: dict[str, Fields] = {
    "bao_cao_tong_hop": {
        **HEAD,
        **dict.fromkeys(("so_thieu", "so_phai", "so_da_nhan", "so_dung_han", "ty_le_nop", "ty_le_dung_han")),
        "ke_hoach_rieng": COUNTED,
        "truc": {"ten": None, "dong": TASK, "ket_qua": dict.fromkeys(("ma", "don_vi", "loi", "o"))},
        "chi_tieu": dict.fromkeys(("ma", "noi_dung", "tu", "mau", "ty_le", "muc", "co_so", "phai", "danh_gia")),
        "cap": COUNTED,
        "huyen": COUNTED,
        "nhom": {"ten": None, "so": None, "dong": {**LINE, "thuoc": None}},
        "mien": dict.fromkeys(("stt", "don_vi", "quyet_dinh")),
        "thanh_phan": dict.fromkeys(("ma", "ten", "nam", "giam", "vi_sao")),
        "kho_khan": OPINION,
        "kien_nghi": OPINION,
        **dict.fromkeys(("kho_khan_so", "kho_khan_neu", "kien_nghi_so", "kien_nghi_neu")),
    },
    "cong_van_don_doc": {
        **HEAD,
        **dict.fromkeys(("noi_nhan", "gui_truoc_ngay")),
        "nhom": {"ten": None, "so": None, "dong": LINE},
        "cho_gui_lai": LINE,
    },
    "du_thao_chu_tich": {
        **HEAD,
        **dict.fromkeys(("gui_truoc_ngay", "so_don_vi", "tong_1_2", "tong_3_7", "tong_tren_7")),
        "dong": dict.fromkeys(("stt", "don_vi", "bao_cao_rieng", "tre_1_2", "tre_3_7", "tre_tren_7", "tong")),
    },
    "phieu_tiep_nhan": {
        **LETTERHEAD,
        **ABOUT,
        **dict.fromkeys(("nhan_lan_dau", "nhan_ban_nay", "lan_gui", "ngay_tiep_nhan", "ngay_tre")),
        **dict.fromkeys(("so_tra_loi", "so_muc")),
    },
    "thong_bao_nhac_han": {
        **LETTERHEAD,
        **ABOUT,
        **dict.fromkeys(("con_lai", "ngay_chot", "tong_so")),
        "dong": dict.fromkeys(("stt", "don_vi", "han", "con_lai", "tinh_trang")),
    },
}
NEEDED = ("mo_phong",)  # no paper may leave out that it is simulated

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BLOCK = re.compile(r"\{%(tr|p) ")
KNOWN_NODES = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If)
REMEDY = "Mở mẫu bằng Word, sửa chỗ ấy, lưu lại rồi chạy lại. / Mend that place in Word, save, run again."


class Faulty(ValueError):
    """The template cannot be used; ``findings`` say what is wrong, and where."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = findings


def filled(path: Path, values: Mapping[str, Any]) -> bytes:
    """A template in which ``check`` finds nothing, with these values, as a Word document."""
    from docxtpl import DocxTemplate

    document = DocxTemplate(path)
    document.render(dict(values), jinja_env=_environment(), autoescape=True)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def check(path: Path) -> list[Finding]:
    """What is wrong with the template of a paper, which its name says; places count paragraphs from the top."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = Document(str(path))
    except (PackageNotFoundError, OSError, KeyError, ValueError):
        return [_finding(path, None, "không có tệp, hoặc không phải tệp Word .docx", "một mẫu Word .docx")]
    headers = [part._element for one in document.sections for part in (one.header, one.first_page_header, one.footer)]
    paragraphs = [p for part in (document.element.body, *headers) for p in part.iter(f"{WORD}p")]
    lines = ["".join(t.text or "" for t in p.iter(f"{WORD}t")) for p in paragraphs]
    misplaced = [
        _finding(path, number, shortened(line), "{%tr …%} trong một dòng của bảng")
        for number, (p, line) in enumerate(zip(paragraphs, lines, strict=True), start=1)
        if "{%tr " in line and not any(True for _ in p.iterancestors(f"{WORD}tr"))
    ]
    if misplaced:
        return misplaced
    try:
        tree = _environment().parse("\n".join(BLOCK.sub("{% ", line) for line in lines))
    except TemplateSyntaxError as error:
        there = shortened(lines[error.lineno - 1]) if error.lineno <= len(lines) else ""
        return [_finding(path, error.lineno, f"{there} ({error.message})", "{{ … }}, {% for … %}, {% if … %} đủ cặp")]
    fields = FIELDS[path.stem]
    found = [_finding(path, line, said, expected) for line, said, expected in _mistakes(tree, fields)]
    named = {node.name for node in tree.find_all(nodes.Name)}
    missing = [
        _finding(path, None, f"không có {{{{ {one} }}}}", "trường bắt buộc") for one in NEEDED if one not in named
    ]
    return found + missing


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _mistakes(node: nodes.Node, scope: Fields) -> Iterator[tuple[int, str, str]]:
    """Line, what is found and what is expected, for each part that is no field, or not one of this place."""
    if not isinstance(node, KNOWN_NODES):
        yield node.lineno, f"{type(node).__name__.lower()}", "chỉ có trường, {% for %} và {% if %}"
        return
    if isinstance(node, nodes.Name | nodes.Getattr):
        yield from _looked_up(node, scope)[1]
        return
    if isinstance(node, nodes.For):
        inner, mistakes = _looked_up(node.iter, scope)
        yield from mistakes
        if not mistakes and (inner is None or not isinstance(node.target, nodes.Name)):
            yield node.lineno, _spelt(node.iter), "một danh sách sau {% for … in"
        elif isinstance(node.target, nodes.Name):
            within = {**scope, node.target.name: inner}
            for child in (*node.body, *node.else_):
                yield from _mistakes(child, within)
        return
    for child in node.iter_child_nodes():
        yield from _mistakes(child, scope)


def _looked_up(node: nodes.Node, scope: Fields) -> tuple[Fields | None, list[tuple[int, str, str]]]:
    """The fields of a list, None for a text; and the mistake where there is no such field."""
    if isinstance(node, nodes.Getattr):
        within, mistakes = _looked_up(node.node, scope)
        if mistakes:
            return None, mistakes
        name, known = node.attr, within or {}
    elif isinstance(node, nodes.Name):
        name, known = node.name, scope
    else:
        return None, [(node.lineno, type(node).__name__.lower(), "tên một trường")]
    if name not in known:
        near = nearest(name, known) or sorted(known)
        return None, [(node.lineno, f"trường {_spelt(node)} không có", f"một trường như {', '.join(near)}")]
    return known[name], []


def _spelt(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_spelt(node.node)}.{node.attr}"
    return str(getattr(node, "name", type(node).__name__.lower()))


def _finding(path: Path, line: int | None, found: str, expected: str) -> Finding:
    sheet = None if line is None else f"đoạn {line}"
    return Finding("paper_template", path.name, found, expected, REMEDY, sheet=sheet)
