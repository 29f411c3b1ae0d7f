"""Tells whether a name read on a paper can be the name somebody answered, however either is spelled.

Moroccan names have no one spelling: Mohamed and Mohammed, El Idrissi and Idrissi, Ben Ali and Benali,
the surname first or last, in Latin letters or Arabic ones.  What is left after all that, and after one
letter that a reader may have got wrong, is somebody else's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.name_scripts import (
    LEAST_LETTERS,
    cheapest_laying,
    is_same_name,
    latin_sounds,
    laying_cost,
)

ONE_LETTER, TWO_SPELLINGS_AGREE = 1.5, 1.0
"""Differences in letters from which two names are two: more than one, unless both scripts say the same."""

SHARE = 0.34
"""In a long name more letters may be spelled otherwise: this share of it."""

_VOWELS, _VOWEL_LEFT_OUT, _VOWEL_CHANGED, _H_LEFT_OUT = frozenset("aeiuy"), 0.15, 0.2, 0.3
_NEAR = 0.5
_NEAR_SOUNDS = frozenset(
    map(frozenset, ("sz", "kg", "KG", "Kk", "Gk", "Gr", "hK", "dt", "td", "jC", "jg", "jz", "sC"))
)
_LONG_VOWELS, _LONG_VOWEL_LEFT_OUT = frozenset("اويء"), 0.4
_ONE_SHAPE = ("بتثني", "جحخ", "دذ", "رز", "سش", "صض", "طظ", "عغ", "فق", "هة")
"""Letters that only dots tell apart: a reader loses them first."""

_PARTICLES = frozenset(
    {
        *("el", "al", "l", "ben", "bn", "ibn", "bent", "bint", "ait", "ould", "abd", "abdel", "abou", "bou"),
        *("sidi", "moulay", "lalla", "oum", "ال", "بن", "ابن", "بنت", "ايت", "ولد", "عبد", "ابو", "بو"),
        *("سيدي", "مولاي", "لاله", "ام"),
    }
)
"""Words that many names share; alone they name nobody."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name, or a part of one, in one script or in both."""

    latin: str = ""
    arabic: str = ""

    def __bool__(self) -> bool:
        return bool(self.latin or self.arabic)

    @property
    def words(self) -> list[list[str]]:
        """The words of each spelling there is."""
        return [one.replace("-", " ").split() for one in (self.latin, self.arabic) if one]


def is_another_person(read: Spelled, first: Spelled, last: Spelled) -> bool:
    """Whether a paper surely names somebody else than the person of that first and last name.

    Every pair of spellings must differ.  A paper that says fewer words than the answer may leave out a
    part of the name, so then both parts must be missing.
    """
    given = [part for part in (first, last) if part]
    if not read or not given:
        return False
    agree = bool(read.latin and read.arabic) and is_same_name(read.latin, read.arabic)
    least = TWO_SPELLINGS_AGREE if agree else ONE_LETTER
    missing = [not _is_met(part, read, least) for part in given]
    said = max(map(_telling_words, read.words))
    is_whole = said >= min(
        sum(_telling_words(one) for one in spelling) for spelling in _parts_by_script(given)
    )
    return all(missing) or (any(missing) and is_whole)


def _parts_by_script(given: Sequence[Spelled]) -> Iterator[list[list[str]]]:
    for script in ("latin", "arabic"):
        spelled = [getattr(part, script).replace("-", " ").split() for part in given]
        if all(spelled):
            yield spelled
    yield [part.words[0] for part in given]


def _telling_words(words: Sequence[str]) -> int:
    return sum(fold_letters(word) not in _PARTICLES for word in words)


def _is_met(part: Spelled, read: Spelled, least: float) -> bool:
    """Whether some words of the paper can be this part of the answer, or a telling word of it."""
    for wanted in part.words:
        telling = [[word] for word in wanted if fold_letters(word) not in _PARTICLES]
        for candidate in (wanted, *telling):
            if any(_stands_in("".join(candidate), "".join(seen)) for seen in read.words):
                return True
            for seen in read.words:
                sizes = range(1, min(len(seen), len(candidate) + 2) + 1)
                windows = (seen[at : at + size] for size in sizes for at in range(len(seen) - size + 1))
                if any(not _differ("".join(one), "".join(candidate), least) for one in _joined(windows)):
                    return True
    return False


def _stands_in(part: str, read: str) -> bool:
    """Whether a part stands letter by letter in what was read: readers glue names to the words before them."""
    wanted = fold_letters(part)
    return len(wanted) >= LEAST_LETTERS and wanted in fold_letters(read)


def _joined(windows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Runs of words that are not particles only."""
    return (one for one in windows if _telling_words(one))


def _differ(one: str, other: str, least: float) -> bool:
    cost, weight = _difference(one, other)
    return cost >= least and cost > SHARE * weight


def _difference(one: str, other: str) -> tuple[float, float]:
    """What two spellings differ by, in letters, and how many letters tell the longer one."""
    one_arabic, other_arabic = (any(map(is_arabic_letter, text)) for text in (one, other))
    if one_arabic != other_arabic:
        latin, arabic = (other, one) if one_arabic else (one, other)
        return laying_cost(latin, arabic), float(max(_weight(_latin(latin)), 3))
    if one_arabic:
        left, right = _arabic(one), _arabic(other)
    else:
        left, right = _latin(one), _latin(other)
    cost = cheapest_laying(left, right, _left_out, _left_out, _changed)
    return cost, max(_weight(left), _weight(right))


def _latin(name: str) -> str:
    return "".join(sound for sound in latin_sounds(name) if sound not in "L ")


def _arabic(name: str) -> str:
    folded = "".join(c for c in fold_letters(name) if is_arabic_letter(c))
    return folded.removeprefix("ال") if len(folded) > 4 else folded


def _weight(sounds: str) -> float:
    return sum(_left_out(sound) for sound in sounds)


def _left_out(sound: str) -> float:
    if sound in _VOWELS:
        return _VOWEL_LEFT_OUT
    if sound in "hه":
        return _H_LEFT_OUT
    return _LONG_VOWEL_LEFT_OUT if sound in _LONG_VOWELS else 1.0


def _changed(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        return _VOWEL_CHANGED
    if one in _LONG_VOWELS and other in _LONG_VOWELS:
        return _LONG_VOWEL_LEFT_OUT
    alike = frozenset((one, other)) in _NEAR_SOUNDS or any(
        one in shape and other in shape for shape in _ONE_SHAPE
    )
    return _NEAR if alike else 1.0
