"""Manifests are read strictly and a delivery is known by its folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.releases import deliveries


def read(folder: Path) -> deliveries.Delivery:
    return deliveries.read(folder.parents[2], folder)


def test_releases_come_in_order_of_index_year_and_revision(tmp_path: Path) -> None:
    for name in ("sipas/2020/r1", "papi/2020/r10", "papi/2020/r2", "papi/2019/r1", "papi/2020/draft", "plans/bg-2021"):
        (tmp_path / name).mkdir(parents=True)
    assert deliveries.release_ids(tmp_path) == ["papi-2019-r1", "papi-2020-r2", "papi-2020-r10", "sipas-2020-r1"]


def test_a_delivery_of_which_only_the_year_is_known_counts_from_its_last_day(only: Callable[[str], Path]) -> None:
    manifest = read(only("2011")).manifest
    assert manifest is not None
    assert (manifest.published_day, manifest.known_from) == (None, date(2012, 12, 31))


def test_as_of_leaves_out_what_was_not_yet_published(own_raw: Path) -> None:
    known = deliveries.read_all(own_raw, date(2021, 4, 13))
    assert [d.year for d in known] == list(range(2011, 2020))
    assert [d.year for d in deliveries.read_all(own_raw, date(2021, 4, 14))][-1] == 2020


@pytest.mark.parametrize(
    ("spoil", "rule_id", "column"),
    [
        (lambda text: text.replace("method: V4\n", ""), "manifest_complete", "method"),
        (lambda text: text + "colour: blue\n", "manifest_complete", "colour"),
        (
            lambda text: text.replace("published_day_known: true", "published_day_known: false"),
            "manifest_complete",
            None,
        ),
        (
            lambda text: text.replace("path: scores.csv", "path: ../2019/r1/scores.csv"),
            "manifest_complete",
            "files.0.path",
        ),
        (lambda text: text.replace("revision: 1", "revision: 2"), "manifest_matches_folder", "revision"),
        (lambda text: text + "  : [", "manifest_readable", None),
    ],
)
def test_a_wrong_manifest_is_told_by_field(
    only: Callable[[str], Path], spoil: Callable[[str], str], rule_id: str, column: str | None
) -> None:
    folder = only("2020")
    path = folder / "release.yaml"
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    assert [(f.rule_id, f.column) for f in read(folder).findings] == [(rule_id, column)]


def test_a_delivery_without_a_manifest_still_has_a_name(only: Callable[[str], Path]) -> None:
    folder = only("2020")
    (folder / "release.yaml").unlink()
    delivery = read(folder)
    assert delivery.release_id == "papi-2020-r1"
    assert [f.found for f in delivery.findings] == ["no manifest"]


def test_a_file_that_is_gone_or_a_link_or_unlisted_is_told(only: Callable[[str], Path]) -> None:
    folder = only("2020")
    (folder / "scores.csv").rename(folder / "other.csv")
    assert [f.rule_id for f in read(folder).findings] == ["file_present", "file_listed"]
    (folder / "scores.csv").symlink_to("other.csv")
    assert [f.rule_id for f in read(folder).findings] == ["file_present", "file_listed"]
