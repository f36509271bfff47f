"""Layouts under raw/layouts, each read or told of: a broken one stops no delivery but those that name it.

Belongs here: opening layout files. Does not belong here: what a layout says, see workbooks/layout.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.fields import mistakes
from pipelines.files import MAX_YAML_BYTES, size_of, yaml_mistake
from pipelines.finding import Finding
from pipelines.workbooks.layout import Layout, read_layout

NAME = re.compile(r"[a-z0-9-]+")
REMEDY = "Correct the layout: the class of its kind in pipelines/workbooks/layout.py says what each field means."


class Unusable(ValueError):
    """There is no layout of this name, or it cannot be read; ``findings`` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = findings


def names(folder: Path) -> list[str]:
    """The names of all layouts, in order, whatever is in their files."""
    return sorted(path.stem for path in folder.glob("*.yaml") if not path.name.startswith("."))


def read(folder: Path, name: str) -> Layout:
    """Layout ``name``; raises ``Unusable``."""
    file = f"raw/layouts/{name}.yaml"
    known = f"one of {', '.join(names(folder))}"
    if not NAME.fullmatch(name):
        raise Unusable([Finding("layout_known", "raw/layouts", repr(name), known, "Name a layout of raw/layouts.")])
    path = folder / f"{name}.yaml"
    found: list[tuple[str | None, str, str, int | None]]
    try:
        if (size := size_of(path)) > MAX_YAML_BYTES:
            found = [(None, f"{size} bytes", f"at most {MAX_YAML_BYTES} bytes", None)]
        else:
            layout = read_layout(folder, name)
            found = [(column, said, expected, None) for column, said, expected in _slips(layout, name)]
            if not found:
                return layout
    except FileNotFoundError:
        remedy = "Name a layout of raw/layouts."
        raise Unusable([Finding("layout_known", file, "no such file", known, remedy)]) from None
    except (OSError, UnicodeDecodeError) as error:
        found = [(None, str(error), "a file of UTF-8 text", None)]
    except yaml.YAMLError as error:
        said, row = yaml_mistake(error)
        found = [(None, said, "plain YAML", row)]
    except ValidationError as error:
        found = [(column, said, expected, None) for column, said, expected in mistakes(error)]
    raise Unusable(
        [
            Finding("layout_readable", file, said, expected, REMEDY, row=row, column=column)
            for column, said, expected, row in found
        ]
    )


def read_all(folder: Path) -> tuple[list[Layout], list[Finding]]:
    """Every layout that can be read, in order of their names, and what is wrong with the others."""
    layouts: list[Layout] = []
    findings: list[Finding] = []
    for name in names(folder):
        try:
            layouts.append(read(folder, name))
        except Unusable as error:
            findings += error.findings
    return layouts, findings


def _slips(layout: Layout, name: str) -> list[tuple[str, str, str]]:
    """What a model of fields cannot see: another name than the file's, a pattern that is none."""
    slips = [] if layout.layout == name else [("layout", repr(layout.layout), f"{name}, as the file is called")]
    for field in ("code_in_heading", "measures"):
        for pattern in _texts(getattr(layout, field, ())):
            try:
                re.compile(pattern)
            except re.error as error:
                slips.append((field, repr(pattern), f"a regular expression; {error}"))
    return slips


def _texts(given: Any) -> list[str]:
    """Every text in a field of texts, lists and fields."""
    if isinstance(given, str):
        return [given]
    return [text for part in (given.values() if isinstance(given, dict) else given) for text in _texts(part)]
