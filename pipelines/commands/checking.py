"""`papi check`: ask the rules and tests of one table, as the build file lies.

Belongs here: choosing them, and what is printed of their outcomes. Does not belong here: judging.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipelines.commands.shared import RAW, Mistake, Refused, settings_of, with_warehouse


@click.command()
@click.argument("table")
@click.argument("name", required=False)
@click.option("--bites", is_flag=True, help="Ask each rule on a copy that its own example of bad data has spoilt.")
@RAW
@with_warehouse
def check(table: str, name: str | None, bites: bool, raw: Path | None, warehouse: Path | None) -> None:
    """Ask the rules and tests of TABLE, or the one called NAME; no table is changed.

    \b
    papi check marts.index_core
    papi check marts.index_core rank_recounted --bites
    """
    settings = settings_of(raw, warehouse)
    from pipelines.building import graph, lock, making
    from pipelines.building.dbt import DbtFailed
    from pipelines.rules.suites import UnreadableRules

    if not settings.build.exists():
        raise Mistake(f"there is no build in {settings.warehouse}: run `papi refresh` first")
    try:
        now = graph.read(settings)
        of_table = [one for one in now.checks.values() if one.table == table.replace("/", ".")]
        chosen = [one for one in of_table if name in (None, one.short_name) and (one.rule or not bites)]
        if not chosen:
            known = ", ".join(one.short_name for one in of_table) or "none"
            raise Mistake(f"{table} has no such check; there is {known}")
        with lock.hold(settings):
            judged = making.bite(settings, chosen) if bites else making.judge(settings, chosen)
    except (DbtFailed, UnreadableRules, lock.AlreadyRunning, making.ExampleRefused) as error:
        raise Refused(str(error)) from None
    is_bad = False
    for one, outcome in judged:
        is_right = (outcome.outcome == "fail") if bites else not one.blocks(outcome.outcome)
        is_bad = is_bad or not is_right
        word = ("bites" if is_right else "DOES NOT BITE") if bites else ("" if is_right else "BLOCKED")
        said = "pass" if outcome.outcome == "pass" else one.told(outcome)
        click.echo(f"{word}  {one.place}: {said}".strip())
    sys.exit(1 if is_bad else 0)
