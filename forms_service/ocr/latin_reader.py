"""Reads one line in Latin letters: our own recogniser first; Tesseract then only has to agree.

Two looks of Tesseract share one model and its mistakes; two recognisers that never saw the same
lines do not, so what both read needs no further look, and is kept as they saw it.  Only where they
differ in look-alikes is the text mended, and then evidence says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from core.localized_text import Script, dominant_script
from forms_service.ocr.crops import Ink
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine, TextReading
from forms_service.ocr.foreign_strokes import beside_strokes, without_foreign_strokes
from forms_service.ocr.latin_lines import LatinLine, chances, likely_lines, read_line
from forms_service.ocr.latin_proposals import likeliest, seen_twice
from forms_service.ocr.look_alikes import (
    has_usual_ending,
    mend_address,
    mend_article,
    mend_latin,
    plain_latin,
    with_usual_endings,
)
from forms_service.ocr.looks import (
    FIRST_LOOKS,
    LATIN_LOOKS,
    DoubtedLine,
    LineReading,
    look_at,
    read_by_looks,
)
from forms_service.ocr.underscores import restore_underscores

OWN, TESSERACT = "latin_lines", "tesseract"
"""The two readers, as evidence names them."""

UNSURE = 0.7
"""Below this two looks of Tesseract that read one text, and surely, are right more often."""

CLEARER, CLEAR, CLEAR_BESIDE = 3.0, 0.05, 0.3
"""How many times likelier, and how likely, a text without foreign strokes, and one beside them, must be to be
proposed instead."""

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
        may_be: Whether a text can be an answer of this manner at all.
        near: Other texts that may be meant where readers differ.
        is_usual: Whether nearly all answers of this manner are written so.
    """

    own: Mend
    plain: Mend
    settle: Mend
    mend: Mend
    may_be: Callable[[str], bool] = bool
    near: Callable[[str], list[str]] = lambda _text: []
    is_usual: Callable[[str], bool] = lambda _text: False


_LATIN = _Manner(plain_latin, plain_latin, mend_article, mend_latin)


def read_latin(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read a line in French letters and digits; agreed only if both recognisers read the same."""
    return _confirmed(own_latin(ink, charset), ink, engine, _LATIN, charset)


def read_email(ink: Ink, engine: TextEngine, charset: str | None = None) -> LineReading:
    """Read an e-mail address: no blanks, and every letter as it stands."""

    def plain(text: str) -> str:
        return restore_underscores(" ".join(text.split()), ink)

    manner = _Manner(
        lambda text: text.replace(" ", ""),
        plain,
        str,
        mend_address,
        may_be=lambda text: "@" in text,
        near=with_usual_endings,
        is_usual=has_usual_ending,
    )
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
    """What our own recogniser sees without a stamp's or a signature's strokes, where that is far clearer.

    Writing that stands whole beside all strokes is looked at last: a stroke may also run through an answer.
    """
    known = line.readers.get(OWN, 0.0)
    for cleaned, least in ((without_foreign_strokes, CLEAR), (beside_strokes, CLEAR_BESIDE)):
        texts = [own_latin(one, charset, manner.own) for one in cleaned(ink)]
        seen = [text for text in texts if text and manner.may_be(text.text)]
        clearest = max(seen, key=lambda one: one.confidence, default=None)
        if clearest is not None and clearest.confidence >= max(CLEARER * known, least):
            return _line(manner.mend(clearest.text), {OWN: clearest.confidence}, False, mended=True)
    return line


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
    return _likeliest(own, seen, ink, manner, charset)


def _agreed(own: LatinLine, seen: TextReading, manner: _Manner) -> LineReading | None:
    """What both read: as they saw it if they saw the same, mended if they differ in look-alikes alone."""
    same = seen.text == own.text
    text = manner.settle(own.text) if same else manner.mend(own.text)
    if not same and manner.mend(seen.text) != text:
        return None
    readers = {OWN: own.confidence, TESSERACT: seen.confidence}
    return _line(text, readers, True, mended={own.text, seen.text} != {text})


def _likeliest(
    own: LatinLine, seen: list[TextReading], ink: Ink, manner: _Manner, charset: str | None
) -> LineReading:
    """The text for which the ink, as our own recogniser sees it, and Tesseract's looks together speak most."""
    looks = [TextReading(manner.mend(one.text), one.confidence) for one in seen]
    known = _nearly_read(own, looks, ink, manner, charset)
    text = seen_twice(looks) if own.confidence < UNSURE else None
    text = text or likeliest(known, looks, manner.is_usual)
    is_own = text == manner.mend(own.text)
    chance = own.confidence if is_own else chances(ink.tight(), [text])[0]  # of this very text, as calibrated
    readers = {OWN: min(chance, 1.0)}
    sure = [look.confidence for look in looks if look.text == text]
    mended = text not in {own.text, *(one.text for one in seen)}
    return _line(text, readers | ({TESSERACT: max(sure)} if sure else {}), False, mended)


def _nearly_read(
    own: LatinLine, looks: list[TextReading], ink: Ink, manner: _Manner, charset: str | None
) -> dict[str, float]:
    """Every text that may stand there, mended, with its chance by our own recogniser."""
    known: dict[str, float] = defaultdict(float)
    for line in likely_lines(ink.tight()):
        text = manner.mend(manner.own(line.text))
        if text and (charset is None or set(text) <= set(charset)):
            known[text] += line.confidence
    others = {look.text for look in looks if look.text} | {manner.mend(own.text)}
    others |= {near for text in others | set(known) for near in manner.near(text)}
    for text, chance in zip(sorted(others), chances(ink.tight(), sorted(others)), strict=True):
        known[text] = max(known[text], chance)
    known[manner.mend(own.text)] = max(known[manner.mend(own.text)], own.confidence)
    return known


def _line(text: str, readers: dict[str, float], agreed: bool, mended: bool) -> LineReading:
    script = dominant_script(text) if text else Script.ANY
    return LineReading(text, min(readers.values()), agreed, script, readers=readers, mended=mended)
