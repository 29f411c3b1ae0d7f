"""Undoes the confusions that shape alone cannot avoid: I and l and |, O and 0, in their context."""

from __future__ import annotations

import re

_TO_DIGIT = str.maketrans("OQDILZSBG", "000112586")
_TO_LETTER = str.maketrans("01258", "OIZSB")
_STRAY = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "|": "I", "—": "-", "–": "-", "‐": "-"})
_CONSONANTS = "bcdfghjkmnpqrstvxzBCDFGHJKMNPQRSTVXZ"
_MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u0640]")


def mend_latin(text: str) -> str:
    """Settle I, l and | by the case of the letters around them (``EI Fassi`` is ``El Fassi``)."""
    text = _MARKS.sub("", text).translate(_STRAY)
    mixed_case = any(c.islower() for c in text)
    return " ".join(_mend_word(word, mixed_case) for word in text.split())


def _mend_word(word: str, mixed_case: bool) -> str:
    if re.fullmatch(r"[Il]{2,3}[,.;]?", word):  # Hassan II, Mohammed III
        return word.replace("l", "I")
    if word in ("EI", "AI") and mixed_case:
        return word[0] + "l"
    if re.search(r"[a-zà-ÿ]", word):
        word = re.sub(r"(?<=[a-zà-ÿ])I(?=[a-zà-ÿ]|$)", "l", word)
        word = re.sub(r"(?<=[A-Z])I(?=[a-zà-ÿ])", "l", word)
    if len(word) > 1 and word[0] == "l" and word[1] in _CONSONANTS:
        word = "I" + word[1:]
    return word


def mend_arabic(text: str) -> str:
    """Take out the marks and joiners a reader puts between Arabic letters."""
    return " ".join(_MARKS.sub("", text).split())


def mend_identity_number(text: str) -> str:
    """One or two letters, then digits: give each place the sort of character that belongs there."""
    if len(text) < 5:
        return text
    return text[0].translate(_TO_LETTER) + text[1] + text[2:].translate(_TO_DIGIT)


def has_ambiguous_second(text: str) -> bool:
    """Whether an identity number's second character may be a letter or a digit by its shape."""
    return len(text) > 1 and text[1] in "O0I1"
