"""A figure is printed with its row, and whatever a table holds stays text."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from pipelines.pages.figures import Figure, at, figure
from pipelines.pages.words import Sentence
from pipelines.site.reader import Reader, mark, spoken


def test_a_figure_is_marked_with_the_place_that_it_stands_at() -> None:
    found = Figure(13, "13/63", "marts.index_score?index_id=papi&year=2020", "rank,n_ranked", "of")
    assert str(mark(found)) == (
        '<data class="f" value="13" data-at="marts.index_score?index_id=papi&amp;year=2020" data-col="rank,n_ranked" '
        'data-kind="of">13/63</data>'
    )


def test_a_sentence_marks_its_figures_and_nothing_else_in_it_is_markup() -> None:
    found = Figure(Decimal("1.50"), "1,50", "marts.chase_list?a=1", "b", "score")
    said = str(spoken(Sentence(["<i> ", Sentence([found]), " & ", "x"])))
    assert said == f"&lt;i&gt; {mark(found)} &amp; x"
    assert ' value="1.5" ' in said


def test_a_key_with_markup_stays_a_key() -> None:
    row = {"obligation_id": '"><script>alert(1)</script>&x=1', "days_late": 3}
    row["at"] = at("marts.chase_list", row)
    assert "<script" not in str(mark(figure(row, "days_late", "whole")))


def test_a_reader_notes_the_tables_that_it_was_asked_for() -> None:
    connection = duckdb.connect()
    connection.execute("create schema core; create table core.dim_index as select 'papi' as index_id, 'main' as role")
    reader = Reader(connection)
    assert reader.asked == {"core.dim_index"}
    assert reader.one("select count(*) from core.dim_index as i inner join core.dim_index as j using (index_id)") == 1
