"""What `dagster dev` shows: graph, groups, owners, descriptions, one check a rule."""

from __future__ import annotations

import dagster as dg
import pytest

from pipelines.building import ledger
from pipelines.building.graph import read as graph_now
from pipelines.orchestration.history import opened
from pipelines.orchestration.versions import assets_of
from pipelines.papers.kinds import KINDS
from pipelines.rules.suites import read_suites
from pipelines.settings import ROOT, Settings
from tests import due
from tests.conftest import Built


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from pipelines.definitions import build_definitions  # imports dbt, and every worker collects this file

    return build_definitions(Settings())


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> dg.AssetGraph:
    return definitions.resolve_asset_graph()


def test_every_asset_has_a_group_an_owner_and_a_description(definitions: dg.Definitions) -> None:
    specs = definitions.resolve_all_asset_specs()
    assert {spec.group_name for spec in specs} == {
        "releases", "landing", "seeds", "staging_landing", "staging_office", "core", "core_score", "marts_index",
        "marts_index_parts", "marts_plan", "marts_compliance", "marts_compliance_parts",
        "marts_analysis",
        "audit", "published", "papers",
    }  # fmt: skip
    for spec in specs:
        assert spec.owners, spec.key
        assert spec.description, spec.key


def test_every_asset_has_a_version_a_link_to_its_code_and_kinds(definitions: dg.Definitions) -> None:
    for spec in definitions.resolve_all_asset_specs():
        assert spec.code_version, spec.key
        assert "dagster/code_references" in spec.metadata, spec.key
        assert spec.kinds, spec.key


def test_tables_that_python_makes_show_their_columns_as_models_do(definitions: dg.Definitions) -> None:
    for name in ("marts/index_target", "marts/index_change", "audit/check_result"):
        [spec] = [spec for spec in definitions.resolve_all_asset_specs() if spec.key.to_user_string() == name]
        schema = spec.metadata["dagster/column_schema"]
        assert isinstance(schema, dg.TableSchema)
        assert all(column.description for column in schema.columns)


def test_each_release_is_an_asset_of_its_own_and_nothing_is_partitioned(definitions: dg.Definitions) -> None:
    specs = definitions.resolve_all_asset_specs()
    releases = {spec.key.path[-1] for spec in specs if spec.group_name == "releases"}
    assert releases == {delivery.release_id for delivery in due.releases()}
    assert not [spec.key for spec in specs if spec.partitions_def is not None]


def test_papers_are_no_part_of_what_is_materialised_with_the_tables(
    definitions: dg.Definitions, graph: dg.AssetGraph
) -> None:
    papers = {spec.key for spec in definitions.resolve_all_asset_specs() if spec.group_name == "papers"}
    assert len(papers) == len(KINDS)
    assert not papers & dg.AssetSelection.all().resolve(graph)
    assert not any(graph.get(key).is_executable for key in papers)


def test_a_code_version_is_the_key_that_the_ledger_wants(definitions: dg.Definitions) -> None:
    now = graph_now(Settings())
    wanted = ledger.wanted(now)
    versions = {spec.key: spec.code_version for spec in definitions.resolve_all_asset_specs()}
    for node_id in now.nodes:
        for asset in assets_of(now, node_id):
            assert versions[asset] == wanted[node_id].key


def test_published_comes_after_every_table_that_readers_see(definitions: dg.Definitions) -> None:
    [published] = [s for s in definitions.resolve_all_asset_specs() if s.key == dg.AssetKey(["published"])]
    upstream = {dep.asset_key.to_user_string() for dep in published.deps}
    assert {"marts/index_score", "core/fct_score", "audit/check_result", "core/dim_province_period"} <= upstream


def test_the_analyses_stand_between_the_models_and_the_publication(graph: dg.AssetGraph) -> None:
    target = dg.AssetKey(["marts", "index_target"])
    assert dg.AssetKey(["marts", "index_change_window"]) in graph.get(target).parent_keys
    assert dg.AssetKey(["seeds", "target_rule"]) in graph.get(target).parent_keys
    assert target in graph.get(dg.AssetKey(["published"])).parent_keys
    assert all(graph.has(key) and graph.get(key).is_materializable for key in graph.get(target).parent_keys)


def test_each_rule_is_one_check_and_those_on_tables_block(graph: dg.AssetGraph) -> None:
    for table, suite in read_suites(ROOT / "expectations").items():
        asset = dg.AssetKey(["landing", "release"] if table == "landing.score" else table.split("."))
        for rule in suite.rules:
            spec = graph.get_check_spec(dg.AssetCheckKey(asset, rule.id))
            assert spec.blocking == (table != "landing.score")
            assert spec.description == rule.because


def test_the_run_history_keeps_row_counts_and_failing_rows(built: Built) -> None:
    with opened(built.settings) as instance:
        [run] = instance.get_runs()
        assert run.status == dg.DagsterRunStatus.SUCCESS
        event = instance.get_latest_materialization_event(dg.AssetKey(["marts", "index_score"]))
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["dagster/row_count"].value == due.score_rows()
        records = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey(["core", "dim_release"]), "published_day_known"), limit=1
        )
        evaluation = records[0].event.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr]
        assert evaluation.metadata["n_failed"].value == due.days_not_known()
        table = evaluation.metadata["first_failing"]
        assert isinstance(table, dg.TableMetadataValue)
        rows = table.records
        assert {row.data["release_id"] for row in rows} > {"papi-2011-r1", "papi-2012-r1", "papi-2014-r1"}
