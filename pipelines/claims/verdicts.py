"""A figure that a document states, held against the figures of the warehouse: right, or what went wrong with it.

Belongs here: verdicts. Does not belong here: reading documents, and where figures come from.

A figure is first compared under the rules of rounding in use, in this order: each level rounded, then subtracted (the
rule of the plan of 2021: exact); subtracted, then rounded; cut off instead of rounded; within what is left open by the
rounding of what a total was summed from; the sum of rounded parts. Then releases that were replaced since are asked.
Else the slips that could have made it from the right one: the sign, digits, zeros, the decimal mark, a neighbouring
year, indicator or province. Each offers candidates, and the one under which the figure is the least coincidence is
told: the one with the largest share of its candidates equal to it. Where a neighbour's figure would be met by chance
as easily, as among whole numbers, it explains nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any, Literal

from pipelines.claims import slips as hand
from pipelines.claims.explanations import SAID
from pipelines.claims.figures import Figures
from pipelines.claims.slips import NUMBER, RANK_OF

Verdict = Literal[
    "exact", "other_rule", "sum_of_rounded_parts", "right_of_earlier_release", "sign", "digit_swap", "zero",
    "comma_for_point", "other_n", "other_year", "other_indicator", "other_province", "contradicted", "no_data",
]  # fmt: skip
CONFIRMED = ("exact", "other_rule")

# What a claim may be about, and what else it is called: in a few words, and as the plan of 2021 is carried.
MEASURES = {
    "score": ("diem", "tong_diem", "tong_diem_papi", "diem_truc", "diem_thanh_phan"),
    "change": ("thay_doi", "muc_thay_doi", "tang_giam", "thay_doi_tong_diem", "thay_doi_diem_truc",
               "thay_doi_diem_thanh_phan"),
    "rank": ("hang", "xep_hang", "thu_hang", "vi_tri"),
    "n_ranked": ("so_tinh", "so_tinh_xep_hang"),
    "rank_change": ("so_bac", "thay_doi_hang", "thay_doi_thu_hang"),
    "group": ("nhom",),
    "direction": ("chieu_thay_doi", "chieu_huong", "chieu_thay_doi_thanh_phan"),
    "published_on": ("ngay_cong_bo",),
    "n_dimensions": ("so_truc",),
    "n_dimensions_up": ("so_truc_tang",),
    "n_dimensions_down": ("so_truc_giam",),
    "n_dimensions_unchanged": ("so_truc_giu_nguyen",),
    "n_sub_dimensions": ("so_chi_so_thanh_phan",),
    "n_sub_dimensions_up": ("so_thanh_phan_tang",),
    "n_sub_dimensions_down": ("so_thanh_phan_giam",),
    "n_sub_dimensions_unchanged": ("so_thanh_phan_giu_nguyen",),
}  # fmt: skip
CANONICAL = {name: measure for measure, names in MEASURES.items() for name in (measure, *names)}


@dataclass(frozen=True)
class Claim:
    """A figure as stated. ``indicator_key`` is ``total``, a dimension or a sub-dimension.

    Changes compare with ``compare_year``, else with the year before.
    """

    claim_id: str
    province_key: str
    year: int
    measure: str
    indicator_key: str
    stated: str
    compare_year: int | None = None

    @property
    def base_year(self) -> int:
        return self.compare_year or self.year - 1


@dataclass(frozen=True)
class Checked:
    """The verdict on a claim. ``found`` is the warehouse's figure as printed; ``rule`` names how the figure agrees."""

    claim: Claim
    verdict: Verdict
    found: str | None
    found_exact: Decimal | None
    distance: Decimal | None
    rule: str | None
    explanation_vi: str
    explanation_en: str

    @property
    def is_confirmed(self) -> bool | None:
        return None if self.verdict == "no_data" else self.verdict in CONFIRMED


