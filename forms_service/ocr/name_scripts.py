"""Compares a Latin and an Arabic spelling of one name by the consonants they share.

Two readers of two scripts rarely make matching mistakes, so a match is strong evidence for both.
"""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

MATCH = 78.0
"""Share of common consonants, in percent, from which two spellings count as one name."""

_ARABIC = {
    **{"ب": "b", "پ": "b", "ت": "t", "ث": "t", "ج": "j", "خ": "k", "د": "d", "ذ": "d", "ر": "r"},
    **{"ز": "z", "س": "s", "ش": "c", "ص": "s", "ض": "d", "ط": "t", "ظ": "d", "غ": "k", "ف": "f"},
    **{"ڤ": "f", "ق": "k", "ك": "k", "گ": "k", "ڭ": "k", "ل": "l", "م": "m", "ن": "n"},
}
_DIGRAPHS = (("kh", "k"), ("gh", "k"), ("ch", "c"), ("sh", "c"), ("dh", "d"), ("th", "t"), ("ph", "f"))
_LATIN = {
    **{"b": "b", "p": "b", "t": "t", "j": "j", "d": "d", "r": "r", "z": "z", "s": "s", "c": "k"},
    **{"f": "f", "v": "f", "k": "k", "q": "k", "g": "k", "l": "l", "m": "m", "n": "n", "x": "ks"},
}


def is_same_name(latin: str, arabic: str) -> bool:
    """Whether the two spellings can be one person's name."""
    left, right = _latin_skeleton(latin), _arabic_skeleton(arabic)
    if not left or not right:
        return False
    return fuzz.ratio(left, right) >= MATCH


def _latin_skeleton(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"\b(el|al)[ \-']+", " ", plain).split()
    return _once("".join(_latin_word(word) for word in words))


def _latin_word(word: str) -> str:
    for digraph, sound in _DIGRAPHS:
        # «c» already stands for k; the digraphs' own sounds are put in upper case to survive it.
        word = word.replace(digraph, sound.upper())
    return "".join(c.lower() if c.isupper() else _LATIN.get(c, "") for c in word)


def _arabic_skeleton(name: str) -> str:
    words = [word.removeprefix("ال") if len(word) > 4 else word for word in name.split()]
    return _once("".join(_ARABIC.get(c, "") for word in words for c in word))


def _once(sounds: str) -> str:
    return re.sub(r"(.)\1+", r"\1", sounds)
