"""Deliveries under raw/: which there are, what their manifests say, whether their files are still as received.

Belongs here: finding, reading and verifying manifests. Does not belong here: the contents of the delivered files.
A delivery lies in raw/<index>/<year>/r<revision>/ and is named after its folder, so that even one with a broken
manifest has a name to be refused by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.files import load_yaml, sha256_of
from pipelines.finding import Finding
from pipelines.workbooks.cells import Reading

MANIFEST = "release.yaml"
MAX_FILE_BYTES = 50 * 1024 * 1024


class DeliveredFile(BaseModel):
    """A file of a delivery, beside its manifest."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(pattern=r"^[^/\\]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class NotCollected(BaseModel):
    """Scores that were published and are not here: of these provinces, in whole or in the given parts (codes)."""

    model_config = ConfigDict(extra="forbid")

    provinces: list[str] = Field(min_length=1)
    parts: Literal["all"] | list[str]
    reason: str


class NotPublished(NotCollected):
    """Scores that the publisher left out. The form is how the file shows it; absent where it has no cell for them.

    A ``mark`` is what stands in the cell where the form is mark.
    """

    form: Literal["blank", "zero", "mark", "partial", "absent"]
    mark: str | None = None
    reason_certainty: str
    source: str


class Acceptance(BaseModel):
    """A change of a release in place that somebody answers for. ``facts`` is a hash of what it states since."""

    model_config = ConfigDict(extra="forbid")

    on: date
    reason: str = Field(min_length=1)
    facts: str


class Manifest(BaseModel):
    """release.yaml: what a delivery says of itself.

    ``published_on`` is a day, a year where the day is unknown, or None where nothing is known but that it was received.
    ``covers`` are the provinces it speaks of, None for all. ``replaces_year`` makes what it leaves out lapse; otherwise
    the last score that a release states stays in force. With ``withdraws`` it ends that release of the same year and
    has no files; ``note`` then is the reason.
    """

    model_config = ConfigDict(extra="forbid")

    index_id: str
    year: int
    revision: int = Field(ge=1)
    method: str
    published_on: date | int | None
    published_day_known: bool
    published_on_source: str | None = None
    published_on_note: str | None = None
    received_on: date
    provinces_as_of: date
    publisher: list[str] = Field(min_length=1)
    source: str
    layout: str = Field(pattern=r"^[a-z0-9-]+$")
    files: list[DeliveredFile]
    reading: Reading | None = None
    covers: list[str] | None = Field(default=None, min_length=1)
    not_published: list[NotPublished]
    not_collected: list[NotCollected] = []
    replaces_year: bool = False
    withdraws: str | None = None
    note: str | None = None
    accepted: list[Acceptance] = []

    @model_validator(mode="after")
    def _day_is_known_when_it_is_given(self) -> Manifest:
        if isinstance(self.published_on, date) != self.published_day_known:
            raise ValueError("published_day_known must be true for a day and false for a year")
        return self

    @model_validator(mode="after")
    def _has_files_or_withdraws(self) -> Manifest:
        if bool(self.files) == bool(self.withdraws):
            raise ValueError("a delivery has files, or it withdraws a release and has none")
        if self.withdraws and not self.note:
            raise ValueError("withdrawing a release needs its reason under note")
        return self

    @property
    def known_from(self) -> date:
        """Day of publication; where only the year is known its last day, so that nothing is known too early.

        Where nothing is known of its publication, the day it was received.
        """
        if isinstance(self.published_on, date):
            return self.published_on
        return date(self.published_on, 12, 31) if self.published_on else self.received_on

    @property
    def published_day(self) -> date | None:
        return self.published_on if isinstance(self.published_on, date) else None


@dataclass(frozen=True)
class Delivery:
    """A folder under raw/ with its manifest, or without one and the findings that say why."""

    index_id: str
    year: int
    revision: int
    folder: Path
    raw: Path
    manifest: Manifest | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def release_id(self) -> str:
        return f"{self.index_id}-{self.year}-r{self.revision}"

    @property
    def source_folder(self) -> str:
        return self.path_in_raw(self.folder)

    @property
    def sha256(self) -> str:
        """Hashes of the files in the manifest's order, separated by blanks."""
        return " ".join(f.sha256 for f in self.manifest.files) if self.manifest else ""

    def path_in_raw(self, path: Path) -> str:
        return f"raw/{path.relative_to(self.raw).as_posix()}"