def is_readable(measure: str, stated: str) -> bool:
    """Whether ``stated`` is a figure of its measure."""
    match measure:
        case "group":
            return stated in ("highest", "upper_middle", "lower_middle", "lowest")
        case "direction":
            return stated in ("up", "down", "unchanged")
        case "published_on":
            try:
                return bool(date.fromisoformat(stated))
            except ValueError:
                return False
        case "rank":
            return bool(RANK_OF.fullmatch(stated)) or stated.isdecimal()
        case "score" | "change":
            return bool(NUMBER.fullmatch(stated))
        case "rank_change":
            return bool(re.fullmatch(r"[+\-−]?\d+", stated))
    return stated.isdecimal()


def decimal_mark(stated: Iterable[str]) -> str | None:
    """The decimal mark that a document uses: the one that most of its figures have; None where they are as many."""
    found = Counter(mark for text in stated if NUMBER.fullmatch(text) for mark in text if mark in ".,")
    ordered = found.most_common(2)
    return ordered[0][0] if len(ordered) == 1 or (ordered and ordered[0][1] > ordered[1][1]) else None


def check(figures: Figures, claim: Claim, mark: str | None = None) -> Checked:
    """The verdict on a claim whose document writes its decimals with ``mark``."""
    checked = _check(figures, claim, mark)
    if checked.is_confirmed or checked.rule == "other_mark":
        return checked
    for earlier in figures.earlier:
        then = _check(earlier, claim, mark)
        if then.is_confirmed:
            years = (claim.year, claim.base_year)
            differing = [one for one in years if earlier.releases.get(one) != figures.releases.get(one)]
            year = next(iter(differing), claim.year)
            found, exact, distance = checked.found, checked.found_exact, checked.distance
            replaced, by = earlier.releases.get(year), figures.releases.get(year)
            return _told(claim, "right_of_earlier_release", found, exact, distance, rule=replaced, by=by)
    return checked


def _check(figures: Figures, claim: Claim, mark: str | None) -> Checked:
    if claim.measure in ("score", "change"):
        return _check_number(figures, claim, mark)
    found = _whole(figures, claim)
    if found is None:
        return _no_data(figures, claim)
    stated = claim.stated.replace("−", "-").removeprefix("+")
    n = str(figures.n_ranked(claim.year, claim.indicator_key))
    if claim.measure == "rank" and "/" in stated:
        if stated.split("/")[0] == found and stated.split("/")[1] != n:
            return _told(claim, "other_n", f"{found}/{n}")
        found = f"{found}/{n}"
    if stated == found:
        return _told(claim, "exact", found)
    if claim.measure == "rank_change" and int(stated) == -int(found):
        return _told(claim, "sign", found)
    slip = _likeliest(_slips_of_whole(figures, claim, stated, found), stated)
    return _told(claim, slip[0], found, rule=slip[1]) if slip else _told(claim, "contradicted", found)


