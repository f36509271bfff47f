"""Pages are drawn into a publication and switched with it; what goes wrong with them does not hold back the figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.building import fingerprint, publication
from pipelines.building.publication import SUMS, Stamp
from pipelines.refresh import refresh
from pipelines.settings import Settings
from tests.building.test_publication import build


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(warehouse=tmp_path / "warehouse")
    made.warehouse.mkdir()
    build(made, 3)
    return made


class Pen:
    """Draws one page that says how many rows it saw, and keeps what it was handed."""

    def __init__(self) -> None:
        self.before: Path | None = None
        self.note = ""

    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        package: Mapping[str, Any],
        whats_new: str,
        folder: Path,
        before: Path | None,
    ) -> None:
        self.before, self.note = before, whats_new
        [(n_rows,)] = connection.execute("select count(*) from marts.index_score").fetchall()
        folder.mkdir()
        (folder / "index.html").write_text(f"{n_rows} rows, {package['fingerprint']}", "utf-8")


def broken(*_: object) -> None:
    raise RuntimeError("no pen")


def test_pages_are_switched_with_their_publication(settings: Settings) -> None:
    pen = Pen()
    done = publication.publish(settings, Stamp("1", "all"), "note", pen)
    assert (settings.site / "index.html").read_text("utf-8") == "3 rows, 1"
    assert (pen.before, pen.note) == (None, "note")
    assert "site/index.html" in json.loads((done.folder / SUMS).read_text("utf-8"))
    assert publication.damage(settings, thorough=True) == []
    publication.publish(settings, Stamp("2", "all"), "", pen)
    assert (settings.site / "index.html").read_text("utf-8") == "3 rows, 2"
    assert pen.before == done.folder / "site"


def test_a_page_that_was_changed_is_told(settings: Settings) -> None:
    publication.publish(settings, Stamp("1", "all"), "", Pen())
    page = settings.site / "index.html"
    page.chmod(0o644)
    page.write_text("other", "utf-8")
    assert publication.damage(settings) == ["index.html was changed"]


def test_figures_do_not_wait_for_pages(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="papi"):
        done = publication.publish(settings, Stamp("1", "all"), "", broken)
    assert "left out: the site could not be drawn: no pen" in caplog.text
    assert done.n_rows["marts.index_score"] == 3
    assert not settings.site.exists()
    assert not settings.site.is_symlink()


def test_a_publication_without_pages_shows_none_of_an_earlier_one(settings: Settings) -> None:
    publication.publish(settings, Stamp("1", "all"), "", Pen())
    publication.publish(settings, Stamp("2", "all"))
    assert not settings.site.is_symlink()
    assert publication.damage(settings) == []


def test_pages_are_added_to_the_publication_in_force_and_drawn_anew(settings: Settings) -> None:
    done = publication.publish(settings, Stamp("1", "all"), "note")
    pen = Pen()
    assert publication.add_site(settings, pen) == settings.site
    assert (settings.site / "index.html").read_text("utf-8") == "3 rows, 1"
    assert pen.note == "note"
    publication.add_site(settings, pen)
    assert pen.before == done.folder / "site"
    assert publication.damage(settings, thorough=True) == []
    assert [path.name for path in settings.publications.iterdir()] == [done.folder.name]


def test_a_refresh_with_nothing_new_draws_the_pages_that_are_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.publish(settings, Stamp(fingerprint.of(settings), "all"))
    pen = Pen()
    monkeypatch.setattr("pipelines.site.making.Site", lambda _: pen)
    assert refresh(settings, site=False).outcome == "nothing_new"
    assert not settings.site.exists()
    for _ in range(2):
        assert refresh(settings, site=True).outcome == "nothing_new"
        assert (settings.site / "index.html").is_file()
        assert pen.before is None


def test_pages_that_cannot_be_drawn_anew_stay_as_they_were(settings: Settings) -> None:
    publication.publish(settings, Stamp("1", "all"), "", Pen())
    publication.add_site(settings, broken)
    assert (settings.site / "index.html").read_text("utf-8") == "3 rows, 1"
    assert publication.damage(settings, thorough=True) == []
