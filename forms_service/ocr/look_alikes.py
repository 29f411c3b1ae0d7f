"""Undoes the confusions that shape alone cannot avoid: I and l and |, O and 0, in their context.

What two readers saw alike needs no mending: « McCoy » and « Imane.alaoui@… » are written so.
"""

from __future__ import annotations

import re
from string import ascii_uppercase, digits

from rapidfuzz.distance import Levenshtein

_TO_DIGIT = str.maketrans("OQDILZSBG", "000112586")
_STROKES = str.maketrans("OIl", "011")
_TO_LETTER = str.maketrans("012578", "OIZSTB")
_STRAY = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "—": "-", "–": "-", "‐": "-"})
_CONSONANTS = "bcdfghjkmnpqrstvxzBCDFGHJKMNPQRSTVXZ"
_SAME_SHAPE = "CÇÎÏOÔÖŒSUÙÛÜVWXZ"
_TO_SMALL = str.maketrans(_SAME_SHAPE, _SAME_SHAPE.lower())
_TO_CAPITAL = str.maketrans(_SAME_SHAPE.lower(), _SAME_SHAPE)

IDENTITY_PLACES = (ascii_uppercase, None, *(digits,) * 10)
"""What belongs in each cell of an identity number: a letter, a letter or a digit, then digits."""

_ARTICLE = re.compile(r"(?<!\S)([EA])I(?!\S)")
_FALSE_INITIAL = re.compile(rf"(?<![^\s'-])l(?=[{_CONSONANTS}]\w)")
_STRAY_MARK = re.compile(r"(?<=\w)- (?=\w)|(?<=°)'(?=\d)")
_AFTER_NUMBER_SIGN = re.compile(r"(?<=n° )[IlO\d]+(?!\w)")
_LONE_CAPITAL = re.compile(r"(?<=[a-z])[A-HJ-Z](?=[a-z])")
_ENDINGS = ("com", "net", "org", "fr", "ma")
_LOST_DOT = re.compile(rf"(@[^.@]{{2,}}?)({'|'.join(_ENDINGS)})$")
_ENDING = re.compile(r"(?<=[^.@]\.)[^.@]+$")
_MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u0640]")


def plain_latin(text: str) -> str:
    """The text with its apostrophes, hyphens and blanks written in one way, every letter as it was seen."""
    return " ".join(_MARKS.sub("", text).translate(_STRAY).split())


def mend_article(text: str) -> str:
    """Settle I and l where spelling alone tells them apart: in many typefaces no shape does.

    The words EI and AI of a mixed text are articles, and no word begins with l and a consonant.
    """
    if not any(c.islower() and c != "l" for c in text):
        return text
    return _FALSE_INITIAL.sub("I", _ARTICLE.sub(r"\1l", text))


def mend_latin(text: str) -> str:
    """Settle I, l and | by the case of the letters around them (``EI Fassi`` is ``El Fassi``)."""
    text = _STRAY_MARK.sub(" ", plain_latin(text).replace("|", "I"))
    text = _AFTER_NUMBER_SIGN.sub(lambda number: number[0].translate(_STROKES), text)
    mixed_case = any(c.islower() for c in text)
    return " ".join(_in_one_case(_mend_word(word, mixed_case)) for word in text.split())


def _in_one_case(text: str) -> str:
    """Give letters that differ only in size the case of their word's others: ``MarOC`` is ``Maroc``."""
    return "".join(_settled(part) for part in re.split(r"([^A-Za-zÀ-ÿŒœ]+)", text))


def _settled(word: str) -> str:
    told = [c for c in word[1:] if c.upper() not in _SAME_SHAPE]
    if told and all(c.islower() for c in told):
        return word[0] + word[1:].translate(_TO_SMALL)
    if len(told) > 1 and all(c.isupper() for c in told):
        return word.translate(_TO_CAPITAL)
    return word


def _mend_word(word: str, mixed_case: bool) -> str:
    if re.fullmatch(r"[Il]{2,3}[,.;]?", word):  # Hassan II, Mohammed III
        return word.replace("l", "I")
    if word in ("EI", "AI") and mixed_case:
        return word[0] + "l"
    if re.search(r"[a-zà-ÿ]", word):
        word = re.sub(r"(?<=[a-zà-ÿ])I(?=[a-zà-ÿ]|$)", "l", word)
        word = re.sub(r"(?<=[A-Z])I(?=[a-zà-ÿ])", "l", word)
    return _FALSE_INITIAL.sub("I", word)


def mend_address(text: str) -> str:
    """Give the letters of an e-mail address that shape alone leaves open the case of all others.

    ``Imechrek@Souk.ma`` is then ``lmechrek@souk.ma``; no address ends in ``.corn`` or lacks its last dot.
    Telephones begin addresses with a capital of their own accord, so this is a guess: only for readers
    that differ, never for what both saw.
    """
    text = _LONE_CAPITAL.sub(lambda letter: letter[0].lower(), text)
    text = _LOST_DOT.sub(r"\1.\2", text.removesuffix(".corn") + ".com" * text.endswith(".corn"))
    told = [c for c in text if c.isalpha() and c.upper() not in _SAME_SHAPE + "I"]
    if told and all(c.islower() for c in told):
        return text.translate(_TO_SMALL).replace("I", "l")
    return text


def has_usual_ending(address: str) -> bool:
    """Whether an e-mail address ends as those used in Morocco nearly all do."""
    ending = _ENDING.search(address)
    return ending is not None and ending[0] in _ENDINGS and address.count("@") == 1


def with_usual_endings(address: str) -> list[str]:
    """The addresses with a usual ending that differ from this one in a letter of its ending only."""
    ending = _ENDING.search(address)
    if ending is None or ending[0] in _ENDINGS:
        return []
    near = [usual for usual in _ENDINGS if Levenshtein.distance(usual, ending[0]) == 1]
    return [address[: ending.start()] + usual for usual in near]


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
