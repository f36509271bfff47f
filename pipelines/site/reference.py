"""Pages about the data: every table and column, what words mean, the rules with their last outcome, the releases.

Belongs here: what stands on these pages. Does not belong here: any query; how tables become files, see downloads.py.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipelines.kept import key_of
from pipelines.published import Row
from pipelines.site import queries, reference_queries
from pipelines.site.page import About, Page, Twin
from pipelines.site.reader import Reader

TERMS = Path(__file__).with_name("terms.csv")
OUTCOMES: dict[str, Twin] = {
    "pass": ("đạt", "passed"),
    "fail": ("không đạt", "failed"),
    "error": ("không chạy được", "could not be asked"),
}
SEVERITIES: dict[str, Twin] = {
    "critical": ("chặn công bố", "blocks publication"),
    "warning": ("cảnh báo", "warning"),
}


def pages(reader: Reader, about: About) -> Iterator[Page]:
    """Data, rules, releases, and a page for each table, which is told its columns: rows alone do not change it."""
    tables = reference_queries.tables(reader)
    columns: dict[str, list[Row]] = {}
    for row in reference_queries.columns(reader):
        columns.setdefault(row["name"], []).append(row)
    words = _words(about, {table["name"]: columns[table["name"]] for table in tables})
    told = key_of(None, (), str(tables), str(about.files))
    yield Page("data.html", "data.html.j2", ("Dữ liệu", "Data"), lambda ask: _make_data(ask, tables, about), told)
    yield Page("rules.html", "rules.html.j2", ("Quy tắc kiểm tra", "Rules"), _make_rules)
    yield Page("releases.html", "releases.html.j2", ("Bản phát hành", "Releases"), _make_releases)
    glossary = {"terms": _terms(), "columns": words}
    yield Page(
        "glossary.html", "glossary.html.j2", ("Từ ngữ", "Glossary"), _make_of(glossary), key_of(None, (), str(words))
    )
    anchors = {row["name"]: row["anchor"] for row in words}
    for table in tables:
        name = table["name"]
        found = {
            "name": name,
            "said": halves(table["comment"]),
            "columns": [
                {**row, "said": halves(row["comment"]), "anchor": anchors.get(row["column_name"])}
                for row in columns[name]
            ],
        }
        told = key_of(None, (), str(found))
        yield Page(f"table/{name}.html", "table.html.j2", (name, name), _make_of(found), told)


def _make_of(found: dict[str, Any]) -> Callable[[Reader], dict[str, Any]]:
    return lambda _: found


def terms(reader: Reader, about: About) -> Iterator[tuple[str, str, str]]:
    """What words mean; tables and what they are; rules, releases and methods: each with its place."""
    for row in _terms():
        yield row["term_vi"], row["term_en"], f"glossary.html#{row['anchor']}"
    for row in _words(about, {}):
        yield f"{row['name']}: {_first(row['said_vi'])}", _first(row["said_en"]), f"glossary.html#{row['anchor']}"
    for row in reference_queries.tables(reader):
        vi, en = halves(row["comment"])
        yield f"{row['name']}: {_first(vi)}", _first(en), f"table/{row['name']}.html"
    yield "Quy tắc kiểm tra", "Rules", "rules.html"
    yield "Bản phát hành, mã băm", "Releases, hashes", "releases.html"
    yield "Cách tính, điều không được nói", "Methods, what may not be said", "data.html#methods"


def _terms() -> list[dict[str, str]]:
    """Words that pages use, with what they mean."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        return [{**row, "anchor": f"t-{row['name']}"} for row in csv.DictReader(file)]


def _words(about: About, columns: dict[str, list[Row]]) -> list[Row]:
    """The names of the glossary, with what they mean and the tables that have them."""
    having: dict[str, list[str]] = {}
    for table, found in columns.items():
        for row in found:
            having.setdefault(row["column_name"], []).append(table)
    return [
        {"name": name, "anchor": f"c-{name}", "said_vi": vi, "said_en": en, "tables": having.get(name, [])}
        for name, (vi, en) in ((name, halves(said)) for name, said in about.glossary.items())
    ]


def halves(comment: str | None) -> Twin:
    """A comment of the published file in its two languages."""
    vi, _, en = (comment or "").partition(" / ")
    return vi, en or vi


def _first(text: str) -> str:
    """The first sentence."""
    return text.split(". ", maxsplit=1)[0]


def _make_data(ask: Reader, tables: list[Row], about: About) -> dict[str, Any]:
    shown = [{**row, "said": halves(row["comment"]), "files": about.files.get(row["name"], [])} for row in tables]
    return {"tables": shown, "methods": queries.methods(ask)}


def _make_rules(ask: Reader) -> dict[str, Any]:
    return {
        "rules": [
            {
                **row,
                "said": OUTCOMES.get(row["outcome"], (row["outcome"],) * 2),
                "weight": SEVERITIES.get(row["severity"], (row["severity"],) * 2),
            }
            for row in reference_queries.rules(ask)
        ]
    }


def _make_releases(ask: Reader) -> dict[str, Any]:
    return {"releases": queries.releases(ask)}
