"""What lies under raw/ and is no delivery: told by name, so that nobody waits for a release that is never read.

Belongs here: names of folders and files beside deliveries, layouts that cannot be read. Does not belong here: what is
wrong with a delivery, see deliveries.py; plans and reports, which their own packages read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.finding import Finding
from pipelines.releases import deliveries, drafts, layouts
from pipelines.releases.deliveries import INDEX, REVISION, YEAR, is_folder
from pipelines.seeds import Seeds
from pipelines.settings import Settings

BESIDE_INDICES = ("layouts", "plans", "reports")
KNOWN_FILES = ("README.md", ".gitattributes", ".gitignore", ".gitkeep")


def strays(settings: Settings) -> list[Finding]:
    """One finding for each thing that is passed over, in order of their names; broken layouts first."""
    raw = settings.raw
    if not raw.is_dir():
        return []
    indices = {index_id for index_id, _ in Seeds(settings.seeds, ("method",)).methods}
    told = [
        *_beside(raw, [*indices, *BESIDE_INDICES], f"a folder named {', '.join(sorted(indices))}"),
        *_beside(settings.layouts, [f"{name}.yaml" for name in layouts.names(settings.layouts)], "a layout NAME.yaml"),
    ]
    for index in _folders(raw):
        if INDEX.fullmatch(index.name) and index.name not in BESIDE_INDICES:
            years = [year for year in _folders(index) if YEAR.fullmatch(year.name)]
            told += _beside(index, [year.name for year in years], "the folder of a year such as 2025")
            for year in years:
                releases = [one.name for one in year.iterdir() if REVISION.fullmatch(one.name) and one.is_dir()]
                told += _beside(year, releases, "the folder of a release: r1, r2 and so on")
    found = [Finding("delivery_place", _name(raw, path), _kind(path), said, _remedy(path)) for path, said in told]
    return [*layouts.read_all(settings.layouts)[1], *found, *_hidden(settings)]


def _beside(folder: Path, known: list[str], expected: str) -> Iterator[tuple[Path, str]]:
    """What lies in a folder and has none of the known names, or is a link under one."""
    for path in sorted(folder.iterdir()) if is_folder(folder) else []:
        is_link_to_folder = path.is_symlink() and not REVISION.fullmatch(path.name)  # a linked release is refused
        is_known = path.name in known or path.name in KNOWN_FILES or path.name.startswith(drafts.PREFIX)
        if is_link_to_folder or not is_known:
            yield path, expected


def _hidden(settings: Settings) -> Iterator[Finding]:
    """Hidden files in folders of deliveries that their manifests do not list."""
    for folder in deliveries.folders(settings.raw):
        hidden = [] if folder.is_symlink() else sorted(folder.glob(".*"))
        manifest = deliveries.read(settings.raw, folder).manifest if hidden else None
        listed = {one.path for one in manifest.files} if manifest else set()
        for path in hidden:
            if path.name not in listed:
                remedy = "Take it away; only what the manifest lists is part of the delivery."
                name = _name(settings.raw, path)
                yield Finding("delivery_place", name, "a hidden file", "only files that the manifest lists", remedy)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if is_folder(path))


def _kind(path: Path) -> str:
    if path.is_symlink():
        return "a link"
    return "a folder" if path.is_dir() else "a file"


def _remedy(path: Path) -> str:
    if path.is_symlink():
        return "Put the folder itself here: what a link leads to can change without a trace."
    return "It is passed over. Give it its right name if it holds a delivery, else take it away."


def _name(raw: Path, path: Path) -> str:
    return f"raw/{path.relative_to(raw).as_posix()}"
