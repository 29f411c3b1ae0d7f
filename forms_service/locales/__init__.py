"""Every sentence the screens say, by code, in Arabic and in French.

The sentences are data (``*.yaml`` beside this file), each code with both wordings side by side so
that neither can be forgotten.  Where the wording depends on a number, the entry lists the plural
forms of each language and the sentence is chosen by ``n``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from babel import Locale

from core.localized_text import Language, LocalizedText

DIRECTORY = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where there is one: a thousand sentences are a second of every start otherwise."""

_NO_BREAK = "\u00a0"
_BEFORE_A_SIGN = re.compile(r" (?=[:;?!»])")
_PLAIN_TEXT = frozenset({"letters.yaml"})
"""Sentences that leave as text messages: one character more than the plain ones halves what a message holds."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the screens: a wording per language, or plural forms per language."""

    code: str
    ar: Mapping[str, str]
    fr: Mapping[str, str]

    def say(self, language: Language, **values: object) -> str:
        """Word the sentence for a reader of ``language``, choosing the plural form by ``n``."""
        forms = self.ar if language is Language.AR else self.fr
        wording = forms["other"]
        number = values.get("n")
        if len(forms) > 1 and isinstance(number, int):
            none_at_all = number == 0 and "zero" in forms  # French says it apart, though it counts 0 as 1
            category = "zero" if none_at_all else _plural_category(language, number)
            wording = forms.get(category, wording)
        return wording.format(**values)

    def text(self, **values: object) -> LocalizedText:
        """The sentence in both languages."""
        return LocalizedText(ar=self.say(Language.AR, **values), fr=self.say(Language.FR, **values))


def say(code: str, language: Language, **values: object) -> str:
    """Word the sentence ``code`` for a reader of ``language``.

    Raises:
        KeyError: No sentence has this code, or one of its placeholders got no value.
    """
    return sentences()[code].say(language, **values)


def both(code: str, **values: object) -> LocalizedText:
    """Word the sentence ``code`` in both languages."""
    return sentences()[code].text(**values)


def has(code: str) -> bool:
    """Whether a sentence of this code exists."""
    return code in sentences()


@cache
def sentences() -> Mapping[str, Sentence]:
    """All sentences by their dotted codes."""
    found: dict[str, Sentence] = {}
    for path in sorted(DIRECTORY.glob("*.yaml")):
        for sentence in _read(path):
            if sentence.code in found:
                raise ValueError(f"{path.name}: the sentence {sentence.code} is declared twice")
            found[sentence.code] = sentence
    return found


def _read(path: Path) -> Iterator[Sentence]:
    tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are the safe one
    yield from _walk(path.name, "", tree)


def _walk(source: str, code: str, node: object) -> Iterator[Sentence]:
    if not isinstance(node, dict):
        raise ValueError(f"{source}: {code}: expected {{ar: …, fr: …}}")
    if "ar" in node or "fr" in node:
        if set(node) != {"ar", "fr"}:
            raise ValueError(f"{source}: {code}: expected exactly ar and fr, got {sorted(node)}")
        french = _forms(node["fr"])
        if source not in _PLAIN_TEXT:
            french = {number: kept_together(wording) for number, wording in french.items()}
        yield Sentence(code, _forms(node["ar"]), french)
        return
    for name, child in node.items():
        yield from _walk(source, f"{code}.{name}" if code else str(name), child)


def _forms(wording: object) -> Mapping[str, str]:
    return {"other": wording} if isinstance(wording, str) else dict(wording)  # type: ignore[call-overload]


def kept_together(french: str) -> str:
    """French wording whose signs never begin a line, nor its opening guillemet end one."""
    return _BEFORE_A_SIGN.sub(_NO_BREAK, french).replace("« ", f"«{_NO_BREAK}")


def _plural_category(language: Language, number: int) -> str:
    return str(Locale(language.value).plural_form(number))
