"""What a change builds is what depends on it, and the result is what a build from nothing gives."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.building import dbt, graph, ledger, making
from pipelines.published import connect
from pipelines.settings import ROOT
from tests import project
from tests.conftest import Built, copy_of_raw
from tests.dbt_project import script
from tests.project import Project
from tests.reports.filled import COMMUNE, drawn
from tests.test_readme import run, shown_in


@pytest.fixture(scope="module")
def filmed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The film of docs/partial-builds.md, played in a copy of the project with its warehouse."""
    own = project.copy(tmp_path_factory.mktemp("filmed") / "papi 2026", built.settings.warehouse)
    before = own.parquet()
    for block, shown in shown_in("partial-builds.md"):
        said = run(block, own.folder)
        for line in shown.splitlines():
            assert line.strip() in said, said
    after = own.parquet()
    assert {table for table in after if after[table] != before[table]} == {"marts.index_score_merged"}
    return own


def test_a_changed_seed_builds_what_depends_on_it_as_the_page_shows(filmed: Project) -> None:
    assert filmed.papi("refresh").out.rstrip().splitlines()[-1].startswith("Nothing new")


def test_what_was_built_bit_by_bit_is_what_a_build_from_nothing_gives(
    filmed: Project, built: Built, tmp_path: Path
) -> None:
    """Every table that SQL makes, against the same models as one script over the changed seeds."""
    anew = script.build(built, filmed.settings.raw, tmp_path, dbt_project=filmed.settings.dbt_project)
    nodes = graph.read(filmed.settings).nodes.values()
    models = [node for node in nodes if node.node_id.startswith("model.")]
    tables = [table for node in models for table in node.tables if table.split(".")[0] in ("core", "marts", "audit")]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{filmed.settings.published.resolve()}' as published (read_only)")
        connection.execute(f"attach '{anew}' as scripted (read_only)")
        for table in sorted({*tables} - {"core.score_as_of", "marts.compliance_as_of"}):
            columns = ", ".join(row[0] for row in connection.execute(f"describe published.{table}").fetchall())
            one, other = (f"select {columns} from {name}.{table}" for name in ("published", "scripted"))
            sql = f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))"
            assert connection.execute(sql).fetchone() == (0,), table


def test_files_of_tables_that_stayed_are_those_of_the_publication_before(filmed: Project) -> None:
    first, second = sorted(filmed.settings.publications.iterdir())[-2:]
    for path in (second / "parquet").iterdir():
        is_same_file = path.samefile(first / "parquet" / path.name)
        assert is_same_file == (path.stem not in ("marts.index_score_merged", "audit.check_result"))


def test_a_copied_folder_builds_from_its_own_files_and_not_from_the_first_ones(filmed: Project, built: Built) -> None:
    """Its warehouse came with it, and dbt's parse of the first folder could have."""
    manifest = dbt.ensure_manifest(filmed.settings).read_text("utf-8")
    assert str(filmed.folder) in manifest
    assert f'"root_path": "{ROOT}/' not in manifest
    with connect(filmed.settings) as changed, connect(built.settings) as original:
        sql = "select sum(score) from marts.index_score_merged"
        assert changed.execute(sql).fetchall() != original.execute(sql).fetchall()


def test_a_table_that_was_touched_while_it_was_made_gets_no_key(filmed: Project, tmp_path: Path) -> None:
    now = graph.read(filmed.settings)
    seed = "seed.papi_warehouse.province_alias"
    changed = now.nodes[seed].parts | {"its lines": "other"}
    later = graph.Graph(now.nodes | {seed: graph.Node(seed, now.nodes[seed].tables, changed)}, now.checks)
    with duckdb.connect(str(shutil.copy(filmed.settings.build, tmp_path))) as connection:
        ledger.forget(connection, [seed])
        ledger.record(connection, now, later, [seed])
        assert seed not in ledger.made(connection)
        ledger.record(connection, now, now, [seed])
        assert ledger.standing(now, connection).is_settled


def test_what_is_built_of_a_table_without_a_key_gets_none(filmed: Project, tmp_path: Path) -> None:
    now = graph.read(filmed.settings)
    parent, child = "model.papi_warehouse.int_score_merged", "model.papi_warehouse.index_score_merged"
    with duckdb.connect(str(shutil.copy(filmed.settings.build, tmp_path))) as connection:
        ledger.forget(connection, [parent, child])
        ledger.record(connection, now, now, [child])
        assert child not in ledger.made(connection)
        ledger.record(connection, now, now, [parent, child])
        assert ledger.standing(now, connection).is_settled


def test_a_build_file_that_is_broken_is_made_anew(filmed: Project, tmp_path: Path) -> None:
    own = replace(filmed.settings, warehouse=tmp_path)
    own.build.write_bytes(b"no database")
    found = making.begin(own, full=False)
    assert len(found.stale) == len(graph.read(own).nodes)
    assert not own.build.exists()


# --- the law ---------------------------------------------------------------------------------------------------------

Change = Callable[[Project, random.Random], None]


