"""The SQL of the models, judged on small rows of its own; and the kept manifest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.building import dbt
from pipelines.settings import Settings
from tests.conftest import Built


@pytest.mark.long
def test_each_unit_test_of_a_model_passes(own_warehouse: Settings) -> None:
    dbt.ensure_manifest(own_warehouse)
    results = dbt.unit_test(own_warehouse, dbt.load_manifest(own_warehouse))
    judged = [result for result in results if result.node.resource_type == "unit_test"]
    assert len(judged) >= 9
    assert {result.node.name: result.message for result in judged if result.status != "pass"} == {}


def test_a_manifest_that_another_command_wrote_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare dbt command with another target writes to the same folder."""
    settings = Settings(dbt_project=tmp_path)
    (tmp_path / "target").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: small", "utf-8")
    (tmp_path / "profiles.yml").write_text("small:", "utf-8")
    parsed: list[list[str]] = []

    ours = '{"nodes": {}}'

    def parse(settings: Settings, arguments: list[str]) -> None:
        parsed.append(arguments)
        for name in (dbt.MANIFEST, dbt.AS_LOADED):
            (settings.dbt_project / "target" / name).write_text(ours, "utf-8")

    monkeypatch.setattr(dbt, "_invoke", parse)
    dbt.ensure_manifest(settings)
    (tmp_path / "target" / dbt.MANIFEST).write_text("theirs", "utf-8")
    assert dbt.ensure_manifest(settings).read_text("utf-8") == ours
    assert len(parsed) == 1
    (tmp_path / "profiles.yml").write_text("small: {}", "utf-8")
    dbt.ensure_manifest(settings)
    assert len(parsed) == 2


def test_what_a_user_has_set_for_dbt_decides_nothing(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DBT_TARGET", "DBT_PROFILE", "DBT_RESOURCE_TYPES", "DBT_TARGET_PATH"):
        monkeypatch.setenv(name, "other")
    with dbt._environment(built.settings):
        seen = {name for name in os.environ if name.startswith("DBT_")}
    assert seen == set()
    assert os.environ["DBT_TARGET"] == "other"
