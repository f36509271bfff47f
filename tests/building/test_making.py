"""What a change builds is what depends on it, and the result is what a build from nothing gives."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.building import dbt, graph, ledger, making
from pipelines.clock import today
from pipelines.published import connect
from pipelines.settings import ROOT, Settings
from tests import project
from tests.conftest import Built, copy_of_raw, run_papi
from tests.dbt_project import script
from tests.project import Project
from tests.reports.filled import COMMUNE, drawn
from tests.test_readme import goes_as_shown


@pytest.fixture(scope="module")
def filmed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The film of docs/partial-builds.md, played in a copy of the project with its warehouse."""
    own = project.copy(tmp_path_factory.mktemp("filmed") / "papi 2026", built.settings.warehouse)
    before = own.parquet()
    assert goes_as_shown("partial-builds.md", own.folder) == 4
    after = own.parquet()
    assert {table for table in after if after[table] != before[table]} == {"marts.index_score_merged"}
    return own


@pytest.mark.long
def test_a_changed_seed_builds_what_depends_on_it_as_the_page_shows(filmed: Project) -> None:
    assert filmed.papi("refresh").out.rstrip().splitlines()[-1].startswith("Nothing new")


@pytest.mark.long
def test_what_was_built_bit_by_bit_is_what_a_build_from_nothing_gives(
    filmed: Project, built: Built, tmp_path: Path
) -> None:
    """Every table that SQL makes, against the same models as one script over the changed seeds."""
    shutil.copytree(built.settings.landing, tmp_path / "landing")
    anew = script.build(built, filmed.settings.raw, tmp_path, dbt_project=filmed.settings.dbt_project)
    nodes = graph.read(filmed.settings).nodes.values()
    models = [node for node in nodes if node.node_id.startswith("model.")]
    tables = [table for node in models for table in node.tables if table.split(".")[0] in ("core", "marts", "audit")]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{filmed.settings.published.resolve()}' as published (read_only)")
        connection.execute(f"attach '{anew}' as scripted (read_only)")
        for table in sorted({*tables} - {"core.score_as_of", "marts.compliance_as_of"}):
            columns = ", ".join(row[0] for row in connection.execute(f"describe published.{table}").fetchall())
            hashed = f"select count(*), sum(hash({columns})) from {{}}.{table}"
            one, other = (connection.execute(hashed.format(name)).fetchone() for name in ("published", "scripted"))
            assert one == other, table


@pytest.mark.long
def test_files_of_tables_that_stayed_are_those_of_the_publication_before(filmed: Project) -> None:
    first, second = sorted(filmed.settings.publications.iterdir())[-2:]
    for path in (second / "parquet").iterdir():
        is_same_file = path.samefile(first / "parquet" / path.name)
        assert is_same_file == (path.stem not in ("marts.index_score_merged", "audit.check_result"))


@pytest.mark.long
def test_a_copied_folder_builds_from_its_own_files_and_not_from_the_first_ones(filmed: Project, built: Built) -> None:
    """Its warehouse came with it, and dbt's parse of the first folder."""
    seeds = [one for one in dbt.load_manifest(filmed.settings).nodes.values() if one.resource_type == "seed"]
    assert {seed.root_path for seed in seeds} == {str(filmed.settings.dbt_project)}
    with connect(filmed.settings) as changed, connect(built.settings) as original:
        sql = "select sum(score) from marts.index_score_merged"
        assert changed.execute(sql).fetchall() != original.execute(sql).fetchall()


@pytest.mark.long
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


@pytest.mark.long
def test_what_is_built_of_a_table_without_a_key_gets_none(filmed: Project, tmp_path: Path) -> None:
    now = graph.read(filmed.settings)
    parent, child = "model.papi_warehouse.int_score_merged", "model.papi_warehouse.index_score_merged"
    with duckdb.connect(str(shutil.copy(filmed.settings.build, tmp_path))) as connection:
        ledger.forget(connection, [parent, child])
        ledger.record(connection, now, now, [child])
        assert child not in ledger.made(connection)
        ledger.record(connection, now, now, [parent, child])
        assert ledger.standing(now, connection).is_settled


@pytest.mark.long
def test_a_build_file_that_is_broken_is_made_anew(filmed: Project, tmp_path: Path) -> None:
    own = replace(filmed.settings, warehouse=tmp_path)
    own.build.write_bytes(b"no database")
    found = making.begin(own, full=False)
    assert len(found.stale) == len(graph.read(own).nodes)
    assert not own.build.exists()


def test_where_every_table_is_stale_every_check_is_made_again(own_warehouse: Settings) -> None:
    """Also one that was asked of the same data: what it said goes with the file."""
    with duckdb.connect(str(own_warehouse.build)) as connection:
        connection.execute("delete from ledger.made")
    found = making.begin(own_warehouse, full=False)
    assert set(found.unjudged) == set(graph.read(own_warehouse).checks)
    assert not own_warehouse.build.exists()


def stale_after(built: Built, **changed: Any) -> tuple[set[str], set[str]]:
    """Tables to build and checks to make once a folder of the inputs is another."""
    _, standing = making.look(Settings(**{"warehouse": built.settings.warehouse, **changed}))
    return set(standing.stale), set(standing.unjudged)


