"""release.yaml: what a delivery says of itself.

Belongs here: the fields of a manifest, what each means, and which days are possible. raw/README.md shows the table that
is made from them. Does not belong here: folders and files, see deliveries.py.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipelines.workbooks.cells import Reading

MANIFEST = "release.yaml"
READING_FIELDS = ", ".join(f"`{name}`" for name in Reading.model_fields)


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("a day such as 2026-03-31")


def _day_or_year(value: Any) -> Any:
    if value is None or (type(value) is int and 1000 <= value <= 9999):
        return value
    try:
        return _day(value)
    except ValueError:
        raise ValueError("a day such as 2026-03-31, a year such as 2026, or null") from None


def _all_or_codes(value: Any) -> Any:
    if value == "all" or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        return value
    raise ValueError("`all`, or a list of codes in quotation marks")


def file_name(value: Any) -> Any:
    """A name that a delivered file may bear; raises ``ValueError`` that says what is expected."""
    is_name = isinstance(value, str) and value not in ("", ".", "..", MANIFEST)
    if not is_name or any(sign in "/\\" or not sign.isprintable() for sign in value):
        raise ValueError(f"the name of a file beside the manifest, not {MANIFEST} itself")
    return value


def _sha256(value: Any) -> Any:
    if not isinstance(value, str) or len(value) != 64 or not set(value) <= set("0123456789abcdef"):
        raise ValueError("a sha256: 64 signs of 0-9 and a-f")
    return value


def _layout_name(value: Any) -> Any:
    if not isinstance(value, str) or not value or not set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"):
        raise ValueError("a name of small letters, digits and hyphens")
    return value


Day = Annotated[date, BeforeValidator(_day)]
Provinces = Annotated[list[str], Field(min_length=1, description="their codes")]


class DeliveredFile(BaseModel):
    """A file of a delivery, beside its manifest."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, BeforeValidator(file_name)] = Field(description="its name in the folder of the manifest")
    sha256: Annotated[str, BeforeValidator(_sha256)] = Field(description="the hash of its bytes as received")


class NotCollected(BaseModel):
    """Scores that were published and are not here: of these provinces, in whole or in the given parts (codes)."""

    model_config = ConfigDict(extra="forbid")

    provinces: Provinces
    parts: Annotated[Literal["all"] | list[str], BeforeValidator(_all_or_codes)] = Field(
        description="`all`, or codes of dimensions or sub-dimensions"
    )
    reason: str = Field(description="why")


class NotPublished(NotCollected):
    """Scores that the publisher left out. The form is how the file shows it; absent where it has no cell for them."""

    form: Literal["blank", "zero", "mark", "partial", "absent"] = Field(
        description="how the file shows it: `blank`, `zero`, `mark`, `partial`, or `absent`, with no cell for them"
    )
    mark: str | None = Field(default=None, description="what stands in the cell, where the form is `mark`")
    reason_certainty: str = Field(description="how sure the reason is")
    source: str = Field(description="where the reason was found")


class Acceptance(BaseModel):
    """A change of a release in place that somebody answers for. ``facts`` is a hash of what it states since."""

    model_config = ConfigDict(extra="forbid")

    on: Day = Field(description="since when")
    reason: str = Field(min_length=1, description="why it is right")
    facts: str = Field(description="a hash of what the release states since")


