"""How a family of files is laid out, as data from raw/layouts.

Belongs here: reading a layout and matching headers to canonical names. Does not belong here: reading cells.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.yaml_text import load_yaml


class Layout(BaseModel):
    """A text table with a header row: its delimiter and decimal sign, and which headings each column may bear."""

    model_config = ConfigDict(extra="forbid")

    layout: str
    kind: Literal["text_table"]
    delimiter: str
    decimal: Literal[".", ","]
    columns: dict[str, list[str]]


@dataclass(frozen=True)
class HeaderMatch:
    """Canonical column to position in the file; ``missing`` and ``unknown`` name what did not match."""

    positions: dict[str, int]
    missing: list[str]
    unknown: list[str]
    repeated: list[str]


def read_layout(folder: Path, name: str) -> Layout:
    """Layout ``name`` from ``folder``; raises ``FileNotFoundError`` or pydantic's ``ValidationError``."""
    return Layout.model_validate(load_yaml((folder / f"{name}.yaml").read_text(encoding="utf-8")))


def match_header(layout: Layout, header: list[str]) -> HeaderMatch:
    """Match headings by normalised text, never by position."""
    canonical = {normalise(heading): column for column, headings in layout.columns.items() for heading in headings}
    positions: dict[str, int] = {}
    unknown, repeated = [], []
    for position, heading in enumerate(header):
        column = canonical.get(normalise(heading))
        if column is None:
            unknown.append(heading)
        elif column in positions:
            repeated.append(heading)
        else:
            positions[column] = position
    return HeaderMatch(positions, [c for c in layout.columns if c not in positions], unknown, repeated)


def normalise(heading: str) -> str:
    """Unicode NFC, lower case, single blanks: spellings of one heading become equal."""
    return " ".join(unicodedata.normalize("NFC", heading).casefold().split())
