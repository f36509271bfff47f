"""Where one number comes from: a score or a row of a mart, with its releases, files and the query that gives it.

Belongs here: looking it up in the published warehouse. Does not belong here: printing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.published import Row, main_index, rows
from pipelines.spelling import nearest, plain

if TYPE_CHECKING:
    import duckdb

# Columns that say which row one is, in the order in which a word of a key is looked for in them.
IDENTITY = (
    "province_key", "indicator_key", "code", "target_rule", "doubt", "peer_set", "peer_key", "plan_id", "target_id",
    "claim_id", "task_id", "unit_key", "period", "obligation_id", "release_id", "revision_kind", "level", "index_id",
)  # fmt: skip
# The years of a row, the one it speaks of last.
YEARS = (("from_year", "to_year"), ("base_year", "target_year"), ("compare_year", "year"), ("year",))
SHOWN = 8
NEAREST_FIRST = {"from_year": "desc", "horizon": "asc", "bin": "asc"}
# What is drawn or fitted rests on every year, not on those of its row alone.
FITTED = ("index_target", "index_target_backtest", "index_target_backtest_bin", "index_rank_interval")


class NotFound(LookupError):
    """No such province, year or indicator; the message names the nearest."""


@dataclass(frozen=True)
class Explained:
    """One number with everything that leads to it: its row of marts.index_score, its release, its delivered cells.

    ``parts`` are the rows one level below where the number itself was not published: what was, and what was not.
    """

    score: Row
    parts: list[Row]
    release: Row
    cells: list[Row]
    sql: str


def find_score(
    connection: duckdb.DuckDBPyConnection, province: str, year: int, indicator: str, index_id: str | None = None
) -> Explained:
    """Find one number of an index whose releases speak of every province.

    ``province`` is a key, a code of that year or a name in any spelling of accents and case; ``indicator`` a key, or
    the code printed that year.

    Raises ``NotFound``.
    """
    index_id = index_id or main_index(connection)
    province_key = find_province(connection, index_id, province, year)
    indicator_key = find_indicator(connection, index_id, indicator, year)
    key = [index_id, year, province_key, indicator_key]
    found = "index_id = ? and year = ? and province_key = ? and indicator_key = ?"
    [score] = rows(connection, f"select * from marts.index_score where {found}", key)
    [release] = rows(connection, "select * from core.dim_release where release_id = ?", [score["release_id"]])
    cells = rows(
        connection,
        """
        select code, indicator_key, score, obs_status, source_file, source_cell, sha256
        from core.fct_score
        where
            index_id = ? and year = ? and province_key = ? and known_to is null and obs_status <> 'M'
            and level <> 'indicator' and coalesce(derivation <> 'sum_of_parts', level = 'sub_dimension')
            and (? in (indicator_key, parent_key) or ? = 'total')
        order by code
        """,
        [index_id, year, province_key, indicator_key, score["level"]],
    )
    filters = zip(("index_id", "year", "province_key", "indicator_key"), key, strict=True)
    parts = rows(
        connection,
        """
        select * from marts.index_score
        where index_id = ? and year = ? and province_key = ? and parent_key = ? and obs_status <> 'M'
        order by length(code), code
        """,
        key,
    )
    return Explained(
        score, parts if score["score"] is None else [], release, cells, _select("index_score", list(filters))
    )


@dataclass(frozen=True)
class Found:
    """One row of a mart with the comments of its columns, the query that gives it, and what it was made from."""

    mart: str
    row: Row
    comments: dict[str, str]
    sql: str
    releases: list[Row]
    plans: list[Row]
    files: list[Row]  # of releases and reports: source_file and sha256


def marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the published marts."""
    sql = "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    return [name for (name,) in connection.execute(sql).fetchall()]


def find_row(connection: duckdb.DuckDBPyConnection, mart: str, words: list[str], index_id: str | None = None) -> Found:
    """The one row of a mart that all ``words`` of a key speak of.

    A word is a year, a province or indicator by key, code or name, any other word that a key has, or ``column=value``.
    With one year of two, the nearest other one is meant. Raises ``NotFound``, with what is still open or nearest.
    """
    described = rows(
        connection,
        "select column_name, comment from duckdb_columns() where schema_name = 'marts' and table_name = ? "
        "order by column_index",
        [mart],
    )
    comments = {row["column_name"]: row["comment"] for row in described}
    filters: list[tuple[str, Any]] = (
        [("index_id", index_id or main_index(connection))] if "index_id" in comments else []
    )
    years = [int(word) for word in words if word.isdecimal() and len(word) == 4]
    pair = next((pair for pair in YEARS if set(pair) <= set(comments)), ())
    if len(years) > len(pair):
        raise NotFound(f"marts.{mart} has {len(pair) or 'no'} year in its key, and {len(years)} were given")
    filters += list(zip(pair[len(pair) - len(years) :], sorted(years), strict=True))
    for word in words:
        if not (word.isdecimal() and len(word) == 4):
            filters.append(_filter(connection, mart, comments, filters, word))
    row, filters = _only(connection, mart, comments, filters)
    releases = _releases(connection, mart, row)
    plans = rows(connection, "select * from core.dim_plan where plan_id = ?", [row.get("plan_id")])
    return Found(mart, row, comments, _select(mart, filters), releases, plans, _files(connection, row, releases))


