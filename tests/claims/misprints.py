"""Figures as documents print them, right and wrong, made from the warehouse's own: what the verdicts are measured on.

Each maker takes the claim of a true figure and a source of chance, and gives the claim as misprinted, or None where
this figure cannot be misprinted so.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from pipelines.claims.figures import Figures
from pipelines.claims.verdicts import Claim

Maker = Callable[[Figures, Claim, random.Random], Claim | None]
Rounding = Callable[[Decimal, int], Decimal]


def half_up(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def down(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)


def printed(figures: Figures, claim: Claim, decimals: int, how: Rounding = half_up) -> str | None:
    """A score, or the difference of two printed scores, by an implementation of the tests' own."""
    now = figures.score(claim.year, claim.province_key, claim.indicator_key)
    if now is None:
        return None
    if claim.measure == "score":
        return f"{how(now, decimals):.{decimals}f}"
    then = figures.score(claim.base_year, claim.province_key, claim.indicator_key)
    return None if then is None else f"{how(now, decimals) - how(then, decimals):.{decimals}f}"


def true_claims(figures: Figures) -> list[Claim]:
    """Every score and every yearly change, not yet stated."""
    made = [
        Claim("", province, year, measure, indicator, "")
        for year, province, indicator in sorted(figures.scores)
        for measure in ("score", "change")
    ]
    return [claim for claim in made if printed(figures, claim, 2) is not None]


def stated(figures: Figures, claim: Claim, rng: random.Random) -> Claim:
    """The figure as a careful hand prints it: two or three decimals."""
    return replace(claim, stated=printed(figures, claim, rng.choice((2, 3))) or "")


