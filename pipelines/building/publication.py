"""Publication: the checked build becomes what readers open, in one step.

Belongs here: copying, proving and switching a publication, reading what one says of itself, and telling whether its
files are still those. Does not belong here: deciding whether a build may be published.

A publication is a folder with papi.duckdb, parquet/, datapackage.json, a note on what is new, the pages of site/ where
they were asked for, and the hashes of all these, every file read-only. ``warehouse/current`` links to the one in force,
``warehouse/papi.duckdb``, ``parquet``, ``site`` and ``whats_new.md`` lead through it, so one rename of one link
switches all of them; who holds the old file open goes on reading it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.building import keys, macros, package, pages
from pipelines.building.keys import Reference
from pipelines.building.macros import quoted
from pipelines.building.package import COLUMNS_SQL, TABLES_SQL
from pipelines.building.pages import DATABASE, PACKAGE, SITE, WHATS_NEW, Draw
from pipelines.files import sha256_of, take_over
from pipelines.published import SCHEMAS
from pipelines.settings import TIMEZONE, Settings

if TYPE_CHECKING:
    import duckdb

KEPT = 5
MOST_EMPTY = 0.1  # of a file's blocks; with more, the next publication is written from nothing
BLOCK_SIZE = 65_536  # bytes; with DuckDB's own 262 144 the small tables take a quarter more of the file
PARQUET, SUMS = "parquet", "sums.json"


class NotFit(RuntimeError):
    """The build file may not be published; the message names what is missing or failed, and what to do."""


class PublicationFailed(RuntimeError):
    """The copy does not hold what the build holds; what was published before stays."""


@dataclass(frozen=True)
class Stamp:
    """What a publication is made of: the hash of all inputs, the as-of date, and what is compared next time.

    By table, ``keys`` holds the hash of what decides its rows and comments; ``releases`` holds the facts of each
    release's manifest.
    """

    fingerprint: str
    as_of: str
    keys: Mapping[str, str] = field(default_factory=dict)
    releases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Publication:
    """What a publication says of itself in its datapackage.json."""

    folder: Path
    package: dict[str, Any]

    @property
    def created(self) -> datetime:
        return datetime.fromisoformat(self.package["created"])

    @property
    def fingerprint(self) -> str:
        return str(self.package["fingerprint"])

    @property
    def as_of(self) -> str:
        return str(self.package["as_of"])

    @property
    def n_rows(self) -> dict[str, int]:
        return {resource["name"]: resource["rows"] for resource in self.package["resources"]}


def current(settings: Settings) -> Publication | None:
    """The publication in force; None before the first, and where its datapackage.json cannot be read."""
    try:
        folder = settings.current.resolve(strict=True)
        said = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        return Publication(folder, said) if {"created", "fingerprint", "resources"} <= {*said} else None
    except (FileNotFoundError, ValueError):
        return None


def releases(settings: Settings) -> dict[str, dict[str, str]]:
    """The facts of each release as of the newest publication that can be read; none before the first."""
    for folder in sorted(settings.publications.glob("[0-9]*"), reverse=True):
        try:
            found: dict[str, dict[str, str]] = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))["releases"]
        except (OSError, ValueError, LookupError, TypeError):
            continue
        return found
    return {}


def damage(settings: Settings, thorough: bool = False) -> list[str]:
    """Files of the publication in force that are no longer as they were written, one sentence each.

    A file of the size and time that it was written with is taken for whole, unless ``thorough`` asks for its hash.
    """
    if not settings.current.is_symlink():
        return []
    try:
        folder = settings.current.resolve(strict=True)
        sums = json.loads((folder / SUMS).read_text(encoding="utf-8"))
        return [
            *(said for name, written in sums.items() for said in _changed(folder / name, written, thorough)),
            *(f"{link.name} is no link to it" for link, _ in _links(settings) if not link.is_symlink()),
        ]
    except (OSError, ValueError, LookupError, TypeError):
        return [f"the publication's list of hashes, {SUMS}, is missing or cannot be read"]


def _changed(path: Path, written: Mapping[str, Any], thorough: bool) -> list[str]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return [f"{path.name} is gone"]
    is_touched = (found.st_size, found.st_mtime_ns) != (written["size"], written["mtime_ns"])
    is_changed = (is_touched or thorough) and sha256_of(path) != written["sha256"]
    return [f"{path.name} was changed"] if is_changed else []


def publish(settings: Settings, stamp: Stamp, whats_new: str = "", draw: Draw | None = None) -> Publication:
    """Copy the build's core, marts and audit, prove the copy, switch to it; returns the new publication.

    ``whats_new`` is the note that goes with it, ``draw`` makes its pages. The Parquet file of a table whose rows
    and comments are those of the publication in force is that publication's file.

    Raises ``PublicationFailed`` or ``OSError``; until the last step readers see what they saw before.
    """
    sweep(settings)
    created = datetime.now(TIMEZONE)
    name = f"{created:%Y%m%dT%H%M%S%f}"
    draft = settings.publications / f".{name}"
    (draft / PARQUET).mkdir(parents=True)
    declared = keys.primary(settings.dbt_project)
    counts = _copy(settings, draft, stamp, declared)
    named = _prove(settings, draft, counts, declared)
    described = _package(draft, counts, created, stamp, *named)
    (draft / PACKAGE).write_text(json.dumps(described, ensure_ascii=False, indent=2), encoding="utf-8")
    (draft / WHATS_NEW).write_text(whats_new, encoding="utf-8")
    if draw is not None:
        pages.draw_into(draft, settings.current, draw)
    _seal(draft)
    _sync(*draft.rglob("*"), draft)
    folder = settings.publications / name
    os.rename(draft, folder)
    _switch(settings, folder)
    _forget_old(settings)
    return Publication(folder, described)


def add_site(settings: Settings, draw: Draw) -> Path:
    """Draw the pages of the publication in force, which was made without them, or whose pages are to be drawn anew.

    Returns where they can be opened. Only under the refresh lock.
    """
    folder = settings.current.resolve(strict=True)
    draft = settings.publications / f".{folder.name}"
    draft.mkdir(parents=True)
    for name in (DATABASE, PACKAGE, WHATS_NEW):
        os.symlink(folder / name, draft / name)
    try:
        pages.draw_into(draft, settings.current, draw)
        if (draft / SITE).is_dir():
            old = draft / "old"
            if (folder / SITE).is_dir():
                (folder / SITE).rename(old)
            (draft / SITE).rename(folder / SITE)
            (folder / SUMS).unlink()
            _seal(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _link(settings, folder)
    return settings.site


def sweep(settings: Settings) -> None:
    """Take away what a killed publication left behind. Only under the refresh lock."""
    for left in settings.publications.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)
    _next_link(settings).unlink(missing_ok=True)


def _copy(settings: Settings, draft: Path, stamp: Stamp, declared: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Tables with their constraints and comments, sorted so that the same data make the same bytes; then macros.

    A table with the key that it had in the publication in force is taken from there. Returns the rows of each table in
    the build.
    """
    import duckdb

    before = current(settings)
    _take_over_database(before, draft)
    counts = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(draft / DATABASE)} as papi (block_size {BLOCK_SIZE}); use papi")
        connection.execute(f"attach {quoted(settings.build)} as build (read_only)")
        for schema in SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        tables = connection.execute(TABLES_SQL, ["build", list(SCHEMAS)]).fetchall()
        had = {f"{one[0]}.{one[1]}" for one in connection.execute(TABLES_SQL, ["papi", list(SCHEMAS)]).fetchall()}
        stays = had & _that_stay(before, stamp) & {f"{schema}.{table}" for schema, table, _, _ in tables}
        for name in had - stays:
            connection.execute(f"drop table {name}")
        for schema, table, sql, comment in tables:
            name = f"{schema}.{table}"
            parquet = draft / PARQUET / f"{name}.parquet"
            columns = connection.execute(COLUMNS_SQL, ["build", schema, table]).fetchall()
            if name not in stays:
                connection.execute(sql)
                connection.execute(f"insert into {name} select * from build.{name} order by all")
                for column, _, _, about in columns:
                    connection.execute(f'comment on column {name}."{column}" is {quoted(about)}')
            key = declared.get(name, ())
            said = _with_key(comment, key) if comment and key and {*key} <= {one[0] for one in columns} else comment
            connection.execute(f"comment on table {name} is {quoted(said)}")
            if not _take_over(before, name, stamp.keys.get(name), parquet):
                _write_parquet(connection, name, said, columns, parquet)
            counts[name] = _count(connection, f"build.{name}")
        macros.copy(connection)
        connection.execute("use memory; detach build; detach papi")
    return counts


