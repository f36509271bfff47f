"""Intake: a file as received becomes a delivery under raw/, or is refused; a release is withdrawn.

Belongs here: working out how a file is to be read, writing its manifest, comparing it with the release before, filing
it in one step. Does not belong here: reading and judging, which landing does the same way for every delivery.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from pipelines.files import NotAFile, dump_yaml, sha256_of, size_of
from pipelines.finding import Finding, unforeseen
from pipelines.releases import deliveries, drafts, landing, layouts, revisions, surprises
from pipelines.releases.deliveries import MAX_FILE_BYTES, Delivery
from pipelines.releases.expected import not_stated_cells, provinces_of
from pipelines.releases.landing import Landed
from pipelines.releases.manifest import MANIFEST, Manifest, file_name
from pipelines.releases.revisions import Change
from pipelines.releases.surprises import Offered
from pipelines.seeds import Method, Seeds
from pipelines.settings import Settings
from pipelines.workbooks.cells import WINDOWS_1258, Book, Reading, is_utf8
from pipelines.workbooks.container import Unreadable
from pipelines.workbooks.layout import Layout
from pipelines.workbooks.reader import Read
from pipelines.workbooks.tables import read_table

OWN = (None, None, None)
NOT_SAID = "Left out of the file; the reason is not stated there."


@dataclass(frozen=True)
class Wanted:
    """What the caller says of a file. Without ``years`` they are read from the sheets."""

    file: Path
    index_id: str
    years: tuple[int, ...] = ()
    published_on: date | None = None
    note: str | None = None
    layout: str | None = None
    provinces_as_of: date | None = None
    covers: tuple[str, ...] | None = None
    replaces_year: bool = False
    sheet: str | None = None


@dataclass(frozen=True)
class Proposed:
    """One release that a file would become: what it changes against the one before, and what is surprising in it."""

    release_id: str
    folder: Path
    landed: Landed
    against: str | None
    changes: list[Change]
    notes: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)


class NotTaken(ValueError):
    """The file cannot become a release; ``findings`` say why."""

    def __init__(self, said: str, findings: list[Finding] | None = None) -> None:
        super().__init__(said)
        self.findings = findings or []


@contextmanager
def propose(settings: Settings, wanted: Wanted, today: date) -> Iterator[list[Proposed]]:
    """The releases that a file would become, one a year, prepared beside raw/ and gone afterwards unless filed.

    Raises ``NotTaken`` where it cannot be read with certainty, would be refused on landing, or is filed already.
    """
    with drafts.draft(settings.raw) as draft:
        (draft / settings.layouts.name).symlink_to(settings.layouts)
        try:
            proposed = _propose(settings, wanted, today, draft)
        except (NotTaken, OSError):
            raise
        except Exception as error:  # no file ends in a trace, whatever is in it
            raise NotTaken("the file cannot be taken", [unforeseen(wanted.file.name, error)]) from error
        yield proposed


def file(settings: Settings, proposed: list[Proposed]) -> None:
    """Put proposed releases into raw/, each whole or not at all."""
    for release in proposed:
        target = settings.raw / release.folder.relative_to(release.folder.parents[2])
        target.parent.mkdir(parents=True, exist_ok=True)
        release.folder.rename(target)


def withdraw(settings: Settings, release_id: str, reason: str, on: date) -> str:
    """File the withdrawal of a release as the next revision of its year; returns its release_id.

    Raises ``NotTaken`` where there is no such release or it cannot be withdrawn.
    """
    known = deliveries.read_all(settings.raw)
    found = next((d for d in known if d.release_id == release_id and d.manifest is not None), None)
    if found is None or found.manifest is None:
        raise NotTaken(f"no release {release_id}; there are {', '.join(d.release_id for d in known)}")
    same_year = _same_year(known, found)
    revision = max(d.revision for d in same_year) + 1
    manifest: dict[str, Any] = _held_after(found, same_year).model_dump(mode="json", exclude_none=True)
    for gone in ("reading", "not_collected", "published_on_note", "published_on_source", "replaces_year", "accepted"):
        manifest.pop(gone, None)
    manifest |= {
        "revision": revision,
        "published_on": on.isoformat(),
        "published_day_known": True,
        "received_on": on.isoformat(),
        "source": f"withdrawal of {release_id}",
        "files": [],
        "not_published": [],
        "withdraws": release_id,
        "note": reason,
    }
    with drafts.draft(settings.raw) as draft:
        folder = draft / found.index_id / str(found.year) / f"r{revision}"
        _write(folder, manifest)
        delivery = _checked(deliveries.read(draft, folder), known)
        if delivery.findings:
            raise NotTaken(f"{release_id} cannot be withdrawn", delivery.findings)
        target = found.folder.parent / folder.name
        folder.rename(target)
    return delivery.release_id


def _held_after(withdrawn: Delivery, same_year: list[Delivery]) -> Manifest:
    """The manifest of the release that holds once another is withdrawn: its method and provinces apply."""
    withdrawn_ids = {d.manifest.withdraws for d in same_year if d.manifest} | {withdrawn.release_id}
    left = [d.manifest for d in same_year if d.manifest and d.manifest.files and d.release_id not in withdrawn_ids]
    held = left[-1] if left else withdrawn.manifest
    assert held is not None
    assert withdrawn.manifest is not None
    return held.model_copy(update={"covers": withdrawn.manifest.covers})


# --- proposing -----------------------------------------------------------------------------------------------------


def _propose(settings: Settings, wanted: Wanted, today: date, draft: Path) -> list[Proposed]:
    seeds = Seeds(settings.seeds)
    if wanted.index_id not in seeds.indices:
        raise NotTaken(f"no index {wanted.index_id}; there are {', '.join(seeds.indices)}")
    try:
        book = Book(_content(wanted), wanted.file.name)
    except Unreadable as error:
        raise NotTaken(f"{wanted.file.name} cannot be read", [error.finding]) from None
    tried = _layouts(settings, wanted)
    years = wanted.years or _years_of(book, tried)
    for year in years:
        if not 1000 <= year <= today.year:
            raise NotTaken(f"no figures can be of {year}: today is {today:%d/%m/%Y}")
    known = deliveries.read_all(settings.raw)
    drafted = [_draft(seeds, wanted, today, draft, known, tried, book, year) for year in years]
    landed = landing.land(replace(settings, raw=draft), [delivery for delivery, _, _ in drafted])
    refused = [item for item in landed if not item.is_accepted]
    if refused:
        release_ids = ", ".join(item.delivery.release_id for item in refused)
        rounded = [n for _, read, _ in drafted if (n := surprises.is_rounded(read)) is not None]
        copy = f"; its values have at most {max(rounded)} decimals, so it is a rounded copy" if rounded else ""
        findings = [finding for item in refused for finding in item.findings]
        raise NotTaken(f"{release_ids} would be refused{copy}", findings)
    last = [
        before[-1]
        for delivery, _, _ in drafted
        if (before := [d for d in _same_year(known, delivery) if d.manifest and d.manifest.files and not d.findings])
    ]
    accepted = {item.delivery.year: item for item in landing.land(settings, last) if item.is_accepted}
    return [
        _compared(settings, seeds, Offered(read, item, accepted.get(item.delivery.year)), known, notes)
        for item, (_, read, notes) in zip(landed, drafted, strict=True)
    ]


def _content(wanted: Wanted) -> bytes:
    """The bytes of the file; raises ``NotTaken`` where it is none, too large, or bears a name that cannot be kept."""
    name = wanted.file.name
    try:
        size = size_of(wanted.file.resolve())
        file_name(name)
    except (OSError, ValueError) as error:
        raise NotTaken(
            f"{name!r}: found {error}; expected a file"
            if isinstance(error, NotAFile)
            else f"{name!r} cannot be filed; expected {error}"
        ) from None
    if size > MAX_FILE_BYTES:
        raise NotTaken(f"{name} has more than {MAX_FILE_BYTES} bytes")
    return wanted.file.read_bytes()


def _layouts(settings: Settings, wanted: Wanted) -> list[Layout]:
    """The layout that is asked for; without one all that can be read and may describe files of the index."""
    if wanted.layout is None:
        known = layouts.read_all(settings.layouts)[0]
        return [layout for layout in known if layout.index_id in (None, wanted.index_id)]
    try:
        return [layouts.read(settings.layouts, wanted.layout)]
    except layouts.Unusable as error:
        raise NotTaken(f"layout {wanted.layout!r} cannot be used", error.findings) from None


def _compared(settings: Settings, seeds: Seeds, offered: Offered, known: list[Delivery], notes: list[str]) -> Proposed:
    """A drafted release against the last one of its year, with what is surprising in it."""
    delivery, before = offered.landed.delivery, offered.before
    changes = revisions.between(seeds, before, offered.landed) if before else []
    told = surprises.surprises(settings, seeds, offered, known)
    against = before.delivery.release_id if before else None
    return Proposed(delivery.release_id, delivery.folder, offered.landed, against, changes, notes, told)


def _years_of(book: Book, layouts: list[Layout]) -> list[int]:
    """The years that the sheets of a workbook name."""
    years = {year for layout in layouts for sheet in book.sheet_names for year in layout.years_of(sheet)}
    if not years:
        raise NotTaken(f"{book.name} does not say of which year it is: add --year")
    return sorted(years)


def _draft(
    seeds: Seeds,
    wanted: Wanted,
    today: date,
    draft: Path,
    known: list[Delivery],
    layouts: list[Layout],
    book: Book,
    year: int,
) -> tuple[Delivery, Read, list[str]]:
    """The delivery of one year beside raw/, what was read of it, and what is to be said about reading it."""
    method = seeds.method_in(wanted.index_id, year)
    if method is None:
        raise NotTaken(f"no one method of {wanted.index_id} is in force in {year}: add it to seeds/method.csv first")
    provinces_as_of = wanted.provinces_as_of or date(year, 12, 31)
    same_year = [d for d in known if (d.index_id, d.year) == (wanted.index_id, year)]
    layout, reading, read = _read_certainly(seeds, wanted, method, provinces_as_of, layouts, book, year)
    revision = max((d.revision for d in same_year), default=0) + 1
    folder = draft / wanted.index_id / str(year) / f"r{revision}"
    folder.mkdir(parents=True)
    copy = folder / wanted.file.name
    copy.write_bytes(book.content)
    sha256 = sha256_of(copy)
    for other in same_year:
        if other.manifest and sha256 in {listed.sha256 for listed in other.manifest.files}:
            raise NotTaken(f"{wanted.file.name} is here already, as {other.release_id}")
    index = seeds.indices[wanted.index_id]
    stated: dict[str, Any] = {
        "index_id": wanted.index_id,
        "year": year,
        "revision": revision,
        "method": method.method,
        "published_on": wanted.published_on,
        "published_day_known": wanted.published_on is not None,
        "received_on": today,
        "provinces_as_of": provinces_as_of,
        "publisher": [name.strip() for name in index.publisher.split(",")],
        "source": f"{wanted.index_id.upper()} {year}, {wanted.file.name} as received",
        "layout": layout.layout,
        "files": [{"path": wanted.file.name, "sha256": sha256}],
        "reading": reading.model_dump(exclude_none=True) or None,
        "covers": list(wanted.covers) if wanted.covers else None,
        "not_published": [],
        "replaces_year": wanted.replaces_year or None,
        "note": wanted.note,
    }
    manifest = {key: value for key, value in stated.items() if value is not None or key == "published_on"}
    manifest["not_published"] = _left_out(seeds, Manifest.model_validate(manifest), read, same_year)
    _write(folder, manifest)
    delivery = _checked(deliveries.read(draft, folder), known)
    notes = read.notes + ([f"read as {reading.model_dump(exclude_none=True)}"] if "reading" in manifest else [])
    return delivery, read, notes


def _read_certainly(
    seeds: Seeds,
    wanted: Wanted,
    method: Method,
    provinces_as_of: date,
    layouts: list[Layout],
    book: Book,
    year: int,
) -> tuple[Layout, Reading, Read]:
    """The one way in which the file can be read: layout, encoding and signs. Ways that contradict each other are none.

    Layouts that name a sheet of the year are tried before the others, and alone where one of them reads it. Where ways
    agree in all that both of them say, the one that says most is taken.
    """
    indicators = seeds.indicators_of(wanted.index_id, method.method)
    places = seeds.places_on(provinces_as_of)
    named = [layout for layout in layouts if layout.sheets and layout.sheet_of(year, book.sheet_names)]
    tried: list[tuple[Layout, Reading, Read]] = []
    for group in (named, [layout for layout in layouts if layout not in named]):
        for layout in group:
            for reading in _readings(book, wanted.sheet):
                read = read_table(book, year, layout, indicators, places, reading)
                tried.append((layout, reading, read))
                if not read.findings and reading == Reading():
                    break  # it is as the layout says: no other signs are looked for
        if any(_is_whole(read) for _, _, read in tried):
            break
    whole = sorted((way for way in tried if _is_whole(way[2])), key=lambda way: -len(way[2].records))
    said = [{(r["province_code"], r["code"], r["measure"]): r["score_text"] for r in way[2].records} for way in whole]
    if said and all(most == said[0].get(cell) for other in said[1:] for cell, most in other.items()):
        return whole[0]
    if said:
        ways = "; ".join(f"{layout.layout} {reading.model_dump(exclude_none=True)}" for layout, reading, _ in whole)
        raise NotTaken(
            f"{wanted.file.name} can be read in ways that differ: {ways}. Add --layout, or write the manifest"
        )
    nearest = max(tried, key=lambda way: _nearness(way[2]))
    raise NotTaken(f"{wanted.file.name} cannot be read for {year}; as layout {nearest[0].layout}:", nearest[2].findings)


def _is_whole(read: Read) -> bool:
    return bool(read.records) and not read.findings


def _nearness(read: Read) -> tuple[bool, int, int, int]:
    """How near a layout comes to a file: its table was found, its headings understood, its cells read."""
    is_elsewhere = read.understood == 0 or any(finding.rule_id == "columns" for finding in read.findings)
    return not is_elsewhere, read.understood, len(read.records), -len(read.findings)


def _readings(book: Book, sheet: str | None) -> list[Reading]:
    """How a file might be read: as its layout says, else with the signs of a text table that people send."""
    if book.is_workbook:
        return [Reading(sheet=sheet)]
    encoding = None if is_utf8(book.content) else WINDOWS_1258
    signs = product((encoding,), (None, ";", "\t"), (None, ","))
    return [
        Reading(),
        *(
            Reading.model_validate({"encoding": e, "delimiter": d, "decimal": s})
            for e, d, s in signs
            if (e, d, s) != OWN
        ),
    ]


def _left_out(seeds: Seeds, manifest: Manifest, read: Read, same_year: list[Delivery]) -> list[dict[str, Any]]:
    """Declarations of what the file leaves out: by a blank, a zero or a mark, or by having no cell for it."""
    stated = seeds.stated_of(manifest.index_id, manifest.method)
    forms = {
        (str(r["province_code"]), str(r["code"])): (r["form"], r["mark"])
        for r in read.records
        if r["measure"] == "score" and r["code"] in stated
    }
    told = _reasons(seeds, same_year)
    grouped: dict[tuple[Any, ...], dict[str, list[str]]] = {}
    for province in provinces_of(seeds, manifest):
        for code in stated:
            form, mark = forms.get((province, code), ("absent", None))
            if form is not None:
                why = told.get((province, code), (NOT_SAID, "unknown", f"{manifest.files[0].path}"))
                grouped.setdefault((form, mark, *why), {}).setdefault(province, []).append(code)
    declared: dict[tuple[Any, ...], list[str]] = {}
    for why, provinces in grouped.items():
        for province, codes in provinces.items():
            parts = "all" if len(codes) == len(stated) else tuple(codes)
            declared.setdefault((parts, *why), []).append(province)
    return [
        {
            "provinces": provinces,
            "parts": parts if parts == "all" else list(parts),
            "form": form,
            **({"mark": mark} if mark else {}),
            "reason": reason,
            "reason_certainty": certainty,
            "source": source,
        }
        for (parts, form, mark, reason, certainty, source), provinces in declared.items()
    ]


def _reasons(seeds: Seeds, same_year: list[Delivery]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Why earlier releases of the year left out a province and code, as their manifests say."""
    return {
        (str(cell["province_code"]), str(cell["code"])): (absence.reason, absence.reason_certainty, absence.source)
        for delivery in same_year
        if delivery.manifest and not delivery.findings
        for absence in delivery.manifest.not_published
        for cell in not_stated_cells(seeds, delivery.manifest.model_copy(update={"not_published": [absence]}))
    }


def _same_year(known: list[Delivery], delivery: Delivery) -> list[Delivery]:
    return [d for d in known if (d.index_id, d.year) == (delivery.index_id, delivery.year)]


def _checked(delivery: Delivery, known: list[Delivery]) -> Delivery:
    """A drafted delivery with what it may not do to those before it."""
    return replace(delivery, findings=[*delivery.findings, *deliveries.disagreements_within_year(delivery, known)])


def _write(folder: Path, manifest: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_text(dump_yaml(manifest), encoding="utf-8")