def folders(raw: Path) -> list[Path]:
    """Delivery folders in order of index, year and revision."""
    found = [p for p in raw.glob("*/[0-9][0-9][0-9][0-9]/r*") if re.fullmatch(r"r[1-9][0-9]*", p.name) and p.is_dir()]
    return sorted(found, key=lambda p: (p.parent.parent.name, p.parent.name, int(p.name[1:])))


def release_id_of(folder: Path) -> str:
    """The release that a delivery folder holds, by its path alone."""
    return f"{folder.parent.parent.name}-{folder.parent.name}-{folder.name}"


def release_ids(raw: Path) -> list[str]:
    """Every release that raw/ has a folder for, whatever is in it. Cheap: no file is opened."""
    return [release_id_of(folder) for folder in folders(raw)]


def read(raw: Path, folder: Path) -> Delivery:
    """Read and verify one delivery's manifest and the hashes of its files.

    Never raises for bad input: what is wrong comes back as findings.
    """
    index_id, year, revision = folder.parent.parent.name, int(folder.parent.name), int(folder.name[1:])
    delivery = Delivery(index_id, year, revision, folder, raw, None)
    manifest, findings = _read_manifest(delivery)
    if manifest is None:
        return Delivery(index_id, year, revision, folder, raw, None, findings)
    findings += _disagreements_with_folder(delivery, manifest)
    findings += _changed_files(delivery, manifest)
    return Delivery(index_id, year, revision, folder, raw, manifest, findings)


def read_all(raw: Path, as_of: date | None = None) -> list[Delivery]:
    """Every delivery known at ``as_of`` (all, where it is None), in order.

    A delivery without a readable manifest has no day and is always among them, so that it can be refused.
    """
    found = [read(raw, folder) for folder in folders(raw)]
    return [
        replace(delivery, findings=[*delivery.findings, *disagreements_within_year(delivery, found)])
        for delivery in found
        if as_of is None or delivery.manifest is None or delivery.manifest.known_from <= as_of
    ]


def acceptances(raw: Path) -> list[tuple[str, Acceptance]]:
    """Every change in place that was accepted, with the release."""
    return [(d.release_id, one) for d in read_all(raw) if d.manifest for one in d.manifest.accepted]


def earlier(delivery: Delivery, among: list[Delivery]) -> list[Delivery]:
    """Earlier revisions of the same index and year that have a manifest, in order."""
    return [
        other
        for other in among
        if other.manifest is not None
        and (other.index_id, other.year) == (delivery.index_id, delivery.year)
        and other.revision < delivery.revision
    ]


def disagreements_within_year(delivery: Delivery, among: list[Delivery]) -> list[Finding]:
    """What a revision may not do to those before it."""
    manifest, before = delivery.manifest, earlier(delivery, among)
    if manifest is None:
        return []
    name = delivery.path_in_raw(delivery.folder / MANIFEST)
    problems: list[tuple[str, str, str, str]] = []
    if before:
        last = before[-1].manifest
        assert last is not None
        if manifest.known_from < last.known_from:
            found = f"known from {manifest.known_from:%d/%m/%Y}"
            expected = f"not before {before[-1].release_id}, known from {last.known_from:%d/%m/%Y}"
            remedy = "Revisions of a year are numbered in the order in which they became known."
            problems.append(("published_on", found, expected, remedy))
        if not manifest.replaces_year and not manifest.withdraws:
            remedy = "Scores of two {} cannot stand beside each other in one year."
            if manifest.method != last.method:
                found = f"method {manifest.method} after {last.method}, and not replaces_year"
                expected = "replaces_year: true where the method differs"
                problems.append(("replaces_year", found, expected, remedy.format("methods")))
            if manifest.provinces_as_of != last.provinces_as_of:
                found = f"provinces as of {manifest.provinces_as_of:%d/%m/%Y} after {last.provinces_as_of:%d/%m/%Y}"
                expected = "replaces_year: true where the list of provinces differs"
                problems.append(("replaces_year", found, expected, remedy.format("lists of provinces")))
    withdrawn = {d.manifest.withdraws for d in before if d.manifest and d.manifest.withdraws}
    can_be = [d.release_id for d in before if d.manifest and d.manifest.files and d.release_id not in withdrawn]
    if manifest.withdraws and manifest.withdraws not in can_be:
        expected = f"one of {', '.join(can_be)}" if can_be else "an earlier release of that year"
        remedy = "Only a release with files that is not withdrawn yet can be withdrawn."
        problems.append(("withdraws", manifest.withdraws, expected, remedy))
    return [Finding("manifest_follows", name, f, e, remedy, column=c) for c, f, e, remedy in problems]


