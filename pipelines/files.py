"""Files on disk: their hash, written whole or not at all, and the two formats that every package reads or writes.

Belongs here: what is the same for every file. Does not belong here: what any file means.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times faster, where it is there


def sha256_of(path: Path) -> str:
    """Hash of a whole file; the files here are small, so it is read in one go."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside ``path`` and put it in its place: who reads ``path`` sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    os.replace(draft, path)


def load_yaml(text: str) -> Any:
    """Plain data from YAML; raises ``yaml.YAMLError``."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe loaders


def inert(text: str) -> str:
    """A text for a CSV file that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