def new_year(own: Project, _: random.Random) -> None:
    """A release of a year that was not there."""
    if not (own.settings.raw / "papi/2022").exists():
        shutil.copytree(ROOT / "raw/papi/2022", own.settings.raw / "papi/2022")


def re_issue(own: Project, chance: random.Random) -> None:
    """Another file about a year that is there: one score differs."""
    year = own.settings.raw / "papi/2020"
    number = len(list(year.iterdir())) + 1
    folder = year / f"r{number}"
    shutil.copytree(year / "r1", folder)
    scores = (folder / "scores.csv").read_text("utf-8").splitlines()
    at = chance.randrange(1, len(scores))
    cells = scores[at].split(",")
    scores[at] = ",".join([*cells[:-1], f"{chance.uniform(0.4, 2):.6f}"])
    (folder / "scores.csv").write_text("\n".join(scores) + "\n", "utf-8")
    manifest = yaml.safe_load((folder / "release.yaml").read_text("utf-8"))
    sha256 = hashlib.sha256((folder / "scores.csv").read_bytes()).hexdigest()
    manifest |= {
        "revision": number,
        "published_on": date(2021, 6, number),
        "files": [{"path": "scores.csv", "sha256": sha256}],
    }
    (folder / "release.yaml").write_text(yaml.safe_dump(manifest, allow_unicode=True), "utf-8")


def withdrawal(own: Project, _: random.Random) -> None:
    """The newest release of 2020 that can be withdrawn."""
    for number in range(len(list((own.settings.raw / "papi/2020").iterdir())), 1, -1):
        said = own.papi("release", "withdraw", f"papi-2020-r{number}", "--reason", "an error", "--on", "2021-07-01")
        if said.code == 0:
            return


def correction(own: Project, _: random.Random) -> None:
    """A line of the register of corrections."""
    line = "papi,2019,96-ca-mau,participation.civic_knowledge,drop,,0.5,noise,2026-11-23,p"
    own.append("dbt_project/seeds/correction.csv", line)


def seed_line(own: Project, chance: random.Random) -> None:
    """Another number of a seed."""
    own.append("dbt_project/seeds/target_rule.csv", f"papi,up_{chance.randrange(20, 60)},up_ranks,7,national,2011,,")


def report(own: Project, _: random.Random) -> None:
    """A form that a commune sends."""
    path = own.folder / f"2021-H1_{COMMUNE}.xlsx"
    path.write_bytes(drawn())
    said = own.papi("report", "add", path, "--received", "2021-06-18 09:30")
    assert said.code == 0 or "filed already" in said.out, said.out


def event(own: Project, _: random.Random) -> None:
    """What an officer does with it."""
    own.papi("report", "accept", "--period", "2021-H1", "--unit", COMMUNE, "--on", "2021-06-24 14:00")


def model_text(own: Project, chance: random.Random) -> None:
    """Another text of a model, with other rows."""
    path = own.settings.dbt_project / "models/marts/index/index_peer.sql"
    path.write_text(path.read_text("utf-8") + f"\n-- {chance.random()}\n", "utf-8")


def variable(own: Project, chance: random.Random) -> None:
    """A variable of the project."""
    path = own.settings.dbt_project / "dbt_project.yml"
    text = path.read_text("utf-8").splitlines()
    name = "triples_of_the_level"
    rows = [f"  {name}: {chance.randrange(3, 9)}" if f"  {name}:" in row else row for row in text]
    path.write_text("\n".join(rows) + "\n", "utf-8")


def rule(own: Project, chance: random.Random) -> None:
    """A rule that asks otherwise."""
    path = own.settings.expectations / "marts.index_peer.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("because: ", f"because: ({chance.randrange(100)}) ", 1), "utf-8")


CHANGES: list[Change] = [
    new_year, re_issue, withdrawal, correction, seed_line, report, event, model_text, variable, rule,
]  # fmt: skip
STEPS = 5


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_any_sequence_of_changes_gives_the_bytes_of_a_build_from_nothing(tmp_path: Path, seed: int) -> None:
    """The warehouse is a function of raw/, the seeds, the project and the as-of date, not of how it came to be."""
    chance = random.Random(seed)
    own = project.copy(tmp_path / "own", raw=copy_of_raw(tmp_path / "few", range(2019, 2022)))
    assert own.papi("refresh").code == 0
    done = []
    for _ in range(STEPS):
        for change in chance.sample(CHANGES, chance.randrange(1, 3)):
            change(own, chance)
            done.append(change.__name__)
        as_of = ["--as-of", "2022-12-31"] if chance.random() < 0.3 else []
        bit_by_bit = own.papi("refresh", *as_of)
        assert bit_by_bit.code == 0, f"{done}\n{bit_by_bit.out}"
        nothing = tmp_path / "nothing"
        shutil.rmtree(nothing, ignore_errors=True)
        at_once = own.papi("refresh", *as_of, "--warehouse", nothing)
        assert at_once.code == 0, f"{done}\n{at_once.out}"
        left, right = own.parquet(), own.parquet(nothing)
        assert {table for table in left.keys() | right.keys() if left.get(table) != right.get(table)} == set(), done
