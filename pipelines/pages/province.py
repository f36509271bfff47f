"""A province in a year on one screen: where it stands, what changed and why, targets, headroom, what to be careful of.

Belongs here: choosing rows of the published marts and putting them into words. Does not belong here: any figure that a
mart does not hold; the words of each language, see words.py.
"""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.pages.explain import NotFound, find_province
from pipelines.pages.words import GROUPS, SAID, VI, Speaker, adding_up, way_to_go
from pipelines.published import Row, main_index, rows

if TYPE_CHECKING:
    import duckdb

WIDTH, NAME_WIDTH, N_HEADROOMS = 100, 36, 5
LEVELS = ("dimension", "sub_dimension")


def profile(connection: duckdb.DuckDBPyConnection, province: str, year: int | None = None, lang: str = VI) -> str:
    """The page as lines of text, of the main index.

    ``province`` is a key, code or name; without ``year`` the last one with results. Raises ``explain.NotFound``.
    """
    index_id = main_index(connection)
    if year is None:
        sql = "select max(year) from marts.index_score where index_id = ?"
        [[year]] = connection.execute(sql, [index_id]).fetchall()
        assert year is not None
    key = find_province(connection, index_id, province, year)
    page = _Page(connection, Speaker(lang), index_id, key, year)
    return "\n".join(page.lines())


@dataclass(frozen=True)
class Told:
    """What a page says of a province in a year: sentences by section, and the rows of its changes.

    ``changes`` are rows of marts.index_score, the total first, with their parts and ``word``, what is said of each.
    """

    stands: list[str]
    changed: list[str]
    changes: list[Row]
    targets: list[str]
    careful: list[str]
    source: str


def told(connection: duckdb.DuckDBPyConnection, key: str, year: int, lang: str = VI) -> Told:
    """The sentences and rows of ``profile``, for pages that lay them out themselves.

    ``key`` is a province's key. Raises ``explain.NotFound`` where it has no row in that year.
    """
    page = _Page(connection, Speaker(lang), main_index(connection), key, year, width=sys.maxsize)
    changes = page.changes()
    for row in changes:
        row["word"] = page.word(row)
    parts = (page.stands(), page.total_changed(changes[0]), page.targets(), page.careful())
    stands, changed, targets, careful = ([line.strip().removeprefix("- ") for line in lines] for lines in parts)
    return Told(stands, changed, changes, targets, careful, page.source())


