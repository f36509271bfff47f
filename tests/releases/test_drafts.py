"""What a killed command left beside raw/ is taken away by the next, and never while another one prepares a release."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.releases import drafts


def left(raw: Path) -> Path:
    folder = raw / ".adding-left"
    (folder / "papi/2020/r2").mkdir(parents=True)
    return folder


def test_a_draft_is_gone_afterwards_also_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        with drafts.draft(tmp_path) as folder:
            (folder / "x").mkdir()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_was_left_is_taken_away_by_the_next_draft(tmp_path: Path) -> None:
    old = left(tmp_path)
    with drafts.draft(tmp_path) as folder:
        assert not old.exists()
        assert folder.is_dir()


def test_the_draft_of_somebody_at_work_stays(tmp_path: Path) -> None:
    with drafts.draft(tmp_path) as folder:
        drafts.sweep(tmp_path)
        with drafts.draft(tmp_path) as other:
            assert folder.is_dir()
            assert other != folder
    left(tmp_path)
    drafts.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