def _filter(
    connection: duckdb.DuckDBPyConnection, mart: str, columns: Iterable[str], filters: list[tuple[str, Any]], word: str
) -> tuple[str, Any]:
    """The column and value that a word of a key means among the rows left by ``filters``."""
    column, is_given, value = word.partition("=")
    if is_given and column not in columns:
        raise NotFound(f"marts.{mart} has no column {column!r}{_nearest(column, {c: c for c in columns})}")
    candidates = [column] if is_given else [column for column in IDENTITY if column in columns]
    wanted = plain(value if is_given else word)
    known: dict[str, str] = {}
    for candidate in candidates:
        for text in _values(connection, mart, candidate, filters):
            spelt = {plain(text)} | (
                _spellings(connection, text) if candidate.endswith(("province_key", "peer_key")) else set()
            )
            if wanted in spelt:
                return candidate, text
            known |= dict.fromkeys(spelt, text)
    raise NotFound(f"nothing in marts.{mart} is called {word!r} there{_nearest(wanted, known)}")


def _values(connection: duckdb.DuckDBPyConnection, mart: str, column: str, filters: list[tuple[str, Any]]) -> list[str]:
    where, values = _where(filters)
    sql = f"select distinct cast({column} as varchar) from marts.{mart}{where} order by all"
    return [value for (value,) in connection.execute(sql, values).fetchall() if value is not None]


def _spellings(connection: duckdb.DuckDBPyConnection, key: str) -> set[str]:
    """Code and name of a province beside its key."""
    sql = "select distinct province_name_vi from core.dim_province_period where province_key = ?"
    return {key.split("-", 1)[0], *(plain(name) for (name,) in connection.execute(sql, [key]).fetchall())}


def _only(
    connection: duckdb.DuckDBPyConnection, mart: str, columns: Iterable[str], filters: list[tuple[str, Any]]
) -> tuple[Row, list[tuple[str, Any]]]:
    """The row that ``filters`` leave, and as few filters as leave it alone."""
    where, values = _where(filters)
    order = [f"{column} {way}" for column, way in NEAREST_FIRST.items() if column in columns] or ["all"]
    found = rows(connection, f"select * from marts.{mart}{where} order by {', '.join(order)}", values)
    if not found:
        raise NotFound(f"marts.{mart} has no row for {', '.join(f'{c} {v}' for c, v in filters) or 'this'}")
    years = [column for pair in YEARS for column in pair]
    key = [column for column in dict.fromkeys(("index_id", *years, *NEAREST_FIRST, *IDENTITY)) if column in columns]
    open_still = [
        f"{column} is one of {', '.join(sorted({str(row[column]) for row in found})[:SHOWN])}"
        for column in key
        if column not in (*NEAREST_FIRST, "base_year") and len({row[column] for row in found}) > 1
    ]
    if open_still:
        raise NotFound(f"{len(found)} rows of marts.{mart} fit: {'; '.join(open_still)}")
    kept = [(column, found[0][column]) for column in key if found[0][column] is not None]
    for one in reversed(kept[1:]):
        fewer = [other for other in kept if other != one]
        where, values = _where(fewer)
        [(n_rows,)] = connection.execute(f"select count(*) from marts.{mart}{where}", values).fetchall()
        if n_rows == 1:
            kept = fewer
    return found[0], kept


def _where(filters: list[tuple[str, Any]]) -> tuple[str, list[Any]]:
    return " where " * bool(filters) + " and ".join(f"{column} = ?" for column, _ in filters), [v for _, v in filters]


def _select(mart: str, filters: list[tuple[str, Any]]) -> str:
    """The query of one row as a person would type it."""
    shown = [
        f"{column} = " + (str(v) if isinstance(v, int) else "'" + str(v).replace("'", "''") + "'")
        for column, v in filters
    ]
    return f"select * from marts.{mart} where {' and '.join(shown)}"


