"""A province in a year on one screen: where it stands, what changed and why, targets, headroom, what to be careful of.

Belongs here: choosing rows of the published marts and putting them into words. Does not belong here: any figure that a
mart does not hold; the words of each language, see words.py.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from pipelines.pages.explain import NotFound, find_province
from pipelines.pages.figures import Figure, at, figure, over, part, way
from pipelines.pages.words import GROUPS, SAID, VI, Sentence, Speaker, adding_up, way_to_go
from pipelines.published import Row, main_index, rows

if TYPE_CHECKING:
    import duckdb

WIDTH, NAME_WIDTH, N_HEADROOMS = 100, 36, 5
LEVELS = ("dimension", "sub_dimension")
PARTS = ("own_part", "national_part", "measurement_part,rescale_part")  # columns of a change, as they are told


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

    stands: list[Sentence]
    changed: list[Sentence]
    changes: list[Row]
    targets: list[Sentence]
    careful: list[Sentence]
    source: str


def told(connection: duckdb.DuckDBPyConnection, key: str, year: int, lang: str = VI) -> Told:
    """The sentences and rows of ``profile``, for pages that lay them out themselves.

    ``key`` is a province's key. Raises ``explain.NotFound`` where it has no row in that year.
    """
    page = _Page(connection, Speaker(lang), main_index(connection), key, year)
    changes = page.changes()
    for row in changes:
        row["word"] = page.word(row)
    return Told(page.stands(), page.total_changed(changes[0]), changes, page.targets(), page.careful(), page.source())


class _Page:
    """The parts of the page, each made of a few rows."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, speaker: Speaker, index_id: str, key: str, year: int
    ) -> None:
        self.connection, self.speaker = connection, speaker
        self.index_id, self.key, self.year = index_id, key, year
        self.own = {"index_id": index_id, "province_key": key, "year": year}
        self.place = self.one(
            "select * from core.dim_province_period where province_key = ? and year(valid_from) <= ? "
            "order by valid_from",
            key, year,
        )  # fmt: skip
        [self.total, *_] = self.of("marts.index_score", "year = ? and level = 'total'", year) or self.none()

    def ask(self, sql: str, *values: object) -> list[Row]:
        return rows(self.connection, sql, list(values))

    def one(self, sql: str, *values: object) -> Row:
        return (self.ask(sql, *values) or self.none())[-1]

    def none(self) -> NoReturn:
        raise NotFound(f"{self.key} has no row in {self.year}")

    def of(self, table: str, where: str, *values: object) -> list[Row]:
        """Rows of the province in a table, each with the place that it stands at."""
        sql = f"select * from {table} where index_id = ? and province_key = ? and {where}"
        return [{**row, "at": at(table, row)} for row in self.ask(sql, self.index_id, self.key, *values)]

    def over(self, table: str, key: Row, *expressions: str) -> Row:
        return over(self.connection, table, key, *expressions)

    def fig(self, row: Row, column: str, kind: str = "score", of: str | None = None) -> Figure:
        return figure(row, column, kind, of, self.speaker.lang)

    def whole(self, row: Row, column: str) -> Figure:
        return self.fig(row, column, "whole")

    def lines(self) -> list[str]:
        say = self.speaker.say
        title = f"{self.speaker.name(self.place, 'province_name').upper()}  {self.index_id.upper()} {self.year}"
        parts = [
            (say("stands"), self.text(*self.stands())),
            self.changed(),
            (say("targets"), self.text(*self.targets())),
            (say("headroom"), self.headroom()),
            (say("careful"), self.text(*(f"- {one}" for one in self.careful()))),
        ]
        lines = [title, "═" * len(title)]
        for heading, body in parts:
            if body:
                lines += ["", heading, *body]
        return [*lines, "", self.source()]

    def text(self, *sentences: Sentence | str) -> list[str]:
        """Sentences as lines, each sentence beginning one; what begins with a space is set in."""
        wrap = partial(textwrap.wrap, width=WIDTH, initial_indent="  ", subsequent_indent="    ")
        return [line for sentence in sentences for line in wrap(str(sentence))]

    def stands(self) -> list[Sentence]:
        tell, total = self.speaker.tell, self.total
        if total["score"] is None:
            return self.without_total()
        rank, n = self.whole(total, "rank"), self.whole(total, "n_ranked")
        said = tell("total", score=self.fig(total, "score"), rank=rank, n=n)
        for key, column in (("group", "group_published"), ("group_computed", "group_computed")):
            if total[column]:
                said += tell(key, group=self.speaker.of(GROUPS[total[column]]))
                break
        sentences = [said + self.region() + "."]
        for row in self.of(
            "marts.index_rank_interval",
            "year = ? and doubt in ('survey', 'survey_published', 'method') "
            "order by list_position(['survey', 'survey_published', 'method'], doubt)",
            self.year,
        ):
            gaps: Row = {"low": "rank_low", "high": "rank_high", "n": "n_ranked"}
            gaps = {gap: self.whole(row, column) for gap, column in gaps.items()}
            if row["error_source"]:
                kind, year = _source(row)
                gaps |= {"error": self.fig(row, "standard_error"), "source": tell(kind, year=year)}
            sentences.append(tell(row["doubt"], **gaps))
        return sentences

    def without_total(self) -> list[Sentence]:
        """What was published all the same, what was not and why, and the last total."""
        tell = self.speaker.tell
        seen, measured = "count(score)", "count(*) filter (where obs_status <> 'M')"
        dimensions, parts = (
            self.over("marts.index_score", {**self.own, "level": level}, seen, measured) for level in LEVELS
        )
        sentences = [tell("not_published", year=self.year) + "."]
        if dimensions[seen] or parts[seen]:
            absent = self.of(
                "marts.index_score",
                "year = ? and level = 'sub_dimension' and score is null and obs_status <> 'M' order by code",
                self.year,
            )
            sentences = [
                tell(
                    "in_part", year=self.year, n=self.whole(dimensions, seen),
                    n_dimensions=self.whole(dimensions, measured), n_parts=self.whole(parts, seen),
                    all_parts=self.whole(parts, measured),
                ),
                tell("left_out", codes=", ".join(row["code"] for row in absent)),
            ]  # fmt: skip
        reason = self.total["obs_reason"]
        sentences.append(tell("reason", reason=reason) if reason else tell("no_reason"))
        for row in self.of(
            "marts.index_score", "level = 'total' and year < ? and score is not null order by year", self.year
        )[-1:]:
            rank, n = self.whole(row, "rank"), self.whole(row, "n_ranked")
            sentences.append(tell("last", year=row["year"], score=self.fig(row, "score"), rank=rank, n=n))
        return sentences

    def region(self) -> Sentence | str:
        """Rank among the published of the region, as the end of a sentence; nothing where there are no others."""
        rank, n = "1 + count(*) filter (where peer_rank < rank)", "1 + count(peer_rank)"
        found = self.over("marts.index_peer", {**self.own, "peer_set": "region"}, rank, n)
        if found[n] == 1:
            return ""
        name = self.place["region_name_vi"] if self.speaker.lang == VI else self.place["region_name_en"]
        return self.speaker.tell("region", rank=self.whole(found, rank), n=self.whole(found, n), region=name)

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
            row["at"] = at("marts.index_score", row)
            row["part_at"] = at("marts.index_change", {**row, "from_year": self.year - 1, "to_year": self.year})
        return found

    def changed(self) -> tuple[str, list[str]]:
        """Heading and lines: the total against the year before, and every dimension that was published."""
        speaker, say = self.speaker, self.speaker.say
        found = self.changes()
        has_change = any(row["change_printed"] is not None for row in found)
        heading = say("changed", then=self.year - 1, now=self.year) if has_change else say("dimensions")
        if all(row["score"] is None for row in found):
            return heading, []
        lines = self.text(*self.total_changed(found[0]))
        heads = say("head").split("|")[: None if has_change else 2]
        lines.append(f"  {'':<{NAME_WIDTH + 3}}" + "".join(f"{head:>9}" for head in heads))
        for row in found:
            figures = [
                self.fig(row, "score_printed"),
                self.fig(row, "rank", "of", "n_ranked"),
                self.fig(row, "change_printed", "signed"),
                *(part(row, columns, place, speaker.lang) for place, columns in enumerate(PARTS)),
            ]
            is_total = row["level"] == "total"
            name = say("all") if is_total else f"{row['code']}  {speaker.name(row, 'indicator_name')}"
            word = "" if is_total else self.word(row)
            shown = textwrap.shorten(name, NAME_WIDTH + 3, placeholder="…")
            line = f"  {shown:<{NAME_WIDTH + 3}}" + "".join(f"{one.text:>9}" for one in figures[: len(heads)])
            lines.append(f"{line}  {word}".rstrip())
        return heading, lines + (self.text(say("adds_up")) if has_change else [])

    def total_changed(self, total: Row) -> list[Sentence]:
        """The total against the year before, or against the last year that compares; nothing without a total."""
        tell = self.speaker.tell
        if total["score"] is None:
            return []
        if total["previous_score"] is not None:
            word = self.speaker.say(total["significance"])
            if total["not_comparable_reason"]:
                word += f" ({self.why(total['not_comparable_reason'])}{self.doubt(total)})"
            moved = tell(
                "moved", change=self.fig(total, "change_printed", "signed"),
                before=self.whole(total, "previous_rank"), n_before=self.whole(total, "previous_n_ranked"),
                rank=self.whole(total, "rank"), n=self.whole(total, "n_ranked"),
            )  # fmt: skip
            sentences, key, window = [moved + f": {word}."], "core", "n_core_parts < n_parts and from_year = ?"
        else:
            is_first = total["not_comparable_reason"] == "no_previous_release"
            sentences = [tell("no_change") if is_first else tell("no_total_before", then=self.year - 1)]
            key, window = "core_since", "from_year < ?"
        for core in self.of(
            "marts.index_core_window",
            f"to_year = ? and core_change is not null and {window} order by from_year",
            self.year, self.year - 1,
        )[-1:]:  # fmt: skip
            gaps = {"parts": "n_core_parts", "n_parts": "n_parts", "before": "core_rank_from", "rank": "core_rank_to",
                    "n_before": "core_n_ranked_from", "n": "core_n_ranked_to"}  # fmt: skip
            figures = {gap: self.whole(core, column) for gap, column in gaps.items()}
            change = self.fig(core, "core_change", "signed")
            sentences.append(tell(key, then=core["from_year"], change=change, **figures))
            if core["n_uncertain_parts"]:
                sentences.append(self.without_breaks(core))
        return sentences

    def without_breaks(self, core: Row) -> Sentence:
        """The other reading of a window: what the change would be if the breaks that are uncertain were none."""
        parts = self.of(
            "marts.index_change_window",
            "from_year = ? and to_year = ? and level = 'sub_dimension' and break_certainty = 'uncertain' "
            "order by length(code), code",
            core["from_year"], self.year,
        )  # fmt: skip
        n_parts = "n_core_parts + n_uncertain_parts"
        core[n_parts] = core["n_core_parts"] + core["n_uncertain_parts"]
        change = self.fig(core, "core_change_if_no_break", "signed")
        if core[n_parts] == core["n_parts"] and core["from_year"] == self.year - 1:
            change = self.fig(self.total, "change_printed", "signed")  # of the printed totals, as above
        each: list[object] = []
        for row in parts:
            each += [", " if each else "", f"{row['code']}: ", self.fig(row, "change_printed", "signed")]
        return self.speaker.tell(
            "if_no_break", codes=core["left_out_uncertain"], change=change, parts=self.whole(core, n_parts),
            n_parts=self.whole(core, "n_parts"), each=Sentence(each),
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

    def targets(self) -> list[Sentence]:
        speaker, say, tell = self.speaker, self.speaker.say, self.speaker.tell
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
            return [tell("no_target_here", year=self.year, **named) if others else tell("no_target")]
        sentences, set_in = [], Sentence(["  "])
        for row in found:
            row["at"] = at("marts.index_target", row)
            said = f"{row['plan_id']} {row['target_id']} {speaker.name(row, 'title')}: {say(row['target_state'])}"
            if row["target_state_reason"] == "not_published":
                said += f", {say('absent', year=row['target_year'])}"
            sentences.append(Sentence([f"{said}."]))
            if row["target_rank"]:
                gaps: Row = {"rank": self.whole(row, "target_rank"), "n": self.whole(row, "base_n_ranked")}
                gaps |= {
                    "points": self.fig(row, "points_needed_standing"),
                    "drift": self.fig(row, "points_needed_drift"),
                }
                sentences.append(
                    set_in + tell("need_standing" if row["points_needed_drift"] is None else "need", **gaps)
                )
            if row["probability_state"] != "not_computed" and row["base_rate_near_share"] is not None:
                gaps = {"chance": self.fig(row, "probability", "share"), "cases": self.whole(row, "n_base_rate_near")}
                gaps |= {"rate": self.fig(row, "base_rate_near_share", "share")}
                sentences.append(set_in + tell("odds" if row["probability_state"] == "told" else "withheld", **gaps))
            if row["target_state"] == "not_evaluable" and row["first_evaluable_year"]:
                gaps = {"rank": "first_evaluable_rank", "n": "first_evaluable_n_ranked"}
                gaps = {gap: self.whole(row, column) for gap, column in gaps.items()}
                sentences.append(set_in + tell("first", year=row["first_evaluable_year"], **gaps))
        return sentences

    def headroom(self) -> list[str]:
        speaker, say = self.speaker, self.speaker.say
        has_plan = self.ask("select plan_id from core.dim_plan where province_key = ?", self.key)
        lines = []
        for row in self.of(
            "marts.index_headroom",
            "year = ? and potential > 0 and headroom_order <= ? order by headroom_order",
            self.year, N_HEADROOMS,
        ):  # fmt: skip
            name = textwrap.shorten(
                f"{row['code']}  {speaker.name(row, 'indicator_name')}", NAME_WIDTH, placeholder="…"
            )
            _, reached, _ = way_to_go(row["score"], row["potential"])
            figures = f"{self.fig(row, 'score')} → {speaker.number(reached)}  {way(row, speaker.lang)}"
            nobody = say("nobody") if has_plan else ""
            who = f"{row['owners_vi']} ({say('tasks')} {row['tasks']})" if row["tasks"] else nobody
            place = self.fig(row, "rank", "of", "n_ranked")
            lines.append(f"  {name:<{NAME_WIDTH}}  {figures}  {place.text:>6}  {who}".rstrip())
        return lines

    def careful(self) -> list[Sentence]:
        tell, year = self.speaker.tell, self.year
        said = []
        broken = self.of(
            "marts.index_score",
            "year = ? and level = 'sub_dimension' and not is_comparable and change_as_published is not null "
            "order by code",
            year,
        )
        for caution, is_uncertain in (("caution_break", False), ("caution_uncertain", True)):
            codes = [row["code"] for row in broken if (row["break_certainty"] == "uncertain") == is_uncertain]
            if codes:
                said.append(tell(caution, codes=", ".join(codes)))
        absent, moves = "count(*) filter (where score is null)", "avg(abs(rank_change_as_published))"
        totals = {"index_id": self.index_id, "year": year, "level": "total"}
        field = self.over("marts.index_score", totals, absent, moves)
        if field[absent]:
            said.append(tell("caution_absent", n=self.whole(field, absent), year=year))
        for row in self.of("marts.index_rank_interval", "year = ? and doubt = 'survey'", year):
            kind, source_year = _source(row)
            if f"caution_{kind}" in SAID:
                said.append(tell(f"caution_{kind}", year=source_year))
        if field[moves] is not None:
            said.append(tell("caution_ranks", mean=self.whole(field, moves)))
        return [*said, *self.became(), tell("caution_district")]

    def became(self) -> list[Sentence]:
        """What the province has become since: part of a new one, or the same place by another name."""
        speaker, place = self.speaker, self.place
        if not place["successor_key"]:
            return []
        [successor] = self.ask("select * from core.dim_province where province_key = ?", place["successor_key"])
        if place["successor_relation"] == "unchanged":
            if successor["province_key"] == self.key:
                return []
            name = f"{speaker.name(successor, 'province_name')} ({successor['province_type']})"
            return [
                speaker.tell("caution_renamed", successor=successor["full_name_vi"] if speaker.lang == VI else name)
            ]
        others = self.ask(
            "select province_name_vi, province_name_en from core.dim_province_period "
            "where successor_key = ? and province_key <> ? and valid_to = ? order by province_key",
            place["successor_key"], self.key, place["valid_to"],
        )  # fmt: skip
        name = speaker.name(successor, "province_name")
        is_same_name = name == speaker.name(place, "province_name")
        return [
            speaker.tell(
                "caution_merged", day=speaker.day(place["valid_to"]),
                others=", ".join(speaker.name(row, "province_name") for row in others),
                successor=speaker.say("new", name=name) if is_same_name else name,
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
