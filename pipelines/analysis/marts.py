"""The analyses: what pipelines/analysis makes of a built warehouse, put into its marts.

Belongs here: what each analysis reads from the build file, the shape of what it writes, and keeping results by the hash
of what they were made from. Does not belong here: any method; Dagster.

An analysis is computed anew only where its inputs or code changed; else its rows are taken from warehouse/analysis.
Draws start from a seed that stands in every row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.analysis.described import columns, create, tables_of_source
from pipelines.clock import running_year
from pipelines.kept import Store, key_of
from pipelines.published import Row, main_index, rows
from pipelines.seeds import Seeds
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from pipelines.analysis.field import Field
    from pipelines.analysis.needs import TargetRule
    from pipelines.analysis.panel import Panel

Rows = dict[str, list[Row]]  # by table of marts
N_DRAWS, N_METHOD_DRAWS, SEED = 10_000, 2_000, 20_210_414
TARGET_TABLES = ("index_target", "index_target_backtest", "index_target_backtest_bin")
DESCRIBED = Path("models/marts/analysis/_analysis__sources.yml")

FIELD_SQL = """
    select
        total.index_id, total.year, total.province_key, province.region_code, total.group_computed,
        extract(year from province.valid_to + interval 1 day) - 1 as last_year,
        province.successor_relation <> 'unchanged' as is_merging,
        cast(total.score as double) as score, error.standard_error, error.error_source,
        error.published_error
    from marts.index_score as total
    inner join intermediate.int_province_by_release as province using (release_id, province_key)
    left join intermediate.int_score_error as error using (index_id, year, province_key, indicator_key)
    where total.level = 'total' and total.index_id in (
        select index_id from core.dim_method where aggregation = 'sum_of_parts'
    )
    order by total.index_id, total.year, total.province_key
"""
DIMENSION_SQL = """
    select index_id, year, province_key, indicator_key, cast(score as double) as score
    from marts.index_score where level = 'dimension' and obs_status <> 'M' order by all
"""
BREAK_SQL = """
    select index_id, from_year, to_year, min(not_comparable_reason) as reason
    from marts.index_change_window
    where level = 'total' and score_from is not null and score_to is not null and not_comparable_reason is not null
    group by all order by all
"""
RULE_SQL = "select * from seeds.target_rule order by index_id, rule_id"
NAME_SQL = """
    select index_id, year, province_key, province_name_vi, region_code, region_name_vi
    from marts.index_score where level = 'total' order by all
"""
PLAN_TARGET_SQL = """
    select plan.plan_id, plan.province_key, extract(year from plan.issued_from) as year, target.target_id, target.unit,
        cast(target.value as double) as value
    from core.dim_target as target inner join core.dim_plan as plan on target.plan_id = plan.plan_id
    where target.measured_by = 'index' order by all
"""
CLAIM_SQL = """
    select claim.*, plan.province_key, plan.issued_until
    from landing.plan_claim as claim inner join core.dim_plan as plan on claim.plan_id = plan.plan_id
    order by claim.plan_id, claim.claim_id
"""
RELEASE_SQL = "select release_id, published_on, known_from, known_to, sha256 from core.dim_release order by all"
GROUP_SQL = "select * from seeds.group_rule order by all"
PLACE_SQL = "select * from seeds.province left join seeds.province_alias using (province_key) order by all"
KNOWN_SQL = """
    select index_id, year, province_key, indicator_key, score, known_from, known_to
    from core.fct_score
    where
        index_id = (select index_id from core.dim_index where role = 'main')
        and level <> 'indicator' and obs_status <> 'M'
    order by all
