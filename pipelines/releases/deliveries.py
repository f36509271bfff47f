"""Deliveries under raw/: which there are, what their manifests say, whether their files are still as received.

Belongs here: finding and reading deliveries, verifying what their manifests say. Does not belong here: the fields of a
manifest, see manifest.py; what else lies under raw/, see strays.py; the contents of the delivered files.
A delivery lies in raw/<index>/<year>/r<revision>/ and is named after its folder, so that even one with a broken
manifest has a name to be refused by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import yaml
from pydantic import ValidationError

from pipelines.clock import today
from pipelines.fields import mistakes
from pipelines.files import NotAFile, read_yaml, sha256_of, size_of, yaml_mistake
from pipelines.finding import Finding, unforeseen
from pipelines.releases.manifest import MANIFEST, Acceptance, Manifest, impossible_days

MAX_FILE_BYTES = 50 * 1024 * 1024
INDEX = re.compile(r"[a-z][a-z0-9-]*")
YEAR = re.compile(r"[1-9][0-9]{3}")
REVISION = re.compile(r"r[1-9][0-9]{0,3}")


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
    """Delivery folders in order of index, year and revision; strays.py tells of what else lies beside them."""
    found = [
        release
        for index in raw.glob("*")
        if INDEX.fullmatch(index.name) and is_folder(index)
        for year in index.glob("*")
        if YEAR.fullmatch(year.name) and is_folder(year)
        for release in year.glob("*")
        if REVISION.fullmatch(release.name) and release.is_dir()
    ]
    return sorted(found, key=lambda p: (p.parent.parent.name, p.parent.name, int(p.name[1:])))


def is_folder(path: Path) -> bool:
    """Whether a path is a folder of its own, and no link to one."""
    return path.is_dir() and not path.is_symlink()


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
    try:
        manifest, findings = _read_manifest(delivery)
        if manifest is not None:
            findings += _disagreements_with_folder(delivery, manifest)
            findings += _impossible_days(delivery, manifest)
            findings += _changed_files(delivery, manifest)
    except Exception as error:  # whatever one delivery raises, the others go on
        return replace(delivery, findings=[unforeseen(delivery.source_folder, error)])
    return replace(delivery, manifest=manifest, findings=findings)


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
    if delivery.folder.is_symlink():
        remedy = "Put the folder itself here: what a link leads to can change without a trace."
        return None, [Finding("folder_own", delivery.source_folder, "a link", "a folder", remedy)]
    try:
        return Manifest.model_validate(read_yaml(path)), []
    except FileNotFoundError:
        return None, [Finding("manifest_readable", name, "no manifest", "a file release.yaml", remedy)]
    except NotAFile as error:
        return None, [Finding("manifest_readable", name, str(error), "a file release.yaml", remedy)]
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at position {error.start}"
        return None, [Finding("manifest_readable", name, found, "UTF-8 text", "Save the file as UTF-8.")]
    except yaml.YAMLError as error:
        found, row = yaml_mistake(error)
        return None, [Finding("manifest_readable", name, found, "plain YAML", remedy, row=row)]
    except ValidationError as error:
        return None, [
            Finding("manifest_complete", name, found, expected, remedy, column=column)
            for column, found, expected in mistakes(error)
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


def _impossible_days(delivery: Delivery, manifest: Manifest) -> list[Finding]:
    name = delivery.path_in_raw(delivery.folder / MANIFEST)
    remedy = "Correct the day; where the day of publication is not known, give its year, or null."
    return [
        Finding("day_possible", name, found, expected, remedy, column=column)
        for column, found, expected in impossible_days(manifest, today())
    ]


def _changed_files(delivery: Delivery, manifest: Manifest) -> list[Finding]:
    found: list[tuple[str, str, str, str, str]] = []
    for name, listed_sha256 in _listed(manifest).items():
        path = delivery.folder / name
        try:
            size = size_of(path)
        except OSError as error:
            what = str(error) if isinstance(error, NotAFile) else "no such file"
            found.append(("file_present", name, what, "the file that the manifest lists", "Put it back from git."))
            continue
        if size > MAX_FILE_BYTES:
            expected, remedy = f"at most {MAX_FILE_BYTES} bytes", "Ask whether this is the right file."
            found.append(("file_size", name, f"{size} bytes", expected, remedy))
        elif (sha256 := sha256_of(path)) != listed_sha256:
            expected = f"sha256 {listed_sha256}, as received"
            remedy = "raw/ is never edited: restore the file from git and add the change as the next revision."
            found.append(("file_as_received", name, f"sha256 {sha256}", expected, remedy))
    if len(_listed(manifest)) < len(manifest.files):
        found.append(("file_listed", MANIFEST, "a file listed twice", "each file once", "Take one of the lines away."))
    known = {MANIFEST, *_listed(manifest)}
    for name in sorted(p.name for p in delivery.folder.iterdir() if not p.name.startswith(".") and p.name not in known):
        remedy = "List it in release.yaml with its sha256, or take it away."
        found.append(("file_listed", name, "a file that the manifest does not list", "only listed files", remedy))
    return [
        Finding(rule, delivery.path_in_raw(delivery.folder / name), said, expected, remedy)
        for rule, name, said, expected, remedy in found
    ]


def _listed(manifest: Manifest) -> dict[str, str]:
    """The hash of each file that a manifest lists, by its name."""
    return {listed.path: listed.sha256 for listed in manifest.files}
