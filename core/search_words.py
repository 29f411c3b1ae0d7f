"""What counts as the same word when somebody searches, in Arabic and in French.

Forgiven: hamza and its seats, ة and ه, ى and ي, ظ and ض, vowel marks, tatweel, the article and the letters
written onto a word, common endings; in French accents, case, elision and the plural.  A word has
several forms; two words are alike when they share one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter

_WORD = re.compile(r"[^\W_]+")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|lorsqu|puisqu|jusqu)['’](?=\w)", re.IGNORECASE)
_JOINED = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"})
_IN_NUMBERS = re.compile("(?<=[0-9])[\u00a0\u202f](?=[0-9])")
_SPAN = re.compile("[0-9]+(?:[\u00a0\u202f][0-9]{3})+|[^\\W_]+(?:[\u064b-\u065f\u0670\u0640]+[^\\W_]*)*")
_BEFORE = ("وبال", "وال", "فال", "بال", "كال", "ولل", "لل", "ال", "و", "ف", "ب", "ل", "ك")
_BEHIND = ("اتها", "اتهم", "اتكم", "ات", "ون", "ين", "ان", "ها", "هم", "كم", "نا", "يه", "ه", "ي", "ك")
_LEAST = 3
_LEAST_AFTER_ONE_LETTER = 4
_SHORTEST_FRENCH = 4

_EMPTY = frozenset(
    fold_letters(
        "le la les de du des un une et ou en au aux a pour par sur dans que qui quoi quel quelle quels quelles "
        "comment est sont mon ma mes son sa ses je il elle on ce cette ai suis peut puis faire avec sans ne pas "
        "في من على إلى عن ما ماذا هل كيف متى كم أو أن هذا هذه التي الذي مع لي أنا يمكن يمكنني هو هي"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of an excerpt; a hit is marked."""

    text: str
    hit: bool = False


def words_of(text: str) -> list[str]:
    """The words of a text, spelt the plainest way."""
    text = text.translate(_JOINED)
    spelt = fold_letters(_ELISION.sub(" ", _IN_NUMBERS.sub("", text))).replace("ظ", "ض")
    return [one for one in _WORD.findall(spelt) if len(one) > 1 or one.isdigit()]


@lru_cache(maxsize=20_000)
def forms_of(word: str) -> tuple[str, ...]:
    """The forms under which a plainly spelt word is found, the fullest first."""
    found = dict.fromkeys([word])
    if any(map(is_arabic_letter, word)):
        for one in list(_without_beginnings(word)):
            found.update(dict.fromkeys([one, *_without_endings(one)]))
    elif not word.isdigit():
        found.update(dict.fromkeys(_french(word)))
    return tuple(found)


def asked_words(query: str) -> list[tuple[str, ...]]:
    """For each word that says something, its forms; words such as «de» count only when there is no other."""
    words = list(dict.fromkeys(words_of(query)))
    telling = [one for one in words if one not in _EMPTY]
    return [forms_of(one) for one in telling or words]


def indexed(text: str) -> str:
    """A text as an index keeps it: every form of every word."""
    return " ".join(form for word in words_of(text) for form in forms_of(word))


def excerpt(text: str, asked: Iterable[tuple[str, ...]], length: int = 200) -> tuple[Piece, ...]:
    """The part of a text around the first hit, hits marked."""
    wanted = [form for forms in asked for form in forms]
    hits = [(match.start(), match.end()) for match in _SPAN.finditer(text) if _is_hit(match[0], wanted)]
    first = hits[0][0] if hits else 0
    start = 0 if first < length // 2 or len(text) <= length else text.rfind(" ", 0, first - length // 3) + 1
    end = len(text) if len(text) - start <= length else max(text.rfind(" ", start, start + length), start + 1)
    pieces = [Piece("… ")] if start else []
    at = start
    for begin, stop in hits:
        if begin >= at and stop <= end:
            pieces += [Piece(text[at:begin]), Piece(text[begin:stop], hit=True)]
            at = stop
    pieces += [Piece(text[at:end]), Piece(" …" if end < len(text) else "")]
    return tuple(one for one in pieces if one.text)


def is_found(form: str, wanted: str) -> bool:
    """Whether a form of a text answers a form that is asked: the same, or begun by it."""
    return form == wanted or (len(wanted) >= _LEAST and form.startswith(wanted))


def _is_hit(word: str, wanted: Iterable[str]) -> bool:
    plain = words_of(word)
    return any(is_found(form, one) for each in plain for form in forms_of(each) for one in wanted)


def _without_beginnings(word: str) -> Iterator[str]:
    yield word
    for beginning in _BEFORE:
        least = _LEAST if len(beginning) > 1 else _LEAST_AFTER_ONE_LETTER
        if word.startswith(beginning) and len(word) - len(beginning) >= least:
            yield word[len(beginning) :]


def _without_endings(word: str) -> Iterator[str]:
    for ending in _BEHIND:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            yield word[: -len(ending)]


def _french(word: str) -> Iterator[str]:
    if len(word) < _SHORTEST_FRENCH:
        return
    if word.endswith("aux"):
        yield word[:-3] + "al"
    singular = word[:-1] if word[-1] in "sx" else word
    yield singular
    if singular.endswith("e") and len(singular) > _SHORTEST_FRENCH:
        yield singular[:-1]
