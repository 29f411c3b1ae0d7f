"""Words in the two languages of every form, and the directions they run in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """One of the two languages an applicant may choose."""

    AR = "ar"
    FR = "fr"

    @property
    def direction(self) -> Direction:
        """Which way a page in this language runs."""
        return Direction.RTL if self is Language.AR else Direction.LTR


class Direction(StrEnum):
    """Base direction of a line of text."""

    LTR = "ltr"
    RTL = "rtl"


class Script(StrEnum):
    """The writing an answer is given in; ``ANY`` where the applicant may choose."""

    LATN = "latn"
    ARAB = "arab"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One sentence in Arabic and French, always both."""

    ar: str
    fr: str

    def in_language(self, language: Language) -> str:
        """Give the wording a reader of ``language`` sees."""
        return self.ar if language is Language.AR else self.fr

    def fill(self, **values: object) -> LocalizedText:
        """Put ``{name}`` values into both wordings.

        A value that is itself a ``LocalizedText`` is put in by language.
        """

        def chosen(language: Language) -> dict[str, object]:
            return {
                name: value.in_language(language) if isinstance(value, LocalizedText) else value
                for name, value in values.items()
            }

        return LocalizedText(
            ar=self.ar.format(**chosen(Language.AR)), fr=self.fr.format(**chosen(Language.FR))
        )

    def as_dict(self) -> dict[str, str]:
        """The JSON shape: ``{"ar": …, "fr": …}``."""
        return {"ar": self.ar, "fr": self.fr}


def listed(names: Iterable[str | LocalizedText]) -> LocalizedText:
    """Names or numbers one after another, with the comma of each language between them."""
    both = [one if isinstance(one, LocalizedText) else LocalizedText(one, one) for one in names]
    return LocalizedText("، ".join(one.ar for one in both), ", ".join(one.fr for one in both))


_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]+")


def is_arabic_letter(character: str) -> bool:
    """Whether a character belongs to the Arabic script (digits and marks do not count)."""
    return character.isalpha() and _ARABIC.match(character) is not None


def dominant_script(text: str) -> Script:
    """Tell which script most letters of ``text`` belong to; ``ANY`` when there are no letters."""
    arabic = sum(map(str.isalpha, "".join(_ARABIC.findall(text))))
    latin = sum(map(str.isalpha, text)) - arabic
    if arabic == latin == 0:
        return Script.ANY
    return Script.ARAB if arabic > latin else Script.LATN


_JOINTS = "-/._@:,'’&+"


def code_pattern(joints: str = _JOINTS) -> re.Pattern[str]:
    """What is read from the left in either language: codes, dates, telephone numbers, addresses on the web.

    The algorithm of Unicode alone would show « 310-1-32 » after an Arabic word as « 32-1-310 ».  A year
    and the hour after it are two codes, not one number in groups.

    Args:
        joints: What may join the parts of a code where the text comes from.
    """
    part = r"[A-Za-z\u00c0-\u024f\d]+"
    return re.compile(
        rf"(?:(?<!\w)\+)?{part}(?:[{joints}]+{part})+"
        r"|(?:(?<!\w)\+)?\d+(?:[ \u00a0\u202f][\d.,]*\d(?![\d:/]))+"
        r"|(?<!\w)\+\d+"
    )