def _write_parquet(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    comment: str,
    columns: list[tuple[str, str, bool, str | None]],
    to: Path,
) -> None:
    """The table as Parquet, with its comments as metadata of the file.

    Decimals become DOUBLE: pandas reads a column of them as objects and leaves it out of a mean without a word, SQLite
    as text, and DuckDB in a browser as whole numbers. The exact ones are in the database file.
    """
    decimals = [f'"{column}"::double as "{column}"' for column, kind, _, _ in columns if kind.startswith("DECIMAL")]
    replaced = f" replace ({', '.join(decimals)})" if decimals else ""
    said = json.dumps({column: text for column, _, _, text in columns}, ensure_ascii=False)
    metadata = f"kv_metadata {{description: {quoted(comment)}, columns: {quoted(said)}}}"
    rows = f"select *{replaced} from {name}"
    connection.execute(f"copy ({rows}) to {quoted(to)} (format parquet, compression zstd, {metadata})")


def _with_key(comment: str, key: tuple[str, ...]) -> str:
    """The comment of a table, in both languages, with its key."""
    vietnamese, _, english = comment.partition(" / ")
    return f"{vietnamese} Khóa: {', '.join(key)}. / {english} Key: {', '.join(key)}."


def _take_over_database(before: Publication | None, draft: Path) -> None:
    """Begin with the file of the publication in force, where it is as it was written and few blocks are empty."""
    import duckdb

    if before is None:
        return
    try:
        sums = json.loads((before.folder / SUMS).read_text(encoding="utf-8"))
        if sha256_of(before.folder / DATABASE) != sums[DATABASE]["sha256"]:
            return
        with duckdb.connect(str(before.folder / DATABASE), read_only=True) as connection:
            [(_, _, _, total, _, free, *_)] = connection.execute("pragma database_size").fetchall()
        if free <= total * MOST_EMPTY:
            shutil.copyfile(before.folder / DATABASE, draft / DATABASE)
    except (OSError, ValueError, LookupError, TypeError, duckdb.Error):
        (draft / DATABASE).unlink(missing_ok=True)


