"""dbt's models keep to the arrow that the README draws, and say what one row is."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from pipelines.building import dbt
from pipelines.settings import ROOT, Settings

MODELS = ROOT / "dbt_project/models"
# Each layer reads those before it and itself.
LAYERS = ("source", "seed", "staging", "core", "marts", "audit")
AT_MOST = 235  # seeds, models and data tests; PAPI by level and a row for each key of a dimension are models too


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dbt.ensure_manifest(Settings()).read_text("utf-8"))
    return found


def layer(manifest: dict[str, Any], unique_id: str) -> str:
    kind = unique_id.split(".", maxsplit=1)[0]
    return kind if kind in ("source", "seed") else str(manifest["nodes"][unique_id]["fqn"][1])


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_model_reads_what_stands_to_its_left(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        own = layer(manifest, node["unique_id"])
        for parent in node["depends_on"]["nodes"]:
            assert LAYERS.index(layer(manifest, parent)) <= LAYERS.index(own), (node["name"], parent)


def test_only_staging_reads_sources_and_it_reads_one_each(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        parents = Counter(layer(manifest, parent) for parent in node["depends_on"]["nodes"])
        is_staging = layer(manifest, node["unique_id"]) == "staging"
        assert parents == {"source": 1} if is_staging else "source" not in parents, node["name"]


def test_parts_are_private_unless_another_group_or_an_analysis_reads_them(manifest: dict[str, Any]) -> None:
    by_id = {node["unique_id"]: node for node in models(manifest)}
    readers: dict[str, set[str]] = {}
    for node in [*by_id.values(), *manifest["exposures"].values()]:
        for parent in node["depends_on"]["nodes"]:
            readers.setdefault(parent, set()).add(node.get("config", {}).get("group") or node["name"])
    for unique_id, node in by_id.items():
        if node["name"].startswith("int_"):
            others = readers.get(unique_id, set()) - {node["config"]["group"]}
            assert node["config"]["access"] == ("public" if others else "private"), (node["name"], others)


def test_beside_every_model_stands_its_yml_and_every_model_has_a_description(manifest: dict[str, Any]) -> None:
    for path in MODELS.rglob("*.sql"):
        if "staging" in path.parts:
            assert f"- name: {path.stem}\n" in (path.parent / "_models.yml").read_text("utf-8")
        else:
            assert f"- name: {path.stem}\n" in path.with_suffix(".yml").read_text("utf-8")
    assert all(node["description"] for node in models(manifest))


def test_every_published_table_has_a_contract_and_a_grain(manifest: dict[str, Any]) -> None:
    """By a test, or, for a choice of rows of such a table, by a key that the publication is held to."""
    grains = {node["attached_node"] for node in manifest["nodes"].values() if node["name"].startswith("grain_")}
    grains |= {node["unique_id"] for node in models(manifest) if node["config"]["meta"].get("key")}
    for node in models(manifest):
        if node["schema"] not in ("core", "marts", "audit") or node["config"]["materialized"] == "table_macro":
            continue
        assert node["config"]["contract"]["enforced"], node["name"]
        seeds = {parent for parent in node["depends_on"]["nodes"] if parent.startswith("seed.")}
        assert {node["unique_id"], *seeds} & grains, node["name"]


def test_nodes_stay_few(manifest: dict[str, Any]) -> None:
    assert sum(node["resource_type"] in ("seed", "model", "test") for node in manifest["nodes"].values()) <= AT_MOST


def test_every_exposure_names_what_is_there(manifest: dict[str, Any]) -> None:
    published = next(one for one in manifest["exposures"].values() if one["name"] == "published_file")
    marts = {node["unique_id"] for node in models(manifest) if node["schema"] == "marts"}
    assert marts <= {*published["depends_on"]["nodes"]}
