"""Reads one line in Latin letters: our own recogniser first; Tesseract then only has to agree.

Two looks of Tesseract share one model and its mistakes; two recognisers that never saw the same
lines do not, so what both read needs no further look, and is kept as they saw it.  Only where they
differ in look-alikes is the text mended, and then evidence says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from core.localized_text import Script, dominant_script
from forms_service.ocr.crops import Ink
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine, TextReading
from forms_service.ocr.foreign_strokes import without_foreign_strokes
from forms_service.ocr.latin_lines import LatinLine, chances, read_line
from forms_service.ocr.look_alikes import mend_address, mend_article, mend_latin, plain_latin
from forms_service.ocr.looks import (
    FIRST_LOOKS,
    LATIN_LOOKS,
    VOTE,
    DoubtedLine,
    LineReading,
    look_at,
    read_by_looks,
)
from forms_service.ocr.underscores import restore_underscores

OWN, TESSERACT = "latin_lines", "tesseract"
"""The two readers, as evidence names them."""

LOOK_WEIGHT = 1.0
"""What one of Tesseract's looks adds to the logarithm of a text's chance by our own recogniser."""

LEAST_CHANCE = 1e-30

CLEARER, CLEAR = 3.0, 0.05
"""How many times likelier, and how likely, a text without foreign strokes must be to be proposed instead."""

JOINTS, HIDDEN_JOINT = ".-_", 0.05
"""What joins the names in an address, and how likely beside the text one more of them is a doubt."""

Mend = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Manner:
    """What may be done to a text that was read.

    Attributes:
        own: Writes what our own recogniser saw as all texts of this manner are written.
        plain: Only writes its signs alike; every letter stays as it was seen.
        settle: For a text that both readers saw: mends what no shape can tell.
        mend: For texts that differ: mends all look-alikes.
    """

    own: Mend
    plain: Mend
    settle: Mend
    mend: Mend


_LATIN = _Manner(plain_latin, plain_latin, mend_article, mend_latin)


def read_latin(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read a line in French letters and digits; agreed only if both recognisers read the same."""
    return _confirmed(own_latin(ink, charset), ink, engine, _LATIN, charset)


def read_email(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read an e-mail address: no blanks, and every letter as it stands."""

    def plain(text: str) -> str:
        return restore_underscores(" ".join(text.split()), ink)

    manner = _Manner(lambda text: text.replace(" ", ""), plain, str, mend_address)
    line = _confirmed(own_latin(ink, charset, manner.own), ink, engine, manner, charset)
    return _doubted(line, Doubt.LOW_CONFIDENCE) if line.agreed and _may_hide_a_joint(line, ink) else line


def _may_hide_a_joint(line: LineReading, ink: Ink) -> bool:
    """Whether the same address with one more dot or dash is nearly as likely.

    A dot set close to an « r » melts into it for both readers alike, and whoever writes to the address
    writes to somebody else.
    """
    sure = line.readers.get(OWN, 0.0)
    if sure >= 1 / (1 + HIDDEN_JOINT):  # what is left for all other texts together is less
        return False
    name = line.text.partition("@")[0]
    others = [line.text[:at] + joint + line.text[at:] for at in range(1, len(name)) for joint in JOINTS]
    return max(chances(ink.tight(), others), default=0.0) > HIDDEN_JOINT * sure


def _doubted(line: LineReading, doubt: Doubt) -> DoubtedLine:
    return DoubtedLine(
        line.text,
        line.confidence,
        line.agreed,
        line.script,
        doubt,
        readers=line.readers,
        mended=line.mended,
    )


def own_latin(ink: Ink, charset: str | None = None, plain: Mend = plain_latin) -> LatinLine | None:
    """The reading of our own recogniser; None when it sees nothing, or writing in another script."""
    line = read_line(ink.tight(), charset)
    text = plain(line.text)
    return LatinLine(text, line.confidence) if text else None


def confirmed_latin(own: LatinLine, ink: Ink, engine: TextEngine) -> LineReading:
    """What our own recogniser has read, agreed if Tesseract sees it too."""
    return _confirmed(own, ink, engine, _LATIN, None)


def _confirmed(
    own: LatinLine | None, ink: Ink, engine: TextEngine, manner: _Manner, charset: str | None
) -> LineReading:
    line = _as_it_stands(own, ink, engine, manner, charset)
    return line if line.agreed else _beneath_strokes(line, ink, manner, charset)


def _beneath_strokes(line: LineReading, ink: Ink, manner: _Manner, charset: str | None) -> LineReading:
    """What our own recogniser sees without a stamp's or a signature's strokes, where that is far clearer."""
    beneath = [own_latin(one, charset, manner.own) for one in without_foreign_strokes(ink)]
    clearest = max((one for one in beneath if one), key=lambda one: one.confidence, default=None)
    if clearest is None or clearest.confidence < max(CLEARER * line.readers.get(OWN, 0.0), CLEAR):
        return line
    return _line(manner.mend(clearest.text), {OWN: clearest.confidence}, False, mended=True)


def _as_it_stands(
    own: LatinLine | None, ink: Ink, engine: TextEngine, manner: _Manner, charset: str | None
) -> LineReading:
    if own is None:
        alone = read_by_looks(
            ink, engine, "fra", LATIN_LOOKS, lambda text: manner.mend(manner.plain(text)), charset
        )
        return LineReading(
            alone.text, alone.confidence, False, alone.script, readers={TESSERACT: alone.confidence}
        )
    seen: list[TextReading] = []
    for look in LATIN_LOOKS[:FIRST_LOOKS]:
        seen.append(look_at(ink, engine, "fra", look, manner.plain, charset))
        agreed = _agreed(own, seen[-1], manner)
        if agreed is not None:
            return agreed
    return _likeliest(own, seen, ink, manner.mend)


def _agreed(own: LatinLine, seen: TextReading, manner: _Manner) -> LineReading | None:
    """What both read: as they saw it if they saw the same, mended if they differ in look-alikes alone."""
    same = seen.text == own.text
    text = manner.settle(own.text) if same else manner.mend(own.text)
    if not same and manner.mend(seen.text) != text:
        return None
    readers = {OWN: own.confidence, TESSERACT: seen.confidence}
    return _line(text, readers, True, mended={own.text, seen.text} != {text})


def _likeliest(own: LatinLine, seen: list[TextReading], ink: Ink, mend: Mend) -> LineReading:
    """The text for which the ink, as our own recogniser sees it, and Tesseract's looks together speak most.

    More looks would not help: they add votes for the mistakes of one model.
    """
    own_text = mend(own.text)
    looks = [(mend(one.text), one.confidence) for one in seen]
    texts = sorted({text for text, _ in looks if text} - {own_text})
    known = dict(zip(texts, chances(ink.tight(), texts), strict=True)) | {own_text: own.confidence}

    def weight(text: str) -> float:
        votes = sum(VOTE + sure for one, sure in looks if one == text)
        return math.log(max(known[text], LEAST_CHANCE)) + LOOK_WEIGHT * votes

    text = max(known, key=weight)
    readers = {OWN: min(known[text], 1.0)}
    sure = [one_sure for one, one_sure in looks if one == text]
    mended = text not in {own.text, *(one.text for one in seen)}
    return _line(text, readers | ({TESSERACT: max(sure)} if sure else {}), False, mended)


def _line(text: str, readers: dict[str, float], agreed: bool, mended: bool) -> LineReading:
    script = dominant_script(text) if text else Script.ANY
    return LineReading(text, min(readers.values()), agreed, script, readers=readers, mended=mended)
