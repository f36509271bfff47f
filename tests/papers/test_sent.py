"""Sent papers: one line each, and what changed since."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from pipelines.papers import making, sent
from pipelines.papers.templates import TEMPLATES
from pipelines.settings import Settings
from tests.conftest import run_papi
from tests.papers.conftest import DAY, PERIOD, Office


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Settings:
    """A workspace in which a letter to one district was drafted."""
    office.owes("c3", "commune", "Xã Hai", "d1", "missing", 3)
    settings = Settings(raw=tmp_path / "raw", warehouse=tmp_path)
    making.make_reminders(office.connection, PERIOD, DAY, tmp_path / "papers" / PERIOD, TEMPLATES)
    return settings


def letter_of(settings: Settings) -> Path:
    return settings.warehouse / "papers" / PERIOD / "2021-06-24_don-doc_d1.docx"


def test_a_paper_is_registered_once_and_under_a_number_of_its_own(desk: Settings) -> None:
    letter = letter_of(desk)
    line = sent.add(desk, letter, " 12/SNV-CCHC ", DAY)
    assert sent.register(desk) == [line]
    assert (line.paper, line.number) == (f"{PERIOD}/{letter.name}", "12/SNV-CCHC")
    with pytest.raises(sent.NotRegistered, match="đã ghi"):
        sent.add(desk, letter, "13/SNV-CCHC", DAY)
    draft = letter.with_name("2021-06-24_du-thao-chu-tich.docx")
    with pytest.raises(sent.NotRegistered, match="đã dùng"):
        sent.add(desk, draft, "12/SNV-CCHC", DAY)
    sent.add(desk, draft, "12/SNV-CCHC", date(2022, 1, 4))  # numbers begin anew each year
    assert len(sent.register(desk)) == 2


def test_what_is_no_paper_of_the_warehouse_is_not_registered(desk: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "a.docx"
    elsewhere.write_bytes(b"x")
    for file in (elsewhere, letter_of(desk).with_suffix(".csv")):
        with pytest.raises(sent.NotRegistered, match="không phải giấy tờ"):
            sent.add(desk, file, "1", DAY)
    with pytest.raises(sent.NotRegistered, match="để trống"):
        sent.add(desk, letter_of(desk), " ", DAY)
    assert not (desk.raw / sent.REGISTER).exists()


def test_a_figure_that_changed_is_told_with_what_it_is_now(desk: Settings, office: Office) -> None:
    assert sent.changes(office.connection, sent.papers(desk)) == {}
    office.connection.execute("update core.fct_obligation set days_late = 4 where unit_key = 'c3'")
    changed = sent.changes(office.connection, sent.papers(desk))
    assert sent.Change("UBND xã Hai: ngày trễ", "3", "4") in changed[letter_of(desk).with_suffix(".csv")]
    office.connection.execute("delete from core.fct_obligation where unit_key = 'c3'")
    changed = sent.changes(office.connection, sent.papers(desk))
    assert sent.Change("UBND xã Hai: ngày trễ", "3", sent.GONE) in changed[letter_of(desk).with_suffix(".csv")]


def test_a_sent_paper_that_was_edited_or_lost_since_is_told(desk: Settings) -> None:
    line = sent.add(desk, letter_of(desk), "12/SNV-CCHC", DAY)
    assert sent.not_as_sent(desk) == []
    letter_of(desk).write_bytes(b"edited")
    assert sent.not_as_sent(desk) == [line]
    letter_of(desk).unlink()
    assert sent.not_as_sent(desk) == [line]


def test_the_command_writes_the_line_and_refuses_a_second(desk: Settings, office: Office) -> None:
    call = ("sent", letter_of(desk), "--number", "12/SNV-CCHC", "--on", "2021-06-25", "--raw", desk.raw)
    said = run_papi(*call, "--warehouse", desk.warehouse)
    assert said.code == 0, said.out
    assert f"{PERIOD}/2021-06-24_don-doc_d1.docx, số 12/SNV-CCHC, gửi ngày 25/06/2021" in said.out
    assert run_papi(*call, "--warehouse", desk.warehouse).code == 2


def test_status_lists_what_changed_in_a_sent_paper_and_which_draft_to_make_again(
    desk: Settings, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.commands.papers import say_papers

    sent.add(desk, letter_of(desk), "12/SNV-CCHC", DAY)
    office.connection.execute("update core.fct_obligation set days_late = 4 where unit_key = 'c3'")
    office.connection.close()
    desk.published.parent.mkdir(parents=True, exist_ok=True)
    if not desk.published.exists():
        desk.published.symlink_to(desk.warehouse / "papi.duckdb")
    later = desk.published.stat().st_mtime + 60
    for path in sent.papers(desk):
        os.utime(path, (later, later))
    say_papers(desk)
    assert "có số liệu đã đổi: 0" in capsys.readouterr().out  # made after the publication
    for path in sent.papers(desk):
        os.utime(path, (0, 0))
    letter = letter_of(desk).read_bytes()
    say_papers(desk)
    told = capsys.readouterr().out
    assert "2021-06-24_don-doc_d1.docx: đã gửi ngày 24/06/2021, số 12/SNV-CCHC; từ đó đã đổi" in told
    assert "UBND xã Hai: ngày trễ: 3 → 4" in told
    assert letter_of(desk).read_bytes() == letter