def _that_stay(before: Publication | None, stamp: Stamp) -> set[str]:
    """Tables whose rows and comments are those of the publication in force."""
    keys = {one["name"]: one.get("key") for one in before.package["resources"]} if before else {}
    return {table for table, key in stamp.keys.items() if keys.get(table) == key}


def _take_over(before: Publication | None, name: str, key: str | None, to: Path) -> bool:
    """Take the Parquet file of the same key from the publication before, where it still has its hash."""
    resources = before.package["resources"] if before and key else []
    resource = next((one for one in resources if one["name"] == name and one.get("key") == key), None)
    if before is None or resource is None:
        return False
    path = before.folder / resource["path"]
    if not path.is_file() or resource["hash"] != f"sha256:{sha256_of(path)}":
        return False
    take_over(path, to)
    return True


def _prove(
    settings: Settings, draft: Path, counts: Mapping[str, int], declared: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[Reference]]]:
    """Open the copy as a reader would, count, and hold it to its keys; returns these, and what names other tables."""
    import duckdb

    columns: dict[str, list[str]] = {}
    with duckdb.connect(str(draft / DATABASE), read_only=True) as connection:
        for name, expected in counts.items():
            parquet = draft / PARQUET / f"{name}.parquet"
            stored = _count(connection, name)
            exported = _count(connection, f"read_parquet({quoted(parquet)})")
            if not stored == exported == expected:
                raise PublicationFailed(f"{name}: {stored} rows and {exported} in Parquet, expected {expected}")
            columns[name] = [one[0] for one in connection.execute(f"describe {name}").fetchall()]
        primary = {name: key for name, key in declared.items() if name in counts and {*key} <= {*columns[name]}}
        named = keys.references(settings.dbt_project, columns, primary)
        if broken := keys.broken(connection, primary, named):
            raise PublicationFailed("; ".join(broken))
    if not counts.get("marts.index_score"):
        raise PublicationFailed("marts.index_score is empty: nothing was accepted from raw/")
    return primary, named


