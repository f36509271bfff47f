"""Landing lets good deliveries in and refuses bad ones with the place, what was found and what is expected."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.releases import deliveries, landing
from pipelines.releases.landing import Landed
from pipelines.rules import judge
from pipelines.rules.suites import Outcome
from pipelines.settings import ROOT, Settings
from pipelines.workbooks import tables
from tests.releases.spoil import EDITED, SPOILT, Spoilt, line, rewrite, seal

NOT_PUBLISHED = (
    "not_published: [{{provinces: ['{}'], parts: {}, form: blank, reason: r, reason_certainty: solid, source: s}}]"
)


@pytest.fixture
def settings(own_raw: Path, tmp_path: Path) -> Settings:
    return Settings(raw=own_raw, warehouse=tmp_path / "warehouse")


def land(settings: Settings) -> list[Landed]:
    return landing.land(settings, deliveries.read_all(settings.raw))


@pytest.mark.long
def test_each_real_release_is_accepted_with_every_score(settings: Settings) -> None:
    landed = land(settings)
    assert [item.delivery.release_id for item in landed] == [f"papi-{year}-r1" for year in range(2011, 2025)]
    assert all(item.is_accepted and not item.findings for item in landed)
    assert sum(item.n_rows for item in landed) == 21_891


@pytest.mark.parametrize("case", [*SPOILT, EDITED], ids=lambda case: case.what)
def test_a_bad_delivery_is_refused_with_its_place(
    settings: Settings, only: Callable[[str], Path], case: Spoilt
) -> None:
    folder = only(case.year)
    case.spoil(folder)
    [refused] = land(settings)
    assert refused.state == "refused"
    finding = next(f for f in refused.findings if (f.rule_id, f.row) == (case.rule_id, case.row))
    assert finding.file == f"raw/papi/{case.year}/r1/{case.file}"
    assert finding.column == case.column
    assert case.found in finding.found
    assert case.expected in finding.expected
    assert finding.remedy


def test_a_zero_is_not_a_score(settings: Settings, only: Callable[[str], Path]) -> None:
    line(2, "01,1.1,0")(only("2020"))
    [refused] = land(settings)
    assert [(f.rule_id, f.cell, f.found) for f in refused.findings] == [("no_zero", "C2", "0")]


def test_a_file_of_no_bytes_is_refused(settings: Settings, only: Callable[[str], Path]) -> None:
    folder = only("2020")
    (folder / "scores.csv").write_bytes(b"")
    seal(folder)
    [refused] = land(settings)
    assert [(f.rule_id, f.found) for f in refused.findings] == [("not_empty", "an empty file")]


def test_a_header_alone_is_refused(settings: Settings, only: Callable[[str], Path]) -> None:
    rewrite(lambda lines: lines[:1])(only("2020"))
    [refused] = land(settings)
    assert [(f.rule_id, f.found) for f in refused.findings] == [("not_empty", "a header alone")]


def test_a_score_for_what_is_declared_as_not_published_is_refused(
    settings: Settings, only: Callable[[str], Path]
) -> None:
    rewrite(lambda lines: [*lines, "24,1.1,1.2"])(only("2021"))
    [refused] = land(settings)
    assert "a score for province 24, 1.1" in {f.found for f in refused.findings if f.rule_id == "cells"}


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        ("method: V4", "method: V9", "method"),
        ("method: V4", "method: V1", "method"),
        ("layout: tidy-csv", "layout: none-such", "layout"),
        ("not_published: []", NOT_PUBLISHED.format("99", "all"), "not_published.provinces"),
        ("not_published: []", NOT_PUBLISHED.format("24", "['9']"), "not_published.parts"),
    ],
)
def test_a_manifest_speaks_of_what_the_seeds_know(
    settings: Settings, only: Callable[[str], Path], before: str, after: str, column: str
) -> None:
    manifest = only("2020") / "release.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace(before, after), "utf-8")
    [refused] = land(settings)
    assert [(f.rule_id, f.column) for f in refused.findings] == [("manifest_in_reference", column)]


def test_what_is_landed_is_not_read_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = land(settings)
    monkeypatch.setattr(landing, "read_file", pytest.fail)
    assert [(i.state, i.n_rows, i.outcomes) for i in land(settings)] == [(i.state, i.n_rows, i.outcomes) for i in first]


def test_a_mended_delivery_is_read_again(settings: Settings, only: Callable[[str], Path]) -> None:
    folder = only("2020")
    good = (folder / "scores.csv").read_bytes()
    line(2, "01,1.1,0")(folder)
    assert land(settings)[0].state == "refused"
    (folder / "scores.csv").write_bytes(good)
    seal(folder)
    assert land(settings)[0].state == "accepted"


def test_a_rule_in_error_lets_nothing_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "ask", lambda _: [Outcome("no_zero", "error", "no such column")])
    with pytest.raises(landing.JudgementFailed, match="no such column"):
        land(settings)
    assert not list(settings.landing.rglob("landed.json"))


def test_scores_are_kept_as_exact_decimals(settings: Settings, only: Callable[[str], Path]) -> None:
    only("2020")
    [landed] = land(settings)
    row = duckdb.execute(
        "select score, source_file, source_cell from read_parquet(?) where province_code = '24' and code = '1.1'",
        [str(landed.scores)],
    ).fetchone()
    assert row is not None
    assert (str(row[0]), *row[1:]) == ("0.830015000", "raw/papi/2020/r1/scores.csv", "C408")


def test_no_test_changes_the_real_raw() -> None:
    assert all(not d.findings for d in deliveries.read_all(ROOT / "raw"))


def test_the_many_faults_of_one_delivery_hide_none_of_another(settings: Settings) -> None:
    rewrite(lambda lines: [lines[0], *(row.rsplit(",", 1)[0] + ",99" for row in lines[1:])])(
        settings.raw / "papi/2011/r1"
    )
    line(2, "01,1.1,9.9")(settings.raw / "papi/2024/r1")
    states = {item.delivery.year: (item.state, len(item.findings)) for item in land(settings)}
    assert states[2011] == ("refused", 100)
    assert states[2024] == ("refused", 1)
    assert states[2020] == ("accepted", 0)


def test_whatever_one_delivery_raises_is_its_finding_and_the_others_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_file = tables.read_file

    def fails_on_2015(content: bytes, name: str, *others: Any) -> Any:
        if "/2015/" in name:
            raise ZeroDivisionError("nobody foresaw this")
        return read_file(content, name, *others)

    monkeypatch.setattr(landing, "read_file", fails_on_2015)
    refused = [item for item in land(settings) if not item.is_accepted]
    assert [item.delivery.year for item in refused] == [2015]
    [finding] = refused[0].findings
    assert (finding.rule_id, finding.file) == ("unforeseen", "raw/papi/2015/r1")
    assert finding.found.startswith("ZeroDivisionError at test_landing.py:")
    assert finding.found.endswith("nobody foresaw this")


def test_where_the_rules_fail_over_one_delivery_the_others_are_judged_without_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = judge.ask

    def fails_with_2015(task: judge.Task) -> list[Outcome]:
        if "papi-2015-r1" in set(task.frames["landing.score"]["release_id"]):
            return [Outcome(rule.id, "not_run", "the judging process ended") for rule in task.suite.rules]
        return ask(task)

    monkeypatch.setattr(judge, "ask", fails_with_2015)
    for folder in (settings.raw / "papi").iterdir():
        if folder.name not in ("2014", "2015"):
            shutil.rmtree(folder)
    good, refused = land(settings)
    assert good.is_accepted
    assert [(f.rule_id, f.file) for f in refused.findings] == [("unforeseen", "raw/papi/2015/r1")]


def test_a_delivery_that_owes_nothing_and_states_nothing_is_judged(
    settings: Settings, only: Callable[[str], Path]
) -> None:
    """Frames without rows have the types that the rules ask for."""
    folder = only("2020")
    rewrite(lambda lines: [lines[0], "24,1.1,0.9"])(folder)
    manifest = folder / "release.yaml"
    text = manifest.read_text("utf-8").replace("not_published: []", NOT_PUBLISHED.format("24", "all"))
    manifest.write_text(text + "covers: ['24']\n", "utf-8")
    [refused] = land(settings)
    assert {f.rule_id for f in refused.findings} == {"cells"}


def test_a_number_too_large_to_keep_is_the_finding_of_its_delivery(
    settings: Settings, only: Callable[[str], Path]
) -> None:
    rewrite(lambda lines: [f"{lines[0]},rank", *(f"{row},999999.9999999999" for row in lines[1:])])(only("2020"))
    [refused] = land(settings)
    assert [f.rule_id for f in refused.findings] == ["number_fits"]


def test_expected_numbers_are_told_as_they_are_kept(settings: Settings, only: Callable[[str], Path]) -> None:
    rewrite(lambda lines: [*lines, "01,1,6.09"])(only("2020"))
    [refused] = land(settings)
    [finding] = refused.findings
    assert finding.rule_id == "stated_sum"
    assert len(finding.expected.split(",")[0].partition(".")[2]) <= 6
    assert str(finding).startswith("raw/papi/2020/r1/scores.csv, cell C1829, column score: found 6.09 for 1 of")
