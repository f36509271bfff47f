"""Word templates: what an officer may write into one, and what is told before it is used."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from pipelines.papers import making, templates
from pipelines.papers.templates import FIELDS, TEMPLATES, Faulty
from tests.conftest import run_papi
from tests.papers.conftest import DAY, PERIOD, Office

LETTER = "cong_van_don_doc"


def mended(folder: Path, *paragraphs: str) -> Path:
    """The letter's template with these paragraphs at its end, as an officer types them."""
    document = docx.Document(str(TEMPLATES / f"{LETTER}.docx"))
    for text in paragraphs:
        document.add_paragraph(text)
    path = folder / f"{LETTER}.docx"
    document.save(str(path))
    return path


@pytest.mark.parametrize("name", FIELDS)
def test_the_templates_of_the_project_have_no_fault(name: str) -> None:
    assert templates.check(TEMPLATES / f"{name}.docx") == []


@pytest.mark.parametrize("name", FIELDS)
def test_the_templates_are_laid_out_as_decree_30_of_2020_asks(name: str) -> None:
    document = docx.Document(str(TEMPLATES / f"{name}.docx"))
    [section] = document.sections
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [side and round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    assert [side and round(side.mm) for side in sides] == [20, 20, 30, 15]
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    assert {run.font.name for run in runs} == {"Times New Roman"}
    assert {run.font.size.pt for run in runs if run.font.size} <= {13, 14}
    heads = " ".join(cell.text for table in document.tables[:2] for row in table.rows for cell in row.cells)
    for part in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số:", "ngày"):
        assert part in heads
    # A letter says what it is about below its number, a report and a receipt have a title instead.
    assert "V/v" in heads or name in ("bao_cao_tong_hop", "phieu_tiep_nhan")
    assert "Nơi nhận:" in document.tables[-1].cell(0, 0).text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Kính gửi {{ noi_nhann }}", "trường noi_nhann không có"),
        ("{%p for n in nhom %}{{ n.tenn }}{% endfor %}", "trường n.tenn không có"),
        ("{%p for n in nhomm %}{% endfor %}", "trường nhomm không có"),
        ("{% for n in tinh %}{% endfor %}", "tinh"),
        ("Số {{ tong_so }", "unexpected '}'"),
        ("{% if tong_so %} có", "Unexpected end of template"),
        ("{%tc for n in nhom %}", "unknown tag 'tc'"),
        ("{%tr for n in nhom %}", "{%tr for n in nhom %}"),
        ("{{ ''.__class__ }}", "const"),
        ("{{ tinh.__class__ }}", "trường tinh.__class__ không có"),
        ("{% for i in range(10) %}{% endfor %}", "call"),
        ("{{ 'a' * 1000000000 }}", "mul"),
        ("{{ tinh | upper }}", "filter"),
        ("{% include 'x' %}", "include"),
        ("{% set tinh = 1 %}", "assign"),
    ],
)
def test_what_is_no_field_is_told_with_its_paragraph(tmp_path: Path, typed: str, found: str) -> None:
    first, *_ = findings = templates.check(mended(tmp_path, "Một đoạn mới", typed))
    assert found in first.found
    assert first.sheet is not None
    number = int(first.sheet.removeprefix("đoạn "))
    document = docx.Document(str(tmp_path / f"{LETTER}.docx"))
    paragraphs = list(document.element.body.iter(f"{templates.WORD}p"))
    if "end of template" not in found:  # which is found where the text ends
        assert "".join(t.text or "" for t in paragraphs[number - 1].iter(f"{templates.WORD}t")) == typed
    assert all(one.remedy and one.expected for one in findings)


def test_a_template_that_hides_that_data_are_simulated_is_refused(tmp_path: Path) -> None:
    document = docx.Document(str(TEMPLATES / f"{LETTER}.docx"))
    for header in (document.sections[0].header, document.sections[0].first_page_header):
        for paragraph in header.paragraphs:
            paragraph.text = ""
    document.save(str(tmp_path / f"{LETTER}.docx"))
    [finding] = templates.check(tmp_path / f"{LETTER}.docx")
    assert "mo_phong" in finding.found


def test_what_is_no_word_file_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / f"{LETTER}.docx").write_bytes(b"not Word")
    [wrong] = templates.check(tmp_path / f"{LETTER}.docx")
    [missing] = templates.check(tmp_path / "du_thao_chu_tich.docx")
    assert (wrong.file, missing.file) == (f"{LETTER}.docx", "du_thao_chu_tich.docx")


def test_an_officers_wording_is_used_and_a_fault_leaves_no_paper(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 3)
    words = tmp_path / "words"
    words.mkdir()
    (words / "du_thao_chu_tich.docx").write_bytes((TEMPLATES / "du_thao_chu_tich.docx").read_bytes())
    mended(words, "Xin cảm ơn {{ noi_nhan }}.")
    [letter, _] = making.make_reminders(office.connection, PERIOD, DAY, tmp_path / "papers", words)
    assert docx.Document(str(letter)).paragraphs[-1].text == "Xin cảm ơn UBND huyện Yên Thế."
    mended(words, "{{ khong_co }}")
    with pytest.raises(Faulty, match="khong_co"):
        making.make_reminders(office.connection, PERIOD, DAY, tmp_path / "none", words)
    assert not (tmp_path / "none").exists()


def test_the_command_tells_faults_and_where_its_papers_lie(office: Office, tmp_path: Path) -> None:
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 3)
    office.connection.close()
    call = ("paper", "reminder", "--period", PERIOD, "--as-of", DAY.isoformat(), "--warehouse", tmp_path)
    said = run_papi(*call)
    assert said.code == 0, said.out
    assert "2 dự thảo, chốt đến hết ngày 24/06/2021" in said.out
    letter = tmp_path / "papers" / PERIOD / "2021-06-24_don-doc_d1.docx"
    assert letter.exists()
    assert letter.with_suffix(".csv").exists()
    mended(tmp_path, "{{ khong_co }}")
    refused = run_papi(*call, "--templates", tmp_path)
    assert refused.code == 1
    assert "trường khong_co không có" in refused.out
    assert run_papi(*call[:3], "2019-H1", *call[4:]).code == 2
    outside = run_papi(*call[:5], "2022-06-24", *call[6:])
    assert outside.code == 2
    assert "nằm ngoài lịch ngày làm việc" in outside.out