class _Page:
    """The parts of the page, each made of a few rows."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        speaker: Speaker,
        index_id: str,
        key: str,
        year: int,
        width: int = WIDTH,
    ) -> None:
        self.connection, self.speaker, self.width = connection, speaker, width
        self.index_id, self.key, self.year = index_id, key, year
        self.place = self.one(
            "select * from core.dim_province_period where province_key = ? and year(valid_from) <= ? "
            "order by valid_from",
            key, year,
        )  # fmt: skip
        self.total = self.one(
            "select * from marts.index_score where index_id = ? and province_key = ? and year = ? "
            "and level = 'total'",
            index_id, key, year,
        )  # fmt: skip

    def ask(self, sql: str, *values: object) -> list[Row]:
        return rows(self.connection, sql, list(values))

    def one(self, sql: str, *values: object) -> Row:
        found = self.ask(sql, *values)
        if not found:
            raise NotFound(f"{self.key} has no row in {self.year}")
        return found[-1]

    def lines(self) -> list[str]:
        say = self.speaker.say
        title = f"{self.speaker.name(self.place, 'province_name').upper()}  {self.index_id.upper()} {self.year}"
        parts = [
            (say("stands"), self.stands()),
            self.changed(),
            (say("targets"), self.targets()),
            (say("headroom"), self.headroom()),
            (say("careful"), self.careful()),
        ]
        lines = [title, "═" * len(title)]
        for heading, body in parts:
            if body:
                lines += ["", heading, *body]
        return [*lines, "", self.source()]

    def text(self, sentence: str) -> list[str]:
        return textwrap.wrap(sentence, self.width, initial_indent="  ", subsequent_indent="    ")

    def stands(self) -> list[str]:
        speaker, total = self.speaker, self.total
        if total["score"] is None:
            return self.without_total()
        said = speaker.say("total", score=speaker.number(total["score"]), rank=total["rank"], n=total["n_ranked"])
        for key, column in (("group", "group_published"), ("group_computed", "group_computed")):
            if total[column]:
                said += speaker.say(key, group=speaker.of(GROUPS[total[column]]))
                break
        region = self.region()
        if region:
            said += speaker.say("region", **region)
        lines = self.text(f"{said}.")
        for row in self.ask(
            "select * from marts.index_rank_interval where index_id = ? and province_key = ? and year = ? "
            "and doubt in ('survey', 'survey_published', 'method') "
            "order by list_position(['survey', 'survey_published', 'method'], doubt)",
            self.index_id, self.key, self.year,
        ):  # fmt: skip
            figures = {"low": row["rank_low"], "high": row["rank_high"], "n": row["n_ranked"]}
            if row["error_source"]:
                kind, year = _source(row)
                figures |= {"error": speaker.number(row["standard_error"]), "source": speaker.say(kind, year=year)}
            lines += self.text(speaker.say(row["doubt"], **figures))
        return lines

    def without_total(self) -> list[str]:
        """What was published all the same, what was not and why, and the last total."""
        speaker, say = self.speaker, self.speaker.say
        parts = self.ask(
            "select level, code, score from marts.index_score where index_id = ? and province_key = ? and year = ? "
            "and level in ('dimension', 'sub_dimension') and obs_status <> 'M' order by length(code), code",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        n_all, n_seen = (
            {
                level: sum(row["level"] == level and (is_all or row["score"] is not None) for row in parts)
                for level in LEVELS
            }
            for is_all in (True, False)
        )
        lines = self.text(say("not_published", year=self.year) + ".")
        if any(n_seen.values()):
            lines = self.text(
                say(
                    "in_part", year=self.year, n=n_seen["dimension"], n_dimensions=n_all["dimension"],
                    n_parts=n_seen["sub_dimension"], all_parts=n_all["sub_dimension"],
                )
            )  # fmt: skip
            codes = [row["code"] for row in parts if row["level"] == "sub_dimension" and row["score"] is None]
            lines += self.text(say("left_out", codes=", ".join(codes)))
        reason = self.total["obs_reason"]
        lines += self.text(say("reason", reason=reason) if reason else say("no_reason"))
        for row in self.ask(
            "select year, score, rank, n_ranked from marts.index_score where index_id = ? and province_key = ? "
            "and level = 'total' and year < ? and score is not null order by year",
            self.index_id, self.key, self.year,
        )[-1:]:  # fmt: skip
            figures = {"year": row["year"], "rank": row["rank"], "n": row["n_ranked"]}
            lines += self.text(say("last", score=speaker.number(row["score"]), **figures))
        return lines

    def region(self) -> Row | None:
        """Rank among the published of the region."""
        [counted] = self.ask(
            "select 1 + count(*) filter (where peer_rank < rank) as rank, 1 + count(peer_rank) as n "
            "from marts.index_peer where index_id = ? and province_key = ? and year = ? and peer_set = 'region'",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        name = self.place["region_name_vi"] if self.speaker.lang == VI else self.place["region_name_en"]
        return {**counted, "region": name} if counted["n"] > 1 else None

    def changes(self) -> list[Row]:
        """The total, then every dimension that was published, with its change in parts that add up as printed."""
        found = self.ask(
            "select score.*, part.own_part, part.national_part, part.measurement_part, part.rescale_part, "
            "part.significance from marts.index_score as score left join marts.index_change as part "
            "on part.index_id = score.index_id and part.province_key = score.province_key "
            "and part.indicator_key = score.indicator_key and part.to_year = score.year "
            "where score.index_id = ? and score.province_key = ? and score.year = ? "
            "and score.level in ('total', 'dimension') and score.obs_status <> 'M' "
            "order by score.level desc, length(score.code), score.code",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        for row in found:
            parts = [row["own_part"], row["national_part"], row["measurement_part"]]
            if row["measurement_part"] is not None:
                parts[-1] += row["rescale_part"]
                if row["change_printed"] is not None:
                    parts = adding_up(row["change_printed"], parts)
            row["parts_printed"] = parts
        return found

    def changed(self) -> tuple[str, list[str]]:
        """Heading and lines: the total against the year before, and every dimension that was published."""
        speaker, say = self.speaker, self.speaker.say
        found = self.changes()
        has_change = any(row["change_printed"] is not None for row in found)
        heading = say("changed", then=self.year - 1, now=self.year) if has_change else say("dimensions")
        if all(row["score"] is None for row in found):
            return heading, []
        lines = self.total_changed(found[0])
        heads = say("head").split("|")[: None if has_change else 2]
        lines.append(f"  {'':<{NAME_WIDTH + 3}}" + "".join(f"{head:>9}" for head in heads))
        for row in found:
            figures = [
                speaker.number(row["score_printed"]),
                f"{row['rank']}/{row['n_ranked']}" if row["rank"] else "–",
                speaker.number(row["change_printed"], "+"),
                *(speaker.number(part, "+") for part in row["parts_printed"]),
            ]
            is_total = row["level"] == "total"
            name = say("all") if is_total else f"{row['code']}  {speaker.name(row, 'indicator_name')}"
            word = "" if is_total else self.word(row)
            shown = textwrap.shorten(name, NAME_WIDTH + 3, placeholder="…")
            line = f"  {shown:<{NAME_WIDTH + 3}}" + "".join(f"{figure:>9}" for figure in figures[: len(heads)])
            lines.append(f"{line}  {word}".rstrip())
        return heading, lines + (self.text(say("adds_up")) if has_change else [])

    def total_changed(self, total: Row) -> list[str]:
        """The total against the year before, or against the last year that compares; nothing without a total."""
        speaker, say = self.speaker, self.speaker.say
        if total["score"] is None:
            return []
        if total["previous_score"] is not None:
            word = say(total["significance"])
            if total["not_comparable_reason"]:
                word += f" ({self.why(total['not_comparable_reason'])}{self.doubt(total)})"
            moved = say(
                "moved", change=speaker.number(total["change_printed"], "+"), before=total["previous_rank"],
                n_before=total["previous_n_ranked"], rank=total["rank"], n=total["n_ranked"],
            )  # fmt: skip
            lines, key, window = self.text(f"{moved}: {word}."), "core", "n_core_parts < n_parts and from_year = ?"
        else:
            is_first = total["not_comparable_reason"] == "no_previous_release"
            said = say("no_change") if is_first else say("no_total_before", then=self.year - 1)
            lines, key, window = self.text(said), "core_since", "from_year < ?"
        for core in self.ask(
            "select * from marts.index_core_window where index_id = ? and province_key = ? and to_year = ? "
            f"and core_change is not null and {window} order by from_year",
            self.index_id, self.key, self.year, self.year - 1,
        )[-1:]:  # fmt: skip
            lines += self.text(
                say(
                    key, then=core["from_year"], parts=core["n_core_parts"], n_parts=core["n_parts"],
                    change=speaker.number(core["core_change"], "+"), before=core["core_rank_from"],
                    n_before=core["core_n_ranked_from"], rank=core["core_rank_to"], n=core["core_n_ranked_to"],
                )
            )  # fmt: skip
            if core["n_uncertain_parts"]:
                lines += self.text(self.without_breaks(core))
        return lines

    def without_breaks(self, core: Row) -> str:
        """The other reading of a window: what the change would be if the breaks that are uncertain were none."""
        speaker = self.speaker
        parts = self.ask(
            "select code, change_printed from marts.index_change_window where index_id = ? and province_key = ? "
            "and from_year = ? and to_year = ? and level = 'sub_dimension' and break_certainty = 'uncertain' "
            "order by length(code), code",
            self.index_id, self.key, core["from_year"], self.year,
        )  # fmt: skip
        n_parts = core["n_core_parts"] + core["n_uncertain_parts"]
        change = core["core_change_if_no_break"]
        if n_parts == core["n_parts"] and core["from_year"] == self.year - 1:
            change = self.total["change_printed"]  # of the printed totals, as above
        return speaker.say(
            "if_no_break", codes=core["left_out_uncertain"], change=speaker.number(change, "+"), parts=n_parts,
            n_parts=core["n_parts"],
            each=", ".join(f"{part['code']}: {speaker.number(part['change_printed'], '+')}" for part in parts),
        )  # fmt: skip

    def doubt(self, row: Row) -> str:
        """That a reason against comparing rests on an uncertain break alone."""
        return f", {self.speaker.say('uncertain')}" if row["break_certainty"] == "uncertain" else ""

    def word(self, row: Row) -> str:
        """Whether a dimension has changed, or why nothing is said of it."""
        if row["change_printed"] is not None:
            return self.speaker.say(row["significance"])
        key = f"why_{row['not_comparable_reason']}"
        return self.speaker.say(key) if key in SAID else ""

    def why(self, reason: str) -> str:
        return self.speaker.say(f"why_{reason}") if f"why_{reason}" in SAID else reason.replace("_", " ")

    def targets(self) -> list[str]:
        speaker, say = self.speaker, self.speaker.say
        found = self.ask(
            "select result.*, target.title_vi, target.title_en from marts.index_target as result "
            "inner join core.dim_target as target using (plan_id, target_id) "
            "where result.index_id = ? and result.province_key = ? "
            "and ? in (result.base_year, result.target_year) order by result.target_id",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        if not found:
            others = self.ask(
                "select distinct plan_id, target_year from marts.index_target where index_id = ? and province_key = ? "
                "and plan_id is not null order by all",
                self.index_id, self.key,
            )  # fmt: skip
            named = {
                "plans": ", ".join(dict.fromkeys(row["plan_id"] for row in others)),
                "years": ", ".join(dict.fromkeys(str(row["target_year"]) for row in others)),
            }
            return self.text(say("no_target_here", year=self.year, **named) if others else say("no_target"))
        lines = []
        for row in found:
            said = f"{row['plan_id']} {row['target_id']} {speaker.name(row, 'title')}: {say(row['target_state'])}"
            if row["target_state_reason"] == "not_published":
                said += f", {say('absent', year=row['target_year'])}"
            lines += self.text(f"{said}.")
            if row["target_rank"]:
                needs = {"points": row["points_needed_standing"], "drift": row["points_needed_drift"]}
                points = {name: speaker.number(need) for name, need in needs.items()}
                key = "need_standing" if row["points_needed_drift"] is None else "need"
                lines += self.text(f"  {say(key, rank=row['target_rank'], n=row['base_n_ranked'], **points)}")
            if row["probability_state"] != "not_computed" and row["base_rate_near_share"] is not None:
                is_told = row["probability_state"] == "told"
                shares = {"rate": speaker.percent(row["base_rate_near_share"])}
                shares |= {"chance": speaker.percent(row["probability"])} if is_told else {}
                said = say("odds" if is_told else "withheld", cases=row["n_base_rate_near"], **shares)
                lines += self.text(f"  {said}")
            if row["target_state"] == "not_evaluable" and row["first_evaluable_year"]:
                lines += self.text(
                    "  " + say(
                        "first", year=row["first_evaluable_year"], rank=row["first_evaluable_rank"],
                        n=row["first_evaluable_n_ranked"],
                    )
                )  # fmt: skip
        return lines

    def headroom(self) -> list[str]:
        speaker, say = self.speaker, self.speaker.say
        has_plan = self.ask("select plan_id from core.dim_plan where province_key = ?", self.key)
        lines = []
        for row in self.ask(
            "select * from marts.index_headroom where index_id = ? and province_key = ? and year = ? "
            "and potential > 0 and headroom_order <= ? order by headroom_order",
            self.index_id, self.key, self.year, N_HEADROOMS,
        ):  # fmt: skip
            name = textwrap.shorten(
                f"{row['code']}  {speaker.name(row, 'indicator_name')}", NAME_WIDTH, placeholder="…"
            )
            score, reached, way = way_to_go(row["score"], row["potential"])
            figures = f"{speaker.number(score)} → {speaker.number(reached)}  {speaker.number(way, '+')}"
            nobody = say("nobody") if has_plan else ""
            who = f"{row['owners_vi']} ({say('tasks')} {row['tasks']})" if row["tasks"] else nobody
            place = f"{row['rank']}/{row['n_ranked']}"
            lines.append(f"  {name:<{NAME_WIDTH}}  {figures}  {place:>6}  {who}".rstrip())
        return lines

    def careful(self) -> list[str]:
        speaker, say = self.speaker, self.speaker.say
        said = []
        broken = self.ask(
            "select code, break_certainty from marts.index_score where index_id = ? and province_key = ? and year = ? "
            "and level = 'sub_dimension' and not is_comparable and change_as_published is not null order by code",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        for caution, is_uncertain in (("caution_break", False), ("caution_uncertain", True)):
            codes = [row["code"] for row in broken if (row["break_certainty"] == "uncertain") == is_uncertain]
            if codes:
                said.append(say(caution, codes=", ".join(codes)))
        absent = self.one(
            "select count(*) as n from marts.index_score where index_id = ? and level = 'total' and year = ? "
            "and score is null",
            self.index_id, self.year,
        )["n"]  # fmt: skip
        if absent:
            said.append(say("caution_absent", n=absent, year=self.year))
        errors = self.ask(
            "select error_source from marts.index_rank_interval where index_id = ? and province_key = ? "
            "and year = ? and doubt = 'survey'",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        for kind, year in map(_source, errors):
            if f"caution_{kind}" in SAID:
                said.append(say(f"caution_{kind}", year=year))
        moves = self.one(
            "select avg(abs(rank_change_as_published)) as mean from marts.index_score "
            "where index_id = ? and level = 'total' and year = ?",
            self.index_id, self.year,
        )["mean"]  # fmt: skip
        if moves is not None:
            said.append(say("caution_ranks", mean=speaker.number(moves, decimals=0)))
        said += self.became()
        said.append(say("caution_district"))
        return [line for sentence in said for line in self.text(f"- {sentence}")]

    def became(self) -> list[str]:
        """What the province has become since: part of a new one, or the same place by another name."""
        speaker, say, place = self.speaker, self.speaker.say, self.place
        if not place["successor_key"]:
            return []
        [successor] = self.ask("select * from core.dim_province where province_key = ?", place["successor_key"])
        if place["successor_relation"] == "unchanged":
            if successor["province_key"] == self.key:
                return []
            name = f"{speaker.name(successor, 'province_name')} ({successor['province_type']})"
            return [say("caution_renamed", successor=successor["full_name_vi"] if speaker.lang == VI else name)]
        others = self.ask(
            "select province_name_vi, province_name_en from core.dim_province_period "
            "where successor_key = ? and province_key <> ? and valid_to = ? order by province_key",
            place["successor_key"], self.key, place["valid_to"],
        )  # fmt: skip
        name = speaker.name(successor, "province_name")
        is_same_name = name == speaker.name(place, "province_name")
        return [
            say(
                "caution_merged", day=speaker.day(place["valid_to"]),
                others=", ".join(speaker.name(row, "province_name") for row in others),
                successor=say("new", name=name) if is_same_name else name,
            )
        ]  # fmt: skip

    def source(self) -> str:
        release = self.one("select * from core.dim_release where release_id = ?", self.total["release_id"])
        day = self.speaker.day(release["published_on"])
        return self.speaker.say("source", release=release["release_id"], day=day)


def _source(row: Row) -> tuple[str, str]:
    """Where an error comes from: its kind, and the year that it was pooled in where that is one."""
    source = row["error_source"]
    year = source.removeprefix("pooled_")
    return ("pooled", year) if year != source else (source, "")
