"""Pages are drawn where they changed; one that cannot be drawn is left out and told; hostile texts stay text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.site import draw
from pipelines.site.page import About, Page
from pipelines.site.reader import Reader

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"
ABOUT = About(datetime(2026, 11, 27, tzinfo=UTC), "2026.11.27", "all")
KEYS = {"core.dim_index": "1", "core.dim_plan": "1"}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("create schema core; create table core.dim_index as select 'papi' as index_id, 'main' as role")
    made.execute("create table core.dim_plan as select 'p' as plan_id")
    return made


def table_page(name: str, asks: str = "core.dim_index", said: str = "") -> Page:
    def make(reader: Reader) -> dict[str, Any]:
        reader.rows(f"select * from {asks}")
        column = {"column_name": said, "data_type": said, "is_nullable": True, "said": (said, said), "anchor": None}
        return {"name": said, "said": (said, "x"), "columns": [column]}

    return Page(f"table/{name}.html", "table.html.j2", (said, said), make)


def drawn(
    connection: duckdb.DuckDBPyConnection, folder: Path, pages: list[Page], before: Path | None = None, **keys: str
) -> draw.Drawn:
    made = KEYS | {name.replace("__", "."): key for name, key in keys.items()}
    return draw.draw_pages(connection, pages, folder, ABOUT, made, before)


def test_hostile_texts_stay_text(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    drawn(connection, tmp_path, [table_page("a", said=HOSTILE)])
    text = (tmp_path / "table/a.html").read_text("utf-8")
    assert text.count("&lt;script&gt;alert(1)") == 6
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "{{ 7 * 7 }}" in text


def test_what_stands_in_a_script_does_not_end_it() -> None:
    assert "</script" not in draw._data({"name": HOSTILE})


def test_a_page_that_cannot_be_drawn_is_left_out_and_told(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = table_page("broken", asks="core.no_such_table")
    with caplog.at_level("INFO", logger="papi"):
        done = drawn(connection, tmp_path, [broken, table_page("whole")])
    assert (done.n_drawn, len(done.left_out)) == (1, 1)
    assert "left out: the page table/broken.html could not be drawn: CatalogException" in caplog.text
    assert not (tmp_path / "table/broken.html").exists()


def test_only_pages_whose_tables_changed_are_drawn_again(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    pages = [table_page("index"), table_page("plan", asks="core.dim_plan")]
    first, second = tmp_path / "first", tmp_path / "second"
    assert drawn(connection, first, pages).n_drawn == 2
    done = drawn(connection, second, pages, before=first, core__dim_plan="2")
    assert (done.n_drawn, done.n_kept) == (1, 1)
    assert (second / "table/index.html").samefile(first / "table/index.html")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: (site / "table/index.html").write_text("spoilt", "utf-8"),
        lambda site: (site / "table/index.html").unlink(),
        lambda site: (site / draw.PAGES).write_text("{", "utf-8"),
    ],
)
def test_a_page_before_that_is_not_whole_is_drawn_again(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    drawn(connection, first, [table_page("index")])
    spoil(first)
    assert drawn(connection, second, [table_page("index")], before=first).n_drawn == 1
