"""The catalogue of procedures: by topic, by whose they are, and by the words people look for them with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.catalogue_language import TOPICS, WHO
from core.form_spec import FormSpec
from core.search_words import asked_words, forms_of, is_found, words_of

OTHER = "other"
"""The topic of forms that say none."""

_IN_NUMBERS = re.compile(r"(?<=\d)[.\-/ ]+(?=\d)")
_IN_TITLE, _ELSEWHERE = 3, 1
_LAST = 999


@dataclass(frozen=True, slots=True)
class Topic:
    """The procedures of one topic, in the order of the catalogue."""

    id: str
    forms: tuple[FormSpec, ...]


def by_topic(forms: Iterable[FormSpec]) -> list[Topic]:
    """The forms under their topics; those of no topic last."""
    held: dict[str, list[FormSpec]] = {topic: [] for topic in (*TOPICS, OTHER)}
    for spec in sorted(forms, key=_place):
        held[spec.procedure.topic if spec.procedure else OTHER].append(spec)
    return [Topic(topic, tuple(found)) for topic, found in held.items() if found]


def listed(forms: Iterable[FormSpec]) -> list[FormSpec]:
    """The forms that stand in the public lists."""
    return [spec for spec in forms if spec.procedure is None or spec.procedure.listed]


def look_for(
    forms: Sequence[FormSpec], words: str, who: str = "", topic: str = "", *, all_words: bool = True
) -> list[FormSpec]:
    """The procedures that fit every word, those named by them first; all of them when nothing is asked.

    Spelling is forgiven: accents, hamza, ة and ه, ى and ي, ض and ظ, the article, and the signs in a reference.

    Args:
        all_words: False gives those that fit the most of the words, which is at least one.
    """
    asked = asked_words(_words(words))
    found: list[tuple[int, int, FormSpec]] = []
    for spec in forms:
        told = spec.procedure
        if (who and not (told and who in told.who)) or (topic and _topic_of(spec) != topic):
            continue
        title, everything = _forms(" ".join(_names(spec))), _forms(" ".join(_texts(spec)))
        fitting = [word for word in asked if _fits(word, everything)]
        if len(fitting) == len(asked) or (fitting and not all_words):
            weight = sum(_IN_TITLE if _fits(word, title) else _ELSEWHERE for word in fitting)
            found.append((len(fitting), weight, spec))
    most = max((count for count, _, _ in found), default=0)
    found.sort(key=lambda one: -one[1])
    return [spec for count, _, spec in found if count == most]


def whose(forms: Iterable[FormSpec]) -> list[str]:
    """The kinds of people that have a procedure here, in the order of the catalogue."""
    present = {who for spec in forms if spec.procedure for who in spec.procedure.who}
    return [who for who in WHO if who in present]


def _place(spec: FormSpec) -> tuple[int, str]:
    """In the order of the fund's systems, as the sources tell them."""
    rows = spec.procedure.rows if spec.procedure else ()
    return (rows[0] if rows else _LAST, spec.id)


def _topic_of(spec: FormSpec) -> str:
    return spec.procedure.topic if spec.procedure else OTHER


def _names(spec: FormSpec) -> Iterator[str]:
    yield from (spec.id, spec.title.ar, spec.title.fr, spec.receipt_type.ar, spec.receipt_type.fr)
    if spec.procedure:
        yield from spec.procedure.also_printed_as


def _texts(spec: FormSpec) -> Iterator[str]:
    yield from _names(spec)
    if spec.procedure:
        yield from (spec.procedure.purpose.ar, spec.procedure.purpose.fr)
    for one in spec.documents:
        yield from (one.label.ar, one.label.fr)


def _words(text: str) -> str:
    """A text in which the signs of a reference hold nothing apart: 321.3.10 is 321-3-10."""
    return _IN_NUMBERS.sub("", text)


def _fits(asked: tuple[str, ...], forms: frozenset[str]) -> bool:
    """Whether one of a word's forms is found among those of a text."""
    return any(is_found(form, wanted) for wanted in asked for form in forms)


@lru_cache(maxsize=1_000)
def _forms(text: str) -> frozenset[str]:
    return frozenset(form for word in words_of(_words(text)) for form in forms_of(word))
