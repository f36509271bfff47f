"""Releases changed in place: raw/ is append-only, so a release goes on saying what it said when it was published.

Belongs here: what of a release may not change, comparing it with the last publication, accepting a change by name. Does
not belong here: refusing a publication, see building/making.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.files import dump_yaml, load_yaml, write_whole
from pipelines.kept import key_of
from pipelines.releases import deliveries
from pipelines.releases.deliveries import Delivery
from pipelines.releases.manifest import MANIFEST, Acceptance, Manifest
from pipelines.settings import Settings

# Notes and addresses: they explain a release, and may be made better at any time.
FREE = {"source", "note", "published_on_source", "published_on_note", "accepted"}
FREE_OF_ABSENCES = {"reason", "source"}
WAYS_OUT = (
    "raw/ is append-only: put the old bytes back, or file the new ones as the next revision with `papi release add`, "
    'or accept the change by name: `papi release accept {release_id} --reason "..."`.'
)

Facts = dict[str, str]  # each field of a manifest as JSON


class NothingToAccept(ValueError):
    """The release cannot be accepted; the message says why."""


@dataclass(frozen=True)
class Rewritten:
    """A release that says something else than when it was published: fields with what they were and are."""

    release_id: str
    changes: dict[str, tuple[str | None, str | None]]

    def __str__(self) -> str:
        changes = [f"{name} was {was or 'not there'}, is {now or 'gone'}" for name, (was, now) in self.changes.items()]
        ways_out = WAYS_OUT.format(release_id=self.release_id)
        return f"{self.release_id} was changed after it was published: {'; '.join(changes)}. {ways_out}"


def facts(manifest: Manifest) -> Facts:
    """What a release may not change: its files with their hashes, days, year, method, states."""
    stated = manifest.model_dump(mode="json", exclude_none=True, exclude=FREE)
    for name in ("not_published", "not_collected"):
        stated[name] = [{k: v for k, v in one.items() if k not in FREE_OF_ABSENCES} for one in stated[name]]
    return {name: json.dumps(value, ensure_ascii=False, sort_keys=True) for name, value in stated.items()}


def all_facts(settings: Settings) -> dict[str, Facts]:
    """The facts of every release under raw/ whose manifest can be read, whenever it became known."""
    return {d.release_id: facts(d.manifest) for d in deliveries.read_all(settings.raw) if d.manifest is not None}


def rewritten(settings: Settings, published: Mapping[str, Facts]) -> list[Rewritten]:
    """Releases that differ from ``published``, without a line in their manifest that accepts just this."""
    return [
        found
        for delivery in deliveries.read_all(settings.raw)
        if delivery.manifest is not None and not _is_accepted(delivery.manifest)
        if (found := _compared(delivery, published)) is not None
    ]


def gone(settings: Settings, published: Mapping[str, Facts]) -> list[str]:
    """Releases of the last publication that raw/ no longer holds."""
    return sorted({*published} - {*deliveries.release_ids(settings.raw)})


def accept(settings: Settings, release_id: str, published: Mapping[str, Facts], reason: str, on: date) -> Rewritten:
    """Add the line that accepts a release as it is now to its manifest; returns what it accepts.

    Raises ``NothingToAccept`` where there is no such release, where it is as it was published, or where its files are
    not those that it lists.
    """
    known = {d.release_id: d for d in deliveries.read_all(settings.raw)}
    delivery = known.get(release_id)
    if delivery is None or delivery.manifest is None:
        raise NothingToAccept(f"no release {release_id} with a manifest that can be read")
    if delivery.findings:
        raise NothingToAccept(f"{release_id} is refused as it is: {delivery.findings[0]}")
    found = _compared(delivery, published)
    if found is None or _is_accepted(delivery.manifest):
        raise NothingToAccept(f"{release_id} is as it was published, or accepted already: there is nothing to accept")
    line = {"on": on, "reason": reason, "facts": _hash(facts(delivery.manifest))}
    path = delivery.folder / MANIFEST
    text = path.read_text(encoding="utf-8").rstrip()
    item = dump_yaml([line], width=1000)
    added = "".join(f"  {row}\n" for row in item.splitlines())
    whole = text + ("\n" if delivery.manifest.accepted else "\naccepted:\n") + added
    again = Manifest.model_validate(load_yaml(whole))
    if again.accepted != [*delivery.manifest.accepted, Acceptance.model_validate(line)]:
        raise NothingToAccept(f"{path}: move the list `accepted` to the end of the file")
    write_whole(path, whole)
    return found


def _compared(delivery: Delivery, published: Mapping[str, Facts]) -> Rewritten | None:
    before = published.get(delivery.release_id)
    assert delivery.manifest is not None
    now = facts(delivery.manifest)
    if before is None or before == now:
        return None
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return Rewritten(delivery.release_id, {name: (before.get(name), now.get(name)) for name in names})


def _is_accepted(manifest: Manifest) -> bool:
    return _hash(facts(manifest)) in {one.facts for one in manifest.accepted}


def _hash(stated: Facts) -> str:
    return key_of(None, (), json.dumps(stated, ensure_ascii=False, sort_keys=True))
