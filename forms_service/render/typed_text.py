"""Get the text a person meant out of the text a viewer stored.

Good viewers store what was typed, in logical order.  Others store the shapes of Arabic letters, the
order they were drawn in, or bytes of an encoding they do not name.  What can be undone with certainty
is undone and said; what cannot is left as it stands and said, for a person to look at.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

import pikepdf  # noqa: F401 - registers the codec "pdfdoc", the text encoding of PDF

from forms_service.render.typing_remarks import Remark


@dataclass(frozen=True, slots=True)
class TypedText:
    """A text in logical order, composed, without invisible marks; lines end with a line feed."""

    text: str
    remarks: frozenset[Remark] = frozenset()


def typed_text(stored: bytes) -> TypedText:
    """The text behind the bytes of a PDF text string."""
    raw, remarks = _decoded(stored)
    lines = []
    for line in _LINE_ENDS.sub("\n", _LANGUAGE_MARKS.sub("", raw)).split("\n"):
        meant, found = _logical(_visible(line))
        lines.append(unicodedata.normalize("NFC", meant))
        remarks |= found
    text = "\n".join(lines)
    if "\ufffd" in text or _ONLY_QUESTION_MARKS.fullmatch(text):
        remarks |= {Remark.LETTERS_LOST}
    return TypedText(text, frozenset(remarks))


# --- bytes ----------------------------------------------------------------------------------------


def _decoded(stored: bytes) -> tuple[str, set[Remark]]:
    """The characters, by the mark at their start; without a mark also the two that some forget."""
    for mark, encoding in _MARKS:
        if stored.startswith(mark):
            return stored[len(mark) :].decode(encoding, "replace"), set()
    if guessed := _unmarked(stored):
        return guessed, {Remark.ENCODING_MENDED}
    return stored.decode("pdfdoc", "replace"), set()


def _unmarked(stored: bytes) -> str:
    """UTF-16 or UTF-8 that lacks its mark; nothing when it could as well be what PDF says it is."""
    if len(stored) >= 2 and len(stored) % 2 == 0:
        for encoding, high in (("utf-16-be", stored[::2]), ("utf-16-le", stored[1::2])):
            # Nobody types the control characters that these bytes would be.
            if set(high) <= _HIGH_BYTES and min(high) < 0x07:
                text = stored.decode(encoding, "replace")
                if "\ufffd" not in text and "\0" not in text:
                    return text
    text = "" if stored.isascii() else stored.decode("utf-8", "replace")
    foreign = [one for one in text if not one.isascii()]
    arabic = [one for one in foreign if "\u0621" <= one <= "\u064a"]
    latin = [one for one in foreign if "\u00c0" <= one <= "\u017f"]
    is_ours = all(_TYPED_HERE.match(one) for one in foreign)
    # A capital U with accent before an ellipsis is one Arabic letter in UTF-8; two are no accident.
    return text if is_ours and (len(arabic) > 1 or (latin and not arabic)) else ""


_MARKS = (
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF8, "utf-8"),
)
_TYPED_HERE = re.compile("[\u00a0-\u017f\u0600-\u06ff\u2000-\u206f\u20ac]")
_HIGH_BYTES = {0x00, 0x01, 0x06, 0x20, 0xFB, 0xFC, 0xFD, 0xFE}


# --- characters -----------------------------------------------------------------------------------


def _visible(line: str) -> str:
    """Only what is seen: every blank a space, no mark of direction or joining, no control character."""
    kept = []
    for character in line:
        category = unicodedata.category(character)
        if category == "Zs" or character == "\t":
            kept.append(" ")
        elif category == "Cs":
            kept.append("\ufffd")
        elif category not in ("Cc", "Cf"):
            kept.append(character)
    return "".join(kept)


_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LANGUAGE_MARKS = re.compile("\x1b[A-Za-z]{2,8}\x1b")
_ONLY_QUESTION_MARKS = re.compile(r"[?\s]*\?\s*\?[?\s]*")


# --- Arabic letters stored as shapes --------------------------------------------------------------


def _logical(line: str) -> tuple[str, set[Remark]]:
    """A line with plain letters in reading order.

    The shapes themselves tell the order: an initial shape is joined to what is read after it.
    """
    shapes = [(_joins_before(one), _joins_after(one)) for one in line]
    if not any(_is_shape(one) for one in line):
        return line, {Remark.ORDER_DOUBTFUL} if _IMPOSSIBLE_START.search(line) else set()
    forwards, backwards = _breaks(line, shapes), _breaks(line[::-1], shapes[::-1])
    if backwards or not forwards:
        letters = sum(_is_shape(one) and one not in _MARK_SHAPES for one in line)
        is_doubtful = letters > 1 and bool(forwards) == bool(backwards)
        return _plain(line), {Remark.ORDER_DOUBTFUL} if is_doubtful else set()
    turned = _turned(line)
    if turned is None:
        return _plain(line), {Remark.ORDER_DOUBTFUL}
    return _plain(turned), {Remark.ORDER_MENDED}


def _breaks(line: str, shapes: list[tuple[bool, bool]]) -> int:
    """How many neighbours do not join as their shapes say, when read from the start."""
    seen = 0
    joined: bool | None = False  # None: the letter before says nothing of its shape
    for character, (before, after) in zip(line, shapes, strict=True):
        if unicodedata.combining(character) or character in _MARK_SHAPES:
            continue
        if _is_shape(character):
            seen += joined is not None and before != joined
            joined = after
        else:
            seen += joined is True and not character.isalpha()
            joined = None if character.isalpha() else False
    return seen + (joined is True)


def _turned(line: str) -> str | None:
    """A drawn line in the order it is read; None when two texts would be drawn like it.

    With Latin words, or numbers at an end, the drawn line does not tell where reading starts; and
    some turn the digits of a number round with the rest.
    """
    strong = [one for one in line if one.isalnum()]
    if any(unicodedata.bidirectional(one) == "L" for one in strong):
        return None
    if any(unicodedata.bidirectional(one) != "AL" for one in (strong[0], strong[-1])):
        return None
    if any(number[0] != number[0][::-1] for number in _NUMBERS.finditer(line)):
        return None
    turned = line[::-1]
    return turned.translate(_MIRRORED) if _opens_backwards(turned) else turned


def _opens_backwards(text: str) -> bool:
    """Whether the first bracket closes: the one who stored it mirrored the brackets too."""
    bracket = next((one for one in text if ord(one) in _MIRRORED), "")
    return bracket in _CLOSING and bool(bracket)


def _plain(line: str) -> str:
    return "".join(unicodedata.normalize("NFKC", one).strip() if _is_shape(one) else one for one in line)


def _is_shape(character: str) -> bool:
    return _FORM.match(unicodedata.decomposition(character)) is not None and character > "\ufb4f"


def _joins_before(character: str) -> bool:
    return unicodedata.decomposition(character).startswith(("<final>", "<medial>"))


def _joins_after(character: str) -> bool:
    return unicodedata.decomposition(character).startswith(("<initial>", "<medial>"))


_FORM = re.compile("<(isolated|initial|medial|final)>")
_MARK_SHAPES = frozenset(map(chr, range(0xFE70, 0xFE80)))
_NUMBERS = re.compile(r"[0-9٠-٩۰-۹]+(?:[.,٫٬/:][0-9٠-٩۰-۹]+)*")
_OPENING, _CLOSING = "([{<«‹", ")]}>»›"
_MIRRORED = str.maketrans(_OPENING + _CLOSING, _CLOSING + _OPENING)
_IMPOSSIBLE_START = re.compile(r"(?<![\w\u064b-\u0652(])[ةى](?=[\u0621-\u064a]{2})")
"""No Arabic word begins with these letters; they end words, so the line may stand back to front."""
