"""Whatever lies under raw/ and is no delivery is told by name, and deliveries beside it go on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.building import fingerprint, release_tables
from pipelines.releases import deliveries, landing
from pipelines.releases.strays import strays
from pipelines.settings import ROOT, Settings
from tests.conftest import copy_of_raw, run_papi


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(raw=copy_of_raw(tmp_path / "raw", [2019, 2020]), warehouse=tmp_path / "warehouse")


def told(settings: Settings) -> list[tuple[str, str]]:
    return [(finding.file, finding.found) for finding in strays(settings)]


def test_of_the_real_raw_nothing_is_passed_over() -> None:
    assert strays(Settings(raw=ROOT / "raw")) == []


@pytest.mark.parametrize(
    "name",
    ["r01", "R1", "r1 (copy)", "r0", "r99999", "draft"],
)
def test_a_release_folder_of_another_spelling_is_told(settings: Settings, name: str) -> None:
    (settings.raw / "papi/2020" / name).mkdir()
    assert told(settings) == [(f"raw/papi/2020/{name}", "a folder")]
    assert deliveries.release_ids(settings.raw) == ["papi-2019-r1", "papi-2020-r1"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("PAPI/2020/r2", "raw/PAPI"),
        ("papii/2020", "raw/papii"),
        ("papi/20", "raw/papi/20"),
        ("papi/2020a/r1", "raw/papi/2020a"),
        ("papi/0999/r1", "raw/papi/0999"),
        ("layouts/old", "raw/layouts/old"),
    ],
)
def test_a_folder_in_a_place_of_its_own_is_told(settings: Settings, path: str, found: str) -> None:
    (settings.raw / path).mkdir(parents=True)
    assert told(settings) == [(found, "a folder")]


@pytest.mark.parametrize("path", ["2025.xlsx", "papi/2025.xlsx", "papi/2020/scores.csv", "layouts/new.yml"])
def test_a_file_outside_a_delivery_is_told(settings: Settings, path: str) -> None:
    (settings.raw / path).write_text("x", "utf-8")
    assert told(settings) == [(f"raw/{path}", "a file")]


def test_a_hidden_file_that_no_manifest_lists_is_told_and_the_delivery_stands(settings: Settings) -> None:
    (settings.raw / "papi/2020/r1/.~lock.scores.csv#").write_text("x", "utf-8")
    assert told(settings) == [("raw/papi/2020/r1/.~lock.scores.csv#", "a hidden file")]
    assert not [delivery for delivery in deliveries.read_all(settings.raw) if delivery.findings]


def test_linked_folders_are_told_and_a_linked_release_is_refused(settings: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (settings.raw / "papi/2019/r1").rename(elsewhere / "r1")
    (settings.raw / "papi/2019/r1").symlink_to(elsewhere / "r1")
    (settings.raw / "papi/2018").symlink_to(elsewhere)
    (settings.raw / "pci").symlink_to(elsewhere)
    assert told(settings) == [("raw/pci", "a link"), ("raw/papi/2018", "a link")]
    linked, good = deliveries.read_all(settings.raw)
    assert [(f.rule_id, f.file, f.found) for f in linked.findings] == [("folder_own", "raw/papi/2019/r1", "a link")]
    assert good.findings == []


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda path: path.write_text(path.read_text("utf-8") + "kind: x\n", "utf-8"), "'kind' written twice"),
        (lambda path: path.write_text("kind: [", "utf-8"), "did not find expected node content"),
        (lambda path: path.write_text("[" * 100_000, "utf-8"), "lists and fields nested more than"),
        (lambda path: path.write_text("layout: tidy-csv\nkind: odd\n", "utf-8"), "{'layout': 'tidy-csv'"),
        (lambda path: path.write_text("layout: x\nkind: score_a_row\n", "utf-8"), "'x'"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "'utf-8' codec can't decode"),
        (pipe, "a pipe"),
        (folder, "a folder"),
    ],
)
def test_a_broken_layout_is_told_once_and_stops_only_what_names_it(
    settings: Settings, spoil: Callable[[Path], None], found: str
) -> None:
    spoil(settings.layouts / "papi-2018.yaml")
    manifest = settings.raw / "papi/2019/r1/release.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("layout: tidy-csv", "layout: papi-2018"), "utf-8")
    [broken] = strays(settings)
    assert broken.file == "raw/layouts/papi-2018.yaml"
    assert broken.found.startswith(found)
    refused, good = landing.land(settings, deliveries.read_all(settings.raw))
    assert [(f.column, f.found.split(": ")[0]) for f in refused.findings] == [("layout", "papi-2018")]
    assert good.is_accepted


def test_the_list_of_releases_ends_with_what_is_passed_over(settings: Settings) -> None:
    (settings.raw / "papi/2020/R2").mkdir()
    listed = run_papi("release", "list", "--raw", settings.raw, "--warehouse", settings.warehouse)
    assert listed.code == 0
    assert "raw/papi/2020/R2: found a folder; expected the folder of a release: r1, r2 and so on" in listed.out


def test_what_is_passed_over_is_a_finding_of_no_release_in_the_warehouse(settings: Settings) -> None:
    (settings.raw / "papi/2020/R2").mkdir()
    landing.land(settings, deliveries.read_all(settings.raw))
    with duckdb.connect() as connection:
        assert release_tables.fill(settings, connection)
        rows = connection.execute("select finding_id, release_id, source_file, found from landing.finding").fetchall()
    assert rows == [("raw-001", None, "raw/papi/2020/R2", "a folder")]


def test_an_unknown_index_and_an_empty_list_of_provinces_are_told_by_field(settings: Settings) -> None:
    (settings.raw / "papii/2020").mkdir(parents=True)
    (settings.raw / "papi/2020/r1").rename(settings.raw / "papii/2020/r1")
    manifest = settings.raw / "papii/2020/r1/release.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("index_id: papi", "index_id: papii"), "utf-8")
    other = settings.raw / "papi/2019/r1/release.yaml"
    text = other.read_text("utf-8").replace("provinces_as_of: 2019-12-31", "provinces_as_of: 1900-01-01")
    other.write_text(text, "utf-8")
    found = {
        (item.delivery.release_id, finding.column, finding.found)
        for item in landing.land(settings, deliveries.read_all(settings.raw))
        for finding in item.findings
    }
    assert ("papii-2020-r1", "index_id", "papii") in found
    assert ("papi-2019-r1", "provinces_as_of", "01/01/1900, a day without provinces") in found


def test_every_listed_file_is_part_of_the_fingerprint_whatever_its_name(settings: Settings) -> None:
    folder = settings.raw / "papi/2020/r1"
    for name in (".x.csv", "scores.md"):
        before = fingerprint.of(settings)
        (folder / "scores.csv").rename(folder / name)
        manifest = folder / "release.yaml"
        manifest.write_text(manifest.read_text("utf-8").replace("path: scores.csv", f"path: {name}"), "utf-8")
        listed = fingerprint.of(settings)
        assert listed != before
        (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
        assert fingerprint.of(settings) != listed
        [*_, delivery] = deliveries.read_all(settings.raw)
        assert [finding.rule_id for finding in delivery.findings] == ["file_as_received"]
        (folder / name).rename(folder / "scores.csv")
        manifest.write_text(manifest.read_text("utf-8").replace(f"path: {name}", "path: scores.csv"), "utf-8")


def test_notes_and_drafts_are_no_part_of_the_fingerprint(settings: Settings) -> None:
    before = fingerprint.of(settings)
    (settings.raw / "README.md").write_text("x", "utf-8")
    (settings.raw / ".adding-x/papi/2020/r2").mkdir(parents=True)
    (settings.raw / ".adding-x/papi/2020/r2/scores.csv").write_text("x", "utf-8")
    assert fingerprint.of(settings) == before
