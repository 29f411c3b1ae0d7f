"""The machine-readable zone on the back of identity and residence cards (ICAO 9303 part 5, TD1).

Three lines of thirty characters; document number, birth and expiry each carry a check digit and a
fourth one covers them all.  A reader of pictures confuses O with 0 and loses filler characters, so
characters are first corrected by what may stand in their position, then by the check digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product

LINE_LENGTH = 30

_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {
    "<": 0
}
_TO_DIGIT = str.maketrans("OQDUILJZASGTYB", "00001112456778")
_TO_LETTER = str.maketrans("0125678", "OIZSGTB")
_LOOK_ALIKES = (
    "0OQDUC",
    "1IJLT",
    "2Z",
    "3EB",
    "4A",
    "5S",
    "6G",
    "7TY",
    "8B",
    "9PG",
    "VY",
    "MNHW",
    "KX",
    "<K",
    "<C",
    "<L",
)
_FILLER_LOOK = str.maketrans("«‹({[〈≤", "<<<<<<<")
_NATIONAL_NUMBER = re.compile(r"[A-Z]{1,2}\d{4,7}")


@dataclass(frozen=True, slots=True)
class CardZone:
    """What the zone says.

    Attributes:
        document_number: The card's own number, without fillers.
        national_number: Letters and digits of the optional part that look like a Moroccan identity
            number (``AB123456``), or None: where an issuer puts it is its own affair.
        surname: Transliterated by the issuer, without accents.
        checked: Parts whose check digit holds: ``document_number``, ``birth``, ``expiry``,
            ``composite``.
        repaired: Characters were corrected to make them hold.
    """

    document_code: str
    issuer: str
    document_number: str
    national_number: str | None
    birth: date | None
    sex: str | None
    expiry: date | None
    nationality: str
    surname: str
    given_names: str
    checked: frozenset[str]
    repaired: bool

    @property
    def is_certain(self) -> bool:
        """Whether document number and date of birth are both confirmed by their check digits."""
        return {"document_number", "birth"} <= self.checked


def check_digit(characters: str) -> str:
    """Compute the check digit of a part: weights 7, 3, 1, modulo 10.

    Raises:
        ValueError: A character cannot stand in a machine-readable zone.
    """
    try:
        total = sum(_VALUES[one] * (7, 3, 1)[at % 3] for at, one in enumerate(characters))
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} cannot stand in a machine-readable zone") from None
    return str(total % 10)


def compose_td1(
    *,
    document_code: str,
    issuer: str,
    document_number: str,
    optional: str,
    birth: date,
    sex: str,
    expiry: date,
    nationality: str,
    surname: str,
    given_names: str,
) -> tuple[str, str, str]:
    """Write the three lines of a card, with every check digit.

    Raises:
        ValueError: A part is too long for its place.
    """
    number = _padded(document_number, 9)
    first = (
        _padded(document_code, 2) + _padded(issuer, 3) + number + check_digit(number) + _padded(optional, 15)
    )
    born, until = f"{birth:%y%m%d}", f"{expiry:%y%m%d}"
    second = born + check_digit(born) + sex + until + check_digit(until) + _padded(nationality, 3) + "<" * 11
    second += check_digit(_composite_part(first, second))
    names = f"{_transliterated(surname)}<<{_transliterated(given_names)}"
    return first, second, names[:LINE_LENGTH].ljust(LINE_LENGTH, "<")


def find_td1(text: str, on: date) -> CardZone | None:
    """Find a card's zone among the lines a text reader gave; None when there is none.

    Args:
        text: Whatever was read, line by line; other lines do no harm.
        on: Day of reading: two-digit years of birth lie before it.
    """
    lines = [cleaned for cleaned in map(_cleaned, text.splitlines()) if len(cleaned) >= 20]
    best: CardZone | None = None
    for at in range(len(lines) - 1):
        zone = parse_td1(lines[at : at + 3], on)
        if zone and (best is None or len(zone.checked) > len(best.checked)):
            best = zone
    return best


def parse_td1(lines: Sequence[str], on: date) -> CardZone | None:
    """Read the zone's lines, correcting what its positions and check digits allow.

    A missing third line (names) is tolerated: the first two identify the person.

    Returns:
        None unless two of the three part check digits hold: one alone holds by chance in one
        line of ordinary text out of ten.
    """
    if len(lines) < 2:
        return None
    first_raw, second_raw = _cleaned(lines[0]), _cleaned(lines[1])
    first, second = _fit_first(first_raw), _fit_second(second_raw)
    if first is None or second is None:
        return None
    first, second = _repair(first, second)
    checked = _checked_parts(first, second)
    if len(checked - {"composite"}) < 2:
        return None
    surname, given = _names(_cleaned(lines[2])) if len(lines) > 2 else ("", "")
    optional = first[15:].strip("<")
    national = _NATIONAL_NUMBER.search(optional) or _NATIONAL_NUMBER.search(_letters_then_digits(optional))
    return CardZone(
        document_code=first[:2].strip("<"),
        issuer=first[2:5].strip("<"),
        document_number=first[5:14].strip("<"),
        national_number=national.group() if national else None,
        birth=_birth_date(second[:6], on) if "birth" in checked else None,
        sex=second[7] if second[7] in "MF" else None,
        expiry=_two_digit_date(second[8:14], 2000) if "expiry" in checked else None,
        nationality=second[15:18].strip("<"),
        surname=surname,
        given_names=given,
        checked=frozenset(checked),
        repaired=(first, second) != (first_raw, second_raw),
    )


def _padded(text: str, length: int) -> str:
    if len(text) > length:
        raise ValueError(f"{text!r} is longer than its {length} characters")
    return text.upper().ljust(length, "<")


def _transliterated(name: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return re.sub(r"[^A-Z]+", "<", plain.upper()).strip("<")


def _cleaned(line: str) -> str:
    return re.sub(r"[^A-Z0-9<]", "", line.upper().translate(_FILLER_LOOK).replace(" ", ""))


def _fit_first(line: str) -> str | None:
    """Pad or cut the optional part's fillers, where the reader loses or adds some."""
    if not 16 <= len(line) <= LINE_LENGTH + 8:
        return None
    if len(line) > LINE_LENGTH and not line[LINE_LENGTH:].strip("<KCLES"):
        line = line[:LINE_LENGTH]
    if len(line) > LINE_LENGTH:
        return None
    return (
        line[:2] + line[2:5].translate(_TO_LETTER) + line[5:14] + line[14:15].translate(_TO_DIGIT) + line[15:]
    ).ljust(LINE_LENGTH, "<")