def _releases(connection: duckdb.DuckDBPyConnection, mart: str, row: Row) -> list[Row]:
    """The releases that a row rests on, by its own, or by its years: what they state holds, a score or its error."""
    if row.get("release_id"):
        return rows(connection, "select * from core.dim_release where release_id = ?", [row["release_id"]])
    if "index_id" not in row:
        return []
    years = sorted({row[column] for pair in YEARS for column in pair if row.get(column)})
    in_years = "" if mart in FITTED else " and list_contains(?, year)"
    values = [row["index_id"]] + ([] if mart in FITTED else [years])
    sql = f"""
        select * from core.dim_release
        where index_id = ?{in_years} and release_id in (
            select release_id from core.fct_score where known_to is null and level <> 'indicator' and obs_status <> 'M'
            union all
            select release_id from core.fct_score_interval where is_current
        )
        order by year, revision
    """
    return rows(connection, sql, values)


def _files(connection: duckdb.DuckDBPyConnection, row: Row, releases: list[Row]) -> list[Row]:
    """Files with their sha256: those of the scores, or the reports that a unit sent for the period."""
    if "unit_key" in row and "period" in row:
        sql = "select source_file, sha256 from core.fct_report where unit_key = ? and period = ? order by all"
        return rows(connection, sql, [row["unit_key"], row["period"]])
    ids = [release["release_id"] for release in releases]
    sql = (
        "select distinct source_file, sha256 from core.fct_score "
        "where list_contains(?, release_id) and source_file is not null order by all"
    )
    return rows(connection, sql, [ids])


def find_province(connection: duckdb.DuckDBPyConnection, index_id: str, wanted: str, year: int) -> str:
    """Key of the province of a year given by key, code or name, or of the same place by a name of another time.

    Raises ``NotFound``, which of a province before or after its merger says what there is in that year.
    """
    found = rows(
        connection,
        """
        select distinct province_key, province_name_vi as name
        from marts.index_score where index_id = ? and year = ? order by province_key
        """,
        [index_id, year],
    )
    if not found:
        sql = "select min(year), max(year) from marts.index_score where index_id = ?"
        years = connection.execute(sql, [index_id]).fetchone()
        published = f"; published are {years[0]} to {years[1]}" if years and years[0] else ""
        raise NotFound(f"no results of {index_id} {year}{published}")
    names: dict[str, str] = {row["province_key"]: row["name"] for row in found}
    for key, name in names.items():
        if _is_called(wanted, key, name):
            return key
    if same_place := _of_another_time(connection, wanted, names, year):
        return same_place
    raise NotFound(f"no province {wanted!r} in {year}{_nearest(plain(wanted), {plain(n): n for n in names.values()})}")


def _is_called(wanted: str, key: str, name: str) -> bool:
    code, _, spelt = key.partition("-")
    return plain(wanted) in (key, code, spelt.replace("-", " "), plain(name))


def _of_another_time(
    connection: duckdb.DuckDBPyConnection, wanted: str, names: dict[str, str], year: int
) -> str | None:
    """Key among ``names`` of the same place as one of another time; raises ``NotFound`` where that one has merged."""
    periods = rows(
        connection,
        """
        select period.*, successor.province_name_vi as successor_name
        from core.dim_province_period as period
        inner join core.dim_province as successor on successor.province_key = period.successor_key
        where period.province_key <> period.successor_key
        order by period.province_key
        """,
        [],
    )
    members: dict[str, list[str]] = {}
    for row in periods:
        before, after = (row["province_key"], row["province_name_vi"]), (row["successor_key"], row["successor_name"])
        for (key, name), (other, other_name) in ((before, after), (after, before)):
            if other not in names or not _is_called(wanted, key, name):
                continue
            if row["successor_relation"] == "unchanged":
                return str(other)
            vi, en = ("sau", "after") if key == row["successor_key"] else ("đến", "until")
            day = f"{row['valid_to']:%d/%m/%Y}"
            only = f"{name} ({key}) chỉ có {vi} {day}; năm {year} là / exists only {en} {day}; in {year} it is"
            members.setdefault(only, []).append(f"{other_name} ({other})")
    for only, others in members.items():
        raise NotFound(f"{only} {', '.join(others)}")
    return None


def find_indicator(connection: duckdb.DuckDBPyConnection, index_id: str, wanted: str, year: int) -> str:
    """Key of the indicator given by key or by the code printed that year. Raises ``NotFound``."""
    found = rows(
        connection,
        """
        select distinct indicator_key, lower(code) as code
        from marts.index_score where index_id = ? and year = ? order by all
        """,
        [index_id, year],
    )
    for row in found:
        if wanted.lower() in (row["indicator_key"], row["code"]):
            return str(row["indicator_key"])
    known = {row["indicator_key"]: row["indicator_key"] for row in found} | {
        row["code"]: row["code"] for row in found if row["code"]
    }
    raise NotFound(f"no indicator {wanted!r} in {year}{_nearest(wanted.lower(), known)}")


def _nearest(wanted: str, known: dict[str, str]) -> str:
    close = nearest(wanted, known)
    return f"; did you mean {', '.join(dict.fromkeys(known[c] for c in close))}?" if close else ""
