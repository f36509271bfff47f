"""What pages ask of the published tables: the only SQL of the site.

Belongs here: choosing rows and columns. Does not belong here: how a page shows them; any figure that a mart does not
hold, but for medians and quartiles over the rows of a mart, which pictures show beside a province.
"""

from __future__ import annotations

from pipelines.pages.figures import asked, over
from pipelines.published import Row
from pipelines.site.reader import Reader

# How the provinces of a year lie in an indicator.
FIELD = (
    "count(score)", "min(score)", "quantile_cont(score, 0.25)", "median(score)", "quantile_cont(score, 0.75)",
    "max(score)", "median(score_scale_free)", "max(n_ranked)",
)  # fmt: skip
OF_FIELD = ("index_id", "year", "indicator_key")
# Scores, each with what is to be said of its change on the year before.
SCORES = (
    "select score.*, part.significance from marts.index_score as score left join marts.index_change as part "
    "on part.index_id = score.index_id and part.province_key = score.province_key "
    "and part.indicator_key = score.indicator_key and part.to_year = score.year and part.from_year = score.year - 1 "
)


def last_year(ask: Reader) -> int:
    """The last year of which any total was published."""
    sql = "select max(year) from marts.index_score where index_id = ? and level = 'total' and score is not null"
    return int(ask.one(sql, ask.index_id))


def totals(ask: Reader, year: int) -> list[Row]:
    """Every province in a year, best first: total, rank, group, and what is to be said of its change."""
    return ask.of(
        "marts.index_score",
        f"{SCORES} where score.index_id = ? and score.year = ? and score.level = 'total' "
        "order by score.rank nulls last, score.province_key",
        ask.index_id, year,
    )  # fmt: skip


def counted(ask: Reader, year: int) -> Row:
    """Of how many provinces a total was published in a year."""
    key = {"index_id": ask.index_id, "year": year, "level": "total"}
    return over(ask.connection, "marts.index_score", key, "count(score)", "count(*)")


def dimensions(ask: Reader, year: int) -> list[Row]:
    """Every province and dimension in a year."""
    return ask.of(
        "marts.index_score",
        "select * from marts.index_score where index_id = ? and year = ? and level = 'dimension' "
        "and obs_status <> 'M' order by length(code), code, province_key",
        ask.index_id, year,
    )  # fmt: skip


def merged_totals(ask: Reader, year: int) -> list[Row]:
    """The provinces of 2025 in a year before, as weighted means of their members."""
    return ask.of(
        "marts.index_score_merged",
        "select * from marts.index_score_merged where index_id = ? and year = ? and level = 'total' "
        "order by rank nulls last, province_key",
        ask.index_id, year,
    )  # fmt: skip


def merged(ask: Reader, key: str) -> list[Row]:
    """One of the provinces of 2025: total and dimensions in every year."""
    return ask.of(
        "marts.index_score_merged",
        "select * from marts.index_score_merged where index_id = ? and province_key = ? "
        "and level in ('total', 'dimension') order by year, level desc, length(code), code",
        ask.index_id, key,
    )  # fmt: skip


def places(ask: Reader) -> list[Row]:
    """Every province in each period of validity, the oldest first."""
    return ask.rows(
        "select place.*, successor.province_name_vi as successor_name_vi, successor.province_name_en as "
        "successor_name_en from core.dim_province_period as place left join core.dim_province as successor "
        "on successor.province_key = place.successor_key order by place.valid_from, place.province_key"
    )


def history(ask: Reader, key: str) -> list[Row]:
    """A province over the years at every level."""
    return ask.of(
        "marts.index_score",
        "select * from marts.index_score where index_id = ? and province_key = ? and obs_status <> 'M' "
        "order by year, length(code), code",
        ask.index_id, key,
    )  # fmt: skip


def field(ask: Reader, indicator: str | None = None) -> dict[tuple[int, str], Row]:
    """How all provinces lie in each indicator or in one, by year and indicator."""
    found = ask.of(
        "marts.index_score",
        f"select {asked((*OF_FIELD, *FIELD))} from marts.index_score where index_id = ? "
        "and indicator_key = coalesce(?, indicator_key) group by all",
        ask.index_id, indicator,
        key=OF_FIELD,
    )  # fmt: skip
    return {(row["year"], row["indicator_key"]): row for row in found}


def intervals(ask: Reader, key: str) -> list[Row]:
    """How far the ranks of a province can be trusted, by year, by the noise of the survey."""
    return ask.of(
        "marts.index_rank_interval",
        "select * from marts.index_rank_interval where index_id = ? and province_key = ? and doubt = 'survey' "
        "order by year",
        ask.index_id, key,
    )  # fmt: skip


def intervals_of_year(ask: Reader, year: int) -> list[Row]:
    """The same of every province in a year, by rank."""
    return ask.of(
        "marts.index_rank_interval",
        "select * from marts.index_rank_interval where index_id = ? and year = ? and doubt = 'survey' order by rank",
        ask.index_id, year,
    )  # fmt: skip