def _fit_second(line: str) -> str | None:
    """Keep the 18 characters that matter and the last digit; what lies between is filler."""
    if not 18 <= len(line) <= LINE_LENGTH + 8:
        return None
    head = (
        line[:7].translate(_TO_DIGIT)
        + _sex(line[7])
        + line[8:15].translate(_TO_DIGIT)
        + line[15:18].translate(_TO_LETTER)
    )
    if len(line) == LINE_LENGTH:
        return head + line[18:29] + line[29].translate(_TO_DIGIT)
    last = line[-1].translate(_TO_DIGIT)
    return head + "<" * 11 + (last if last.isdigit() else "<")


def _sex(character: str) -> str:
    return {"H": "M", "N": "M", "W": "M", "P": "F", "E": "F", "K": "<"}.get(character, character)


def _composite_part(first: str, second: str) -> str:
    return first[5:30] + second[:7] + second[8:15] + second[18:29]


def _checked_parts(first: str, second: str) -> set[str]:
    parts = {
        "document_number": (first[5:14], first[14]),
        "birth": (second[:6], second[6]),
        "expiry": (second[8:14], second[14]),
        "composite": (_composite_part(first, second), second[29]),
    }
    holding = {name for name, (part, digit) in parts.items() if check_digit(part) == digit}
    for name, digits in (("birth", second[:6]), ("expiry", second[8:14])):
        if _two_digit_date(digits, 2000) is None:
            holding.discard(name)
    if not first[5:14].strip("<"):
        holding.discard("document_number")
    return holding


def _repair(first: str, second: str) -> tuple[str, str]:
    """Correct the document number by its check digit, then let the composite choose among ties."""
    if check_digit(first[5:14]) == first[14]:
        return first, second
    candidates = [first[:5] + number + first[14:] for number in _number_candidates(first[5:14], first[14])]
    confirmed = [one for one in candidates if check_digit(_composite_part(one, second)) == second[29]]
    for shortlist in (confirmed, candidates):
        likely = [one for one in shortlist if _NATIONAL_NUMBER.fullmatch(one[5:14].strip("<"))] or shortlist
        if len(likely) == 1:
            return likely[0], second
    return first, second


def _number_candidates(number: str, digit: str) -> list[str]:
    """Numbers one look-alike away (else two) whose check digit is the one printed."""
    alternatives = [_alternatives(character) for character in number]
    for changes in (1, 2):
        found = {
            changed
            for positions in combinations(range(len(number)), changes)
            for changed in _substituted(number, positions, alternatives)
            if check_digit(changed) == digit
        }
        if found:
            return sorted(found)
    return []


def _alternatives(character: str) -> list[str]:
    return sorted({other for group in _LOOK_ALIKES if character in group for other in group} - {character})


def _substituted(number: str, positions: tuple[int, ...], alternatives: list[list[str]]) -> Iterator[str]:
    for chosen in product(*(alternatives[at] for at in positions)):
        characters = list(number)
        for at, character in zip(positions, chosen, strict=True):
            characters[at] = character
        yield "".join(characters)


def _letters_then_digits(optional: str) -> str:
    """The optional part read as one or two letters and then digits, as identity numbers are."""
    compact = optional.rstrip("<")
    letters = 2 if len(compact) > 1 and compact[1].isalpha() and compact[1] not in "OISZB" else 1
    return compact[:letters].translate(_TO_LETTER) + compact[letters:].translate(_TO_DIGIT)


_LONE_FILLER = re.compile(r"(?<=<)[KCLESX](?=<|$)")
"""Fillers are read as K, C or L; a name is never one such letter between two fillers."""


def _names(line: str) -> tuple[str, str]:
    """Surname and given names; no check digit covers them, so only what cannot stand there is mended."""
    line = _LONE_FILLER.sub("<", line.translate(_TO_LETTER))
    surname, _, given = line.strip("<").partition("<<")
    return surname.replace("<", " ").strip(), given.split("<<")[0].replace("<", " ").strip()


def _birth_date(digits: str, on: date) -> date | None:
    this_century = _two_digit_date(digits, on.year // 100 * 100)
    if this_century and this_century <= on:
        return this_century
    return _two_digit_date(digits, on.year // 100 * 100 - 100)


def _two_digit_date(digits: str, century: int) -> date | None:
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