def _whole(figures: Figures, claim: Claim) -> str | None:
    """A figure without decimals, as text."""
    year, province, indicator = claim.year, claim.province_key, claim.indicator_key
    match claim.measure.split("_"):
        case ["rank"]:
            return _text(figures.rank(year, province, indicator))
        case ["n", "ranked"]:
            return _text(figures.n_ranked(year, indicator) or None)
        case ["rank", "change"]:
            now, then = figures.rank(year, province, indicator), figures.rank(claim.base_year, province, indicator)
            return None if now is None or then is None else str(then - now)
        case ["group"]:
            return figures.group(year, province, indicator)
        case ["direction"]:
            return figures.direction(year, claim.base_year, province, indicator)
        case ["published", "on"]:
            day = figures.published_on.get(year)
            return day.isoformat() if day else None
        case ["n", "dimensions", *which]:
            counted = figures.of_level(year, "dimension")
        case ["n", "sub", "dimensions", *which]:
            counted = figures.of_level(year, "sub_dimension")
            if indicator != "total":
                counted = figures.parts(year, indicator)
        case _:
            raise ValueError(claim.measure)
    if which:
        moved = [figures.direction(year, claim.base_year, province, key) for key in counted]
        return str(moved.count(which[0])) if any(moved) else None
    return _text(sum(figures.score(year, province, key) is not None for key in counted) or None)


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _check_number(figures: Figures, claim: Claim, mark: str | None) -> Checked:
    stated, decimals = value_of(claim.stated), decimals_of(claim.stated)
    exact = _exact(figures, claim)
    if exact is None:
        return _no_data(figures, claim)
    printed = _printed(figures, claim, decimals)
    assert printed is not None
    found = f"{printed:.{decimals}f}"
    distance = stated - printed
    if stated == printed:
        own_mark = next((char for char in claim.stated if char in ".,"), None)
        if mark and own_mark and own_mark != mark:
            return _told(claim, "comma_for_point", found, exact, distance, "other_mark")
        return _told(claim, "exact", found, exact, distance, "rounded" if claim.measure == "score" else "rounded_first")
    other_rules = list(_other_rules(figures, claim, decimals))
    for rule, value in other_rules:
        if stated == value:
            return _told(claim, "other_rule", found, exact, distance, rule)
    if _is_within_tolerance(figures, claim, stated, decimals):
        return _told(claim, "other_rule", found, exact, distance, "within_tolerance")
    for rule, value in _sums_of_rounded(figures, claim, decimals):
        if stated == value:
            return _told(claim, "sum_of_rounded_parts", found, exact, distance, rule)
    if claim.measure == "change" and -stated in (printed, *(value for _, value in other_rules)):
        return _told(claim, "sign", found, exact, distance)
    slip = _likeliest(_slips_of_number(figures, claim, stated, decimals), stated)
    if slip and slip[0] != "contradicted":
        return _told(claim, slip[0], found, exact, distance, slip[1])
    return _told(claim, "contradicted", found, exact, distance)


def value_of(stated: str) -> Decimal:
    """The number that a text states, with either decimal mark and either minus."""
    return Decimal(stated.replace(",", ".").replace("−", "-"))


