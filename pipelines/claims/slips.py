"""Slips of the hand: what a figure becomes when a digit, a zero or the decimal mark goes wrong.

Belongs here: texts of figures. Does not belong here: which slip made a figure, see verdicts.py.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

NUMBER = re.compile(r"[+\-−]?\d{1,9}(?:[.,]\d{1,9})?")
RANK_OF = re.compile(r"\d+/\d+")


@lru_cache(maxsize=4096)
def swaps(text: str) -> list[str]:
    """``text`` with two neighbouring digits exchanged, or with the wrong one of a pair doubled (811 for 881)."""
    places = [i for i, char in enumerate(text) if char.isdigit()]
    found = []
    for i, j in pairwise(places):
        if text[i] != text[j]:
            found.append(_put(text, {i: text[j], j: text[i]}))
    for i, j, k in zip(places, places[1:], places[2:], strict=False):
        a, b, c = text[i], text[j], text[k]
        if (a == b) != (b == c):
            found.append(_put(text, {j: c if a == b else a}))
    return [one for one in dict.fromkeys(found) if one != text]


def _put(text: str, at: dict[int, str]) -> str:
    return "".join(at.get(i, char) for i, char in enumerate(text))


def without_a_zero(text: str) -> list[str]:
    """``text`` with one zero left out, where that changes the number."""
    found = [text[:i] + text[i + 1 :] for i, char in enumerate(text) if char == "0"]
    return _other_numbers(text, found)


def with_a_zero(text: str) -> list[str]:
    """``text`` with one zero put in, where that changes the number."""
    start = 1 if text[:1] in "+-" else 0
    return _other_numbers(text, [f"{text[:i]}0{text[i:]}" for i in range(start, len(text) + 1)])


def without_a_digit(text: str) -> list[str]:
    """``text`` with one digit left out that is no zero."""
    return _other_numbers(text, [text[:i] + text[i + 1 :] for i, char in enumerate(text) if char in "123456789"])


def with_another_digit(text: str) -> list[str]:
    """``text`` with one digit replaced."""
    places = [i for i, char in enumerate(text) if char.isdigit()]
    return _other_numbers(text, [text[:i] + digit + text[i + 1 :] for i in places for digit in "0123456789"])


def with_a_digit_twice(text: str) -> list[str]:
    """``text`` with one digit typed twice that is no zero."""
    return _other_numbers(text, [text[:i] + char + text[i:] for i, char in enumerate(text) if char in "123456789"])


def with_another_mark(text: str) -> list[str]:
    """``text`` with its decimal mark left out or elsewhere."""
    sign, digits = (text[0], text[1:]) if text[:1] in "+-" else ("", text)
    bare = digits.replace(".", "")
    return _other_numbers(text, [sign + bare, *(f"{sign}{bare[:i]}.{bare[i:]}" for i in range(1, len(bare)))])


def _other_numbers(text: str, found: list[str]) -> list[str]:
    def is_number(one: str) -> bool:
        return bool(NUMBER.fullmatch(one)) and not re.match(r"[+-]?0\d", one)

    if "/" in text:
        return [one for one in dict.fromkeys(found) if RANK_OF.fullmatch(one)]
    return [one for one in dict.fromkeys(found) if is_number(one) and Decimal(one) != Decimal(text)]
