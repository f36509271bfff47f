"""A province in a year on one screen: where it stands, what changed and why, targets, headroom, what to be careful of.

Belongs here: choosing rows of the published marts and putting them into words, Vietnamese or English. Does not belong
here: any figure that a mart does not hold.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from pipelines.pages.explain import NotFound, find_province
from pipelines.published import Row, main_index, rows

if TYPE_CHECKING:
    import duckdb

WIDTH, NAME_WIDTH, N_HEADROOMS = 100, 36, 5
VI = "vi"
SOURCE = "CECODES, VFF-CRT, RTA, UNDP"

# Words of the page by language. What stands in the warehouse in both languages is taken from there.
SAID: dict[str, tuple[str, str]] = {
    "stands": ("Đứng ở đâu", "Where it stands"),
    "changed": ("Đã đổi gì, vì sao ({then} → {now})", "What changed, and why ({then} → {now})"),
    "targets": ("Mục tiêu", "Targets"),
    "headroom": ("Lấy thêm điểm ở đâu", "Where points can come from"),
    "careful": ("Cần lưu ý", "To be careful of"),
    "total": ("Tổng điểm {score}; hạng {rank}/{n}", "Total {score}; rank {rank}/{n}"),
    "group": ("; nhóm {group}", "; group: {group}"),
    "region": ("; hạng {rank}/{n} trong vùng {region}", "; rank {rank}/{n} in the {region}"),
    "survey": (
        "Sai số điều tra: hạng từ {low} đến {high} trên {n} ({source}, {error} điểm).",
        "Noise of the survey: rank {low} to {high} of {n} ({source}, {error} points).",
    ),
    "method": (
        "Đổi cách tính: hạng từ {low} đến {high} trên {n}. Cả hai: trong 95 % số lần mô phỏng.",
        "Other choices of method: rank {low} to {high} of {n}. Both: in 95 % of the draws.",
    ),
    "survey_published": (
        "Theo đúng sai số công bố ({error} điểm): hạng từ {low} đến {high} trên {n}.",
        "By the error as published ({error} points): rank {low} to {high} of {n}.",
    ),
    "published": ("sai số công bố", "published error"),
    "half_way": ("giữa sai số công bố và mức chung", "half way between the published error and the pooled one"),
    "pooled": ("giả định từ sai số công bố năm {year}", "assumed from the errors published for {year}"),
    "three_waves": ("giả định từ ba đợt đo", "assumed from three waves"),
    "not_published": ("Không được công bố năm {year}", "Not published in {year}"),
    "last": ("Lần gần nhất: {year}, {score} điểm, hạng {rank}/{n}.", "Last: {year}, {score} points, rank {rank}/{n}."),
    "no_change": ("Không có năm trước để so.", "No earlier year to compare with."),
    "moved": (
        "Tổng điểm {change}, hạng {before}/{n_before} → {rank}/{n}",
        "Total {change}, rank {before}/{n_before} → {rank}/{n}",
    ),
    "core": (
        "Chỉ tính {parts}/{n_parts} chỉ số so được: {change} điểm, hạng {before}/{n_before} → {rank}/{n}.",
        "On the {parts}/{n_parts} comparable indicators: {change} points, rank {before}/{n_before} → {rank}/{n}.",
    ),
    "head": ("điểm|hạng|đổi|riêng|chung|cách đo", "score|rank|change|own|national|measure"),
    "all": ("Tổng", "Total"),
    "clear": ("rõ rệt", "clear"),
    "unclear": ("chưa rõ", "unclear"),
    "not_comparable": ("không so sánh được", "not comparable"),
    "no_target": ("Không có kế hoạch nào đặt mục tiêu PAPI.", "No plan sets a PAPI target."),
    "achieved": ("đạt", "achieved"),
    "missed": ("không đạt", "missed"),
    "on_track": ("đúng hướng", "on track"),
    "behind": ("chậm", "behind"),
    "not_evaluable": ("không đánh giá được", "not evaluable"),
    "rebased": ("tính lại sau sáp nhập", "rebased after the merger"),
    "absent": ("tỉnh không được công bố năm {year}", "the province is not published in {year}"),
    "need": (
        "Thiếu {points} điểm để lên hạng {rank}/{n} nếu các tỉnh khác đứng yên; {drift} điểm để có nửa phần khả năng "
        "khi họ xê dịch.",
        "{points} points short of rank {rank}/{n} if the others stand still; {drift} for even odds as they drift.",
    ),
    "odds": (
        "Xác suất nếu không có gì khác thường: {chance} %; lịch sử các tỉnh gần hạng này: {rate} % của {cases} lượt.",
        "Odds without unusual effort: {chance} %; of provinces near this rank {rate} % of {cases} made it.",
    ),
    "withheld": (
        "Xác suất không nêu: kiểm nghiệm quá khứ không đạt.",
        "The odds are withheld: they failed the back-test.",
    ),
    "first": (
        "Đánh giá lại được lần đầu năm {year}: hạng {rank}/{n}.",
        "First evaluable again in {year}: rank {rank}/{n}.",
    ),
    "nobody": ("chưa nhiệm vụ nào", "no task"),
    "tasks": ("nhiệm vụ", "task"),
    "why_measure_changed": ("cách đo đổi", "its measure changed"),
    "why_composition_changed": ("số chỉ số thành phần đổi", "its composition changed"),
    "why_part_changed": ("cách đo của một phần đổi", "the measure of a part changed"),
    "why_scale_changed": ("thang điểm đổi", "its scale changed"),
    "why_not_published_before": ("năm trước không công bố", "not published the year before"),
    "why_not_measured_before": ("năm trước chưa đo", "not measured the year before"),
    "caution_break": (
        "Không so được hai năm: {codes} (cách đo đổi, theo sổ ghi đứt gãy).",
        "Not comparable between the two years: {codes} (register of breaks).",
    ),
    "caution_half_way": (
        "Một sai số công bố tự nó rất thô (chừng ba bậc tự do): hạng và kết luận dùng mức giữa nó và mức chung.",
        "A published error is itself rough (some three degrees of freedom): ranks and verdicts take half way to the "
        "pooled one.",
    ),
    "caution_pooled": (
        "Năm này không có sai số công bố theo tỉnh: số nêu trên là giả định từ năm {year}, như nhau cho mọi tỉnh.",
        "Errors by province are not published for this year: the one above is assumed from {year}, alike for all.",
    ),
    "caution_three_waves": (
        "Sai số không được công bố: số nêu trên là giả định và gồm cả thay đổi thật từ năm này sang năm khác.",
        "Errors are not published: the one above is assumed, and holds real change from year to year as well.",
    ),
    "caution_ranks": (
        "Từ năm trước các tỉnh đổi trung bình {mean} bậc: vài bậc lên xuống là chuyện thường.",
        "Since the year before provinces moved by {mean} ranks on average: a few ranks are ordinary.",
    ),
    "caution_ended": (
        "Tỉnh này tồn tại đến {day}; sau đó thuộc {successor}.",
        "This province existed until {day}; it is now part of {successor}.",
    ),
    "caution_absent": ("{n} tỉnh không được công bố năm {year}.", "{n} provinces are not published in {year}."),
    "caution_district": (
        "PAPI không đo cấp huyện, cấp xã: không xếp hạng huyện bằng PAPI.",
        "PAPI does not measure districts or communes: do not rank them by it.",
    ),
    "source": (f"Nguồn: {{release}}, công bố {{day}}; {SOURCE}.", f"Source: {{release}}, published {{day}}; {SOURCE}."),
    "day_unknown": ("không rõ ngày", "day unknown"),
}  # fmt: skip
GROUPS = {
    "cao_nhat": ("cao nhất", "highest"),
    "trung_binh_cao": ("trung bình cao", "upper middle"),
    "trung_binh_thap": ("trung bình thấp", "lower middle"),
    "thap_nhat": ("thấp nhất", "lowest"),
}


@dataclass(frozen=True)
class Speaker:
    """The page's language: its words, and how it writes numbers and days."""

    lang: str

    def say(self, key: str, **values: object) -> str:
        return self.of(SAID[key]).format(**values)

    def of(self, twin: tuple[str, str]) -> str:
        return twin[0 if self.lang == VI else 1]

    def name(self, row: Row, column: str) -> str:
        return str(row[f"{column}_{self.lang}"] or row[f"{column}_vi"])

    def number(self, value: Decimal | float | None, sign: str = "", decimals: int = 2) -> str:
        """With decimals half away from zero, and a true minus; a dash where there is none."""
        if value is None:
            return "–"
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        text = f"{exact:{sign if exact else ''}f}".replace("-", "−" if exact else "")
        return text.replace(".", ",") if self.lang == VI else text

    def percent(self, share: Decimal | float) -> str:
        return self.number(100 * Decimal(str(share)), decimals=0)

    def day(self, day: date | None) -> str:
        return self.say("day_unknown") if day is None else f"{day:%d/%m/%Y}" if self.lang == VI else f"{day:%d %B %Y}"


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