def decimals_of(stated: str) -> int:
    """How many decimals a text prints."""
    return len(re.split("[.,]", stated)[1]) if re.search("[.,]", stated) else 0


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def cut(value: Decimal, decimals: int) -> Decimal:
    """Further decimals left off."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)


def _exact(figures: Figures, claim: Claim) -> Decimal | None:
    now = figures.score(claim.year, claim.province_key, claim.indicator_key)
    if claim.measure == "score" or now is None:
        return now
    then = figures.score(claim.base_year, claim.province_key, claim.indicator_key)
    return None if then is None else now - then


def _printed(
    figures: Figures, claim: Claim, decimals: int, how: Callable[[Decimal, int], Decimal] = rounded
) -> Decimal | None:
    """The figure made of printed ones: each score brought to ``decimals``, then subtracted."""
    now = figures.score(claim.year, claim.province_key, claim.indicator_key)
    if now is None or claim.measure == "score":
        return None if now is None else how(now, decimals)
    then = figures.score(claim.base_year, claim.province_key, claim.indicator_key)
    return None if then is None else how(now, decimals) - how(then, decimals)


def _other_rules(figures: Figures, claim: Claim, decimals: int) -> Iterator[tuple[str, Decimal]]:
    """What the figure is under rules of rounding that are as good as ours."""
    exact, truncated = _exact(figures, claim), _printed(figures, claim, decimals, cut)
    assert exact is not None
    assert truncated is not None
    if claim.measure == "change":
        yield "difference_rounded", rounded(exact, decimals)
    yield "cut_off", truncated
    if claim.measure == "change":
        yield "difference_cut_off", cut(exact, decimals)


def _is_within_tolerance(figures: Figures, claim: Claim, stated: Decimal, decimals: int) -> bool:
    """Whether a publisher who summed or rounded more decimals than we have may have printed the figure.

    n parts that were rounded to q decimals leave their sum open by n halves of a unit of the last; the sum, printed in
    as many decimals itself, by (n + 1) halves.
    """
    now = _open_range(figures, claim, claim.year, decimals)
    if now is None or claim.measure == "score":
        return now is not None and _may_round_to(stated, *now, decimals)
    then = _open_range(figures, claim, claim.base_year, decimals)
    if then is None:
        return False
    printed_low = rounded(now[0], decimals) - rounded(then[1], decimals)
    printed_high = rounded(now[1], decimals) - rounded(then[0], decimals)
    is_between = printed_low <= stated <= printed_high
    return is_between or _may_round_to(stated, now[0] - then[1], now[1] - then[0], decimals)


def _may_round_to(stated: Decimal, low: Decimal, high: Decimal, decimals: int) -> bool:
    half = Decimal("0.5").scaleb(-decimals)
    return low - half <= stated <= high + half


def _open_range(figures: Figures, claim: Claim, year: int, decimals: int) -> tuple[Decimal, Decimal] | None:
    """Between which values a score lies whose parts were rounded before they came to us."""
    score = figures.score(year, claim.province_key, claim.indicator_key)
    if score is None:
        return None
    kept, n = figures.decimals(year), figures.n_summed(year, claim.province_key, claim.indicator_key)
    if n == 0 and decimals != kept:  # what was not summed was rounded once, and is as printed in as many decimals
        n = 1
    half = Decimal("0.5").scaleb(-kept)
    return score - n * half, score + n * half


def _sums_of_rounded(figures: Figures, claim: Claim, decimals: int) -> Iterator[tuple[str, Decimal]]:
    for deep in (False, True):
        total = _sum_of_rounded(figures, claim, claim.year, decimals, deep)
        if claim.measure == "change" and total is not None:
            before = _sum_of_rounded(figures, claim, claim.base_year, decimals, deep)
            total = None if before is None else total - before
        if total is not None:
            yield "sub_dimensions_rounded" if deep else "parts_rounded", total


def _sum_of_rounded(figures: Figures, claim: Claim, year: int, decimals: int, deep: bool) -> Decimal | None:
    """The sum of what was rounded first: of dimensions, or ``deep`` of sub-dimensions, for a total."""
    parts = figures.parts(year, claim.indicator_key)
    if deep:
        parts = [part for key in parts for part in figures.parts(year, key)]
    # A concept without a score in a year, such as one no longer measured, is no part of it.
    scores = [score for key in parts if (score := figures.score(year, claim.province_key, key)) is not None]
    return sum((rounded(score, decimals) for score in scores), Decimal(0)) if scores else None


Candidates = list[tuple[Any, str]]  # figures, each with the name of what would have made it
Slip = tuple[Verdict, Candidates]


def _likeliest(slips: Iterable[Slip], stated: str | Decimal) -> tuple[Verdict, str] | None:
    """The slip with the largest share of candidates equal to the figure, the first of equals; and what made it."""
    shares = [
        (sum(one == stated for one, _ in candidates) / len(candidates), -place, verdict, rules[0])
        for place, (verdict, candidates) in enumerate(slips)
        if (rules := [rule for one, rule in candidates if one == stated])
    ]
    return max(shares)[2:] if shares else None


def _slips_of_number(figures: Figures, claim: Claim, stated: Decimal, decimals: int) -> Iterator[Slip]:
    texts = {d: f"{value:.{d}f}" for d in range(7) if (value := _printed(figures, claim, d)) is not None}
    near = [texts[d] for d in (decimals, decimals - 1, decimals + 1) if d in texts]
    made: dict[str, tuple[Verdict, list[str], Callable[[str], list[str]]]] = {
        "digits_exchanged": ("digit_swap", [texts[decimals]], hand.swaps),
        "zero_dropped": ("zero", near, hand.without_a_zero),
        "zero_added": ("zero", near, hand.with_a_zero),
        "mark_moved": ("comma_for_point", list(texts.values()), hand.with_another_mark),
    }
    for rule, (verdict, right, slip) in made.items():
        wrong = [one for text in right for one in slip(text) if decimals_of(one) == decimals]
        yield verdict, [(Decimal(one), rule) for one in wrong]
    # What no verdict has a name for: told as contradicted, and only kept from being taken for somebody else's figure.
    for rule, right, slip in (
        ("digit_mistyped", [texts[decimals]], hand.with_another_digit),
        ("digit_left_out", near, hand.without_a_digit),
        ("digit_doubled", near, hand.with_a_digit_twice),
    ):
        wrong = [one for text in right for one in slip(text)]
        yield "contradicted", [(Decimal(one) if decimals_of(one) == decimals else None, rule) for one in wrong]
    neighbours = [
        (
            verdict,
            [(value, rule) for other, rule in others if (value := _printed(figures, other, decimals)) is not None],
        )
        for verdict, others in _neighbours(figures, claim)
    ]
    # How many values a figure of this kind takes, as far as the provinces of the year show.
    values = [value for value, _ in neighbours[-1][1]] or [stated]
    n_values = int((max(values) - min(values)).scaleb(decimals)) + 1
    for verdict, candidates in neighbours:
        equal = sum(value == stated for value, _ in candidates)
        if decimals and equal * n_values > len(candidates):  # else as likely met by chance
            yield verdict, candidates


def _slips_of_whole(figures: Figures, claim: Claim, stated: str, found: str) -> Iterator[Slip]:
    if not re.fullmatch(r"-?\d+(/\d+)?", found):
        return
    head, *of_n = found.split("/")  # slips in the number of provinces are another matter
    yield "digit_swap", [("/".join([one, *of_n]), "digits_exchanged") for one in hand.swaps(head)]
    yield "zero", [("/".join([one, *of_n]), "zero_dropped") for one in hand.without_a_zero(head)]
    yield "zero", [("/".join([one, *of_n]), "zero_added") for one in hand.with_a_zero(head)]
    if claim.measure == "rank":
        yield "other_year", list(_ranks_of_other_years(figures, claim, stated))


def _ranks_of_other_years(figures: Figures, claim: Claim, stated: str) -> Iterator[tuple[str, str]]:
    """The rank of the year compared with, and of earlier ones that the number of provinces gives away.

    Among so few numbers any other year's rank would be met by chance.
    """
    n = figures.n_ranked(claim.year, claim.indicator_key)
    for year in figures.years:
        rank, of = (
            figures.rank(year, claim.province_key, claim.indicator_key),
            figures.n_ranked(year, claim.indicator_key),
        )
        if rank is None or year >= claim.year:
            continue
        if "/" not in stated and year == claim.base_year:
            yield str(rank), str(year)
        if "/" in stated and (year == claim.base_year or of != n):
            yield f"{rank}/{of}", str(year)


def _neighbours(figures: Figures, claim: Claim) -> Iterator[tuple[Verdict, list[tuple[Claim, str]]]]:
    """Claims of which this one could be the figure: another year, another indicator of the level, another province."""
    span = claim.year - claim.base_year
    years = [year for year in figures.years if year != claim.year]
    yield "other_year", [(replace(claim, year=year, compare_year=year - span), str(year)) for year in years]
    known = figures.indicators.get((claim.year, claim.indicator_key))
    level = figures.of_level(claim.year, known.level) if known else []
    yield "other_indicator", [(replace(claim, indicator_key=key), key) for key in level if key != claim.indicator_key]
    provinces = figures.provinces.get(claim.year, [])
    yield "other_province", [(replace(claim, province_key=key), key) for key in provinces if key != claim.province_key]


def _told(
    claim: Claim,
    verdict: Verdict,
    found: str | None,
    exact: Decimal | None = None,
    distance: Decimal | None = None,
    rule: str | None = None,
    by: str | None = None,
) -> Checked:
    vi, en = SAID[rule] if rule in SAID else SAID[verdict]
    vi_found, en_found = (found.replace(".", ","), found) if found else ("chưa công bố", "not published")
    said = vi.format(found=vi_found, rule=rule, by=by or "–"), en.format(found=en_found, rule=rule, by=by or "–")
    return Checked(claim, verdict, found, exact, distance, rule, *said)


def _no_data(figures: Figures, claim: Claim) -> Checked:
    """Says why: no release of the year, nothing measured under that name, or not published."""
    if claim.year not in figures.provinces:
        return _told(claim, "no_data", None, rule="no_release")
    is_measured = (claim.year, claim.indicator_key) in figures.indicators
    return _told(claim, "no_data", None, rule="not_published" if is_measured else "not_measured")
