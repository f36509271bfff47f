"""Measure the questions of docs/first-hour.md on the published file: milliseconds of each, warm.

Run after `papi refresh`: `make bench` does so. Prints the table of README.md beside this file.
"""

from __future__ import annotations

import re
import statistics
import time

import duckdb

from pipelines.published import connect
from pipelines.settings import ROOT, Settings

ROUNDS = 40
QUESTION = r"^### (\d+\. [^\n]*)\n\n```sql\n(.*?)\n```"
SLOWEST = 3


def main() -> None:
    """Measure and print."""
    page = (ROOT / "docs/first-hour.md").read_text("utf-8")
    questions = re.findall(QUESTION, page, flags=re.MULTILINE | re.DOTALL)
    with connect(Settings()) as connection:
        found = {question: milliseconds(connection, sql) for question, sql in questions}
    every = [one for times in found.values() for one in times]
    print("| what | median ms | p95 ms |\n|---|---|---|")
    print(f"| {len(found)} questions, {ROUNDS} times each | {told(every)} |")
    for question in sorted(found, key=lambda question: -p95(found[question]))[:SLOWEST]:
        print(f"| {question} | {told(found[question])} |")


def milliseconds(connection: duckdb.DuckDBPyConnection, sql: str) -> list[float]:
    """Wall milliseconds from the question to its last row, over the counted rounds, after one that is not counted."""
    found = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        connection.execute(sql).fetchall()
        found.append((time.perf_counter() - began) * 1000)
    return found[1:]


def p95(found: list[float]) -> float:
    """The time that 95 of 100 do not exceed."""
    return statistics.quantiles(found, n=100)[94]


def told(found: list[float]) -> str:
    """Median and p95."""
    return f"{statistics.median(found):.1f} | {p95(found):.1f}"


if __name__ == "__main__":
    main()
