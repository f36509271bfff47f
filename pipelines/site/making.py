"""The site as a publication asks for it: what pages are told beside the tables, and the drawing.

Belongs here: putting these together. Does not belong here: any page; when a site is made.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.clock import day_of
from pipelines.files import load_yaml
from pipelines.releases.overdue import late
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

log = logging.getLogger("papi")


class Site:
    """Draws the site of a publication; called with it open, and with what it says of itself."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        package: Mapping[str, Any],
        whats_new: str,
        folder: Path,
        before: Path | None,
    ) -> None:
        from pipelines.site import downloads, draw, office_queries
        from pipelines.site.page import About
        from pipelines.site.reader import Reader

        started = time.monotonic()
        keys = {resource["name"]: resource["hash"] for resource in package["resources"]}
        created = datetime.fromisoformat(package["created"])
        folder.mkdir()
        about = About(
            created=created,
            version=package["version"],
            as_of=package["as_of"],
            whats_new=whats_new,
            overdue=[
                (
                    f"{index} {year} đã quá hạn: thường công bố trước {due:%d/%m/%Y}",
                    f"{index} {year} is overdue: usually out before {due:%d/%m/%Y}",
                )
                for index, year, due in late(self.settings, day_of(self.settings))
            ],
            is_simulated=office_queries.is_simulated(Reader(connection)),
            glossary=load_yaml((self.settings.dbt_project / "glossary.yml").read_text("utf-8"))["columns"],
            files=downloads.write(connection, folder, created, package["as_of"], keys, before),
        )
        done = draw.draw(connection, folder, about, keys, before)
        log.info(
            "site: %d pages drawn, %d as they were, %d left out (%.1f s)",
            done.n_drawn, done.n_kept, len(done.left_out), time.monotonic() - started,
        )  # fmt: skip
