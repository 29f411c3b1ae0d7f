"""Compares a Latin and an Arabic spelling of one name, as Moroccans write both.

Two readers of two scripts rarely make matching mistakes, so a match is strong evidence for both.
Latin spells short vowels that Arabic leaves out, doubles what Arabic writes once, and has several
letters for one sound (``ch``, ``ou``, ``gh``); what is left over then counts as a difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

SAME = 0.12
"""Greatest difference of two spellings of one name: less than one letter in ``MOST_LETTERS``."""

LEAST_LETTERS, MOST_LETTERS = 3, 7
"""In a short name one letter weighs more; in a long one it still counts."""

_ARTICLE = "L"
_ARTICLE_ALONE = 0.1
_SPACE = " "
_SPACE_IN_LATIN, _SPACE_IN_ARABIC = 0.2, 0.35
"""What a space costs that only one spelling has (Ben Ali, ``بنعلي``); before the article it is free."""
_LIKE_ARTICLE = frozenset({("l", _ARTICLE), (_ARTICLE, "ل")})
_NEVER = 9.0

_UNITS = (
    *(("tch", "C"), ("sch", "C"), ("ch", "C"), ("sh", "C"), ("kh", "K"), ("gh", "G"), ("rh", "G")),
    *(("th", "t"), ("dh", "d"), ("ph", "f"), ("dj", "j"), ("ou", "u"), ("w", "u"), ("qu", "k"), ("q", "k")),
    *(("x", "ks"), ("o", "u"), ("v", "f"), ("p", "b")),
)
"""Latin letters for one sound, the longest first; capitals are sounds that one letter cannot tell."""

_VOWELS = frozenset("aeiuy")
_SOUNDS = {
    **{"ب": "b", "پ": "b", "ت": "t", "ث": "ts", "ج": "jg", "ح": "h", "خ": "K", "د": "d", "ذ": "dz"},
    **{"ر": "r", "ز": "z", "س": "s", "ش": "C", "ص": "s", "ض": "d", "ط": "t", "ظ": "dz", "غ": "Gg"},
    **{"ف": "f", "ڤ": "f", "ق": "kg", "ك": "kg", "گ": "g", "ڭ": "g", "ل": "l", "م": "m", "ن": "n"},
    **{"ه": "h", "و": "u", "ي": "iye", "ى": "ae", "ا": "ae", "أ": "aeu", "إ": "ie", "آ": "a"},
    **{"ة": "aet", "ع": "aeiuy", "ؤ": "u", "ئ": "iyea", "ء": "aeiuy"},
}
"""The Latin sounds that each Arabic letter may stand for."""

_ALIKE = frozenset({"sz", "zs", "KG", "GK", "Kk", "kK", "Gk", "hK", "Kh", "dt", "td", "jC", "iu", "ui"})
_NEAR = 0.5
"""What taking one sound for a neighbouring one costs: people spell so."""

_SILENT = {
    **{_ARTICLE: _ARTICLE_ALONE, _SPACE: _SPACE_IN_ARABIC},
    **dict.fromkeys("أإآءعة", 0.1),
    **{"ا": 0.25, "ى": 0.8, "ه": 0.4, "ئ": 0.4, "ؤ": 0.4, "و": 0.6, "ي": 0.6},
}
"""What an Arabic letter costs that no Latin one stands for; any other costs 1."""

_UNWRITTEN = {
    _ARTICLE: _ARTICLE_ALONE,
    _SPACE: _SPACE_IN_LATIN,
    "a": 0.04,
    "e": 0.0,
    "i": 0.1,
    "u": 0.1,
    "y": 0.2,
    "h": 0.3,
}
"""What a Latin sound costs that Arabic does not write."""

_RARE = {("d", "ذ"): 0.15, ("d", "ظ"): 0.15, ("t", "ث"): 0.15, ("s", "ث"): 0.3, ("z", "ظ"): 0.3}


def is_same_name(latin: str, arabic: str) -> bool:
    """Whether the two spellings can be one person's name."""
    return name_difference(latin, arabic) <= SAME


def name_difference(latin: str, arabic: str) -> float:
    """How far two spellings are from being one name: 0.0 for the same, about 1.0 for strangers."""
    left, right = latin_sounds(latin), _arabic_letters(arabic)
    letters = sum(letter in _SOUNDS for letter in right)
    if not letters or not any(sound.isalpha() and sound not in _VOWELS for sound in left):
        return 1.0
    return min(_cost(left, right) / min(max(letters, LEAST_LETTERS), MOST_LETTERS), 1.0)


def laying_cost(latin: str, arabic: str) -> float:
    """What it costs to lay a Latin spelling along an Arabic one: about 1 for each letter that differs."""
    return _cost(latin_sounds(latin), _arabic_letters(arabic))


def latin_sounds(name: str) -> list[str]:
    """The sounds of a Latin spelling, each written in one way; articles and spaces have signs of their own."""
    plain = unicodedata.normalize("NFD", name.casefold().replace("ç", "s"))
    plain = "".join(c if not unicodedata.combining(c) else "" for c in plain)
    plain = re.sub(r"\b(el|al|l)(?:[ \-'’]+)(?=[a-z])", _ARTICLE, plain)
    plain = re.sub(r"c(?=[eiy])", "s", plain)
    plain = re.sub(r"gu(?=[eiy])", "g", plain)
    for written, sound in _UNITS:
        plain = plain.replace(written, sound)
    plain = re.sub(r"[^A-Za-z]+", _SPACE, plain.replace("c", "k")).strip()
    return list(re.sub(r"(.)\1+", r"\1", plain))


def _arabic_letters(name: str) -> list[str]:
    letters: list[str] = []
    for word in re.sub(r"[\u064b-\u0652\u0640]", "", name).split():
        with_article = word.startswith("ال") and len(word) > 3
        if letters and not with_article:
            letters.append(_SPACE)
        letters += [_ARTICLE, *word[2:]] if with_article else list(word)
    return [letter for letter in letters if letter in (_ARTICLE, _SPACE) or letter in _SOUNDS]


def _cost(left: Sequence[str], right: Sequence[str]) -> float:
    """The cheapest way to lay the sounds along the letters."""
    return cheapest_laying(left, right, _unwritten, _left_out, _differs)


def cheapest_laying(
    left: Sequence[str],
    right: Sequence[str],
    alone_left: Callable[[str], float],
    alone_right: Callable[[str], float],
    differ: Callable[[str, str], float],
) -> float:
    """What it costs at least to lay one row of signs along another, leaving some of either out."""
    row = [0.0]
    for sign in right:
        row.append(row[-1] + alone_right(sign))
    for seen in left:
        above, row = row, [row[0] + alone_left(seen)]
        for at, sign in enumerate(right, start=1):
            row.append(
                min(
                    above[at] + alone_left(seen),
                    row[-1] + alone_right(sign),
                    above[at - 1] + differ(seen, sign),
                )
            )
    return row[-1]


def _unwritten(sound: str) -> float:
    return _UNWRITTEN.get(sound, 1.0)


def _left_out(letter: str) -> float:
    return _SILENT.get(letter, 1.0)


def _differs(sound: str, letter: str) -> float:
    if sound in (_ARTICLE, _SPACE) or letter in (_ARTICLE, _SPACE):
        return 0.0 if sound == letter or (sound, letter) in _LIKE_ARTICLE else _NEVER
    sounds = _SOUNDS[letter]
    if sound in sounds:
        return _RARE.get((sound, letter), 0.0)
    return _NEAR if any(sound + one in _ALIKE for one in sounds) else 1.0
