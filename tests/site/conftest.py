"""One drawing of every page, from the warehouse with simulated reports, serves every test that looks at pages."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from pipelines.building import publication
from pipelines.settings import Settings
from pipelines.site.making import Site
from tests.conftest import Demo, once


@dataclass(frozen=True)
class Drawn:
    """The pages of the demonstration; nobody may change them."""

    settings: Settings
    folder: Path

    @cached_property
    def paths(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html"))

    def text(self, path: str) -> str:
        return (self.folder / path).read_text("utf-8")


def draw(settings: Settings, folder: Path, before: Path | None = None, changed: Collection[str] = ()) -> None:
    """Draw the site of the publication in force into a folder of its own, as if these tables had changed."""
    from pipelines.published import connect

    in_force = publication.current(settings)
    assert in_force
    resources = [{**one, "hash": "changed"} if one["name"] in changed else one for one in in_force.package["resources"]]
    package = {**in_force.package, "resources": resources}
    note = settings.whats_new.read_text("utf-8")
    with connect(settings) as connection:
        Site(settings)(connection, package, note, folder, before)


@pytest.fixture(scope="session")
def site(demo: Demo, shared: Path) -> Drawn:
    folder = shared / "pages" / "site"

    def make() -> str:
        folder.parent.mkdir()
        (folder.parent / "parquet").symlink_to(demo.settings.parquet)
        draw(demo.settings, folder)
        return json.dumps(len([*folder.rglob("*.html")]))

    once(shared, "site", make)
    return Drawn(demo.settings, folder)
