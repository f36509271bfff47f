"""Files on disk: their hash, written whole or not at all, and the two formats that every package reads or writes.

Belongs here: what is the same for every file. Does not belong here: what any file means.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Hashable
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

_FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is several times faster, where it is there
MAX_YAML_BYTES = 1024 * 1024  # the largest of ours has 22 kB
MAX_YAML_DEPTH = 24  # the deepest of ours has ten
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
MAX_NUMBER = 40  # signs
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


class NotAFile(OSError):
    """Something else stands under the name of a file; the message says what. It was not opened."""


def sha256_of(path: Path) -> str:
    """Hash of a whole file; the files here are small, so it is read in one go."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def size_of(path: Path) -> int:
    """Bytes of a file, which is not opened.

    Raises ``NotAFile`` for a folder, link, pipe or device, and ``FileNotFoundError``.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise NotAFile(KINDS.get(stat.S_IFMT(found.st_mode), "a device"))
    return found.st_size


def take_over(path: Path, to: Path) -> None:
    """Put the bytes of a file that never changes under another name, without copying where the file system can."""
    try:
        os.link(path, to)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, to)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside ``path`` and put it in its place: who reads ``path`` sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    os.replace(draft, path)


class _Loader(Composer, _FASTEST):  # type: ignore[misc,valid-type]
    """Plain data alone, and one meaning for each text: no key twice, no depth that a parser could fall into.

    Composing is done here and not by libyaml, which overflows the stack of the process over deep nesting.
    """

    with_anchors = False

    def __init__(self, text: str) -> None:
        _FASTEST.__init__(self, text)
        Composer.__init__(self)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if getattr(event, "anchor", None) is not None and not self.with_anchors:
            raise _mistake("an anchor or alias (& or *)", event.start_mark)
        if self.depth == MAX_YAML_DEPTH:
            raise _mistake(f"lists and fields nested more than {MAX_YAML_DEPTH} deep", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        if isinstance(node, yaml.MappingNode):
            lines: dict[Hashable, int] = {}
            for key_node, _ in node.value:
                key = key_node.value if "merge" in key_node.tag else self.construct_object(key_node, deep=True)
                if not isinstance(key, Hashable):
                    continue  # refused by the loader itself
                if key in lines:
                    raise _mistake(f"{key!r} written twice, first in line {lines[key]}", key_node.start_mark)
                lines[key] = key_node.start_mark.line + 1
        return super().construct_mapping(node, deep)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        if node.tag in NUMBERS and len(node.value) > MAX_NUMBER:
            raise _mistake(f"a number of {len(node.value)} signs", node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (ValueError, AttributeError, TypeError, LookupError, ArithmeticError):
            # It looks like a day, or is called a number, and is none: 2026-02-30, !!int x.
            raise _mistake(f"{str(node.value)[:40]!r}, which is no day or number", node.start_mark) from None


class _LoaderOfOurs(_Loader):
    with_anchors = True


def load_yaml(text: str, with_anchors: bool = False) -> Any:
    """Plain data from YAML; raises ``yaml.YAMLError``, with the line where there is one.

    Refused beside broken YAML are a key written twice, nesting beyond MAX_YAML_DEPTH, a text beyond MAX_YAML_BYTES
    and, but for the project's own files (``with_anchors``), anchors and aliases: a small text then stands for a huge
    one.
    """
    if len(text) > MAX_YAML_BYTES:
        raise yaml.YAMLError(f"more than {MAX_YAML_BYTES} bytes")
    return deepcopy(_parsed(text, with_anchors))


@lru_cache(maxsize=256)
def _parsed(text: str, with_anchors: bool) -> Any:
    """One build asks for the same manifests, rules and descriptions many times, and reading YAML is slow."""
    try:
        return yaml.load(text, Loader=_LoaderOfOurs if with_anchors else _Loader)  # noqa: S506 - safe loaders
    except UnicodeError as error:
        raise yaml.YAMLError(str(error)) from None


class _Dumper(yaml.SafeDumper):
    """Writes a thing that occurs twice twice, where the library would write an anchor and an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump_yaml(data: Any, width: int = 120) -> str:
    """Plain data as YAML that ``load_yaml`` reads."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=width)


def read_yaml(path: Path) -> Any:
    """Plain data from a YAML file that came from outside.

    Raises ``OSError`` where there is none or something else (``NotAFile``), ``UnicodeDecodeError`` and
    ``yaml.YAMLError``.
    """
    if size_of(path) > MAX_YAML_BYTES:
        raise yaml.YAMLError(f"more than {MAX_YAML_BYTES} bytes")
    return load_yaml(path.read_text(encoding="utf-8"))


def yaml_mistake(error: yaml.YAMLError) -> tuple[str, int | None]:
    """What is wrong with a YAML file, and in which of its lines, from 1, where that is known."""
    mark = getattr(error, "problem_mark", None)
    return str(getattr(error, "problem", None) or error), mark.line + 1 if mark else None


def _mistake(said: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=said, problem_mark=mark)


def inert(text: str) -> str:
    """A text for a CSV file that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