class Manifest(BaseModel):
    """release.yaml: what a delivery says of itself. ``known_from`` is the day from which it counts."""

    model_config = ConfigDict(extra="forbid")

    index_id: str = Field(description="the index, as the folder says")
    year: int = Field(ge=1000, le=9999, description="the year that the figures are of, as the folder says")
    revision: int = Field(ge=1, description="1 for the first release of a year, as the folder says")
    method: str = Field(description="version of the method, in `dbt_project/seeds/method.csv`")
    published_on: Annotated[date | int | None, BeforeValidator(_day_or_year)] = Field(
        description="the day, or the year alone, or `null`: known from the day received"
    )
    published_day_known: bool = Field(description="`true` where `published_on` is a day")
    published_on_source: str | None = Field(default=None, description="where the day was found")
    published_on_note: str | None = Field(default=None, description="what else is to be known of the day")
    received_on: Day = Field(description="the day it was put here")
    provinces_as_of: Day = Field(
        description="the list of provinces of this day applies: 63 to 2025-06-30, 34 from 2025-07-01"
    )
    publisher: list[str] = Field(min_length=1, description="who published")
    source: str = Field(description="what was published, and where it was found")
    layout: Annotated[str, BeforeValidator(_layout_name)] = Field(description="a file in `raw/layouts/`")
    files: list[DeliveredFile] = Field(description="the files, as received; none with `withdraws`")
    reading: Reading | None = Field(
        default=None, description=f"how the file is to be read where its layout does not say so: {READING_FIELDS}"
    )
    covers: list[str] | None = Field(
        default=None, min_length=1, description="codes of the provinces it speaks of, where that is not all"
    )
    not_published: list[NotPublished] = Field(description="what the publisher left out")
    not_collected: list[NotCollected] = Field(default=[], description="what was published and is not here")
    replaces_year: bool = Field(
        default=False,
        description="`true`: what it leaves out lapses; otherwise the last score that a release states stays",
    )
    withdraws: str | None = Field(default=None, description="the release of the same year that it withdraws")
    note: str | None = Field(default=None, description="what is to be known of it; with `withdraws`, the reason")
    accepted: list[Acceptance] = Field(
        default=[], description="written by `papi release accept`: a change after publication that is right"
    )

    @model_validator(mode="after")
    def _day_is_known_when_it_is_given(self) -> Manifest:
        if isinstance(self.published_on, date) != self.published_day_known:
            raise ValueError("published_day_known must be true for a day and false for a year")
        return self

    @model_validator(mode="after")
    def _has_files_or_withdraws(self) -> Manifest:
        if bool(self.files) == bool(self.withdraws):
            raise ValueError("a delivery has files, or it withdraws a release and has none")
        if self.withdraws and not self.note:
            raise ValueError("withdrawing a release needs its reason under note")
        return self

    @property
    def known_from(self) -> date:
        """Day of publication; where only the year is known its last day, so that nothing is known too early.

        Where nothing is known of its publication, the day it was received.
        """
        if isinstance(self.published_on, date):
            return self.published_on
        return date(self.published_on, 12, 31) if self.published_on else self.received_on

    @property
    def published_day(self) -> date | None:
        return self.published_on if isinstance(self.published_on, date) else None


def impossible_days(manifest: Manifest, today: date) -> list[tuple[str, str, str]]:
    """Days that cannot be, as field, found and expected.

    Figures of a year are first published in one of the two years after it, received on that day or later, and not
    tomorrow. A list of provinces is that of a day up to the end of the year, or to the day of receipt.
    """
    published, received = manifest.published_on, manifest.received_on
    last = date(received.year, 12, 31) if isinstance(published, int) else received
    problems = []
    if received > today:
        problems.append(("received_on", received, f"a day not after today, {today:%d/%m/%Y}"))
    if published is not None and manifest.known_from > last:
        problems.append(("published_on", manifest.known_from, f"not after {received:%d/%m/%Y}, when it was received"))
    if manifest.known_from.year <= manifest.year:
        problems.append(("published_on", manifest.known_from, f"after {manifest.year}, of which it gives figures"))
    if manifest.revision == 1 and published is not None and manifest.known_from.year > manifest.year + 2:
        problems.append(("published_on", manifest.known_from, f"at most two years after {manifest.year}"))
    latest = max(date(manifest.year, 12, 31), received)
    if manifest.provinces_as_of > latest:
        problems.append(("provinces_as_of", manifest.provinces_as_of, f"a day not after {latest:%d/%m/%Y}"))
    return [(field, f"{found:%d/%m/%Y}", expected) for field, found, expected in problems]
