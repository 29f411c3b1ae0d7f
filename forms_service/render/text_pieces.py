"""Cut a line where readers of PDFs go astray, so that they all find the letters in the order they are read.

A PDF shows glyphs in places; whoever copies or searches puts them back in order by rules of its own:

- pdf.js, poppler and pypdf turn a stretch of Arabic round but not its brackets, so a bracket of Arabic
  maps to the character that was written, not to its mirror image.  PDFium does mirror brackets; it is
  told the mirror image beforehand (``ActualText``).
- pypdf takes text objects in their order, so every stretch that is read by itself is one.
- pdf.js forgets a space between two such stretches unless its glyph says more than a space: a
  right-to-left mark stands before it.
- A vowel stands higher than its letter, which readers take for another line: it is drawn by itself
  after its letter and marked, for pdf.js would put it before.
- PDFium turns round the parts of a Latin name or number in an Arabic line («N'Guyen», «06 12»), and a
  sign after a number («70%») comes before it; it is told the parts in the opposite order, and marks
  where Latin parts are as many as Arabic ones, or it would read the line from the left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum
from itertools import groupby
from typing import NamedTuple

MIRRORED = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
"""Brackets of the typeface and their mirror images."""

_MARK = "\u200f"
_LETTERS = r"\u0620-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06ff\u200c\u200d"
_VOWELS = r"\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
_WORD = rf"(?:[{_LETTERS}](?![{_VOWELS}]))+"
_PIECE = re.compile(
    rf"(?P<WORDS>{_WORD}(?:[ \u00a0]+{_WORD})*)|(?P<VOWELLED>[{_LETTERS}](?=[{_VOWELS}]))|(?P<VOWELS>[{_VOWELS}]+)"
    r"|(?P<SPACE>[ \u00a0])|(?P<BRACKET>[()\[\]{}<>«»‹›])|(?P<SIGN>.)",
    re.DOTALL,
)


_TOLD = re.compile(r"[()\[\]{}<>«»‹›]|[^\W_\u0590-\u065f\u066e-\u06ef\u06fa-\u08ff]")


class Kind(Enum):
    """What a piece of a line is made of."""

    WORDS = "words"
    VOWELLED = "letter with a vowel"
    VOWELS = "vowels"
    LATIN = "latin"
    SPACE = "space"
    BRACKET = "bracket"
    SIGN = "sign"


class Piece(NamedTuple):
    """A stretch of one line that is drawn by itself."""

    words: str
    kind: Kind

    @property
    def needs_own_letters(self) -> bool:
        """Whether its glyphs map to other characters than elsewhere."""
        return self.kind in (Kind.SPACE, Kind.BRACKET)


def pieces_of_arabic(words: str) -> tuple[Piece, ...]:
    """The pieces of a stretch of Arabic, in reading order; words that follow each other stay together."""
    return tuple(Piece(found[0], Kind[str(found.lastgroup)]) for found in _PIECE.finditer(words))


def is_one_piece(words: str) -> bool:
    """Whether a stretch of Arabic is words alone, which every reader finds as they are."""
    found = _PIECE.match(words)
    return found is not None and found.lastgroup == "WORDS" and found.end() == len(words)


def is_told_otherwise(line: str) -> bool:
    """Whether PDFium is told something else in a line of Arabic; the structure then says how it reads."""
    return _TOLD.search(line) is not None


def told_of(pieces: Sequence[Piece]) -> list[str]:
    """What PDFium is told in place of each piece of a line that reads from the right; empty for most."""
    told = [
        _mirror_image(pieces, index) if piece.kind is Kind.BRACKET else ""
        for index, piece in enumerate(pieces)
    ]
    for index, piece in enumerate(pieces):
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        if piece.kind is not Kind.LATIN:
            continue
        parts = _parts(piece.words)
        if len(parts) > 1:
            told[index] = "".join(reversed(parts))
        elif (
            after
            and after.kind is Kind.SIGN
            and _strength(piece.words[0]) == _strength(after.words) == "weak"
        ):
            told[index], told[index + 1] = after.words, piece.words
    return _prevailing(pieces, told)


def _prevailing(pieces: Sequence[Piece], told: list[str]) -> list[str]:
    """PDFium reads a line from the right only where it has more parts of Arabic than of Latin letters.

    Where it has not, marks make up for them: at the end of the line, or behind its last Latin word.
    """
    sides = [_strength(part[0]) for part in _parts("".join(piece.words for piece in pieces))]
    lacking = sides.count("left") - sides.count("right") + 1
    latin = [at for at, piece in enumerate(pieces) if piece.kind is Kind.LATIN]
    if lacking <= 0 or not latin:
        return told
    if pieces[-1].kind is Kind.WORDS:  # PDFium turns round what it is told in place of Arabic
        words = "".join(part[::-1] for part in _parts(pieces[-1].words))
        told[-1] = words + f"{_UNWRITTEN}{_MARK}" * lacking
    else:
        words = told[latin[-1]] or pieces[latin[-1]].words
        told[latin[-1]] = _UNWRITTEN + f"{_MARK}{_UNWRITTEN}" * lacking + words
    return told


_UNWRITTEN = "\x93"
"""PDFium takes it for a part of its own and leaves it out of the text."""


def _mirror_image(pieces: Sequence[Piece], index: int) -> str:
    """PDFium moves a space or a star beside a bracket to its other side unless a mark stands there."""
    before = pieces[index - 1] if index else None
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    left = _MARK if _is_moved(before) else ""
    right = _MARK if _is_moved(after) or (before and before.kind is Kind.BRACKET) else ""
    return f"{left}{MIRRORED[pieces[index].words]}{right}"


def _is_moved(piece: Piece | None) -> bool:
    return piece is not None and piece.kind is not Kind.BRACKET and _strength(piece.words[0]) == "neutral"


def _parts(text: str) -> list[str]:
    """Where PDFium cuts: at every change between letters, numbers with their signs, and all else."""
    return ["".join(part) for _, part in groupby(text, key=_strength)]


def _strength(character: str) -> str:
    match unicodedata.bidirectional(character):
        case "L":
            return "left"
        case "R" | "AL":
            return "right"
        case "EN" | "AN" | "ES" | "ET" | "CS" | "NSM" | "BN":
            return "weak"
    return "neutral"
