"""Every block of docs/first-hour.md gives the answer that stands below it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import duckdb
import pytest

from pipelines.published import connect
from pipelines.settings import ROOT
from tests.conftest import Built

PAGE = (ROOT / "docs/first-hour.md").read_text("utf-8")
KINDS = 28
MOST_LINES = 5
QUESTIONS, _, OTHER_TOOLS = PAGE.partition("\n## From pandas\n")
SQL = r"^```sql\n(.*?)\n```\n\n((?:\|[^\n]*\n)+)"
PYTHON = r"^```python\n(.*?)^```\n\n```text\n(.*?)^```"
ASKED = re.findall(rf"^### \d+\. ([^\n]*)\n\n{SQL}", QUESTIONS, flags=re.MULTILINE | re.DOTALL)


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The rows as a table of the page; what is empty in the database is empty there."""
    found = connection.execute(sql)
    columns = [column[0] for column in found.description]
    cells = [columns, *([("" if cell is None else str(cell)) for cell in row] for row in found.fetchall())]
    header, *lines = ["| " + " | ".join(row) + " |\n" for row in cells]
    return "".join([header, "|" + "---|" * len(columns) + "\n", *lines])


@pytest.fixture
def beside_a_warehouse(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's relative paths lead to the published files."""
    (tmp_path / "warehouse").symlink_to(built.settings.warehouse)
    monkeypatch.chdir(tmp_path)


def test_every_kind_of_question_is_asked_in_few_lines() -> None:
    assert len(ASKED) == QUESTIONS.count("```sql") == KINDS
    assert max(len(sql.splitlines()) for _, sql, _ in ASKED) <= MOST_LINES


def test_each_answer_is_the_warehouses(built: Built) -> None:
    with connect(built.settings) as connection:
        for question, sql, shown in ASKED:
            assert answer(connection, sql) == shown, question


@pytest.mark.usefixtures("beside_a_warehouse")
def test_pandas_says_what_is_shown() -> None:
    blocks = re.findall(PYTHON, OTHER_TOOLS, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == OTHER_TOOLS.count("```python") > 0
    for block, shown in blocks:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(block, {})  # the page's own text
        assert said.getvalue() == shown


@pytest.mark.usefixtures("beside_a_warehouse")
def test_another_database_says_what_is_shown() -> None:
    blocks = re.findall(SQL, OTHER_TOOLS, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == OTHER_TOOLS.count("```sql") > 0
    with duckdb.connect() as connection:
        for sql, shown in blocks:
            assert answer(connection, sql) == shown, sql
