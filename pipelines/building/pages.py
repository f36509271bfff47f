"""The pages of a publication: when they are drawn, and what happens where they cannot be.

Belongs here: the place of the pages in a publication's draft. Does not belong here: any page; the drawing is handed in,
so that a change of a page is no change of what builds tables.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

DATABASE, PACKAGE, WHATS_NEW, SITE = "papi.duckdb", "datapackage.json", "whats_new.md", "site"
# Takes the open publication, what it says of itself, its note on what is new, a folder that does not exist yet, and the
# folder of the pages before, if there are any.
Draw = Callable[["duckdb.DuckDBPyConnection", Mapping[str, Any], str, Path, "Path | None"], None]
log = logging.getLogger("papi")


def draw_into(draft: Path, current: Path, draw: Draw) -> None:
    """The pages of a proved draft, beside those of the publication in ``current``.

    Figures do not wait for pages: what goes wrong is told, and the pages are left out.
    """
    import duckdb

    before = current / SITE
    try:
        said = json.loads((draft / PACKAGE).read_text("utf-8"))
        note = (draft / WHATS_NEW).read_text("utf-8")
        with duckdb.connect(str((draft / DATABASE).resolve()), read_only=True) as connection:
            draw(connection, said, note, draft / SITE, before.resolve() if before.is_dir() else None)
    except Exception as error:
        log.info("left out: the site could not be drawn: %s", error)
        shutil.rmtree(draft / SITE, ignore_errors=True)