"""


@dataclass(frozen=True)
class Analysis:
    """Tables that one computation makes, every query whose rows it depends on, and whether it depends on the year."""

    name: str
    tables: tuple[str, ...]
    inputs: tuple[str, ...]
    compute: Callable[[Settings, duckdb.DuckDBPyConnection], Rows]
    is_of_the_year: bool = False


@dataclass(frozen=True)
class Analysed:
    """What became of one analysis: rows by table, and whether they were there already."""

    name: str
    n_rows: dict[str, int]
    is_kept: bool


def run(settings: Settings, names: Collection[str]) -> Iterator[Analysed]:
    """Fill the marts of these analyses in the build file, from what is kept where nothing they depend on changed."""
    import duckdb

    marts = described(settings)
    store = Store(settings.warehouse / "analysis")
    for analysis in (one for one in ANALYSES if one.name in names):
        with duckdb.connect(str(settings.build)) as connection:
            key = _key(settings, analysis, connection)
            is_kept = store.find(analysis.name, key) is not None
            write = partial(_compute, settings, analysis, marts, connection)
            folder = store.ensure(analysis.name, key, write)
            n_rows = {table: _fill(connection, table, marts[table], folder) for table in analysis.tables}
            yield Analysed(analysis.name, n_rows, is_kept)


def _key(settings: Settings, analysis: Analysis, connection: duckdb.DuckDBPyConnection) -> str:
    """A hash of code, description, every input row and maybe the year; draws and seed stand in the code."""
    row = "md5(cast(input as varchar))"
    inputs = []
    for sql in analysis.inputs:
        [(hashes,)] = connection.execute(f"select string_agg({row} order by {row}) from ({sql}) as input").fetchall()
        inputs.append(str(hashes))
    inputs += [str(running_year(settings))] if analysis.is_of_the_year else []
    return key_of("analysis", [settings.dbt_project / DESCRIBED], *inputs)


def _compute(
    settings: Settings, analysis: Analysis, marts: dict[str, Row], connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """Compute the rows and write them as one Parquet file a table."""
    import duckdb
    import pandas as pd

    made = analysis.compute(settings, connection)
    folder.mkdir()
    for table in analysis.tables:
        with duckdb.connect() as typed:
            typed.execute(f"create table {table} ({columns(marts[table])})")
            if made[table]:
                typed.register("arriving", pd.DataFrame(made[table], dtype=object))
                typed.execute(f"insert into {table} by name select * from arriving")
            typed.sql(f"from {table} order by all").write_parquet(str(folder / f"{table}.parquet"))


def _fill(connection: duckdb.DuckDBPyConnection, table: str, mart: Row, folder: Path) -> int:
    """Create one mart with its constraints and comments, from its Parquet file; returns its rows."""
    create(connection, f"marts.{table}", mart)
    connection.execute(
        f"insert into marts.{table} by name select * from read_parquet(?)", [f"{folder / table}.parquet"]
    )
    [(n_rows,)] = connection.execute(f"select count(*) from marts.{table}").fetchall()
    return int(n_rows)


def described(settings: Settings) -> dict[str, Row]:
    """Each table as the dbt project describes it, by name."""
    return tables_of_source(settings.dbt_project / DESCRIBED)


def fields(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[int, Field]]:
    """The field of each year in which anybody has a total, by index."""
    import numpy as np

    from pipelines.analysis.field import Field

    totals = rows(connection, FIELD_SQL)
    dimensions: dict[tuple[str, int], dict[str, dict[str, float]]] = {}
    for row in rows(connection, DIMENSION_SQL):
        of_year = dimensions.setdefault((row["index_id"], row["year"]), {})
        of_year.setdefault(row["indicator_key"], {})[row["province_key"]] = row["score"]
    found: dict[str, dict[int, Field]] = {}
    for index_id, year in sorted({(row["index_id"], row["year"]) for row in totals if row["score"] is not None}):
        own = [row for row in totals if (row["index_id"], row["year"]) == (index_id, year)]
        of_year = dimensions.get((index_id, year), {})
        found.setdefault(index_id, {})[year] = Field(
            index_id=index_id,
            year=year,
            provinces=[row["province_key"] for row in own],
            regions=[row["region_code"] for row in own],
            groups=[row["group_computed"] for row in own],
            last_year_as_is=[row["last_year"] if row["is_merging"] else None for row in own],
            totals=_floats(row["score"] for row in own),
            errors=_floats(row["standard_error"] for row in own),
            error_source=[row["error_source"] for row in own],
            published_errors=_floats(row["published_error"] for row in own),
            dimensions=np.array([_floats(one.get(row["province_key"]) for row in own) for one in of_year.values()])
            .reshape(-1, len(own))
            .T,
        )
    return found


def _floats(values: Any) -> Any:
    import numpy as np

    return np.array([np.nan if value is None else value for value in values], dtype=float)


def rank_intervals(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Rows:
    """Rows of marts.index_rank_interval."""
    from pipelines.analysis import ranks

    years = [field for of_index in fields(connection).values() for field in of_index.values()]
    drawn = [row for field in years for row in ranks.rows(field, N_DRAWS, N_METHOD_DRAWS, SEED)]
    named = _named(connection)
    return {
        "index_rank_interval": [
            row | named[row["index_id"], row["year"], row["province_key"]] | {"seed": SEED} for row in drawn
        ]
    }


def _named(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int, str], Row]:
    """Name and region of each province, by index, year and key."""
    columns = ("province_name_vi", "region_code", "region_name_vi")
    return {
        (row["index_id"], row["year"], row["province_key"]): {column: row[column] for column in columns}
        for row in rows(connection, NAME_SQL)
    }


def targets(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Rows:
    """Rows of marts.index_target and its back-test."""
    from pipelines.analysis.ahead import look_ahead
    from pipelines.analysis.backtest import back_test, history
    from pipelines.analysis.panel import HORIZONS
    from pipelines.analysis.targets import assess

    named = _named(connection)
    made: Rows = {table: [] for table in TARGET_TABLES}
    for index_id, of_index in fields(connection).items():
        panel, rules, plan_targets = _panel(connection, index_id, of_index, running_year(settings))
        drawn = {"n_draws": N_DRAWS, "seed": SEED}
        past = {(rule.rule_id, horizon): history(panel, rule, horizon) for rule in rules for horizon in HORIZONS}
        ahead = look_ahead(panel, rules, N_DRAWS, SEED)
        tested, told = back_test(panel, rules, past, {at: one.chances for at, one in ahead.items()})
        for row in tested:
            table = "index_target_backtest_bin" if "bin" in row else "index_target_backtest"
            made[table].append(row | drawn | {"index_id": index_id})
        for row in assess(panel, rules, past, ahead, told):
            key = (row["province_key"], row["base_year"], row["horizon"], row["target_rule"])
            made["index_target"].append(
                row | drawn | named[index_id, row["base_year"], row["province_key"]] | plan_targets.get(key, {})
            )
    return made


def _panel(
    connection: duckdb.DuckDBPyConnection, index_id: str, of_index: dict[int, Field], running_year: int
) -> tuple[Panel, list[TargetRule], dict[tuple[str, int, int, str], Row]]:
    """All years, the rules asked of them, and the rules that plans set for their province: by key of the row."""
    from pipelines.analysis.needs import Kind, TargetRule
    from pipelines.analysis.panel import Panel

    breaks = {
        (row["from_year"], row["to_year"]): row["reason"]
        for row in rows(connection, BREAK_SQL)
        if row["index_id"] == index_id
    }
    rules = [
        TargetRule(
            row["rule_id"],
            row["kind"],
            float(row["number"] or 0),
            row["scope"],
            row["first_year"],
            row["last_year"],
        )
        for row in rows(connection, RULE_SQL)
        if row["index_id"] == index_id
    ]
    plan_targets = {}
    for row in rows(connection, PLAN_TARGET_SQL) if index_id == main_index(connection) else []:
        kind: Kind = "up_ranks" if row["unit"] == "ranks" else "score_above_base"
        number = row["value"]
        rule = next((r for r in rules if (r.kind, r.number, r.scope) == (kind, number, "national")), None)
        if rule is None:
            rule = TargetRule(f"{kind}_{number:g}", kind, number, "national", min(of_index), None)
            rules.append(rule)
        plan_targets[row["province_key"], row["year"] - 1, 1, rule.rule_id] = {
            "plan_id": row["plan_id"],
            "target_id": row["target_id"],
        }
    return Panel(of_index, breaks, running_year), rules, plan_targets


def plan_claims(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Rows:
    """Rows of marts.plan_claim: each plan's figures against what was known when it was issued, at the latest."""
    from pipelines.claims import tables
    from pipelines.claims.figures import figures_of
    from pipelines.claims.verdicts import check, decimal_mark

    seeds = Seeds(settings.seeds)
    index_id = main_index(connection)
    stated = rows(connection, CLAIM_SQL)
    made = []
    for plan_id in dict.fromkeys(row["plan_id"] for row in stated):
        own = [row for row in stated if row["plan_id"] == plan_id]
        as_of: date = own[0]["issued_until"]
        figures = figures_of(connection, seeds, index_id, as_of)
        hashes = dict(connection.execute("select release_id, sha256 from core.dim_release").fetchall())
        as_written = {row["claim_id"]: {"anchor": row["anchor"], "stated": row["stated"]} for row in own}
        mark = decimal_mark(row["stated"] for row in own)
        for claim in tables.of_plan(own, own[0]["province_key"], figures).claims:
            release_id = figures.releases.get(claim.year)
            made.append(
                {
                    "plan_id": plan_id,
                    "index_id": index_id,
                    "as_of": as_of,
                    "release_id": release_id,
                    "sha256": hashes.get(release_id),
                    **tables.as_row(check(figures, claim, mark)),
                    **as_written[claim.claim_id],
                }
            )
    return {"plan_claim": made}


ANALYSES = (
    Analysis("rank_intervals", ("index_rank_interval",), (FIELD_SQL, DIMENSION_SQL, NAME_SQL), rank_intervals),
    Analysis(
        "targets",
        TARGET_TABLES,
        (FIELD_SQL, DIMENSION_SQL, NAME_SQL, BREAK_SQL, RULE_SQL, PLAN_TARGET_SQL),
        targets,
        is_of_the_year=True,
    ),
    Analysis("plan_claims", ("plan_claim",), (CLAIM_SQL, KNOWN_SQL, RELEASE_SQL, GROUP_SQL, PLACE_SQL), plan_claims),
)
