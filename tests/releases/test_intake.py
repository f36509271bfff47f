"""A file as received becomes a delivery, or is refused; surprises stop it; a release is withdrawn by an event."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.pages import whats_new
from pipelines.releases import deliveries, intake, landing, revisions
from pipelines.releases.intake import NotTaken, Proposed, Wanted
from pipelines.releases.revisions import Change
from pipelines.seeds import Seeds
from pipelines.settings import ROOT, Settings
from tests.conftest import run_papi
from tests.due import scores_of, scores_of_2025
from tests.workbooks.official import Release, Scores, province_columns, province_rows, table, windows_1258, workbook_of

TODAY = date(2026, 11, 23)


@pytest.fixture
def settings(own_raw: Path, tmp_path: Path) -> Settings:
    return Settings(raw=own_raw, warehouse=tmp_path / "warehouse")


def add(settings: Settings, name: str, content: bytes, **said: object) -> list[Proposed]:
    """Propose a file and put it into raw/ whatever surprises."""
    path = settings.raw.parent / name
    path.write_bytes(content)
    with intake.propose(settings, Wanted(path, "papi", **said), TODAY) as proposed:  # type: ignore[arg-type]
        intake.file(settings, proposed)
    return proposed


def changed(year: int, **changes: float | None) -> Scores:
    """The published scores of a year with those of Bắc Giang changed; codes are written c11 for 1.1."""
    scores = scores_of(year)
    for name, value in changes.items():
        key = ("24", f"{name[1]}.{name[2]}")
        if value is None:
            del scores[key]
        else:
            scores[key] = value
    return scores


@pytest.mark.long
def test_a_workbook_of_several_years_becomes_one_release_a_year_that_agrees_with_the_first(settings: Settings) -> None:
    """With the figures of the official workbook, whose 132 pairs of year and sub-dimension agree to 1e-6."""
    content = workbook_of({year: Release(year, scores_of(year)) for year in range(2011, 2017)})
    proposed = add(settings, "papi-scores-2011-2016.xlsx", content, note="sent by the publisher")
    assert [one.release_id for one in proposed] == [f"papi-{year}-r2" for year in range(2011, 2017)]
    assert all(one.against == one.release_id.replace("r2", "r1") for one in proposed)
    assert not any(one.changes or one.surprises for one in proposed)
    filed = [d for d in deliveries.read_all(settings.raw) if d.revision == 2]
    assert len({d.sha256 for d in filed}) == 1
    assert not any(d.findings for d in filed)
    assert all(d.manifest and d.manifest.known_from == TODAY for d in filed)
    left_out = next(d.manifest.not_published for d in filed if d.year == 2014 and d.manifest)
    assert [(a.provinces, a.parts, a.form, a.reason) for a in left_out] == [
        (["24", "87"], "all", "blank", "The reason was not found.")
    ]


@pytest.mark.long
def test_what_changed_is_told_with_the_words_of_the_mart(settings: Settings) -> None:
    content = province_columns(Release(2020, changed(2020, c11=0.9, c12=None), left_out=0.0))
    [one] = add(settings, "2020.xlsx", content, published_on=date(2021, 6, 30))
    told = [(c.province_key, c.indicator_key, c.kind, c.after) for c in one.changes]
    assert told == [
        ("24-bac-giang", "participation.opportunities", "blanked", None),
        ("24-bac-giang", "participation.civic_knowledge", "corrected", 0.9),
    ]
    assert one.surprises == ["1 corrected", "1 blanked"]
    with pytest.raises(NotTaken, match="is here already, as papi-2020-r2"):
        add(settings, "again.xlsx", content)
    manifest = deliveries.read_all(settings.raw)[-5].manifest
    assert manifest is not None
    assert (manifest.revision, manifest.known_from) == (2, date(2021, 6, 30))
    assert [(a.provinces, a.parts, a.form) for a in manifest.not_published] == [(["24"], ["1.2"], "zero")]


@pytest.mark.long
def test_a_surprise_stops_the_command_until_it_is_accepted(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "2020.xlsx"
    path.write_bytes(province_columns(Release(2020, changed(2020, c11=0.9))))
    call = ("release", "add", path, "--raw", settings.raw, "--warehouse", settings.warehouse)
    stopped = run_papi(*call)
    assert stopped.code == 1
    assert "corrected  Bắc Giang, Tri thức công dân: 0.830015 -> 0.9" in stopped.out
    assert "papi-2020-r2: 1 corrected" in stopped.out
    assert not (settings.raw / "papi/2020/r2").exists()
    assert not list(settings.raw.glob(".adding*"))
    done = run_papi(*call, "--accept", "--published", "2021-06-30")
    assert done.code == 0, done.out
    assert "Filed: papi-2020-r2" in done.out
    diff = run_papi(
        "release", "diff", "papi-2020-r1", "papi-2020-r2", "--raw", settings.raw, "--warehouse", settings.warehouse
    )
    assert "24-bac-giang,participation.civic_knowledge,corrected,0.830015,0.9\n" in diff.out
    assert "so với papi-2020-r1: 1 ô được sửa. Lớn nhất: Bắc Giang, Tri thức công dân: 0,830 → 0,900." in diff.out


@pytest.mark.parametrize(
    ("name", "content", "said", "reading"),
    [
        ("plain.csv", lambda r: table(r, names=True).encode("utf-8-sig"), "", None),
        ("old.csv", lambda r: windows_1258(table(r, names=True)), "windows-1258", {"encoding": "windows-1258"}),
        ("comma.csv", lambda r: table(r, ";", ",").encode(), "';'", {"delimiter": ";", "decimal": ","}),
    ],
)
def test_a_table_is_taken_as_people_send_it_and_how_it_was_read_is_declared(
    settings: Settings, name: str, content: Callable[[Release], bytes], said: str, reading: dict[str, str] | None
) -> None:
    [one] = add(settings, name, content(Release(2024, scores_of(2024))), years=(2024,))
    manifest = one.landed.delivery.manifest
    assert manifest is not None
    assert (manifest.reading.model_dump(exclude_none=True) if manifest.reading else None) == reading
    assert said in " ".join(one.notes)
    assert not one.changes


@pytest.mark.parametrize(
    ("name", "content", "years", "says"),
    [
        ("a.csv", b"province_code,code,score\n01,1.1,1\n", (), "does not say of which year"),
        ("a.csv", b"province_code,code,score\n01,1.1,x\n", (2020,), "cannot be read for 2020"),
        ("a.csv", b"province_code,code,score\n01,1.1,1.2\n01,1.1,1.3\n", (2020,), "would be refused"),
        ("a.csv", b"province_code,code,score\n01,1.1,1\n", (1999,), "no one method of papi is in force in 1999"),
        ("a.xlsx", b"PK\x03\x04 but nothing else", (), "cannot be read"),
    ],
)
def test_what_cannot_be_read_with_certainty_is_refused_and_leaves_nothing(
    settings: Settings, name: str, content: bytes, years: tuple[int, ...], says: str
) -> None:
    before = sorted(settings.raw.rglob("*"))
    with pytest.raises(NotTaken, match=says):
        add(settings, name, content, years=years)
    assert sorted(settings.raw.rglob("*")) == before


def test_a_province_without_a_cell_is_a_surprise(settings: Settings) -> None:
    release = Release(2024, scores_of(2024), [p.code for p in Release(2024, {}).places if p.code != "24"])
    [one] = add(settings, "2024.xlsx", province_columns(release, new_provinces=True, separators=True))
    assert "no cell for 24: all" in one.surprises


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(province_columns, id="a province a column"),
        pytest.param(province_rows, id="a province a row", marks=pytest.mark.long),
    ],
)
def test_papi_2025_with_34_provinces_loads_by_manifest_alone(settings: Settings, write: Callable[..., bytes]) -> None:
    release = Release(2025, scores_of_2025(), day=date(2025, 12, 31))
    assert len(release.places) == 34
    [one] = add(settings, "2025.xlsx", write(release), published_on=date(2026, 4, 14))
    assert (one.release_id, one.landed.n_rows, one.against) == ("papi-2025-r1", 34 * 28, None)
    assert not one.surprises
    [landed] = [
        item for item in landing.land(settings, deliveries.read_all(settings.raw)) if item.delivery.year == 2025
    ]
    assert landed.is_accepted


def test_a_release_is_withdrawn_once_and_with_a_reason(settings: Settings) -> None:
    add(settings, "2020.xlsx", province_columns(Release(2020, changed(2020, c11=0.9))), published_on=TODAY)
    assert intake.withdraw(settings, "papi-2020-r2", "A wrong file.", TODAY) == "papi-2020-r3"
    assert (settings.raw / "papi/2020/r2/2020.xlsx").is_file()
    with pytest.raises(NotTaken) as again:
        intake.withdraw(settings, "papi-2020-r2", "Twice.", TODAY)
    assert [(f.column, f.found) for f in again.value.findings] == [("withdraws", "papi-2020-r2")]
    with pytest.raises(NotTaken, match="no release papi-2020-r9"):
        intake.withdraw(settings, "papi-2020-r9", "No such.", TODAY)
    done = run_papi("release", "withdraw", "papi-2020-r1", "--raw", settings.raw, "--warehouse", settings.warehouse)
    assert done.code == 2
    assert "--reason" in done.out
    listed = run_papi("release", "list", "--raw", settings.raw, "--warehouse", settings.warehouse)
    assert "papi-2020-r3" in listed.out


def test_the_note_on_a_release_reads_in_both_languages() -> None:
    issue = whats_new.Issue("papi", 2020, "papi-2020-r2", "papi-2020-r1", date(2021, 6, 30), None, False, None)
    changes = [Change("24-bac-giang", "Bắc Giang", "x", "Tri thức công dân", "blanked", 0.83, None)]
    assert whats_new.note(issue, changes).splitlines() == [
        "PAPI 2020: papi-2020-r2, biết từ 30/06/2021, so với papi-2020-r1: 1 ô để trống. Ô để trống vẫn giữ điểm đã "
        "công bố trước đó. Lớn nhất: Bắc Giang, Tri thức công dân: 0,830 → trống.",
        "",
        "PAPI 2020: papi-2020-r2, known from 30/06/2021, against papi-2020-r1: 1 cell blanked. What was left blank "
        "keeps the score that was published before. Largest: Bắc Giang, Tri thức công dân: 0,830 → blank.",
    ]


def test_the_same_cells_are_the_same_in_every_layout(settings: Settings) -> None:
    """Scores of 2017 as a table and as an official workbook: nothing differs."""
    add(settings, "2017.xlsx", province_rows(Release(2017, scores_of(2017))))
    table_, official = landing.land(settings, [d for d in deliveries.read_all(settings.raw) if d.year == 2017])
    assert not revisions.between(Seeds(settings.seeds), table_, official)


def test_the_official_figures_are_those_of_the_first_releases() -> None:
    """The workbook of 2011-2016 states totals as sums of dimensions of six decimals, each a sum rounded by itself."""
    with (ROOT / "tests/data/workbook_totals.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            scores = scores_of(int(row["year"]))
            total = sum(score for (province, _), score in scores.items() if province == row["province_code"])
            assert total == pytest.approx(float(row["total"]), abs=6e-6)
