"""Kept results: what was made once is not made again while nothing that decides it changed.

Belongs here: the key of a result, and its place on disk, written whole or not at all. Does not belong here: making
anything. A key takes in the data that a result is made from and all code that could make it: the package that does,
every package that this one may import, the files beside them and the lock of the libraries. So no list of source files
can miss one.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pipelines.files import sha256_of, write_whole
from pipelines.settings import ROOT

log = logging.getLogger("papi")

# Each package below the doors with those that it may import; all may import the files of pipelines/ itself.
# tests/test_architecture.py holds the code to it.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "workbooks": (),
    "rules": (),
    "releases": ("workbooks", "rules"),
    "claims": ("workbooks",),
    "plan": ("claims",),
    "analysis": ("claims",),
    "reports": ("workbooks", "plan"),
    "pages": ("releases",),
    "site": ("pages",),
    "papers": ("reports",),
    "building": ("releases", "plan", "analysis", "reports"),
}


def key_of(package: str | None, files: Iterable[Path] = (), *texts: str) -> str:
    """Sixteen characters for what ``package`` makes of these files and texts; None where no code of ours has a part."""
    digest = hashlib.sha256(_code_of(package, ROOT).encode() if package else b"")
    for path in files:
        digest.update(f"\n{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    for text in texts:
        digest.update(f"\n{len(text)} {text}".encode())
    return digest.hexdigest()[:16]


def packages_of(package: str) -> set[str]:
    """A package with every package that it may import, all the way down."""
    return {package}.union(*(packages_of(other) for other in MAY_IMPORT[package]))


@cache
def _code_of(package: str, root: Path) -> str:
    ours = root / "pipelines"
    folders = [ours, *(ours / name for name in sorted(packages_of(package)))]
    paths = [*(path for folder in folders for path in sorted(folder.glob("*.py"))), root / "requirements.lock"]
    return "\n".join(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths)


class Store:
    """Results under one folder: a file or folder for each name, under the key of what it was made from.

    Beside each lies the hash of its bytes: a result that was changed since, or that broke, is none, and is made again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, name: str, key: str) -> Path | None:
        """The kept result, or None where there is none of this key, or not with the bytes that were kept."""
        path = self.folder / name / key
        try:
            is_whole = _sum_beside(path).read_text("utf-8") == _sum_of(path)
        except OSError:
            return None
        if not is_whole:
            log.info("damaged: %s is not what was kept; it is made again", path)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return path if is_whole else None

    def ensure(self, name: str, key: str, write: Callable[[Path], None]) -> Path:
        """The kept result; where there is none, ``write`` makes it first."""
        if self.find(name, key) is None:
            with self.make(name, key) as draft:
                write(draft)
        return self.folder / name / key

    @contextmanager
    def make(self, name: str, key: str) -> Iterator[Path]:
        """A path to write a file or folder to; it is kept once the block ends well, and earlier ones of its name go."""
        place = self.folder / name / key
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=place.parent) as beside:
            draft = Path(beside) / key
            yield draft
            if not place.exists():  # else another process was faster
                write_whole(_sum_beside(place), _sum_of(draft))
                draft.rename(place)
        for other in place.parent.iterdir():
            if other not in (place, _sum_beside(place)) and not other.name.startswith("."):
                shutil.rmtree(other) if other.is_dir() else other.unlink()


def _sum_beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _sum_of(path: Path) -> str:
    """A hash of the bytes of a file, or of the names and bytes of all files of a folder."""
    if path.is_file():
        return sha256_of(path)
    files = sorted(one for one in path.rglob("*") if one.is_file())
    if not files:
        raise FileNotFoundError(path)
    return key_of(None, files, *(one.relative_to(path).as_posix() for one in files))
