"""Text that people wrote elsewhere, as the forms' typeface can show it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from core.localized_text import LocalizedText
from forms_service.render.typography import missing_characters

UNPRINTABLE = "?"
"""Stands for a character the typeface lacks: seen by everybody, unlike an empty box."""

_INVISIBLE = frozenset({"Cc", "Cf", "Mn", "Me"})
_BREAKS = "\t\n\v\f\r"


@lru_cache(maxsize=4096)
def printable(text: str) -> str:
    """The same text with what the typeface lacks told as well as can be, and never as a blank box.

    Messages, file names and readings hold symbols and other scripts.  A character with a plain
    equivalent is shown as that, an invisible one is left out, any other becomes a question mark.
    """
    text = unicodedata.normalize("NFC", text)
    missing = [one for one in missing_characters(text) if one != "\n"]
    return text.translate({ord(one): _substitute(one) for one in missing}) if missing else text


_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def typeset(text: LocalizedText) -> LocalizedText:
    """A wording with printers' apostrophes: the specs quote forms that have typewriters' ones.

    Values stay as they were written.
    """
    return LocalizedText(text.ar, _APOSTROPHE.sub("’", text.fr))


def _substitute(character: str) -> str:
    if character in _BREAKS:
        return " "
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain != character and not missing_characters(plain) else UNPRINTABLE
