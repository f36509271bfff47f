"""Spellings: when two texts are the same name, and which known names are near an unknown one.

Belongs here: comparing texts. Does not belong here: what the names stand for.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # grave, acute, tilde, hook, dot below
BEFORE = ("thành phố", "tỉnh", "tp", "t p", "thanh pho", "tinh")
AFTER = ("province", "city")


def normalise(text: str) -> str:
    """Unicode NFC, lower case, single blanks, Eth as Đ, no letters that cannot be seen: spellings become equal."""
    seen = unicodedata.normalize("NFC", text)
    if not seen.isprintable():  # most texts are, and looking at each letter takes long
        seen = "".join(c for c in seen if unicodedata.category(c) != "Cf")
    return " ".join(seen.casefold().replace("ð", "đ").split())


def plain(text: str) -> str:
    """Lower case without accents, as people type a name on a keyboard without Vietnamese letters."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def slug(text: str) -> str:
    """Plain letters and digits joined by underscores."""
    return "_".join(re.findall(r"[a-z0-9]+", plain(text)))


@lru_cache(maxsize=4096)
def place(name: str) -> str:
    """One form for the spellings of a place, see ``syllables``; Tỉnh and TP. do not count."""
    spelt = " ".join(_words(name))
    for word in BEFORE:
        spelt = spelt.removeprefix(f"{word} ")
    for word in AFTER:
        spelt = spelt.removesuffix(f" {word}")
    return syllables(spelt)


def syllables(name: str) -> str:
    """One form for the spellings of a name: Hoà is Hòa, hyphens are blanks, Eth is Đ.

    The tone mark moves to the end of its syllable, since spelling rules differ in which vowel carries it.
    """
    return " ".join(_tone_last(word) for word in _words(name))


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name).casefold().replace("ð", "đ"))


def _tone_last(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = sorted(c for c in letters if c in TONES)
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in TONES)) + "".join(tones)


def nearest(wanted: str, known: Iterable[str], cutoff: float = 0.5) -> list[str]:
    """Up to three of ``known`` that look most like ``wanted``, best first."""
    return difflib.get_close_matches(wanted, list(known), n=3, cutoff=cutoff)
