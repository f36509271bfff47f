"""The words of a province's page, Vietnamese and English, and how each language writes numbers and days.

Belongs here: sentences with their gaps. Does not belong here: which of them a page says, see province.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from string import Formatter

from pipelines.published import Row

VI = "vi"
SOURCE = "CECODES, VFF-CRT, RTA, UNDP"
HUNDREDTH = Decimal("0.01")

# Words of the page by language. What stands in the warehouse in both languages is taken from there.
SAID: dict[str, tuple[str, str]] = {
    "stands": ("Đứng ở đâu", "Where it stands"),
    "changed": ("Đã đổi gì, vì sao ({then} → {now})", "What changed, and why ({then} → {now})"),
    "dimensions": ("Từng trục", "By dimension"),
    "targets": ("Mục tiêu", "Targets"),
    "headroom": ("Lấy thêm điểm ở đâu", "Where points can come from"),
    "careful": ("Cần lưu ý", "To be careful of"),
    "total": ("Tổng điểm {score}; hạng {rank}/{n}", "Total {score}; rank {rank}/{n}"),
    "group": ("; nhóm {group}", "; group: {group}"),
    "group_computed": ("; nhóm {group} (tự tính)", "; group: {group} (computed)"),
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
    "in_part": (
        "Năm {year} chỉ được công bố một phần: {n}/{n_dimensions} trục, {n_parts}/{all_parts} chỉ số thành phần; "
        "không có tổng điểm và hạng chung.",
        "Published in part in {year}: {n}/{n_dimensions} dimensions, {n_parts}/{all_parts} sub-dimensions; no total "
        "and no rank of it.",
    ),
    "left_out": ("Không được công bố: {codes}.", "Not published: {codes}."),
    "reason": ("Lý do, như đã ghi (tiếng Anh): {reason}", "The reason, as recorded: {reason}"),
    "no_reason": ("Lý do không được ghi.", "No reason is recorded."),
    "last": ("Lần gần nhất: {year}, {score} điểm, hạng {rank}/{n}.", "Last: {year}, {score} points, rank {rank}/{n}."),
    "no_change": ("Không có kết quả năm trước để so.", "No results of the year before to compare with."),
    "no_total_before": (
        "Năm {then} tỉnh không có tổng điểm: tổng điểm không so được với năm trước.",
        "The province has no total in {then}: the total cannot be compared with the year before.",
    ),
    "core_since": (
        "Năm gần nhất so được là {then}. Chỉ tính {parts}/{n_parts} chỉ số so được: {change} điểm, hạng "
        "{before}/{n_before} → {rank}/{n}.",
        "The last year to compare with is {then}. On the {parts}/{n_parts} comparable indicators: {change} points, "
        "rank {before}/{n_before} → {rank}/{n}.",
    ),
    "moved": (
        "Tổng điểm {change}, hạng {before}/{n_before} → {rank}/{n}",
        "Total {change}, rank {before}/{n_before} → {rank}/{n}",
    ),
    "core": (
        "Chỉ tính {parts}/{n_parts} chỉ số so được: {change} điểm, hạng {before}/{n_before} → {rank}/{n}.",
        "On the {parts}/{n_parts} comparable indicators: {change} points, rank {before}/{n_before} → {rank}/{n}.",
    ),
    "if_no_break": (
        "Nếu đứt gãy chưa chắc ở {codes} không có thật: {change} điểm trên {parts}/{n_parts} ({each}).",
        "Were the uncertain breaks of {codes} none: {change} points on {parts}/{n_parts} ({each}).",
    ),
    "uncertain": ("chưa chắc", "uncertain"),
    "head": ("điểm|hạng|đổi|riêng|chung|cách đo", "score|rank|change|own|national|measure"),
    "adds_up": (
        "Mỗi hàng cộng đúng như in: đổi = riêng + chung + cách đo. Cộng theo cột có thể lệch do làm tròn.",
        "Each row adds up as printed: change = own + national + measure. Columns may not, for rounding.",
    ),
    "all": ("Tổng", "Total"),
    "clear": ("rõ rệt", "clear"),
    "unclear": ("chưa rõ", "unclear"),
    "not_comparable": ("không so sánh được", "not comparable"),
    "no_target": ("Không có kế hoạch nào đặt mục tiêu PAPI.", "No plan sets a PAPI target."),
    "no_target_here": (
        "Không có mục tiêu PAPI tính từ năm {year} hay cho năm {year}; kế hoạch {plans} đặt cho năm {years}.",
        "No PAPI target from {year} or for {year}; the plan {plans} sets one for {years}.",
    ),
    "achieved": ("đạt", "achieved"),
    "missed": ("không đạt", "missed"),
    "on_track": ("đúng hướng", "on track"),
    "behind": ("chậm", "behind"),
    "pending": ("năm đích chưa hết", "pending, its year is not over"),
    "not_evaluable": ("không đánh giá được", "not evaluable"),
    "rebased": ("tính lại sau sáp nhập", "rebased after the merger"),
    "absent": ("tỉnh không được công bố năm {year}", "the province is not published in {year}"),
    "need": (
        "Thiếu {points} điểm để lên hạng {rank}/{n} nếu các tỉnh khác đứng yên; {drift} điểm để có nửa phần khả năng "
        "khi họ xê dịch.",
        "{points} points short of rank {rank}/{n} if the others stand still; {drift} for even odds as they drift.",
    ),
    "need_standing": (
        "Thiếu {points} điểm để lên hạng {rank}/{n} nếu các tỉnh khác đứng yên.",
        "{points} points short of rank {rank}/{n} if the others stand still.",
    ),
    "odds": (
        "Xác suất nếu không có gì khác thường: {chance}; lịch sử các tỉnh gần hạng này: {rate} của {cases} lượt.",
        "Odds without unusual effort: {chance}; of provinces near this rank {rate} of {cases} made it.",
    ),
    "withheld": (
        "Xác suất không nêu (kiểm nghiệm không đạt); các tỉnh gần hạng này: {rate} của {cases} lượt.",
        "Odds withheld (they failed the back-test); of provinces near this rank {rate} of {cases} made it.",
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
    "why_not_published": ("không được công bố", "not published"),
    "caution_break": (
        "Không so được hai năm: {codes} (cách đo đổi, theo sổ ghi đứt gãy).",
        "Not comparable between the two years: {codes} (register of breaks).",
    ),
    "caution_uncertain": (
        "Có thể không so được: {codes} (đứt gãy do quy tắc đề xuất, không thấy ghi chú chính thức).",
        "Perhaps not comparable: {codes} (breaks entered by rule, no official note was found).",
    ),
    "caution_half_way": (
        "Một sai số công bố tự nó rất thô (chừng ba bậc tự do): hạng và kết luận dùng mức giữa nó và mức chung.",
        "A published error is itself rough (some three degrees of freedom): ranks and verdicts take half way to the "
        "pooled one.",
    ),
    "caution_pooled": (
        "Năm này không công bố sai số theo tỉnh: số nêu trên là giả định từ năm {year}, chung cho mọi tỉnh.",
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
    "caution_merged": (
        "Là tỉnh đến {day}, nay cùng {others} là {successor}; điểm, hạng là của tỉnh cũ.",
        "A province until {day}, now with {others} {successor}; scores and ranks are of the old one.",
    ),
    "new": ("{name} mới", "the new {name}"),
    "caution_renamed": (
        "Nay là {successor}, địa giới không đổi: vẫn là nơi này.",
        "Now {successor}, its boundaries unchanged: the same place.",
    ),
    "caution_absent": (
        "{n} tỉnh không có tổng điểm được công bố năm {year}.",
        "{n} provinces have no published total in {year}.",
    ),
    "caution_district": (
        "PAPI không đo cấp huyện, cấp xã: không xếp hạng huyện bằng PAPI.",
        "PAPI does not measure districts or communes: do not rank them by it.",
    ),
    "source": (f"Nguồn: {{release}}, công bố {{day}}; {SOURCE}.", f"Source: {{release}}, published {{day}}; {SOURCE}."),
    "day_unknown": ("không rõ ngày", "day unknown"),
}  # fmt: skip
GROUPS = {
    "highest": ("cao nhất", "highest"),
    "upper_middle": ("trung bình cao", "upper middle"),
    "lower_middle": ("trung bình thấp", "lower middle"),
    "lowest": ("thấp nhất", "lowest"),
}


class Sentence:
    """Words and figures in the order that they are read; as text, what it says."""

    def __init__(self, parts: Iterable[object]) -> None:
        self.parts = tuple(parts)

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def __add__(self, other: Sentence | str) -> Sentence:
        return Sentence([*self.parts, *(other.parts if isinstance(other, Sentence) else [other])])


@dataclass(frozen=True)
class Speaker:
    """The page's language: its words, and how it writes numbers and days."""

    lang: str

    def say(self, key: str, **values: object) -> str:
        return str(self.tell(key, **values))

    def tell(self, key: str, **values: object) -> Sentence:
        """A sentence that still knows what fills its gaps."""
        found = Formatter().parse(self.of(SAID[key]))
        return Sentence(one for text, gap, _, _ in found for one in (text, *([values[gap]] if gap else [])))

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

    def day(self, day: date | None) -> str:
        return self.say("day_unknown") if day is None else f"{day:%d/%m/%Y}" if self.lang == VI else f"{day:%d %B %Y}"


def printed(value: Decimal) -> Decimal:
    """A figure in hundredths, half away from zero."""
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)


def adding_up(whole: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """``parts`` in hundredths that add up to ``whole``, a difference of two printed figures.

    Each is rounded down, then those that lost most are raised by a hundredth, as many as are missing: none is a whole
    hundredth from its exact value.
    """
    low = [part.quantize(HUNDREDTH, ROUND_FLOOR) for part in parts]
    n_missing = max(int((whole - sum(low)) / HUNDREDTH), 0)
    raised = sorted(range(len(parts)), key=lambda at: low[at] - parts[at])[:n_missing]
    return [one + HUNDREDTH if at in raised else one for at, one in enumerate(low)]


def way_to_go(score: Decimal, potential: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """A score, what it could be and the way between, which is the difference of the two as printed."""
    now, then = printed(score), printed(score + potential)
    return now, then, then - now
