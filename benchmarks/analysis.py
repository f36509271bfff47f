"""Measure the analyses on a built warehouse: seconds of each part, and how often verdicts on claims are right.

Run after `papi refresh`: `make bench` does so. Prints the tables of README.md beside this file.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from pipelines.analysis import marts, ranks
from pipelines.claims.figures import Figures, figures_of
from pipelines.claims.verdicts import check
from pipelines.seeds import Seeds
from pipelines.settings import Settings
from tests.claims import misprints

ROUNDS = 5
FIGURES = 10_000
EVERY = [one.name for one in marts.ANALYSES]
RIGHT = ("exact", "other_rule")  # as Checked.is_confirmed has it


def main() -> None:
    """Measure and print."""
    settings = Settings()
    with duckdb.connect(str(settings.build), read_only=True) as connection:
        field = marts.fields(connection)["papi"][2020]
        figures = figures_of(connection, Seeds(settings.seeds), "papi", date(2026, 11, 24))
    print("| what | seconds | spread |\n|---|---|---|")
    draw = seconds(lambda: ranks.survey(field.totals, field.errors, 100_000, np.random.default_rng(1)))
    print(f"| 100 000 draws of the ranks of {field.n} provinces | {told(draw)} |")
    with tempfile.TemporaryDirectory() as folder:
        own = replace(settings, warehouse=Path(folder))
        shutil.copy(settings.build, own.build)

        def anew() -> None:
            shutil.rmtree(own.warehouse / "analysis", ignore_errors=True)
            list(marts.run(own, EVERY))

        print(f"| every analysis, computed | {told(seconds(anew))} |")
        print(f"| every analysis, inputs unchanged | {told(seconds(lambda: list(marts.run(own, EVERY))))} |\n")
    verdicts(figures, misprints.WRONG)
    verdicts(figures, misprints.WRONG_OTHERWISE)


def seconds(work: Callable[[], object]) -> list[float]:
    """Wall seconds over the counted rounds, after one that is not counted."""
    found = []
    for _ in range(ROUNDS + 1):
        began = time.monotonic()
        work()
        found.append(time.monotonic() - began)
    return found[1:]


def told(found: list[float]) -> str:
    """Median and spread."""
    return f"{statistics.median(found):.2f} | {min(found):.2f}-{max(found):.2f}"


def verdicts(figures: Figures, sorts: dict[str, tuple[str, misprints.Maker]]) -> None:
    """Recall, precision and kinds over misprints and true figures, each level and kind as likely as the others."""
    rng, levels = random.Random(20_210_414), misprints.by_level(figures)  # noqa: S311
    wrong: Counter[tuple[str, str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    while sum(wrong.values()) < FIGURES:
        level, how = rng.choice(sorted(levels)), rng.choice(sorted(sorts))
        _, maker = sorts[how]
        claim = rng.choice(levels[level])
        made = maker(figures, misprints.stated(figures, claim, rng), rng)
        if made is not None:
            wrong[level, how, check(figures, made, ".").verdict] += 1
    while sum(right.values()) < FIGURES:
        how = rng.choice(sorted(misprints.RIGHT))
        made = misprints.RIGHT[how](figures, rng.choice(levels[rng.choice(sorted(levels))]), rng)
        if made is not None:
            right[how, check(figures, made, ".").verdict] += 1
    found = sum(n for (*_, verdict), n in wrong.items() if verdict not in RIGHT)
    mistaken = sum(n for (_, verdict), n in right.items() if verdict not in RIGHT)
    print(f"{FIGURES} misprints, {FIGURES} true figures under three rules of rounding:")
    precision = found / (found + mistaken)
    print(f"recall {found / FIGURES:.4f}, precision {precision:.4f}, kind right {kind(wrong, sorts):.4f}\n")
    print("| misprint | n | found | kind right | taken for |\n|---|---|---|---|---|")
    for how in sorts:
        of = Counter({key: n for key, n in wrong.items() if key[1] == how})
        caught = sum(n for (*_, verdict), n in of.items() if verdict not in RIGHT)
        others: Counter[str] = Counter()
        for (*_, verdict), n in of.items():
            others[verdict] += n * (verdict != sorts[how][0])
        most = ", ".join(f"{verdict} {n}" for verdict, n in others.most_common(2) if n)
        print(f"| {how} | {of.total()} | {caught / of.total():.3f} | {kind(of, sorts):.3f} | {most} |")
    for level in sorted(levels):
        of = Counter({key: n for key, n in wrong.items() if key[0] == level})
        print(f"{level}: kind right {kind(of, sorts):.3f}")


def kind(counted: Counter[tuple[str, str, str]], sorts: dict[str, tuple[str, misprints.Maker]]) -> float:
    """Share of misprints whose kind was named."""
    named = sum(n for (_, how, verdict), n in counted.items() if verdict == sorts[how][0])
    return named / counted.total()


if __name__ == "__main__":
    main()