class _Page:
    """The parts of the page, each made of a few rows."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, speaker: Speaker, index_id: str, key: str, year: int
    ) -> None:
        self.connection, self.speaker = connection, speaker
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
            (say("changed", then=self.year - 1, now=self.year), self.changed()),
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
        return textwrap.wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="    ")

    def stands(self) -> list[str]:
        speaker, total = self.speaker, self.total
        if total["score"] is None:
            last = self.ask(
                "select year, score, rank, n_ranked from marts.index_score where index_id = ? "
                "and province_key = ? and level = 'total' and year < ? and score is not null order by year",
                self.index_id, self.key, self.year,
            )  # fmt: skip
            lines = self.text(speaker.say("not_published", year=self.year) + ".")
            for row in last[-1:]:
                figures = {"year": row["year"], "rank": row["rank"], "n": row["n_ranked"]}
                lines += self.text(speaker.say("last", score=speaker.number(row["score"]), **figures))
            return lines
        said = speaker.say("total", score=speaker.number(total["score"]), rank=total["rank"], n=total["n_ranked"])
        if total["group_computed"]:
            said += speaker.say("group", group=speaker.of(GROUPS[total["group_computed"]]))
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

    def region(self) -> Row | None:
        """Rank among the published of the region."""
        [counted] = self.ask(
            "select 1 + count(*) filter (where peer_rank < rank) as rank, 1 + count(peer_rank) as n "
            "from marts.index_peer where index_id = ? and province_key = ? and year = ? and peer_set = 'region'",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        name = self.place["region_name_vi"] if self.speaker.lang == VI else self.place["region_name_en"]
        return {**counted, "region": name} if counted["n"] > 1 else None

    def changed(self) -> list[str]:
        speaker, say = self.speaker, self.speaker.say
        if self.total["score"] is None:
            return []
        found = self.ask(
            "select part.*, score.indicator_name_vi, score.indicator_name_en, score.rank, score.n_ranked, "
            "score.score_printed, score.previous_rank, score.previous_n_ranked "
            "from marts.index_change as part inner join marts.index_score as score "
            "using (index_id, province_key, indicator_key) where part.index_id = ? and part.province_key = ? "
            "and part.to_year = ? and score.year = part.to_year "
            "and part.level in ('total', 'dimension') order by part.level desc, part.code",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        if not found or found[0]["score_from"] is None:
            return self.text(say("no_change"))
        total = found[0]
        word = say(total["significance"])
        if total["not_comparable_reason"]:
            word += f" ({self.why(total['not_comparable_reason'])})"
        moved = say(
            "moved", change=speaker.number(total["change_printed"], "+"), before=total["previous_rank"],
            n_before=total["previous_n_ranked"], rank=total["rank"], n=total["n_ranked"],
        )  # fmt: skip
        lines = self.text(f"{moved}: {word}.")
        for core in self.ask(
            "select * from marts.index_core where index_id = ? and province_key = ? and to_year = ? "
            "and core_change is not null and n_core_parts < n_parts",
            self.index_id, self.key, self.year,
        ):  # fmt: skip
            lines += self.text(
                say(
                    "core", parts=core["n_core_parts"], n_parts=core["n_parts"],
                    change=speaker.number(core["core_change"], "+"), before=core["core_rank_from"],
                    n_before=core["core_n_ranked_from"], rank=core["core_rank_to"], n=core["core_n_ranked_to"],
                )
            )  # fmt: skip
        heads = say("head").split("|")
        lines.append(f"  {'':<{NAME_WIDTH + 3}}" + "".join(f"{head:>9}" for head in heads))
        for row in found:
            measurement = row["measurement_part"] + row["rescale_part"] if row["measurement_part"] is not None else None
            figures = [
                speaker.number(row["score_printed"]),
                f"{row['rank']}/{row['n_ranked']}" if row["rank"] else "–",
                speaker.number(row["change_printed"], "+"),
                *(speaker.number(part, "+") for part in (row["own_part"], row["national_part"], measurement)),
            ]
            is_total = row["level"] == "total"
            name = say("all") if is_total else f"{row['code']}  {speaker.name(row, 'indicator_name')}"
            word = "" if is_total else f"  {say(row['significance'])}"
            shown = textwrap.shorten(name, NAME_WIDTH + 3, placeholder="…")
            lines.append(f"  {shown:<{NAME_WIDTH + 3}}" + "".join(f"{figure:>9}" for figure in figures) + word)
        return lines

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
            return self.text(say("no_target"))
        lines = []
        for row in found:
            said = f"{row['plan_id']} {row['target_id']} {speaker.name(row, 'title')}: {say(row['target_state'])}"
            if row["target_state_reason"] == "not_published":
                said += f", {say('absent', year=row['target_year'])}"
            lines += self.text(f"{said}.")
            if row["target_rank"]:
                needs = {"points": row["points_needed_standing"], "drift": row["points_needed_drift"]}
                points = {name: speaker.number(need) for name, need in needs.items()}
                lines += self.text(f"  {say('need', rank=row['target_rank'], n=row['base_n_ranked'], **points)}")
            if row["probability"] is not None and row["base_rate_near_share"] is not None:
                figures = {"chance": row["probability"], "rate": row["base_rate_near_share"]}
                shares = {name: speaker.percent(share) for name, share in figures.items()}
                lines += self.text(f"  {say('odds', cases=row['n_base_rate_near'], **shares)}")
            elif row["probability_state"] == "withheld":
                lines += self.text(f"  {say('withheld')}")
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
            reached = row["score"] + row["potential"]
            figures = (
                f"{speaker.number(row['score'])} → {speaker.number(reached)}  {speaker.number(row['potential'], '+')}"
            )
            who = (
                f"{row['owners_vi']} ({say('tasks')} {row['tasks']})"
                if row["tasks"]
                else say("nobody")
                if has_plan
                else ""
            )
            place = f"{row['rank']}/{row['n_ranked']}"
            lines.append(f"  {name:<{NAME_WIDTH}}  {figures}  {place:>6}  {who}".rstrip())
        return lines

    def careful(self) -> list[str]:
        speaker, say = self.speaker, self.speaker.say
        said = []
        broken = self.ask(
            "select code from marts.index_score where index_id = ? and province_key = ? and year = ? "
            "and level = 'sub_dimension' and not is_comparable and change_as_published is not null order by code",
            self.index_id, self.key, self.year,
        )  # fmt: skip
        if broken:
            said.append(say("caution_break", codes=", ".join(row["code"] for row in broken)))
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
        if self.place["valid_to"] and self.place["successor_key"] != self.key:
            name = self.one("select * from core.dim_province where province_key = ?", self.place["successor_key"])
            day = speaker.day(self.place["valid_to"])
            said.append(say("caution_ended", day=day, successor=speaker.name(name, "province_name")))
        said.append(say("caution_district"))
        return [line for sentence in said for line in self.text(f"- {sentence}")]

    def source(self) -> str:
        release = self.one("select * from core.dim_release where release_id = ?", self.total["release_id"])
        day = self.speaker.day(release["published_on"])
        return self.speaker.say("source", release=release["release_id"], day=day)


def _source(row: Row) -> tuple[str, str]:
    """Where an error comes from: its kind, and the year that it was pooled in where that is one."""
    source = row["error_source"]
    year = source.removeprefix("pooled_")
    return ("pooled", year) if year != source else (source, "")
