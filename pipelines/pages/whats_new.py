"""What is new: the releases that changed a year, and the tables that have other columns, in Vietnamese and English.

Belongs here: the sentences. Does not belong here: finding changed scores: marts.index_revision and revisions.py do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from pipelines.published import SCHEMAS, CannotBeRead, NotPublishedYet, connect
from pipelines.releases import deliveries
from pipelines.releases.manifest import Acceptance
from pipelines.releases.revisions import KINDS, Change
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

SHOWN = 5
Types = Mapping[str, Mapping[str, str]]  # by table with its schema, the type of each column
WORDS = {
    "added": ("thêm", "added"),
    "removed": ("bị bỏ", "removed"),
    "corrected": ("được sửa", "corrected"),
    "rescaled": ("đổi thang điểm", "rescaled"),
    "redefined": ("đổi định nghĩa", "redefined"),
    "blanked": ("để trống", "blanked"),
}


@dataclass(frozen=True)
class Issue:
    """One release against the one before it in its year."""

    index_id: str
    year: int
    release_id: str
    previous_release_id: str
    known_from: date
    withdraws: str | None
    replaces_year: bool
    reason: str | None


def note(issue: Issue, changes: list[Change]) -> str:
    """A paragraph in Vietnamese and one in English; ``changes`` are of cells that the releases state, largest first."""
    counted = Counter(change.kind for change in changes)
    kinds = [(counted[kind], *WORDS[kind]) for kind in KINDS if counted[kind]]
    what_vi = ", ".join(f"{n} ô {vietnamese}" for n, vietnamese, _ in kinds) or "không ô nào thay đổi"
    what_en = (
        ", ".join(f"{n} {'cell' if n == 1 else 'cells'} {english}" for n, _, english in kinds) or "no cell changed"
    )
    day = f"{issue.known_from:%d/%m/%Y}"
    title = f"{issue.index_id.upper()} {issue.year}"
    if issue.withdraws:
        vi = f"{title}: ngày {day} thu hồi {issue.withdraws}. Lý do: {issue.reason}. So với trước đó: {what_vi}."
        en = f"{title}: on {day} {issue.withdraws} was withdrawn. Reason: {issue.reason}. Against what held: {what_en}."
    else:
        vi = f"{title}: {issue.release_id}, biết từ {day}, so với {issue.previous_release_id}: {what_vi}."
        en = f"{title}: {issue.release_id}, known from {day}, against {issue.previous_release_id}: {what_en}."
        if counted["blanked"] and not issue.replaces_year:
            vi += " Ô để trống vẫn giữ điểm đã công bố trước đó."
            en += " What was left blank keeps the score that was published before."
    largest = changes[:SHOWN]
    if largest:
        vi += f" Lớn nhất: {_listed(largest, 'trống')}."
        en += f" Largest: {_listed(largest, 'blank')}."
    return f"{vi}\n\n{en}\n"


def of(settings: Settings) -> Callable[[duckdb.DuckDBPyConnection], str]:
    """What writes the note of a build, with the changes in place that raw/ says were accepted.

    Columns are compared with those of the publication in force as this is called.
    """
    try:
        with connect(settings) as published:
            before = _types(published)
    except (NotPublishedYet, CannotBeRead):
        before = None
    return partial(render, accepted=deliveries.acceptances(settings.raw), before=before)


def render(
    connection: duckdb.DuckDBPyConnection,
    accepted: Iterable[tuple[str, Acceptance]] = (),
    before: Types | None = None,
) -> str:
    """The note on every release of the build that follows another of its year, newest first.

    ``accepted`` are the releases that were changed in place, with who answers for it; ``before`` are the columns of the
    last publication, where there is one: the note ends with the tables and columns that came, went or changed type.
    """
    issues = connection.execute(
        """
        select later.index_id, later.year, later.release_id, earlier.release_id, later.known_from, later.withdraws,
            later.is_replacing_year, later.note
        from core.dim_release as later
        inner join core.dim_release as earlier
            on
                later.index_id = earlier.index_id
                and later.year = earlier.year
                and later.revision = earlier.revision + 1
        order by later.known_from desc, later.release_id
        """
    ).fetchall()
    notes = [note(issue, _changes(connection, issue.release_id)) for issue in (Issue(*row) for row in issues)]
    notes += [_accepted(*one) for one in accepted]
    nothing = "Chưa có năm nào được công bố lại.\n\nNo year has been issued again yet.\n"
    tables = of_tables(before, _types(connection)) if before else ""
    return "# Có gì mới / What is new\n\n" + ("\n".join(notes) or nothing) + tables


def of_tables(before: Types, now: Types) -> str:
    """The tables and columns that came, went or changed type, as the end of a note; nothing where none did."""
    said = [(f"bảng mới {table}", f"new table {table}") for table in sorted({*now} - {*before})]
    said += [(f"bỏ bảng {table}", f"table {table} is gone") for table in sorted({*before} - {*now})]
    for table in sorted({*before} & {*now}):
        then, own = before[table], now[table]
        said += [(f"cột mới {table}.{one}", f"new column {table}.{one}") for one in own if one not in then]
        said += [(f"bỏ cột {table}.{one}", f"column {table}.{one} is gone") for one in then if one not in own]
        said += [
            (f"cột {table}.{one} đổi từ {then[one]} sang {own[one]}", f"{table}.{one} was {then[one]}, is {own[one]}")
            for one in own
            if then.get(one, own[one]) != own[one]
        ]
    if not said:
        return ""
    lines = "\n".join(f"- {vietnamese} / {english}" for vietnamese, english in said)
    return f"\n## Bảng và cột / Tables and columns\n\nTên cũ và mới / Old and new names: docs/renamed.md\n\n{lines}\n"


def _types(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        """
        select columns.schema_name || '.' || columns.table_name, columns.column_name, columns.data_type
        from duckdb_columns() as columns
        inner join duckdb_tables() as tables using (database_oid, table_oid)
        where columns.database_name = current_database() and list_contains(?, columns.schema_name)
        order by columns.table_oid, columns.column_index
        """,
        [list(SCHEMAS)],
    ).fetchall()
    types: dict[str, dict[str, str]] = {}
    for table, column, data_type in rows:
        types.setdefault(table, {})[column] = data_type
    return types


def _accepted(release_id: str, one: Acceptance) -> str:
    day = f"{one.on:%d/%m/%Y}"
    return (
        f"{release_id} được sửa tại chỗ sau khi công bố, chấp nhận ngày {day}. Lý do: {one.reason}\n\n"
        f"{release_id} was changed in place after it was published; accepted on {day}. Reason: {one.reason}\n"
    )


def _changes(connection: duckdb.DuckDBPyConnection, release_id: str) -> list[Change]:
    rows = connection.execute(
        """
        select revision.province_key, province.province_name_vi, revision.indicator_key, indicator.indicator_name_vi,
            revision.revision_kind, cast(score_before as double), cast(score_after as double)
        from marts.index_revision as revision
        inner join core.dim_release as release using (release_id)
        inner join core.dim_method as method on method.index_id = revision.index_id and method.method = release.method
        inner join core.dim_province_period as province
            on
                province.province_key = revision.province_key
                and release.provinces_as_of between province.valid_from and coalesce(province.valid_to, 'infinity')
        left join core.dim_indicator_method as indicator
            on
                indicator.index_id = revision.index_id
                and indicator.method = release.method
                and indicator.indicator_key = revision.indicator_key
        where
            revision.release_id = ?
            and (revision.level = 'sub_dimension' or (aggregation = 'as_stated' and revision.level <> 'indicator'))
        order by abs(coalesce(score_after, 0) - coalesce(score_before, 0)) desc, revision.province_key, indicator.code
        """,
        [release_id],
    ).fetchall()
    return [Change(*row) for row in rows]


def _listed(changes: list[Change], blank: str) -> str:
    return "; ".join(
        f"{c.province_name}, {c.indicator_name}: {_comma(c.before, blank)} → {_comma(c.after, blank)}" for c in changes
    )


def _comma(score: float | None, blank: str) -> str:
    return blank if score is None else f"{score:.3f}".replace(".", ",")
