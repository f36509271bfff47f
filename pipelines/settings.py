"""Every path and environment variable of the project, in one frozen value.

Belongs here: where things lie and what may be set from outside. Does not belong here: reading any of them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Settings:
    """Where one warehouse is built from and to.

    ``as_of`` limits the build to deliveries known that day; ``None`` takes all of raw/.
    """

    raw: Path = ROOT / "raw"
    warehouse: Path = ROOT / "warehouse"
    expectations: Path = ROOT / "expectations"
    dbt_project: Path = ROOT / "dbt_project"
    as_of: date | None = None

    @classmethod
    def from_environment(
        cls, raw: Path | None = None, warehouse: Path | None = None, as_of: date | None = None
    ) -> Settings:
        """Arguments first, then PAPI_RAW, PAPI_WAREHOUSE, PAPI_EXPECTATIONS and PAPI_AS_OF, then the project's own.

        Raises ``ValueError`` when PAPI_AS_OF is not a day in ISO form.
        """
        as_of_text = os.environ.get("PAPI_AS_OF")
        return cls(
            raw=(raw or Path(os.environ.get("PAPI_RAW", cls.raw))).resolve(),
            warehouse=(warehouse or Path(os.environ.get("PAPI_WAREHOUSE", cls.warehouse))).resolve(),
            expectations=Path(os.environ.get("PAPI_EXPECTATIONS", cls.expectations)).resolve(),
            as_of=as_of or (date.fromisoformat(as_of_text) if as_of_text else None),
        )

    @property
    def seeds(self) -> Path:
        return self.dbt_project / "seeds"

    @property
    def layouts(self) -> Path:
        return self.raw / "layouts"

    @property
    def plans(self) -> Path:
        return self.raw / "plans"

    @property
    def reports(self) -> Path:
        return self.raw / "reports"

    @property
    def receipts(self) -> Path:
        return self.reports / "receipts.csv"

    @property
    def slips(self) -> Path:
        return self.warehouse / "slips"

    @property
    def papers(self) -> Path:
        return self.warehouse / "papers"

    @property
    def landing(self) -> Path:
        return self.warehouse / "landing"

    @property
    def build(self) -> Path:
        """The file dbt builds into; its path stays the same so that dbt's parse is kept. Nobody else opens it."""
        return self.warehouse / "build.duckdb"

    @property
    def publications(self) -> Path:
        return self.warehouse / "publications"

    @property
    def current(self) -> Path:
        """Link to the publication in force: the one thing that a publication switches."""
        return self.warehouse / "current"

    @property
    def published(self) -> Path:
        """What readers open."""
        return self.warehouse / "papi.duckdb"

    @property
    def parquet(self) -> Path:
        return self.warehouse / "parquet"

    @property
    def whats_new(self) -> Path:
        return self.warehouse / "whats_new.md"

    @property
    def site(self) -> Path:
        """Pages that are opened from the folder; there where the publication in force has them."""
        return self.warehouse / "site"

    @property
    def docs(self) -> Path:
        return self.warehouse / "docs"

    @property
    def dagster_home(self) -> Path:
        return self.warehouse / "dagster"