def test_in_another_year_the_targets_are_stale_since_more_of_them_are_over(built: Built) -> None:
    stale, _ = stale_after(built, as_of=date(today().year + 1, 1, 1))
    assert "analysis.targets" in stale
    assert "model.papi_warehouse.index_score" not in stale


def test_a_new_release_touches_no_obligation(built: Built, tmp_path: Path) -> None:
    raw = Path(shutil.copytree(ROOT / "raw", tmp_path / "raw"))
    shutil.copytree(raw / "papi/2020/r1", raw / "papi/2020/r2")
    stale, checks = stale_after(built, raw=raw)
    assert {"landing.release", "model.papi_warehouse.fct_score", "analysis.targets"} <= stale
    assert not {name for name in stale if "obligation" in name or "compliance" in name or "report" in name}
    assert not {name for name in checks if "compliance_unit" in name}


def test_a_new_report_touches_neither_scores_nor_analyses(built: Built, tmp_path: Path) -> None:
    raw = Path(shutil.copytree(ROOT / "raw", tmp_path / "raw"))
    form = tmp_path / f"2021-H1_{COMMUNE}.xlsx"
    form.write_bytes(drawn())
    filed = run_papi(
        "report", "add", form, "--received", "2021-06-18 09:30", "--raw", raw, "--warehouse", tmp_path / "w"
    )
    assert filed.code == 0, filed.out
    stale, checks = stale_after(built, raw=raw)
    assert {"landing.report", "landing.day", "model.papi_warehouse.fct_obligation"} <= stale
    assert not {name for name in stale if name.startswith("analysis.") or "score" in name or ".index_" in name}
    assert not {name for name in checks if "index_" in name}


def test_a_changed_rule_is_judged_again_and_no_table_is_built(built: Built, tmp_path: Path) -> None:
    rules = Path(shutil.copytree(ROOT / "expectations", tmp_path / "rules"))
    path = rules / "marts.index_score.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("because: An empty table", "because: Even an empty table", 1), "utf-8")
    assert stale_after(built, expectations=rules) == (set(), set())
    path.write_text(text.replace("value_set: [0]}", "value_set: [0, 0.5]}", 1), "utf-8")
    assert stale_after(built, expectations=rules) == (set(), {"rule.marts.index_score.no_zero"})


@pytest.mark.parametrize(
    ("field", "node", "stale"),
    [
        ("description", "model.papi_warehouse.index_core_window", {"model.papi_warehouse.index_core_window"}),
        (
            "raw_code",
            "model.papi_warehouse.int_score_merged",
            {"model.papi_warehouse.int_score_merged", "model.papi_warehouse.index_score_merged"},
        ),
    ],
)
def test_a_changed_description_is_one_table_and_a_changed_text_what_follows(
    built: Built, field: str, node: str, stale: set[str]
) -> None:
    manifest = json.loads(dbt.ensure_manifest(built.settings).read_text("utf-8"))
    manifest["nodes"][node][field] += " changed"
    with duckdb.connect(str(built.settings.build), read_only=True) as connection:
        found = ledger.standing(graph.read(built.settings, manifest), connection)
    assert set(found.stale) == stale
    assert (found.unjudged == {}) == (field == "description")


def test_a_macro_and_a_variable_change_the_models_that_use_them(built: Built, tmp_path: Path) -> None:
    manifest = json.loads(dbt.ensure_manifest(built.settings).read_text("utf-8"))
    before = ledger.wanted(graph.read(built.settings, manifest))
    manifest["macros"]["macro.papi_warehouse.two_sided_p"]["macro_sql"] += " changed"
    after = ledger.wanted(graph.read(built.settings, manifest))
    own = {name for name in before if before[name].parts != after[name].parts}
    assert own == {"model.papi_warehouse.index_change_window"}


def test_a_run_of_other_nodes_than_those_chosen_is_an_error(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever keeps dbt from running a test that had to run, it is not taken for passed."""
    manifest = dbt.load_manifest(built.settings)
    monkeypatch.setattr(dbt, "_invoke", lambda *_: SimpleNamespace(results=[], write=lambda path: Path(path).touch()))
    with pytest.raises(
        dbt.DbtFailed, match=r"ran 0 nodes where 1 were to run; they differ in seed\.papi_warehouse\.index"
    ):
        dbt.build(built.settings, manifest, ["seed.papi_warehouse.index"])


def test_a_file_twice_the_size_of_its_tables_is_made_anew(built: Built, tmp_path: Path) -> None:
    own = replace(built.settings, warehouse=tmp_path)
    with duckdb.connect(str(own.build)) as connection:
        connection.execute("create table kept as select random() as r from range(1000000)")
        connection.execute("create table gone as from kept union all from kept")
    assert len(making.begin(own, full=False).stale) > 0
    assert own.build.exists() is False  # nothing of it is of use, so it goes
    with duckdb.connect(str(own.build)) as connection:
        connection.execute("create table kept as select random() as r from range(1000000)")
        assert making._is_sound(own) is True
        connection.execute(
            "create table gone as from kept union all from kept; checkpoint; drop table gone; checkpoint"
        )
    assert making._is_sound(own) is False


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
