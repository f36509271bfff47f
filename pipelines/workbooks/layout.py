"""How a family of files is laid out, as data from raw/layouts.

Belongs here: the shape of a layout file. Does not belong here: reading cells, or any heading of any file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from pipelines.files import load_yaml
from pipelines.spelling import normalise
from pipelines.workbooks.cells import Reading


class _Layout(BaseModel):
    """What every layout says: whose files they are, signs of a text table, and the sheet that holds a year's scores.

    ``index_id`` is the index whose files are laid out so, None where it is any.

    ``sheets`` are names with {year} in the year's place; without any, the file must have one sheet. ``columns`` maps
    canonical columns to the headings they may bear. ``no_data`` are the marks that stand where a score is not
    published. ``remark`` is said of every file that is read by the layout.
    """

    model_config = ConfigDict(extra="forbid")

    layout: str
    index_id: str | None = None
    delimiter: Literal[",", ";", "\t"] = ","
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "windows-1258"] = "utf-8"
    sheets: list[str] = []
    columns: dict[str, list[str]] = {}
    no_data: list[str] = []
    remark: str | None = None

    def read_as(self, reading: Reading | None) -> Self:
        """The layout with what the manifest declares of this one file in place of its own signs."""
        declared = (reading or Reading()).model_dump(exclude_none=True, exclude={"sheet"})
        return self.model_copy(update=declared)

    def sheet_of(self, year: int, sheet_names: list[str]) -> list[str]:
        """The sheets among ``sheet_names`` that may hold the scores of ``year``."""
        if not self.sheets:
            return sheet_names
        wanted = {normalise(sheet.format(year=year)) for sheet in self.sheets}
        return [name for name in sheet_names if normalise(name) in wanted]

    def years_of(self, sheet_name: str) -> set[int]:
        """The years that the name of a sheet stands for."""
        patterns = [normalise(s.replace("{year}", "1111")) for s in self.sheets if "{year}" in s]
        found = [re.fullmatch(re.escape(p).replace("1111", r"(\d{4})"), normalise(sheet_name)) for p in patterns]
        return {int(match[1]) for match in found if match}

    def column_of(self, heading: str) -> str | None:
        """The canonical column that bears this heading."""
        for column, headings in self.columns.items():
            if normalise(heading) in map(normalise, headings):
                return column
        return None


class ScoreARow(_Layout):
    """One score a row, with columns for province, code and score, and perhaps for what is said about the score."""

    kind: Literal["score_a_row"]


class _Coded(_Layout):
    """Headings that name indicators.

    ``code_in_heading`` are patterns with groups ``code`` and ``name``; ``also_called`` gives further names by
    indicator_key, in which any year stands for every year. ``printed`` gives by code the names that the files print
    there in place of those of the year's method: then the code alone says which indicator is meant, and must be there.
    ``not_provinces`` name summaries that stand among the provinces.
    """

    code_in_heading: list[str] = []
    also_called: dict[str, list[str]] = {}
    printed: dict[str, list[str]] = {}
    not_provinces: list[str] = []

    @field_validator("code_in_heading")
    @classmethod
    def _names_code_and_name(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            if "(?P<code>" not in pattern or "(?P<name>" not in pattern:
                raise ValueError(f"{pattern} has no group code or no group name")
        return patterns


class ProvinceARow(_Coded):
    """A province a row, an indicator a column.

    A column ``rank`` holds the place of the province by ``rank_of``, a code. With ``ranked_apart`` each column of
    scores, or run of them, follows its own column of provinces, in its own order. Columns ``other`` are passed over.
    """

    kind: Literal["province_a_row"]
    rank_of: str = "TOTAL"
    ranked_apart: bool = False


class ProvinceAColumn(_Coded):
    """An indicator a row, a province a column.

    ``measures`` are patterns of rows that say something about the score above them, which a group ``of`` may name;
    ``indicator_rows`` says whether rows without a code are indicators of the sub-dimension above them, each with a
    unit whose pattern is found in its label or printed scale. ``further`` gives by code the labels of figures that are
    stated beside the index.
    """

    kind: Literal["province_a_column"]
    measures: dict[str, list[str]] = {}
    indicator_rows: bool = False
    units: dict[str, str] = {}
    further: dict[str, list[str]] = {}


Layout = Annotated[ScoreARow | ProvinceARow | ProvinceAColumn, Field(discriminator="kind")]
_LAYOUT: TypeAdapter[Layout] = TypeAdapter(Layout)


def read_layout(folder: Path, name: str) -> Layout:
    """Layout ``name`` from ``folder``; raises ``FileNotFoundError`` or pydantic's ``ValidationError``."""
    return _LAYOUT.validate_python(load_yaml((folder / f"{name}.yaml").read_text(encoding="utf-8")))