def peers(ask: Reader, key: str, year: int) -> list[Row]:
    """The ten provinces that are nearest by the profile of their dimensions."""
    return ask.of(
        "marts.index_peer",
        "select * from marts.index_peer where index_id = ? and province_key = ? and year = ? "
        "and peer_set = 'nearest' order by distance",
        ask.index_id, key, year,
    )  # fmt: skip


def peer_means(ask: Reader, key: str, year: int) -> dict[str, Row]:
    """By dimension, the mean score of the ten nearest provinces."""
    nearest = [row["peer_key"] for row in peers(ask, key, year)]
    found = ask.of(
        "marts.index_score",
        f"select index_id, year, indicator_key, ?::varchar[] as province_key, {asked(['avg(score)'])} "
        "from marts.index_score as score where index_id = ? and year = ? and list_contains(?, score.province_key) "
        "and level = 'dimension' group by all having avg(score) is not null",
        nearest, ask.index_id, year, nearest,
        key=(*OF_FIELD, "province_key"),
    )  # fmt: skip
    return {row["indicator_key"]: row for row in found}


def headroom(ask: Reader, key: str, year: int, most: int) -> list[Row]:
    """Where points can come from, the largest first."""
    return ask.of(
        "marts.index_headroom",
        "select * from marts.index_headroom where index_id = ? and province_key = ? and year = ? and potential > 0 "
        "and headroom_order <= ? order by headroom_order",
        ask.index_id, key, year, most,
    )  # fmt: skip


def companions(ask: Reader, key: str) -> list[Row]:
    """Other indices of a province, where known."""
    return ask.of(
        "marts.index_companion",
        "select * from marts.index_companion where province_key = ? order by index_id, year",
        key,
    )


def targets(ask: Reader, key: str) -> list[Row]:
    """Targets of plans for a province that an index measures."""
    return ask.of(
        "marts.index_target",
        with_title("marts.index_target")
        + "where result.index_id = ? and result.province_key = ? order by result.target_year, result.target_id",
        ask.index_id, key,
    )  # fmt: skip


def with_title(table: str) -> str:
    """A query of a table of targets, each row with the title that its plan gives."""
    return (
        f"select result.*, target.title_vi, target.title_en from {table} as result "
        "inner join core.dim_target as target using (plan_id, target_id) "
    )


def cells(ask: Reader, key: str) -> dict[str, str]:
    """The cell that each delivered sub-dimension of a province was read from, by year and indicator."""
    found = ask.rows(
        "select year, indicator_key, source_cell from core.fct_score where index_id = ? and province_key = ? "
        "and known_to is null and source_cell is not null and level = 'sub_dimension'",
        ask.index_id, key,
    )  # fmt: skip
    return {f"{row['year']}|{row['indicator_key']}": row["source_cell"] for row in found}


def cells_of(ask: Reader, indicator: str) -> dict[str, str]:
    """The same of a sub-dimension, by year and province."""
    found = ask.rows(
        "select year, province_key, source_cell from core.fct_score where index_id = ? and indicator_key = ? "
        "and known_to is null and source_cell is not null",
        ask.index_id, indicator,
    )  # fmt: skip
    return {f"{row['year']}|{row['province_key']}": row["source_cell"] for row in found}


def releases(ask: Reader) -> list[Row]:
    """Every release with the file of its scores, the newest year first."""
    return ask.rows(
        "select release.*, file.source_file from core.dim_release as release left join (select release_id, "
        "min(source_file) as source_file from core.fct_score group by all) as file using (release_id) "
        "order by release.index_id <> ?, release.index_id, release.year desc, release.revision desc",
        ask.index_id,
    )


def indicators(ask: Reader, level: str = "sub_dimension") -> list[Row]:
    """The concepts of a level, in the order of their last codes."""
    return ask.rows(
        "select * from core.dim_indicator where index_id = ? and level = ? order by last_code, indicator_key",
        ask.index_id, level,
    )  # fmt: skip


def methods_of(ask: Reader, indicator: str) -> list[Row]:
    """A concept by version of the method: code, names, scale, and why it was taken to be so."""
    return ask.of(
        "core.dim_indicator_method",
        "select * from core.dim_indicator_method where index_id = ? and indicator_key = ? order by first_year",
        ask.index_id, indicator,
    )  # fmt: skip


def scores_of(ask: Reader, indicator: str) -> list[Row]:
    """Every province and year of a concept."""
    return ask.of(
        "marts.index_score",
        f"{SCORES} where score.index_id = ? and score.indicator_key = ? and score.obs_status <> 'M' "
        "order by score.year, score.rank nulls last, score.province_key",
        ask.index_id, indicator,
    )  # fmt: skip


def methods(ask: Reader) -> list[Row]:
    """Versions of the method of the main index."""
    return ask.rows("select * from core.dim_method where index_id = ? order by first_year", ask.index_id)