def _read_manifest(delivery: Delivery) -> tuple[Manifest | None, list[Finding]]:
    path = delivery.folder / MANIFEST
    name = delivery.path_in_raw(path)
    remedy = "Write the manifest as raw/README.md shows."
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
        return Manifest.model_validate(content), []
    except FileNotFoundError:
        return None, [Finding("manifest_readable", name, "no manifest", "a file release.yaml", remedy)]
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at position {error.start}"
        return None, [Finding("manifest_readable", name, found, "UTF-8 text", "Save the file as UTF-8.")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found = f"YAML that cannot be read: {getattr(error, 'problem', error)}"
        row = mark.line + 1 if mark else None
        return None, [Finding("manifest_readable", name, found, "valid YAML", remedy, row=row)]
    except ValidationError as error:
        return None, [
            Finding(
                "manifest_complete",
                name,
                found="nothing" if problem["type"] == "missing" else repr(problem["input"]),
                expected=problem["msg"],
                remedy=remedy,
                column=".".join(str(part) for part in problem["loc"]) or None,
            )
            for problem in error.errors()
        ]


def _disagreements_with_folder(delivery: Delivery, manifest: Manifest) -> list[Finding]:
    return [
        Finding(
            "manifest_matches_folder",
            delivery.path_in_raw(delivery.folder / MANIFEST),
            found=str(stated),
            expected=f"{implied}, as the folder says",
            remedy="Correct the manifest, or put the delivery into the folder of its index, year and revision.",
            column=column,
        )
        for column, stated, implied in (
            ("index_id", manifest.index_id, delivery.index_id),
            ("year", manifest.year, delivery.year),
            ("revision", manifest.revision, delivery.revision),
        )
        if stated != implied
    ]


def _changed_files(delivery: Delivery, manifest: Manifest) -> list[Finding]:
    found: list[tuple[str, str, str, str, str]] = []
    for listed in manifest.files:
        path = delivery.folder / listed.path
        if path.is_symlink() or not path.is_file():
            expected = "the file that the manifest lists"
            found.append(("file_present", path.name, "no such file", expected, "Put it back from git."))
        elif (size := path.stat().st_size) > MAX_FILE_BYTES:
            expected, remedy = f"at most {MAX_FILE_BYTES} bytes", "Ask whether this is the right file."
            found.append(("file_size", path.name, f"{size} bytes", expected, remedy))
        elif (sha256 := sha256_of(path)) != listed.sha256:
            expected = f"sha256 {listed.sha256}, as received"
            remedy = "raw/ is never edited: restore the file from git and add the change as the next revision."
            found.append(("file_as_received", path.name, f"sha256 {sha256}", expected, remedy))
    known = {MANIFEST, *(listed.path for listed in manifest.files)}
    for name in sorted(p.name for p in delivery.folder.iterdir() if not p.name.startswith(".") and p.name not in known):
        remedy = "List it in release.yaml with its sha256, or take it away."
        found.append(("file_listed", name, "a file that the manifest does not list", "only listed files", remedy))
    return [
        Finding(rule, delivery.path_in_raw(delivery.folder / name), said, expected, remedy)
        for rule, name, said, expected, remedy in found
    ]
