"""A release goes on saying what it said when it was published, unless somebody answers for the change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.releases import deliveries, rewritten
from pipelines.releases.rewritten import Facts, NothingToAccept
from pipelines.settings import Settings

DAY = date(2026, 11, 26)


@pytest.fixture
def settings(own_raw: Path) -> Settings:
    return Settings(raw=own_raw)


@pytest.fixture
def published(settings: Settings) -> dict[str, Facts]:
    """What the last publication was made of: raw/ as it was."""
    return rewritten.all_facts(settings)


def edit(settings: Settings, old: str, new: str, year: int = 2020) -> None:
    path = settings.raw / f"papi/{year}/r1/release.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def rewrite_file(settings: Settings) -> None:
    """Another score, with the hash in the manifest as if it had always been so."""
    scores = settings.raw / "papi/2020/r1/scores.csv"
    before = hashlib.sha256(scores.read_bytes()).hexdigest()
    scores.write_text(scores.read_text("utf-8").replace("0.830015", "0.930015"), "utf-8")
    edit(settings, before, hashlib.sha256(scores.read_bytes()).hexdigest())


def published_later(settings: Settings) -> None:
    edit(settings, "published_on: 2021-04-14", "published_on: 2021-04-15")


def not_published_any_more(settings: Settings) -> None:
    edit(
        settings,
        "not_published: []",
        "not_published: [{provinces: ['24'], parts: all, reason: r, form: blank, reason_certainty: c, source: s}]",
    )


@pytest.mark.parametrize(
    ("change", "field", "was"),
    [
        (rewrite_file, "files", "24a8bd867fba6bff78df662267bff5545719faf717534200c5efe80eeae8d501"),
        (published_later, "published_on", "2021-04-14"),
        (not_published_any_more, "not_published", "[]"),
    ],
)
def test_a_release_that_was_rewritten_in_place_is_named_with_what_it_was_and_the_ways_out(
    settings: Settings, published: dict[str, Facts], change: Callable[[Settings], None], field: str, was: str
) -> None:
    change(settings)
    [found] = rewritten.rewritten(settings, published)
    assert found.release_id == "papi-2020-r1"
    assert list(found.changes) == [field]
    assert was in str(found)
    assert "papi release accept papi-2020-r1 --reason" in str(found)


def test_notes_and_addresses_may_change(settings: Settings, published: dict[str, Facts]) -> None:
    edit(settings, "published_on_source: https://www.undp.org", "published_on_source: https://elsewhere.org")
    edit(settings, "not_published: []", "not_published: []\nnote: seen again")
    assert rewritten.rewritten(settings, published) == []


def test_an_accepted_change_is_none_any_more_and_the_next_one_is(
    settings: Settings, published: dict[str, Facts]
) -> None:
    rewrite_file(settings)
    rewritten.accept(settings, "papi-2020-r1", published, "the sender's own correction: 'A', not B", DAY)
    assert rewritten.rewritten(settings, published) == []
    [(release_id, accepted)] = deliveries.acceptances(settings.raw)
    assert (release_id, accepted.on, accepted.reason) == (
        "papi-2020-r1",
        DAY,
        "the sender's own correction: 'A', not B",
    )
    assert deliveries.read(settings.raw, settings.raw / "papi/2020/r1").findings == []
    published_later(settings)
    assert [one.release_id for one in rewritten.rewritten(settings, published)] == ["papi-2020-r1"]
    rewritten.accept(settings, "papi-2020-r1", published, "and the day", DAY)
    assert rewritten.rewritten(settings, published) == []
    assert len(deliveries.acceptances(settings.raw)) == 2


def test_what_is_as_it_was_or_broken_cannot_be_accepted(settings: Settings, published: dict[str, Facts]) -> None:
    with pytest.raises(NothingToAccept, match="nothing to accept"):
        rewritten.accept(settings, "papi-2020-r1", published, "r", DAY)
    with pytest.raises(NothingToAccept, match="no release papi-1999-r1"):
        rewritten.accept(settings, "papi-1999-r1", published, "r", DAY)
    (settings.raw / "papi/2020/r1/scores.csv").write_text("other", "utf-8")
    with pytest.raises(NothingToAccept, match="papi-2020-r1 is refused as it is"):
        rewritten.accept(settings, "papi-2020-r1", published, "r", DAY)


def test_a_release_that_is_gone_is_named(settings: Settings, published: dict[str, Facts]) -> None:
    (settings.raw / "papi/2020").rename(settings.raw / "papi/away")
    assert rewritten.gone(settings, published) == ["papi-2020-r1"]
