"""Finds a name however it is spelled: one key for Bennani, Benani and بناني.

A key keeps the consonants that survive every Moroccan spelling, in either script, and tells whether the
name begins with a vowel.  Names with one key are candidates, never proofs that two names are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter

LEAST_LETTERS = 2
"""Shorter words name nobody and are left out."""

_PARTICLES = frozenset(
    {
        *(
            "el",
            "al",
            "ben",
            "bn",
            "ibn",
            "bent",
            "bint",
            "ait",
            "ould",
            "abd",
            "abou",
            "bou",
            "sidi",
            "lalla",
        ),
        *("ال", "بن", "ابن", "بنت", "ايت", "ولد", "عبد", "ابو", "بو", "سيدي", "لاله", "مولاي", "moulay"),
    }
)
_PREFIXES = (
    "abdel",
    "abdal",
    "abd",
    "ben",
    "bou",
    "el",
    "al",
    "ait",
    "عبدال",
    "عبد",
    "بن",
    "بو",
    "ال",
    "ايت",
)
_LEAST_REST = 3
"""Letters that must be left of a name when its first particle is taken off."""

_VOWEL, _SILENT = "a", ""
_LATIN_UNITS = (
    *(
        ("tch", "C"),
        ("sch", "C"),
        ("ch", "C"),
        ("sh", "C"),
        ("ck", "k"),
        ("c", "k"),
        ("kh", "k"),
        ("gh", "k"),
    ),
    *(("rh", "k"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("dj", "j"), ("ou", "u"), ("qu", "k"), ("x", "ks")),
    *(("q", "k"), ("g", "k"), ("w", "u"), ("v", "f"), ("p", "b"), ("z", "s")),
)
_ARABIC = {
    **{"ب": "b", "پ": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "k", "د": "d", "ذ": "d"},
    **{"ر": "r", "ز": "s", "س": "s", "ش": "C", "ص": "s", "ض": "d", "ط": "t", "ظ": "d", "غ": "k"},
    **{"ف": "f", "ڤ": "f", "ق": "k", "ك": "k", "گ": "k", "ڭ": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h"},
    **dict.fromkeys("اأإآوؤيىئعءةى", _VOWEL),
}
_ONE_LETTER = str.maketrans("ةى", "هي")
"""Letters that hands and keyboards take for one another at the end of an Arabic name."""


@dataclass(frozen=True, slots=True)
class NameWord:
    """One word of a name as it is looked up: its letters made comparable, and its key."""

    word: str
    sound: str


def sound_of(word: str) -> str:
    """The key of one word; empty when nothing is left that tells it from others."""
    letters = _arabic_sounds(word) if any(map(is_arabic_letter, word)) else _latin_sounds(word)
    if not letters:
        return ""
    first = _VOWEL if letters[0] in "aeiouy" else letters[0]
    return first + "".join(one for one in letters[1:] if one not in "aeiouyh")


def words_of(name: str) -> list[NameWord]:
    """The words of a name as somebody asks for them, particles left out unless nothing else is there."""
    every = _plain_words(name)
    telling = [one for one in every if one not in _PARTICLES] or every
    return [NameWord(one, sound_of(one)) for one in telling]


def index_words(name: str) -> list[NameWord]:
    """Every word under which a name is to be found: its words, neighbours written as one, and without particle."""
    return [NameWord(one, sound_of(one)) for one in dict.fromkeys(_written_ways(_plain_words(name)))]


def joined_ways(name: str) -> list[list[NameWord]]:
    """The ways to read what was asked: as it stands, and with two neighbours written as one («ben ali»)."""
    every = _plain_words(name)
    ways = [words_of(name)]
    for place in range(len(every) - 1):
        glued = [*every[:place], every[place] + every[place + 1], *every[place + 2 :]]
        kept = [one for one in glued if one not in _PARTICLES]
        ways.append([NameWord(one, sound_of(one)) for one in kept])
    return ways


def _written_ways(words: list[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word not in _PARTICLES or len(words) == 1:
            yield word
        if place + 1 < len(words):
            yield word + words[place + 1]
        for prefix in _PREFIXES:
            if word.startswith(prefix) and len(word) - len(prefix) >= _LEAST_REST:
                yield word.removeprefix(prefix)
                break


def _plain_words(name: str) -> list[str]:
    folded = fold_letters(name).translate(_ONE_LETTER)
    words = re.split(r"[^\w]+", folded.replace("'", "").replace("’", ""))
    return [one for one in words if len(one) >= LEAST_LETTERS and not one.isdigit()]


def _latin_sounds(word: str) -> str:
    plain = re.sub(r"[^a-z]", "", word.replace("ç", "s"))
    plain = re.sub(r"c(?=[eiy])", "s", plain)
    for written, sound in _LATIN_UNITS:
        plain = plain.replace(written, sound)
    return re.sub(r"(.)\1+", r"\1", plain)


def _arabic_sounds(word: str) -> str:
    bare = word.removeprefix("ال") if len(word) > 4 else word
    sounds = "".join(_ARABIC.get(letter, _SILENT) for letter in bare)
    return re.sub(r"(.)\1+", r"\1", sounds)