def _package(
    draft: Path,
    counts: Mapping[str, int],
    created: datetime,
    stamp: Stamp,
    primary: Mapping[str, tuple[str, ...]],
    named: Mapping[str, list[Reference]],
) -> dict[str, Any]:
    """A Frictionless data package that describes the Parquet files."""
    import duckdb

    with duckdb.connect(str(draft / DATABASE), read_only=True) as connection:
        found = package.resources(connection, draft / PARQUET, counts, stamp.keys, primary, named)
        sources = connection.execute("select distinct publisher from core.dim_release order by all").fetchall()
    publishers = [publisher for (publisher,) in sources if publisher]
    version = f"{created:%Y.%m.%d}+{stamp.fingerprint[:8]}"
    return {
        "name": "papi-warehouse",
        "title": "Kho chỉ số PAPI / PAPI indicator warehouse",
        "version": version,
        "citation": package.citation(publishers, version),
        "terms": package.TERMS,
        "created": created.isoformat(),
        "as_of": stamp.as_of,
        "fingerprint": stamp.fingerprint,
        "releases": dict(stamp.releases),
        "sources": [{"title": publisher} for publisher in publishers],
        "resources": found,
    }


def _seal(draft: Path) -> None:
    """Make every file read-only and write down its hash."""
    sums = {}
    for path in sorted(path for path in draft.rglob("*") if path.is_file()):
        path.chmod(0o444)
        found = path.stat()
        sums[path.relative_to(draft).as_posix()] = {
            "sha256": sha256_of(path),
            "size": found.st_size,
            "mtime_ns": found.st_mtime_ns,
        }
    (draft / SUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")
    (draft / SUMS).chmod(0o444)


def _sync(*paths: Path) -> None:
    """The disk has these files, and these folders' names, before anything points to them."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _switch(settings: Settings, folder: Path) -> None:
    following = _next_link(settings)
    following.symlink_to(folder.relative_to(settings.warehouse))
    os.replace(following, settings.current)
    _sync(settings.warehouse)
    _link(settings, folder)


def _link(settings: Settings, folder: Path) -> None:
    """What leads readers through ``current``; a site only where there is one."""
    if settings.site.is_symlink() and not settings.site.exists():
        settings.site.unlink()
    for link, target in _links(settings):
        if not link.is_symlink():
            if link.exists():  # a file that somebody put in the place of the link
                link.rename(link.with_name(f"{link.name}.not-ours-{folder.name}"))
            link.symlink_to(target)


def _links(settings: Settings) -> tuple[tuple[Path, Path], ...]:
    current = Path(settings.current.name)
    pages = ((settings.site, current / SITE),) if (settings.current / SITE).is_dir() else ()
    return (
        (settings.published, current / DATABASE),
        (settings.parquet, current / PARQUET),
        (settings.whats_new, current / WHATS_NEW),
        *pages,
    )


def _next_link(settings: Settings) -> Path:
    return settings.warehouse / ".current.next"


def _forget_old(settings: Settings) -> None:
    in_force = settings.current.resolve()
    for old in sorted(p for p in settings.publications.iterdir() if p != in_force)[: -(KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0