def exchange(_: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    text = claim.stated
    places = [i for i, char in enumerate(text) if char.isdigit()]
    pairs = [(i, j) for i, j in itertools.pairwise(places) if text[i] != text[j]]
    if not pairs:
        return None
    i, j = rng.choice(pairs)
    letters = list(text)
    letters[i], letters[j] = letters[j], letters[i]
    return as_number(claim, "".join(letters))


def drop_zero(_: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    zeros = [i for i, char in enumerate(claim.stated) if char == "0"]
    if not zeros:
        return None
    i = rng.choice(zeros)
    return as_number(claim, claim.stated[:i] + claim.stated[i + 1 :])


def add_zero(_: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    i = rng.randint(1, len(claim.stated))
    return as_number(claim, f"{claim.stated[:i]}0{claim.stated[i:]}")


def move_mark(_: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    sign, digits = ("-", claim.stated[1:]) if claim.stated.startswith("-") else ("", claim.stated)
    bare = digits.replace(".", "")
    i = rng.randint(1, len(bare))
    return as_number(claim, f"{sign}{bare[:i]}.{bare[i:]}".rstrip("."))


def mistype(figures: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    i = rng.choice([i for i, char in enumerate(claim.stated) if char.isdigit()])
    digit = rng.choice([one for one in "0123456789" if one != claim.stated[i]])
    return unless_right(figures, claim, f"{claim.stated[:i]}{digit}{claim.stated[i + 1 :]}")


def type_twice(figures: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    places = [i for i, char in enumerate(claim.stated) if char in "123456789"]
    i = rng.choice(places) if places else 0
    return unless_right(figures, claim, claim.stated[:i] + claim.stated[i] + claim.stated[i:]) if places else None


def leave_out(figures: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    places = [i for i, char in enumerate(claim.stated) if char in "123456789"]
    i = rng.choice(places) if places else 0
    return unless_right(figures, claim, claim.stated[:i] + claim.stated[i + 1 :]) if places else None


def unless_right(figures: Figures, claim: Claim, text: str) -> Claim | None:
    """The claim with another figure; None where it is right all the same, as with one decimal less."""
    made = as_number(claim, text.removesuffix("."))
    if made is None:
        return None
    decimals = len(made.stated.partition(".")[2])
    rights = [printed(figures, claim, decimals), printed(figures, claim, decimals, down)]
    if claim.measure == "change":
        exact = difference(figures, claim)
        rights += [f"{half_up(exact, decimals):.{decimals}f}", f"{down(exact, decimals):.{decimals}f}"]
    return None if Decimal(made.stated) in [Decimal(right or "") for right in rights] else made


def turn_sign(_: Figures, claim: Claim, __: random.Random) -> Claim | None:
    if claim.measure != "change":
        return None
    return as_number(claim, claim.stated.removeprefix("-") if claim.stated.startswith("-") else f"-{claim.stated}")


def other_mark(_: Figures, claim: Claim, __: random.Random) -> Claim | None:
    return replace(claim, stated=claim.stated.replace(".", ","))


def neighbour(which: str) -> Maker:
    def take(figures: Figures, claim: Claim, rng: random.Random) -> Claim | None:
        level = figures.indicators[claim.year, claim.indicator_key].level
        others = {
            "year": [replace(claim, year=year) for year in figures.years],
            "indicator": [replace(claim, indicator_key=key) for key in figures.of_level(claim.year, level)],
            "province": [replace(claim, province_key=key) for key in figures.provinces[claim.year]],
        }[which]
        others = [other for other in others if other != claim]
        if not others:
            return None
        decimals = len(claim.stated.split(".")[1])
        text = printed(figures, rng.choice(others), decimals)
        return as_number(claim, text) if text else None

    return take


def another_figure(_: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    """A figure that is simply not so."""
    decimals = len(claim.stated.split(".")[1])
    away = Decimal(str(round(rng.choice((-1, 1)) * rng.uniform(0.05, 2), decimals)))
    return as_number(claim, f"{Decimal(claim.stated) + away:.{decimals}f}")


def as_number(claim: Claim, text: str) -> Claim | None:
    """The claim with another figure; None where the text is no number or the same one."""
    sign_and_zeros = text.lstrip("-")
    if sign_and_zeros.startswith(".") or (
        len(sign_and_zeros) > 1 and sign_and_zeros[0] == "0" and sign_and_zeros[1] != "."
    ):
        return None
    return None if Decimal(text) == Decimal(claim.stated) else replace(claim, stated=text)


# What is done to a figure, and the verdict that names it.
WRONG: dict[str, tuple[str, Maker]] = {
    "digits exchanged": ("digit_swap", exchange),
    "zero dropped": ("zero", drop_zero),
    "zero added": ("zero", add_zero),
    "mark moved": ("comma_for_point", move_mark),
    "comma for point": ("comma_for_point", other_mark),
    "another year": ("other_year", neighbour("year")),
    "another indicator": ("other_indicator", neighbour("indicator")),
    "another province": ("other_province", neighbour("province")),
    "another figure": ("contradicted", another_figure),
}


# Sorts that the slips were not made for: what no slip explains is contradicted.
WRONG_OTHERWISE: dict[str, tuple[str, Maker]] = {
    "sign turned": ("sign", turn_sign),
    "digit mistyped": ("contradicted", mistype),
    "digit typed twice": ("contradicted", type_twice),
    "digit left out": ("contradicted", leave_out),
}


def difference(figures: Figures, claim: Claim) -> Decimal:
    now, then = (
        figures.scores[year, claim.province_key, claim.indicator_key] for year in (claim.year, claim.base_year)
    )
    return now - then


def cut_off(figures: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    text = printed(figures, claim, rng.choice((2, 3)), down)
    return replace(claim, stated=text) if text else None


def difference_rounded(figures: Figures, claim: Claim, rng: random.Random) -> Claim | None:
    if claim.measure != "change":
        return None
    decimals = rng.choice((2, 3))
    return replace(claim, stated=f"{half_up(difference(figures, claim), decimals):.{decimals}f}")


# Right figures under other rules: none of them may be called wrong.
RIGHT: dict[str, Maker] = {
    "rounded": stated,
    "cut off": cut_off,
    "difference rounded": difference_rounded,
}


def by_level(figures: Figures) -> dict[str, list[Claim]]:
    """The true figures by level: documents state totals and dimensions far more often than parts."""
    found: dict[str, list[Claim]] = {}
    for claim in true_claims(figures):
        found.setdefault(figures.indicators[claim.year, claim.indicator_key].level, []).append(claim)
    return found
